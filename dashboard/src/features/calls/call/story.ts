import type { CallEvent, CallRecord, CallTurn, Keys, State, ToolRun } from "@/client";
import { lastHeard, type Sound } from "./sound";

/** What a call's page tells, in the order in which it was heard. */
export type Item = { at: number; key: string } & (
  | { kind: "turn"; turn: CallTurn }
  | { kind: "gap"; turn: CallTurn }
  | { kind: "cut"; turn: CallTurn; stopped: number | undefined }
  | { kind: "tool"; tool: ToolRun }
  | { kind: "keys"; keys: Keys }
  | { kind: "event"; event: CallEvent }
  | { kind: "state"; state: State }
);

/** What happened at one moment, in this order. */
const RANK: Record<Item["kind"], number> = { state: 0, event: 1, keys: 2, tool: 3, gap: 4, turn: 5, cut: 6 };

export function storyOf(record: CallRecord, sound: Sound | undefined): Item[] {
  const items: Item[] = [
    ...record.turns.flatMap((turn) => itemsOf(turn, sound)),
    ...record.tools.map((tool): Item => ({ kind: "tool", at: tool.at_s, key: `tool-${tool.call}`, tool })),
    ...record.keys.map((keys): Item => ({ kind: "keys", at: keys.at_s, key: `keys-${keys.at_s}`, keys })),
    ...record.events.map(
      (event, n): Item => ({ kind: "event", at: event.at_s, key: `event-${event.kind}-${event.at_s}-${n}`, event }),
    ),
    // The first state is how a call begins, the last how it ends: the head says so.
    ...record.states
      .slice(1)
      .map((state): Item => ({ kind: "state", at: state.at_s, key: `state-${state.status}-${state.at_s}`, state })),
  ];
  return inOrder(items);
}

/** What was said alone. */
export function itemsOfTurns(turns: CallTurn[], sound: Sound | undefined): Item[] {
  return inOrder(turns.flatMap((turn) => itemsOf(turn, sound)));
}

function inOrder(items: Item[]): Item[] {
  return items.sort((one, other) => one.at - other.at || RANK[one.kind] - RANK[other.kind]);
}

function itemsOf(turn: CallTurn, sound: Sound | undefined): Item[] {
  const at = turn.at_s;
  const items: Item[] = [{ kind: "turn", at, key: `turn-${turn.number}`, turn }];
  if (turn.latency) items.push({ kind: "gap", at, key: `gap-${turn.number}`, turn });
  if (turn.interrupted || turn.unheard) {
    const stopped = sound && lastHeard(sound.agent, sound.perSecond, { from: at, until: turn.until_s });
    items.push({ kind: "cut", at, key: `cut-${turn.number}`, turn, stopped });
  }
  return items;
}

/** Where the caller came in over the agent's turn; undefined: nobody did. */
export function cutInBy(turn: CallTurn, turns: CallTurn[]): CallTurn | undefined {
  if (!turn.interrupted) return undefined;
  return turns.find((other) => other.role !== "agent" && other.at_s > turn.at_s && other.at_s < turn.until_s + 0.05);
}

/** The turn that is heard at this place, or the last one before it: of two at once the one that began later. */
export function turnAt(turns: CallTurn[], at: number): CallTurn | undefined {
  let found: CallTurn | undefined;
  for (const turn of turns) if (turn.at_s <= at && (!found || turn.at_s >= found.at_s)) found = turn;
  return found;
}
