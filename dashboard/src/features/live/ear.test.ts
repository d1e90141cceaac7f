import { expect, it } from "vitest";
import { widened } from "./ear";

it("reads mu-law, twice as fine", () => {
  const side = { last: 0 };
  // Silence, the loudest of both signs.
  expect([...widened(Uint8Array.of(0xff, 0x80, 0x00), side)]).toEqual([0, 0, 16062, 32124, 0, -32124]);
  expect(side.last).toBe(-32124);
});
