/** Where things lie on a drawn clock, in percent of its width. */
export interface Clock {
  /** Seconds that are drawn behind the start. */
  spanS: number;
  /** Where second 0 lies. */
  startPercent: number;
}

const NICE = [1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 45, 60, 90, 120];

/** The smallest round span that these seconds fit into with air behind them. */
export function spanOf(seconds: number[], least: number): number {
  const longest = Math.max(least, ...seconds.map((one) => one * 1.2));
  return NICE.find((one) => one >= longest) ?? Math.ceil(longest / 60) * 60;
}

export function percentOf({ spanS, startPercent }: Clock, seconds: number): number {
  return startPercent + (Math.min(Math.max(seconds, 0), spanS) / spanS) * (100 - startPercent);
}

/** The seconds that lie at a share of the width, in steps. */
export function secondsAt({ spanS, startPercent }: Clock, share: number, step: number): number {
  const seconds = ((share * 100 - startPercent) / (100 - startPercent)) * spanS;
  return roundTo(seconds, step);
}

export function roundTo(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toFixed(3));
}

export interface Bounds {
  minimum: number;
  maximum: number;
}

export function within(value: number, { minimum, maximum }: Bounds): number {
  return Math.min(Math.max(value, minimum), maximum);
}

/** What a key does to a value; undefined: nothing. */
export function moved(key: string, value: number, step: number, bounds: Bounds): number | undefined {
  const by: Record<string, number> = {
    ArrowLeft: -step,
    ArrowDown: -step,
    ArrowRight: step,
    ArrowUp: step,
    PageDown: -10 * step,
    PageUp: 10 * step,
  };
  if (key === "Home") return bounds.minimum;
  if (key === "End") return bounds.maximum;
  const change = by[key];
  return change === undefined ? undefined : within(roundTo(value + change, step), bounds);
}

/** Silence, question, silence, question, goodbye: when the agent speaks while nobody else does. */
export function idleScene(idleS: number, prompts: number, saysS: number): { at: number; isGoodbye: boolean }[] {
  return Array.from({ length: prompts + 1 }, (_, turn) => ({
    at: idleS * (turn + 1) + saysS * turn,
    isGoodbye: turn === prompts,
  }));
}
