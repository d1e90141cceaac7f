import { Trans, useLingui } from "@lingui/react/macro";
import { IconTool } from "@tabler/icons-react";
import { memo } from "react";
import type { CallTurn } from "@/client";
import { clockTime } from "@/ui/values";
import type { Picked } from "./picked";
import type { Player } from "./player";
import classes from "./Transcript.module.css";

interface Props {
  turn: CallTurn;
  player: Player;
  onPick?: ((picked: Picked | null) => void) | undefined;
}

/** What one party said until the floor passed; what the caller did not hear of it is struck. */
export const TurnItem = memo(function TurnItem({ turn, player, onPick }: Props) {
  const { t } = useLingui();
  const at = clockTime(turn.at_s);
  return (
    <article className={classes.turn} data-turn={turn.number} data-role={turn.role}>
      <button
        type="button"
        className={classes.time}
        aria-label={t`Hear from ${at}`}
        onClick={() => player.playFrom(turn.at_s)}
      >
        {at}
      </button>
      <div className={classes.say}>
        <div className={classes.who}>
          <Who turn={turn} />
        </div>
        <p className={classes.text}>
          <span data-heard={turn.number}>{turn.text}</span>
          {turn.unheard && (
            <>
              {turn.text ? " " : ""}
              <span className="visually-hidden">
                <Trans>Not heard:</Trans>
              </span>
              <s className={classes.unheard}>{turn.unheard}</s>
            </>
          )}
        </p>
        {onPick && turn.text && (
          <button
            type="button"
            className={classes.fix}
            aria-label={t`Put right what was said at ${at}`}
            onClick={() => onPick({ turn, text: turn.text })}
          >
            <IconTool size={15} stroke={1.6} aria-hidden />
          </button>
        )}
      </div>
    </article>
  );
});

function Who({ turn }: { turn: CallTurn }) {
  if (turn.role === "agent") return <Trans>Agent</Trans>;
  if (turn.role === "caller") return <Trans>Caller</Trans>;
  return turn.name || <Trans>A person of the business</Trans>;
}
