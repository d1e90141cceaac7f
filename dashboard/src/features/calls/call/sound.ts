/** What is known of a recording from its peaks alone: a byte for the caller, one for the agent, fifty of each a second. */
export interface Sound {
  caller: Uint8Array;
  agent: Uint8Array;
  perSecond: number;
}
export interface Span {
  from: number;
  until: number;
}
export type Side = "caller" | "agent";

const PER_SECOND = 50;
/** Of full scale: above it somebody is heard. Line noise and the codec's own hiss lie below. */
const VOICED = 6;
/** Pauses between words that do not part a stretch of speech. */
const BREATH_S = 0.3;
/** Silence that is skipped is at least so long, and this much of it stays at its end. */
const LONG_S = 0.9;
const LEAD_S = 0.2;

export function soundOf(bytes: Uint8Array, perSecond = PER_SECOND): Sound {
  const count = Math.floor(bytes.length / 2);
  const caller = new Uint8Array(count);
  const agent = new Uint8Array(count);
  for (let n = 0; n < count; n += 1) {
    caller[n] = bytes[2 * n] ?? 0;
    agent[n] = bytes[2 * n + 1] ?? 0;
  }
  return { caller, agent, perSecond };
}

/** Where somebody is heard, in order; short pauses belong to it. */
export function voicedSpans(peaks: Uint8Array, perSecond: number, breathS = BREATH_S): Span[] {
  const spans: Span[] = [];
  for (let n = 0; n < peaks.length; n += 1) {
    if ((peaks[n] ?? 0) < VOICED) continue;
    const from = n / perSecond;
    const until = (n + 1) / perSecond;
    const last = spans.at(-1);
    if (last && from - last.until <= breathS) last.until = until;
    else spans.push({ from, until });
  }
  return spans;
}

/** What can be left out when silence is skipped: nobody is heard for long. */
export function silences(sound: Sound): Span[] {
  const both = sound.caller.map((peak, n) => Math.max(peak, sound.agent[n] ?? 0));
  const length = both.length / sound.perSecond;
  const quiet: Span[] = [];
  let from = 0;
  for (const span of [...voicedSpans(both, sound.perSecond), { from: length, until: length }]) {
    if (span.from - from >= LONG_S) quiet.push({ from: from + LEAD_S, until: span.from - LEAD_S });
    from = span.until;
  }
  return quiet;
}

/** Where the last sound of a side lies within a stretch; undefined: it is silent there. */
export function lastHeard(peaks: Uint8Array, perSecond: number, { from, until }: Span): number | undefined {
  const first = Math.max(0, Math.floor(from * perSecond));
  for (let n = Math.min(peaks.length, Math.ceil(until * perSecond)) - 1; n >= first; n -= 1) {
    if ((peaks[n] ?? 0) >= VOICED) return (n + 1) / perSecond;
  }
  return undefined;
}

/** The loudest peak of each of so many columns between two places, from 0 to 1: an hour is as quick as a minute. */
export function columns(peaks: Uint8Array, perSecond: number, { from, until }: Span, count: number): Float32Array {
  const heights = new Float32Array(count);
  const step = ((until - from) * perSecond) / count;
  for (let column = 0; column < count; column += 1) {
    const begin = Math.floor(from * perSecond + column * step);
    const end = Math.max(begin + 1, Math.floor(from * perSecond + (column + 1) * step));
    let loudest = 0;
    for (let n = Math.max(0, begin); n < Math.min(end, peaks.length); n += 1)
      loudest = Math.max(loudest, peaks[n] ?? 0);
    heights[column] = loudest / 255;
  }
  return heights;
}
