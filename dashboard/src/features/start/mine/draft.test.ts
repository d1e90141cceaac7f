import { describe, expect, it } from "vitest";
import type { AgentSuggestion } from "@/client/types.gen";
import { documentOf, draftOf, knowledgeOf, placeOf, seemsAddress, withLine, withName } from "./draft";

const source = { text: "Mon-Fri 9am-5pm", page: "https://www.example.com/contact" };
const suggestion = {
  document: {
    name: "Corner Bakery",
    language: "en-US",
    timezone: "America/New_York",
    opening: { text: "Hello, this is Corner Bakery. How can I help you?" },
    prompt: "You answer the telephone of Corner Bakery.",
    knowledge: ["business.md"],
    vocabulary: ["Corner Bakery"],
  },
  knowledge: "",
  facts: [
    { topic: "hours", heading: "Opening hours", question: "", text: "We are open from Monday to Friday.", source },
    { topic: "questions", heading: "Questions", question: "Do you bake cakes?", text: "Yes.", source },
  ],
  parts: [],
  missing: [],
  notices: [],
  pages: [],
  words_by: "",
} as unknown as AgentSuggestion;

describe("a suggestion that is corrected", () => {
  const draft = draftOf(suggestion);

  it("is known from as it stands on the page", () => {
    const added = withLine(draft, "hours", "Opening hours");
    expect(added.lines.map(({ topic }) => topic)).toEqual(["hours", "hours", "questions"]);
    const lines = added.lines.map((line) =>
      line.found ? line : { ...line, text: " # Closed\non Sunday <!-- x --> " },
    );
    expect(knowledgeOf(lines)).toBe(
      "# Opening hours\n\n- We are open from Monday to Friday.\n- Closed on Sunday x\n\n# Questions\n\n\nQ: Do you bake cakes?\nA: Yes.\n\n",
    );
  });

  it("greets with another name when that is changed, but for a greeting of one's own", () => {
    const renamed = withName(draft, "Mill Bakery");
    expect(renamed.opening).toBe("Hello, this is Mill Bakery. How can I help you?");
    expect(documentOf(renamed)).toMatchObject({
      name: "Mill Bakery",
      prompt: "You answer the telephone of Mill Bakery.",
      vocabulary: ["Mill Bakery"],
    });
    expect(withName({ ...draft, opening: "Good morning." }, "Mill Bakery").opening).toBe("Good morning.");
  });

  it("names no document when there is nothing in it", () => {
    expect(documentOf({ ...draft, lines: [] }).knowledge).toEqual([]);
    expect(documentOf(draft).knowledge).toEqual(["business.md"]);
  });
});

it("shows addresses in short", () => expect(placeOf(source.page)).toBe("example.com/contact"));

it("tells an address from lines", () => {
  expect(["example.com", "https://a.example/x?y", "www.a-b.co.uk/z", "http://127.0.0.1:80/"].every(seemsAddress)).toBe(
    true,
  );
  expect(["We are open.", "Corner Bakery", "a@b.example", ""].some(seemsAddress)).toBe(false);
});
