import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Textarea } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Problem } from "@/app/api";
import { number } from "@/ui/values";
import { isPlainWait, kindOf, type Step, saidIn, saying, without, withTurn } from "./steps";
import classes from "./Tests.module.css";

interface Props {
  steps: Step[];
  isReadOnly: boolean;
  problem: Problem | undefined;
  set: (steps: Step[]) => void;
}

/** What the caller does, step by step: words can be changed, the rest is told. */
export function Steps({ steps, isReadOnly, problem, set }: Props) {
  const change = (place: number, step: Step) => set(steps.map((one, at) => (at === place ? step : one)));
  return (
    <>
      <ol className={classes.steps}>
        {steps.map((step, place) => {
          const error = problem?.at(`/steps/${place}`);
          if (isPlainWait(step) && !error) return null;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have nothing but their order
            <li key={place}>
              <StepRow
                step={step}
                isReadOnly={isReadOnly}
                error={error}
                change={(changed) => change(place, changed)}
                remove={() => set(without(steps, place))}
              />
            </li>
          );
        })}
      </ol>
      {!isReadOnly && (
        <Button variant="default" size="xs" onClick={() => set(withTurn(steps, ""))}>
          <Trans>The caller says more</Trans>
        </Button>
      )}
    </>
  );
}

interface RowProps {
  step: Step;
  isReadOnly: boolean;
  error: string | undefined;
  change: (step: Step) => void;
  remove: () => void;
}

function StepRow({ step, isReadOnly, error, change, remove }: RowProps) {
  const { t } = useLingui();
  const said = saidIn(step);
  if (said === undefined) {
    return (
      <p className={classes.step} data-error={error ? true : undefined}>
        <Doing step={step} />
        {error && <span className={classes.flaw}> {error}</span>}
      </p>
    );
  }
  const over = typeof step.after_s === "number" ? number(step.after_s, 1) : "";
  const label =
    kindOf(step) === "barge_in" ? t`Says over the agent, once that has talked for ${over} s` : t`The caller says`;
  return (
    <div className={classes.said}>
      <Textarea
        label={label}
        description={said.includes("...") ? t`Each ... is a pause.` : undefined}
        autosize
        minRows={1}
        maxLength={1_000}
        readOnly={isReadOnly}
        value={said}
        error={error}
        onChange={(event) => change(saying(step, event.currentTarget.value))}
      />
      {!isReadOnly && (
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={t`Remove: ${said}`} onClick={remove}>
          <IconTrash size={17} stroke={1.6} />
        </ActionIcon>
      )}
    </div>
  );
}

function Doing({ step }: { step: Step }): ReactNode {
  switch (kindOf(step)) {
    case "wait": {
      const silent = (step.wait as { silent_s?: number }).silent_s;
      if (silent === undefined) return <Trans>The caller waits.</Trans>;
      return <Trans>The caller waits until the agent was silent for {number(silent, 1)} s.</Trans>;
    }
    case "silence":
      return <Trans>The caller says nothing for {number(Number(step.silence), 1)} s.</Trans>;
    case "digits":
      return <Trans>The caller presses {String(step.digits)}.</Trans>;
    case "hang_up":
      return <Trans>The caller hangs up.</Trans>;
    case "cough":
      return <Trans>The caller coughs.</Trans>;
    case "noise":
      return <Trans>Noise is heard.</Trans>;
    default:
      return null;
  }
}
