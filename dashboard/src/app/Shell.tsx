import { Trans, useLingui } from "@lingui/react/macro";
import { useDisclosure } from "@mantine/hooks";
import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useState } from "react";
import { useGoKeys } from "./goKeys";
import { Navigation, Tabs } from "./Navigation";
import classes from "./Shell.module.css";
import { useMay } from "./session";
import { type Told, useIsThere, useTopic } from "./stream";
import { VendorStrip } from "./VendorStrip";

// A drawer is for telephones, and brings more along than all that stands here.
const AllPages = lazy(() => import("./AllPages"));

const GoKeys = lazy(() => import("./GoKeys"));

const Person = lazy(() => import("./Person").then(({ Person }) => ({ default: Person })));

/** What stands around every page: where one can go, who one is, and what is wrong at the moment. */
export function Shell() {
  const { t } = useLingui();
  const isThere = useIsThere();
  const maySee = useMay("settings:read");
  const [isOpen, { open, close }] = useDisclosure(false);
  const [isWanted, setIsWanted] = useState(false);
  const [keys, { open: openKeys, close: closeKeys }] = useDisclosure(false);
  useGoKeys(openKeys);
  const openAll = () => {
    setIsWanted(true);
    open();
  };
  useTopic(
    "changes",
    useCallback((_: Told) => undefined, []),
  );
  return (
    <div className={classes.app}>
      <a href="#main" className={classes.skip}>
        <Trans>Skip to the page</Trans>
      </a>
      <nav className={classes.nav} aria-label={t`Pages`}>
        <Navigation />
        <Suspense fallback={<div className={classes.person} />}>
          <Person />
        </Suspense>
      </nav>
      <div className={classes.side} data-away={!isThere || undefined}>
        {!isThere && (
          <div className={classes.away} role="status">
            <Trans>The server cannot be heard. This page shows what was last known, and goes on by itself.</Trans>
          </div>
        )}
        {maySee && isThere && <VendorStrip />}
        <main id="main" tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
      <Tabs onMore={openAll} />
      {keys && (
        <Suspense>
          <GoKeys isOpen onClose={closeKeys} />
        </Suspense>
      )}
      {isWanted && (
        <Suspense>
          <AllPages isOpen={isOpen} close={close} />
        </Suspense>
      )}
    </div>
  );
}
