import { Trans, useLingui } from "@lingui/react/macro";
import { UnstyledButton } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { lazy, type ReactNode, Suspense } from "react";
import type { Step } from "@/client/types.gen";
import { Loading } from "@/ui/States";
import { MineStep } from "./MineStep";
import classes from "./Start.module.css";
import { CODES, type Code, isDone } from "./steps";
import { TalkStep } from "./TalkStep";

// Forms wait until somebody opens their step: the home stands before them.
const CallStep = lazy(() => import("./CallStep").then(({ CallStep }) => ({ default: CallStep })));
const KeysStep = lazy(() => import("./KeysStep").then(({ KeysStep }) => ({ default: KeysStep })));
const NumberStep = lazy(() => import("./NumberStep").then(({ NumberStep }) => ({ default: NumberStep })));

interface List {
  steps: Step[];
  open: Code | null;
  onOpen: (code: Code | null) => void;
}

/** The steps, one of them open; ticked by the server's own state. */
export function Steps({ steps, open, onOpen }: List) {
  const { t } = useLingui();
  return (
    <ol className={classes.steps}>
      {CODES.map((code, place) => {
        const done = isDone(steps, code);
        const isOpen = code === open;
        return (
          <li key={code} className={classes.step} data-done={done || undefined}>
            <UnstyledButton
              className={classes.head}
              aria-expanded={isOpen}
              onClick={() => onOpen(isOpen ? null : code)}
            >
              <span className={classes.mark} data-done={done || undefined}>
                {done ? <IconCheck size={15} stroke={2.4} aria-label={t`done`} /> : place + 1}
              </span>
              <span className={classes.name}>
                <Name code={code} />
              </span>
            </UnstyledButton>
            {isOpen && (
              <div className={classes.body}>
                <Suspense fallback={<Loading rows={2} />}>
                  <Body code={code} />
                </Suspense>
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Name({ code }: { code: Code }): ReactNode {
  switch (code) {
    case "talk":
      return <Trans>Talk to an agent, now</Trans>;
    case "agent":
      return <Trans>Make it yours</Trans>;
    case "keys":
      return <Trans>Give it better ears, brain and voice</Trans>;
    case "number":
      return <Trans>Give it a telephone number</Trans>;
    case "call":
      return <Trans>Call it</Trans>;
  }
}

function Body({ code }: { code: Code }): ReactNode {
  switch (code) {
    case "talk":
      return <TalkStep />;
    case "agent":
      return <MineStep />;
    case "keys":
      return <KeysStep />;
    case "number":
      return <NumberStep />;
    case "call":
      return <CallStep />;
  }
}
