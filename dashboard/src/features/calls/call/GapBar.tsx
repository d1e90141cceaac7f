import { useLingui } from "@lingui/react/macro";
import { memo } from "react";
import type { CallTurn } from "@/client";
import { gap, number } from "@/ui/values";
import { type Part, partsOf } from "./parts";
import type { Player } from "./player";
import classes from "./Transcript.module.css";

interface Props {
  turn: CallTurn;
  player: Player;
  longestMs: number;
}
const BEFORE_S = 1;

/** How long the caller waited for this turn, and for what. The parts add up to it; a click lets one hear it. */
export const GapBar = memo(function GapBar({ turn, player, longestMs }: Props) {
  const { t } = useLingui();
  const told = usePartWords();
  if (!turn.latency) return null;
  const { gap_ms, speculated, first_sound_ms } = turn.latency;
  const parts = partsOf(turn.latency);
  const words = parts.map(({ part, hundredths }) => `${told(part)} ${number(hundredths / 100, 2)}`).join(", ");
  const from = (turn.latency.moments?.ended_s ?? turn.at_s - gap_ms / 1000) - BEFORE_S;
  const whole = gap(gap_ms);
  return (
    <button type="button" className={classes.gap} onClick={() => player.playFrom(from)}>
      <span className={classes.bar} style={{ width: `${Math.max(4, (gap_ms / longestMs) * 100)}%` }}>
        {parts.map(({ part, ms }) => (
          <i key={part} data-part={part} style={{ flexGrow: ms }} />
        ))}
      </span>
      <small>
        <b>{whole}</b>: {words}
        {first_sound_ms > 0 && t`; a short word came after ${gap(first_sound_ms)}`}
        {speculated && t`; the reply was begun early`}
      </small>
      <span className="visually-hidden">{t`Hear this gap`}</span>
    </button>
  );
});

/** What each part is called, in words that need no explaining. */
export function usePartWords(): (part: Part) => string {
  const { t } = useLingui();
  return (part) =>
    ({ decision: t`waited`, transcript: t`words`, brain: t`thought`, voice: t`voice`, sending: t`sent` })[part];
}
