import { describe, expect, it } from "vitest";
import { isCode, nextOf } from "./steps";

const step = (code: string, is_done: boolean) => ({ code, is_done });

describe("what comes next", () => {
  it("is the first that is not done", () =>
    expect(nextOf([step("talk", true), step("agent", false), step("keys", true)])).toBe("agent"));
  it("is nothing when all is done", () =>
    expect(nextOf(["talk", "agent", "keys", "number", "call"].map((code) => step(code, true)))).toBe(null));
});

it("knows its steps", () => expect([isCode("keys"), isCode("other"), isCode(undefined)]).toEqual([true, false, false]));
