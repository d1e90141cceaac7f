import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { getHealthOptions } from "@/client/@tanstack/react-query.gen";
import classes from "./Today.module.css";

const KEPT = "offhook-version";

/** After an upgrade, said once in this browser. */
export function Upgraded() {
  const health = useQuery({ ...getHealthOptions(), staleTime: 5 * 60_000 });
  const [known, setKnown] = useState(() => localStorage.getItem(KEPT));
  const version = health.data?.version;
  if (version === undefined || version === known) return null;
  const keep = () => {
    localStorage.setItem(KEPT, version);
    setKnown(version);
  };
  if (known === null) {
    localStorage.setItem(KEPT, version);
    return null;
  }
  return (
    <div className={classes.note} role="status">
      <span>
        <Trans>
          Offhook was upgraded from {known} to {version}.
        </Trans>{" "}
        <Link to="/system">
          <Trans>How the system does</Trans>
        </Link>
      </span>
      <Button variant="subtle" size="xs" onClick={keep}>
        <Trans>Good</Trans>
      </Button>
    </div>
  );
}
