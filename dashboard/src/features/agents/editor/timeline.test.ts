import { expect, it } from "vitest";
import { idleScene, moved, percentOf, secondsAt, spanOf } from "./timeline";

it("draws seconds where they can be found again", () => {
  const clock = { spanS: 4, startPercent: 30 };
  expect(percentOf(clock, 0)).toBe(30);
  expect(percentOf(clock, 4)).toBe(100);
  expect(percentOf(clock, 9)).toBe(100);
  for (const seconds of [0.3, 1.25, 3.85]) {
    expect(secondsAt(clock, percentOf(clock, seconds) / 100, 0.05)).toBe(seconds);
  }
});

it("takes a round span with air", () => {
  expect(spanOf([0.3, 3], 4)).toBe(4);
  expect(spanOf([5], 4)).toBe(6);
  expect(spanOf([200], 4)).toBe(240);
});

it("moves by keys within the bounds", () => {
  const bounds = { minimum: 0.1, maximum: 5 };
  expect(moved("ArrowRight", 0.3, 0.05, bounds)).toBe(0.35);
  expect(moved("ArrowLeft", 0.1, 0.05, bounds)).toBe(0.1);
  expect(moved("End", 0.3, 0.05, bounds)).toBe(5);
  expect(moved("a", 0.3, 0.05, bounds)).toBeUndefined();
});

it("asks after each silence, and then says goodbye", () => {
  expect(idleScene(9, 2, 1.5)).toEqual([
    { at: 9, isGoodbye: false },
    { at: 19.5, isGoodbye: false },
    { at: 30, isGoodbye: true },
  ]);
  expect(idleScene(9, 0, 1.5)).toEqual([{ at: 9, isGoodbye: true }]);
});
