import { describe, expect, it } from "vitest";
import { differing, getAt, merged, pathOf, pointerOf, setAt } from "./document";

describe("a document", () => {
  const doc = { name: "Reception", turn_taking: { idle_s: 9 }, tools: [{ name: "end_call" }, { name: "http" }] };

  it("is changed in a copy, and blocks that are empty then are gone", () => {
    expect(setAt(doc, ["turn_taking", "idle_s"], 12)).toEqual({ ...doc, turn_taking: { idle_s: 12 } });
    expect(setAt(doc, ["turn_taking", "idle_s"], undefined)).toEqual({ name: doc.name, tools: doc.tools });
    expect(setAt({}, ["opening", "text"], "Hello")).toEqual({ opening: { text: "Hello" } });
    expect(getAt(setAt(doc, ["tools", 0], undefined), ["tools"])).toEqual([{ name: "http" }]);
    expect(doc.turn_taking.idle_s).toBe(9);
  });

  it("has places that are pointers", () => {
    expect(pointerOf(["lexicon", "a/b~c"])).toBe("/lexicon/a~1b~0c");
    expect(pathOf("/lexicon/a~1b~0c")).toEqual(["lexicon", "a/b~c"]);
  });

  it("differs at its fields, and lists as a whole", () => {
    const other = { ...doc, turn_taking: { idle_s: 12, hold_s: 40 }, tools: [] };
    expect(differing(doc, other).map(pointerOf)).toEqual(["/turn_taking/idle_s", "/turn_taking/hold_s", "/tools"]);
  });
});

describe("two people on one draft", () => {
  const base = { name: "Reception", prompt: "Be kind.", opening: { text: "Hello" } };

  it("keeps what only one of them touched", () => {
    const found = merged(base, { ...base, prompt: "Be brief." }, { ...base, opening: { text: "Good morning" } });
    expect(found).toEqual({ doc: { ...base, prompt: "Be brief.", opening: { text: "Good morning" } }, clashes: [] });
  });

  it("asks where both touched the same field", () => {
    const { doc, clashes } = merged(base, { ...base, prompt: "Mine" }, { ...base, prompt: "Theirs" });
    expect(doc.prompt).toBe("Theirs");
    expect(clashes).toEqual([{ path: ["prompt"], mine: "Mine", theirs: "Theirs" }]);
  });

  it("does not ask where both did the same, and takes out what was taken out", () => {
    const { doc, clashes } = merged(base, { name: "Reception", opening: base.opening }, { ...base, name: "Desk" });
    expect(clashes).toEqual([]);
    expect(doc).toEqual({ name: "Desk", opening: { text: "Hello" } });
  });
});
