import { Trans, useLingui } from "@lingui/react/macro";
import { Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet } from "@tanstack/react-router";
import { useCallback } from "react";
import { Navigation, Tabs } from "./Navigation";
import { Person } from "./Person";
import classes from "./Shell.module.css";
import { type Told, useIsThere, useTopic } from "./stream";

/** What stands around every page: where one can go, who one is, and what is wrong at the moment. */
export function Shell() {
  const { t } = useLingui();
  const isThere = useIsThere();
  const [isOpen, { open, close }] = useDisclosure(false);
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
        <Person />
      </nav>
      <div className={classes.side} data-away={!isThere || undefined}>
        {!isThere && (
          <div className={classes.away} role="status">
            <Trans>The server cannot be heard. This page shows what was last known, and goes on by itself.</Trans>
          </div>
        )}
        <main id="main" tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
      <Tabs onMore={open} />
      <Drawer opened={isOpen} onClose={close} position="bottom" size="auto" title={t`All pages`} radius="lg">
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: closes behind a link's own click */}
        <div onClick={close} className={classes.drawer}>
          <Navigation />
        </div>
        <Person />
      </Drawer>
    </div>
  );
}
