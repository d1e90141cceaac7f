import { expect, test } from "vitest";
import { isMonth, monthBefore, monthInWords } from "./months";

test("months are counted back over the turn of a year", () => {
  expect(["2026-11", "2026-01"].map((month) => monthBefore(month, 1))).toEqual(["2026-10", "2025-12"]);
  expect(monthBefore("2026-03", 15)).toBe("2024-12");
});

test("what is no month is none", () => {
  expect(["2026-11", "2026-13", "2026-00", "26-11", 202611, undefined].map(isMonth)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test("a month is written as its reader writes it", () => {
  expect(monthInWords("2026-03", "de")).toBe("März 2026");
  expect(monthInWords("2026-03", "en")).toBe("March 2026");
});
