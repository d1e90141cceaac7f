import type { Step } from "@/client/types.gen";

/** In the order in which one does them; the server knows which are done. */
export const CODES = ["talk", "agent", "keys", "number", "call"] as const;
export type Code = (typeof CODES)[number];

export function isCode(value: unknown): value is Code {
  return CODES.some((code) => code === value);
}

export function isDone(steps: Step[], code: Code): boolean {
  return steps.some((step) => step.code === code && step.is_done);
}

/** The first that is not done; null: all is. */
export function nextOf(steps: Step[]): Code | null {
  return CODES.find((code) => !isDone(steps, code)) ?? null;
}
