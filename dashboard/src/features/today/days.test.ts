import { describe, expect, it } from "vitest";
import { isLate, path } from "./days";

describe("the line through the days", () => {
  it("goes up where the value does", () => expect(path([1, 2, 3], 20, 10)).toBe("M0 10L10 5L20 0"));
  it("is broken where a day has none", () => expect(path([1, null, 2, 2], 30, 10)).toBe("M0 10M20 0L30 0"));
  it("is in the middle when nothing changes", () => expect(path([4, 4], 10, 10)).toBe("M0 5L10 5"));
  it("is none of a single day", () => expect(path([null, 4], 10, 10)).toBe(""));
});

describe("late", () => {
  const now = Date.parse("2026-11-28T12:00:00Z");
  it("is what was due", () => expect(isLate("2026-11-28T11:59:00Z", now)).toBe(true));
  it("is not what has no time", () => expect(isLate(null, now)).toBe(false));
});
