import { expect, test } from "vitest";
import { isPlainWait, kindOf, saidIn, saying, without, withTurn } from "./steps";

const WAIT = { wait: { silent_s: 0.8 } };
const STEPS = [WAIT, { say: "Hello." }, WAIT, { hang_up: true }];

test("what is said stands in one line, pauses as dots", () => {
  expect(saidIn({ say: ["Five zero", { pause_s: 0.9 }, "three"] })).toBe("Five zero ... three");
  expect(saidIn({ barge_in: "Sorry,", after_s: 2 })).toBe("Sorry,");
  expect(saidIn(WAIT)).toBeUndefined();
  expect(kindOf({ after_s: 1, noise: "hum" })).toBe("noise");
});

test("only a wait that is longer than it is polite is told", () => {
  expect([WAIT, { wait: { silent_s: 2 } }, { wait: { seconds: 3 } }, { say: "Hello." }].map(isPlainWait)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test("other words leave the rest of a step", () => {
  expect(saying({ barge_in: "Sorry,", after_s: 2 }, "Wait!")).toEqual({ barge_in: "Wait!", after_s: 2 });
});

test("a turn more is said before the caller hangs up", () => {
  const more = withTurn(STEPS, "And on Sunday?");
  expect(more.map(kindOf)).toEqual(["wait", "say", "wait", "say", "wait", "hang_up"]);
  expect(withTurn([WAIT, { say: "Hello." }], "Bye.").at(-1)).toEqual({ say: "Bye." });
});

test("a turn goes with the waiting before it", () => {
  expect(without(STEPS, 1).map(kindOf)).toEqual(["wait", "hang_up"]);
  expect(without([{ say: "Hello." }], 0)).toEqual([]);
});
