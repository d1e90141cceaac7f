import type { Span } from "./sound";

/** The stretch of a call that the wave shows: all of it, or a part that follows the playhead. */
export const MOST_ZOOM = 64;

/** So many times nearer, with the moment at `at` staying where it is seen. */
export function zoomed(shown: Span, length: number, times: number, at: number): Span {
  const now = shown.until - shown.from;
  const next = Math.min(length, Math.max(length / MOST_ZOOM, 4, now / times));
  const share = now > 0 ? (at - shown.from) / now : 0.5;
  return held({ from: at - share * next, until: at - share * next + next }, length);
}

/** Moved by so much, and no further than the call goes. */
export function moved(shown: Span, length: number, by: number): Span {
  return held({ from: shown.from + by, until: shown.until + by }, length);
}

/** Turned like a page when the playhead leaves it; the same when it is seen. */
export function following(shown: Span, length: number, at: number): Span {
  if (at >= shown.from && at <= shown.until) return shown;
  const size = shown.until - shown.from;
  return held({ from: at - size * 0.1, until: at + size * 0.9 }, length);
}

function held({ from, until }: Span, length: number): Span {
  const size = Math.min(until - from, length);
  const begin = Math.min(Math.max(0, from), length - size);
  return { from: begin, until: begin + size };
}
