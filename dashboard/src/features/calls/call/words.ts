import type { Span } from "./sound";

/** A word of a turn: where it stands in the text, and about where it is heard. */
export interface Word {
  start: number;
  end: number;
  from: number;
  until: number;
}

const WORD = /\S+/g;

/**
 * The words of a turn on the call's clock. A record does not tell where each word lies, but the recording tells where
 * its speaker is heard: the words share that time by their length. It is right to within a word or so.
 */
export function placeWords(text: string, turn: Span, voiced: Span[]): Word[] {
  const heard = within(turn, voiced);
  const spans = heard.length > 0 ? heard : [turn];
  const found = [...text.matchAll(WORD)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  const letters = found.reduce((sum, word) => sum + weight(word), 0);
  const length = spans.reduce((sum, span) => sum + span.until - span.from, 0);
  let before = 0;
  return found.map((word) => {
    const from = placeOf((before / letters) * length, spans);
    before += weight(word);
    return { ...word, from, until: placeOf((before / letters) * length, spans) };
  });
}

function weight({ start, end }: { start: number; end: number }): number {
  return end - start + 1;
}

function within(turn: Span, voiced: Span[]): Span[] {
  return voiced
    .map((span) => ({ from: Math.max(span.from, turn.from), until: Math.min(span.until, turn.until) }))
    .filter((span) => span.until > span.from);
}

function placeOf(voicedS: number, spans: Span[]): number {
  let rest = voicedS;
  for (const span of spans) {
    const length = span.until - span.from;
    if (rest <= length) return span.from + rest;
    rest -= length;
  }
  return spans.at(-1)?.until ?? 0;
}

/** The word that is heard at this place, or the last one before it. */
export function wordAt(words: Word[], at: number): Word | undefined {
  return words.findLast((word) => word.from <= at);
}

/** The word that stands at, or behind, this sign of the text. */
export function wordOf(words: Word[], offset: number): Word | undefined {
  return words.find((word) => word.end > offset) ?? words.at(-1);
}
