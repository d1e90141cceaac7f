import { expect, it } from "vitest";
import { diffLines, shortened } from "./lines";

it("tells lines that came from lines that went", () => {
  expect(diffLines("a\nb\nc", "a\nx\nc")).toEqual([
    { kind: "same", text: "a" },
    { kind: "gone", text: "b" },
    { kind: "new", text: "x" },
    { kind: "same", text: "c" },
  ]);
  expect(diffLines("a", "a").every(({ kind }) => kind === "same")).toBe(true);
});

it("leaves out what is far from any change", () => {
  const many = Array.from({ length: 20 }, (_, line) => `line ${line}`);
  const changed = many.with(10, "other");
  const short = shortened(diffLines(many.join("\n"), changed.join("\n")));
  expect(short.length).toBe(8);
  expect(short[0]).toBeNull();
  expect(short.at(-1)).toBeNull();
});
