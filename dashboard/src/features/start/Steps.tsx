import { Trans, useLingui } from "@lingui/react/macro";
import { UnstyledButton } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Step } from "@/client/types.gen";
import { CallStep } from "./CallStep";
import { KeysStep } from "./KeysStep";
import { MineStep } from "./MineStep";
import { NumberStep } from "./NumberStep";
import classes from "./Start.module.css";
import { CODES, type Code, isDone } from "./steps";
import { TalkStep } from "./TalkStep";

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
                <Body code={code} />
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
