import type { CallRecord } from "@/client";

/** Something that the agent told the caller. */
export interface Promised {
  said: string;
  at: number;
  /** The tool that has done it; null: nothing in this call has. */
  keptBy: string | null;
}

/** What was said against what was done: what is owed comes first. */
export function promisesOf(record: CallRecord): Promised[] {
  const told = record.promises.map(({ said, at_s, kept_by }) => ({ said, at: at_s, keptBy: kept_by }));
  return [...told.filter(({ keptBy }) => keptBy === null), ...told.filter(({ keptBy }) => keptBy !== null)];
}

export function owedIn(record: CallRecord): number {
  return record.promises.filter(({ kept_by }) => kept_by === null).length;
}

/** Names of the tools that did their work, each once, as words. */
export function toolsDone(record: CallRecord): string[] {
  const done = record.tools.filter(({ outcome }) => outcome === "done").map(({ name }) => name.replaceAll("_", " "));
  return [...new Set(done)];
}
