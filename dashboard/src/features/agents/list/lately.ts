import type { Call } from "@/client/types.gen";

export interface Lately {
  last: string | undefined;
  /** The median of the calls' own medians, as heard. */
  gapMs: number | undefined;
  count: number;
  /** Calls with a warning. */
  doubtful: number;
}

/** An agent's last calls in four figures. */
export function summaryOf(calls: Call[]): Lately {
  const gaps = calls.flatMap(({ gap_p50_ms }) => (gap_p50_ms === null ? [] : [gap_p50_ms])).sort((a, b) => a - b);
  return {
    last: calls[0]?.started_at,
    gapMs: gaps[Math.floor(gaps.length / 2)],
    count: calls.length,
    doubtful: calls.filter(({ warnings }) => warnings.length > 0).length,
  };
}
