/** A step of a caller's script, as the API has it: its first field is what it does. */
export type Step = Record<string, unknown>;
export type StepKind =
  | "say"
  | "barge_in"
  | "backchannel"
  | "wait"
  | "silence"
  | "digits"
  | "noise"
  | "cough"
  | "hang_up";

const KINDS: StepKind[] = ["say", "barge_in", "backchannel", "wait", "silence", "digits", "noise", "cough", "hang_up"];

export function kindOf(step: Step): StepKind | undefined {
  return KINDS.find((kind) => kind in step);
}

/** What is said in a step; pauses inside of it as dots. */
export function saidIn(step: Step): string | undefined {
  const said = step.say ?? step.barge_in ?? step.backchannel;
  if (typeof said === "string") return said;
  if (!Array.isArray(said)) return undefined;
  return said.map((piece) => (typeof piece === "string" ? piece : "...")).join(" ");
}

/** Whoever is polite waits so: that needs no words. */
export function isPlainWait(step: Step): boolean {
  const wait = step.wait as { silent_s?: number; patience_s?: number; seconds?: number; says?: string } | undefined;
  return wait !== undefined && (wait.silent_s ?? 9) <= 0.8 && !wait.patience_s && !wait.seconds && !wait.says;
}

/** The step with other words. */
export function saying(step: Step, words: string): Step {
  const kind = kindOf(step) ?? "say";
  return { ...step, [kind]: words };
}

/** What somebody adds: the caller waits until the agent is done, and says it. */
export function politely(words: string): Step[] {
  return [{ wait: { silent_s: 0.8, at_most_s: 30 } }, { say: words }];
}

/** The steps with a turn more, before the caller hangs up. */
export function withTurn(steps: Step[], words: string): Step[] {
  const last = steps.findLastIndex((step) => kindOf(step) === "hang_up");
  const waits = last > 0 && kindOf(steps[last - 1] ?? {}) === "wait" ? last - 1 : last;
  const place = last < 0 ? steps.length : waits;
  return [...steps.slice(0, place), ...politely(words), ...steps.slice(place)];
}

/** The steps without one, and without the waiting that led to it. */
export function without(steps: Step[], place: number): Step[] {
  const begins = place > 0 && kindOf(steps[place - 1] ?? {}) === "wait" ? place - 1 : place;
  return [...steps.slice(0, begins), ...steps.slice(place + 1)];
}
