import { Plural, Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Step } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { tell } from "@/ui/tell";
import classes from "./Start.module.css";
import { Steps } from "./Steps";
import { CODES, type Code, isDone, nextOf } from "./steps";

const KEPT = "offhook-start-put-away";

/** The start list on the home, until all of it is done or it is put away. */
export function Checklist({ steps }: { steps: Step[] }) {
  const [isAway, setAway] = useState(() => localStorage.getItem(KEPT) !== null);
  const [chosen, setChosen] = useState<Code | null>(null);
  const next = nextOf(steps);
  // A conversation that has begun ticks its step: what is open stays open under it.
  const [first, setFirst] = useState(next);
  if (next === null && first === null) return null;
  const left = CODES.filter((code) => !isDone(steps, code)).length;
  const put = (away: boolean) => {
    if (away) localStorage.setItem(KEPT, "1");
    else localStorage.removeItem(KEPT);
    setAway(away);
  };
  if (isAway || next === null) {
    return next === null ? null : (
      <p className={classes.away}>
        <Plural value={left} one="One step of the start is left." other="# steps of the start are left." />{" "}
        <Link to="/start">
          <Trans>Go on</Trans>
        </Link>
      </p>
    );
  }
  const hide = () => {
    put(true);
    tell(<Trans>Put away. It is at Start from now on.</Trans>, () => put(false));
  };
  return (
    <Card
      title={
        <Trans>
          Start: {CODES.length - left} of {CODES.length} done
        </Trans>
      }
      actions={
        <Button variant="subtle" size="xs" onClick={hide}>
          <Trans>Put away</Trans>
        </Button>
      }
    >
      <Steps
        steps={steps}
        open={chosen ?? first}
        onOpen={(code) => {
          setChosen(code);
          setFirst(code);
        }}
      />
    </Card>
  );
}
