import type { Asked, Draft } from "./draft";

/** What is not an agent yet, as this browser keeps it: a reload loses nothing. */
interface Kept {
  asked: Asked;
  draft: Draft | null;
}

const KEY = "offhook-mine";

export function recall(): Kept {
  try {
    const text = localStorage.getItem(KEY);
    if (text !== null) return JSON.parse(text) as Kept;
  } catch {
    // Whatever cannot be read is begun anew.
  }
  return { asked: { how: "url", url: "", text: "" }, draft: null };
}

export function keep(kept: Kept): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A full or forbidden storage: the page itself still has it.
  }
}

export function forget(): void {
  localStorage.removeItem(KEY);
}
