import { Trans, useLingui } from "@lingui/react/macro";
import { memo, type ReactNode } from "react";
import { said } from "@/app/said";
import type { CallEvent, CallTurn, Keys, State, ToolRun } from "@/client";
import { clockTime, number } from "@/ui/values";
import type { Player } from "./player";
import { cutInBy } from "./story";
import classes from "./Transcript.module.css";
import { wishOf } from "./tools";

type Tone = "plain" | "look" | "bad" | "good";

function Note({
  at,
  tone = "plain",
  player,
  children,
}: {
  at?: number;
  tone?: Tone;
  player?: Player;
  children: ReactNode;
}) {
  const { t } = useLingui();
  const told = at === undefined ? "" : clockTime(at);
  return (
    <div className={classes.note} data-tone={tone}>
      {at !== undefined && player ? (
        <button
          type="button"
          className={classes.time}
          aria-label={t`Hear from ${told}`}
          onClick={() => player.playFrom(at)}
        >
          {told}
        </button>
      ) : (
        <span />
      )}
      <div className={classes.told}>{children}</div>
    </div>
  );
}

interface CutProps {
  turn: CallTurn;
  turns: CallTurn[];
  stopped: number | undefined;
  player: Player;
}

/** Why the words above are struck. */
export const Cut = memo(function Cut({ turn, turns, stopped, player }: CutProps) {
  const by = cutInBy(turn, turns);
  const quiet = stopped === undefined ? "" : tenths(stopped);
  const came = by ? tenths(by.at_s) : "";
  return (
    <Note at={stopped ?? by?.at_s} tone="look" player={player}>
      {by && quiet ? (
        <Trans>
          The caller came in at {came}, and the agent fell silent at {quiet}.
        </Trans>
      ) : turn.interrupted ? (
        <Trans>The agent stopped: the caller spoke.</Trans>
      ) : (
        <Trans>The call went on before all of it was said.</Trans>
      )}{" "}
      {turn.unheard && <Trans>Struck words were not heard.</Trans>}
    </Note>
  );
});

/** `0:21.7`: what lies within a second is told apart. */
function tenths(at: number): string {
  const whole = Math.round(at * 10);
  return `${clockTime(whole / 10)}.${whole % 10}`;
}

const TOOL_TONES: Record<string, Tone> = { done: "good", failed: "bad", unknown: "look", running: "plain" };

/** A tool: what was wished, and what became of it. */
export const ToolNote = memo(function ToolNote({ tool, player }: { tool: ToolRun; player: Player }) {
  const wish = wishOf(tool.arguments);
  return (
    <Note at={tool.at_s} tone={TOOL_TONES[tool.outcome] ?? "plain"} player={player}>
      <b>{tool.name}</b>
      {wish && <> · {wish}</>} · <Outcome tool={tool} />
      {tool.answer && (
        <details className={classes.answer}>
          <summary>
            <Trans>What it answered</Trans>
          </summary>
          <pre>{tool.answer}</pre>
        </details>
      )}
    </Note>
  );
});

function Outcome({ tool }: { tool: ToolRun }) {
  const took =
    tool.took_ms === null ? "" : tool.took_ms < 1000 ? `${tool.took_ms} ms` : `${number(tool.took_ms / 1000, 1)} s`;
  switch (tool.outcome) {
    case "done":
      return <Trans>done in {took}</Trans>;
    case "failed":
      return <Trans>failed after {took}, without effect</Trans>;
    case "unknown":
      return <Trans>nobody knows whether it was done</Trans>;
    default:
      return <Trans>still running</Trans>;
  }
}

export const KeysNote = memo(function KeysNote({ keys, player }: { keys: Keys; player: Player }) {
  return (
    <Note at={keys.at_s} player={player}>
      <Trans>
        The caller pressed <b>{keys.keys}</b>.
      </Trans>
    </Note>
  );
});

const EVENT_TONES: Record<string, Tone> = {
  report_promise: "bad",
  reply_failed: "bad",
  provider_switched: "look",
  transcriber_lost: "look",
  leg_detached: "look",
  lines_lost: "look",
};

export const EventNote = memo(function EventNote({ event, player }: { event: CallEvent; player: Player }) {
  return (
    <Note at={event.at_s} tone={EVENT_TONES[event.kind] ?? "plain"} player={player}>
      {said(event.text)}
    </Note>
  );
});

export const StateNote = memo(function StateNote({ state }: { state: State }) {
  return (
    <Note>
      {clockTime(state.at_s)} <StateWords status={state.status} />
    </Note>
  );
});

function StateWords({ status }: { status: string }) {
  if (status === "ended") return <Trans>The call ended.</Trans>;
  if (status === "transferring") return <Trans>The caller is being connected.</Trans>;
  if (status === "in_progress") return <Trans>The agent has the call again.</Trans>;
  if (status === "ringing") return <Trans>It rings.</Trans>;
  return <Trans>The call waits for its turn.</Trans>;
}
