import { useLingui } from "@lingui/react/macro";
import { Drawer } from "@mantine/core";
import { Navigation } from "./Navigation";
import { Person } from "./Person";
import classes from "./Shell.module.css";

/** At telephone width: all pages, and who one is. */
export default function AllPages({ isOpen, close }: { isOpen: boolean; close: () => void }) {
  const { t } = useLingui();
  return (
    <Drawer opened={isOpen} onClose={close} position="bottom" size="auto" title={t`All pages`} radius="lg">
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: closes behind a link's own click */}
      <div onClick={close} className={classes.drawer}>
        <Navigation />
      </div>
      <Person />
    </Drawer>
  );
}
