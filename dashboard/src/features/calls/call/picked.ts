import type { CallTurn } from "@/client";

/** Words of a turn that were selected, to be put right. */
export interface Picked {
  turn: Pick<CallTurn, "number" | "turn" | "role" | "text" | "at_s" | "until_s">;
  text: string;
}

/** From where to where a selection goes, made whole at its words' edges; undefined: there is no word in it. */
export function wholeWords(text: string, from: number, until: number): [number, number] | undefined {
  if (text.slice(from, until).trim() === "") return undefined;
  let start = from;
  let end = until;
  while (/\s/.test(text[start] ?? "")) start += 1;
  while (end > start && /\s/.test(text[end - 1] ?? "")) end -= 1;
  while (start > 0 && /\S/.test(text[start - 1] ?? "")) start -= 1;
  while (end < text.length && /\S/.test(text[end] ?? "")) end += 1;
  return [start, end];
}

/** Without what is only written: commas and stops around the words. */
export function bare(words: string): string {
  return words.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

/** The number of the turn whose words this node stands in, as the transcript marks them. */
export function turnOfNode(node: Node | null): { number: number; text: HTMLElement } | undefined {
  const element = node instanceof HTMLElement ? node : node?.parentElement;
  const text = element?.closest<HTMLElement>("[data-heard]");
  return text ? { number: Number(text.dataset.heard), text } : undefined;
}

/** What is selected in the transcript now. */
export function selected(): { number: number; from: number; until: number } | undefined {
  const chosen = window.getSelection();
  if (!chosen || chosen.isCollapsed || chosen.rangeCount === 0) return undefined;
  const range = chosen.getRangeAt(0);
  const begin = turnOfNode(range.startContainer);
  const end = turnOfNode(range.endContainer);
  const where = begin ?? end;
  const length = where?.text.textContent?.length ?? 0;
  if (!where) return undefined;
  return {
    number: where.number,
    from: begin ? range.startOffset : 0,
    // A selection that goes on into the next turn ends with this one.
    until: end && end.number === where.number ? range.endOffset : length,
  };
}

/** The sign of a text that lies below the pointer. */
export function signAt(x: number, y: number): { node: Node; offset: number } | undefined {
  const page = document as Document & {
    caretPositionFromPoint?: (x: number, y: number) => { offsetNode: Node; offset: number } | null;
    caretRangeFromPoint?: (x: number, y: number) => Range | null;
  };
  const place = page.caretPositionFromPoint?.(x, y);
  if (place) return { node: place.offsetNode, offset: place.offset };
  const range = page.caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : undefined;
}
