/** Texts of the server, in one other language: what stands for each, with `{0}` for what is filled in. */
export type Sentences = Record<string, string>;

const HOLE = /\{(\d+)\}/g;
/** What is filled in may be a sentence itself; no deeper than this. */
const DEEPEST = 3;

let whole: ReadonlyMap<string, string> = new Map();
let filled: readonly [sense: RegExp, words: string][] = [];

/** From now on the server's sentences are said so. */
export function learn(sentences: Sentences): void {
  const known = Object.entries(sentences);
  whole = new Map(known.filter(([text]) => !text.includes("{0}")));
  filled = known
    .filter(([text]) => text.includes("{0}"))
    // What says most by itself is tried first, and what begins with words: `{0} is free` would take much for itself.
    .sort(([one], [other]) => Number(one.startsWith("{")) - Number(other.startsWith("{")) || bare(other) - bare(one))
    .map(([text, words]) => [senseOf(text), words]);
}

/** A text of the server as it is to be read here; one that is not known as it came. */
export function said(text: string, depth = 0): string {
  const known = whole.get(text);
  if (known !== undefined) return known;
  if (depth >= DEEPEST || !text.includes(" ")) return text;
  for (const [sense, words] of filled) {
    const found = sense.exec(text);
    if (found) return words.replace(HOLE, (_, hole) => said(found[Number(hole) + 1] ?? "", depth + 1));
  }
  return text;
}

function bare(text: string): number {
  return text.replace(HOLE, "").length;
}

function senseOf(text: string): RegExp {
  const plain = text.split(HOLE).filter((_, place) => place % 2 === 0);
  return new RegExp(`^${plain.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.*?)")}$`, "s");
}
