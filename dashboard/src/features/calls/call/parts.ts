import type { CallTurn, Latency } from "@/client";

/** What a caller waits for, in the order in which it happens. */
export const PARTS = ["decision", "transcript", "brain", "voice", "sending"] as const;
export type Part = (typeof PARTS)[number];
export interface PartLength {
  part: Part;
  ms: number;
  /** In hundredths of a second: those of all parts add up to the gap's own. */
  hundredths: number;
}

/** The parts that took any time. What is rounded is where they end, so that what is shown adds up. */
export function partsOf(latency: Latency): PartLength[] {
  let place = 0;
  let shown = 0;
  const parts: PartLength[] = [];
  for (const part of PARTS) {
    const ms = latency.parts_ms[part] ?? 0;
    place += ms;
    const hundredths = Math.round(place / 10) - shown;
    shown += hundredths;
    if (ms > 0) parts.push({ part, ms, hundredths });
  }
  return parts;
}

/** A gap as heard, and the turn of the agent that ended it. */
export interface Gap {
  turn: CallTurn;
  latency: Latency;
}

export function gapsOf(turns: CallTurn[]): Gap[] {
  return turns.flatMap((turn) => (turn.latency ? [{ turn, latency: turn.latency }] : []));
}

/** The middle one of the gaps, as the list of calls tells it, and the longest. */
export function longest(gaps: Gap[]): Gap | undefined {
  return gaps.reduce<Gap | undefined>(
    (most, gap) => (most && most.latency.gap_ms >= gap.latency.gap_ms ? most : gap),
    undefined,
  );
}
