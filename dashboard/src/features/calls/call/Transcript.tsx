import { useLingui } from "@lingui/react/macro";
import { type MouseEvent, memo, useCallback, useMemo, useRef } from "react";
import type { CallTurn } from "@/client";
import { GapBar } from "./GapBar";
import { Cut, EventNote, KeysNote, StateNote, ToolNote } from "./Notes";
import { type Picked, selected, signAt, turnOfNode, wholeWords } from "./picked";
import { type Player, useTick } from "./player";
import { type Sound, voicedSpans } from "./sound";
import { type Item, turnAt } from "./story";
import classes from "./Transcript.module.css";
import { TurnItem } from "./TurnItem";
import { useFollowing } from "./useFollowing";
import { placeWords, type Word, wordAt, wordOf } from "./words";

interface Props {
  items: Item[];
  turns: CallTurn[];
  sound: Sound | undefined;
  player: Player;
  /** The longest gap: the others' bars are measured by it. */
  longestMs: number;
  /** Words were selected, or none are any more. Without it nothing can be put right here. */
  onPick?: ((picked: Picked | null) => void) | undefined;
}

/** All that was said and done, in the order in which it was heard. What is heard now is marked; a click plays it. */
export const Transcript = memo(function Transcript({ items, turns, sound, player, longestMs, onPick }: Props) {
  const { t } = useLingui();
  const list = useRef<HTMLOListElement>(null);
  const words = useWords(turns, sound);
  useMarks(player, list, turns, words);
  useFollowing(player, list);
  const click = (event: MouseEvent) => {
    const sign = signAt(event.clientX, event.clientY);
    const where = sign && turnOfNode(sign.node);
    if (!sign || !where?.text.contains(event.target as Node) || selected()) return;
    const word = wordOf(words(where.number), sign.offset);
    if (word) player.playFrom(word.from);
  };
  const pick = () => {
    const chosen = selected();
    const turn = chosen && turns.find(({ number }) => number === chosen.number);
    const edges = turn && wholeWords(turn.text, chosen.from, chosen.until);
    if (turn && edges) onPick?.({ turn, text: turn.text.slice(...edges) });
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: each turn has buttons for the keyboard
    <ol
      ref={list}
      className={classes.list}
      aria-label={t`What was said`}
      onClick={click}
      onMouseUp={pick}
      onTouchEnd={pick}
    >
      {items.map((item) => (
        <li key={item.key} className={classes.item} data-kind={item.kind}>
          <Told item={item} turns={turns} player={player} longestMs={longestMs} onPick={onPick} />
        </li>
      ))}
    </ol>
  );
});

type ToldProps = Pick<Props, "turns" | "player" | "longestMs" | "onPick"> & { item: Item };

const Told = memo(function Told({ item, turns, player, longestMs, onPick }: ToldProps) {
  switch (item.kind) {
    case "turn":
      return <TurnItem turn={item.turn} player={player} onPick={onPick} />;
    case "gap":
      return <GapBar turn={item.turn} player={player} longestMs={longestMs} />;
    case "cut":
      return <Cut turn={item.turn} turns={turns} stopped={item.stopped} player={player} />;
    case "tool":
      return <ToolNote tool={item.tool} player={player} />;
    case "keys":
      return <KeysNote keys={item.keys} player={player} />;
    case "event":
      return <EventNote event={item.event} player={player} />;
    case "state":
      return <StateNote state={item.state} />;
  }
});

/** The words of a turn on the clock, found when they are first asked for. */
function useWords(turns: CallTurn[], sound: Sound | undefined): (number: number) => Word[] {
  return useMemo(() => {
    const found = new Map<number, Word[]>();
    const byNumber = new Map(turns.map((turn) => [turn.number, turn]));
    const voiced = {
      caller: sound ? voicedSpans(sound.caller, sound.perSecond) : [],
      agent: sound ? voicedSpans(sound.agent, sound.perSecond) : [],
    };
    return (number) => {
      const turn = byNumber.get(number);
      if (!turn) return [];
      const known = found.get(number);
      if (known) return known;
      const side = turn.role === "agent" ? "agent" : "caller";
      const placed = placeWords(turn.text, { from: turn.at_s, until: turn.until_s }, voiced[side]);
      found.set(number, placed);
      return placed;
    };
  }, [turns, sound]);
}

const HIGHLIGHT = "word-heard";

/** The turn and the word that are heard now. They are marked without drawing the list anew: it may be long. */
function useMarks(
  player: Player,
  list: React.RefObject<HTMLOListElement | null>,
  turns: CallTurn[],
  words: (number: number) => Word[],
): void {
  const on = useRef<Element | null>(null);
  useTick(
    player,
    useCallback(
      (at: number) => {
        const turn = turnAt(turns, at);
        const element = turn ? (list.current?.querySelector(`[data-turn="${turn.number}"]`) ?? null) : null;
        if (element !== on.current) {
          on.current?.removeAttribute("data-on");
          element?.setAttribute("data-on", "");
          on.current = element;
        }
        const word = turn && at <= turn.until_s + 0.2 ? wordAt(words(turn.number), at) : undefined;
        mark(element?.querySelector("[data-heard]")?.firstChild ?? null, word);
      },
      [list, turns, words],
    ),
  );
}

function mark(text: Node | null, word: Word | undefined): void {
  // An old browser has no highlights: the turn is marked all the same.
  if (!("highlights" in CSS)) return;
  if (!text || !word || word.end > (text.textContent?.length ?? 0)) {
    CSS.highlights.delete(HIGHLIGHT);
    return;
  }
  const range = new Range();
  range.setStart(text, word.start);
  range.setEnd(text, word.end);
  CSS.highlights.set(HIGHLIGHT, new Highlight(range));
}
