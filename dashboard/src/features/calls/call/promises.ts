import type { CallRecord } from "@/client";

/** Something that the agent told the caller. */
export interface Promised {
  said: string;
  at: number;
  isKept: boolean;
}

/** What was said against what was done: so far as the record knows, words of the agent that no tool stands behind. */
export function promisesOf(record: CallRecord): Promised[] {
  return record.events
    .filter(({ kind }) => kind === "report_promise")
    .map(({ text, at_s }) => ({ said: /“(.+)”/.exec(text)?.[1] ?? text, at: at_s, isKept: false }));
}

/** Names of the tools that did their work, each once, as words. */
export function toolsDone(record: CallRecord): string[] {
  const done = record.tools.filter(({ outcome }) => outcome === "done").map(({ name }) => name.replaceAll("_", " "));
  return [...new Set(done)];
}
