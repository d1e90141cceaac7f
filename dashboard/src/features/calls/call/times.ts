import type { CallTurn } from "@/client";
import { type Gap, PARTS, type Part } from "./parts";

/** Something that ran while the caller waited, in seconds from the caller's last sound on; it may begin before. */
export interface Run {
  part: Part;
  from: number;
  until: number;
}
export interface Row {
  turn: CallTurn;
  /** When it was decided that the caller's turn was over, and for what was waited until then. */
  deciding: Run[];
  /** What made the reply. */
  replying: Run[];
  heard: number;
  isPrepared: boolean;
}

/** What ran when, turn by turn, all from the caller's last sound. */
export function rowsOf(gaps: Gap[]): Row[] {
  return gaps.map(({ turn, latency }) => {
    const s = (part: Part) => (latency.parts_ms[part] ?? 0) / 1000;
    const heard = latency.gap_ms / 1000;
    const waited = s("decision");
    const decided = waited + s("transcript");
    const deciding: Run[] = [
      { part: "decision", from: 0, until: waited },
      { part: "transcript", from: waited, until: decided },
    ];
    const now = latency.moments;
    const edges = now
      ? [now.asked_s, now.token_s, now.audio_s, now.heard_s].map((at) => (at === null ? null : at - now.ended_s))
      : [decided, decided + s("brain"), decided + s("brain") + s("voice"), heard];
    return {
      turn,
      deciding: deciding.filter(isLong),
      replying: runs(edges).filter(isLong),
      heard,
      isPrepared: latency.speculated,
    };
  });
}

/** From one edge to the next; what is not told (a model without tokens) belongs to what follows. */
function runs(edges: (number | null | undefined)[]): Run[] {
  const found: Run[] = [];
  let from = edges[0] ?? 0;
  for (const [n, part] of PARTS.slice(2).entries()) {
    const until = edges[n + 1];
    if (until === null || until === undefined) continue;
    found.push({ part, from, until });
    from = until;
  }
  return found;
}

function isLong({ from, until }: Run): boolean {
  return until - from >= 0.001;
}

/** What all rows are measured by: some room at both ends, and a line at each so many seconds. */
export function scaleOf(rows: Row[]): { from: number; until: number; step: number } {
  const first = Math.min(0, ...rows.flatMap((row) => row.replying.map(({ from }) => from)));
  const last = Math.max(0.5, ...rows.map(({ heard }) => heard));
  const step = last - first > 6 ? 2 : last - first > 3 ? 1 : 0.5;
  return { from: first - 0.05, until: last * 1.04 + 0.05, step };
}
