import { Trans, useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import type { CallTurn } from "@/client";
import { gap } from "@/ui/values";
import classes from "./CallPage.module.css";
import { Deck } from "./Deck";
import { type Gap, longest } from "./parts";
import type { Player } from "./player";
import type { Sound, Span } from "./sound";
import { cutInBy, type Item } from "./story";
import type { Mark } from "./wave";

interface Props {
  player: Player;
  length: number;
  source: string | null;
  sound: Sound | undefined;
  turns: CallTurn[];
  items: Item[];
  gaps?: Gap[];
  medianMs?: number | null;
  silent: React.ReactNode;
  onHelp?: () => void;
}

/** The deck of a call: its wave with what happened on it. */
export function Listening({ turns, items, gaps = [], medianMs, ...deck }: Props) {
  const marks = useMarks(items);
  const pale = useMemo(() => turns.flatMap((turn) => paleOf(turn, turns)), [turns]);
  const blocks = useMemo(
    () => ({ caller: spansOf(turns, (role) => role !== "agent"), agent: spansOf(turns, (role) => role === "agent") }),
    [turns],
  );
  return (
    <Deck
      {...deck}
      marks={marks}
      pale={pale}
      blocks={blocks}
      aside={<HeardGap gaps={gaps} medianMs={medianMs} player={deck.player} />}
    />
  );
}

function HeardGap({ gaps, medianMs, player }: { gaps: Gap[]; medianMs?: number | null | undefined; player: Player }) {
  const most = longest(gaps);
  if (!most || medianMs === null || medianMs === undefined) return null;
  const { turn, latency } = most;
  const from = (latency.moments?.ended_s ?? turn.at_s - latency.gap_ms / 1000) - 1;
  return (
    <Trans>
      Gap as heard: median {gap(medianMs)}, longest{" "}
      <button type="button" className={classes.link} onClick={() => player.playFrom(from)}>
        {gap(latency.gap_ms)}
      </button>
    </Trans>
  );
}

/** From where the caller came in, the agent's voice was not wanted any more. */
function paleOf(turn: CallTurn, turns: CallTurn[]): Span[] {
  const by = cutInBy(turn, turns);
  return by ? [{ from: by.at_s, until: turn.until_s }] : [];
}

function spansOf(turns: CallTurn[], is: (role: string) => boolean): Span[] {
  return turns.filter(({ role }) => is(role)).map(({ at_s, until_s }) => ({ from: at_s, until: until_s }));
}

const BAD = new Set(["report_promise", "reply_failed"]);

function useMarks(items: Item[]): Mark[] {
  const { t } = useLingui();
  return useMemo(
    () =>
      items.flatMap((item): Mark[] => {
        switch (item.kind) {
          case "cut":
            return [{ at: item.stopped ?? item.at, tone: "look", says: t`The agent fell silent: the caller spoke.` }];
          case "tool":
            return [{ at: item.at, tone: item.tool.outcome === "failed" ? "bad" : "plain", says: item.tool.name }];
          case "keys":
            return [{ at: item.at, tone: "plain", says: t`Keys: ${item.keys.keys}` }];
          case "event":
            return [{ at: item.at, tone: BAD.has(item.event.kind) ? "bad" : "look", says: item.event.text }];
          default:
            return [];
        }
      }),
    [items, t],
  );
}

/** How long a call is: as its record says, or as far as it has got. */
export function lengthOf(durationMs: number | null, turns: CallTurn[], sound: Sound | undefined): number {
  const heard = sound ? sound.caller.length / sound.perSecond : 0;
  return Math.max(1, (durationMs ?? 0) / 1000, heard, ...turns.slice(-3).map(({ until_s }) => until_s));
}
