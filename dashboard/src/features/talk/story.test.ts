import { describe, expect, it } from "vitest";
import type { ToldMessage } from "./leg";
import { gapsOf, NOTHING, plain, type Story, tell } from "./story";

const told = (...messages: ToldMessage[]): Story => messages.reduce(tell, NOTHING);
const shown = (story: Story) =>
  story.items.map((item) => (item.kind === "said" ? `${item.who}: ${item.text}` : item.kind));

describe("a call as it is told", () => {
  it("keeps words in one bubble until they are settled, and puts the gap behind the caller", () => {
    const story = told(
      { told: "agent_words", at: 0, reply: 0, segment: 0, text: "Hello." },
      { told: "agent_words", at: 1, reply: 0, segment: 1, text: "Who is there?" },
      { told: "agent_turn", at: 2, turn: 0, text: "Hello. Who is there?" },
      { told: "caller_words", at: 3, text: "it is" },
      { told: "caller_words", at: 3.2, text: "it is me" },
      { told: "agent_words", at: 4, reply: 1, segment: 0, text: "Good day." },
      { told: "gap", at: 4, turn: 1, text: "it is me", gap_ms: 640, parts_ms: { decision: 600, voice: 40, brain: 0 } },
      { told: "caller_turn", at: 4.1, turn: 1, text: "It is me." },
    );
    expect(shown(story)).toEqual(["agent: Hello. Who is there?", "caller: It is me.", "gap", "agent: Good day."]);
    expect(gapsOf(story)).toEqual({ last: 640, middle: 640, count: 1 });
    expect(story.items.some((item) => item.kind === "said" && item.who === "caller" && item.isOpen)).toBe(false);
  });

  it("strikes what was not heard, and forgets a reply of which nothing was", () => {
    const story = told(
      { told: "agent_words", at: 0, reply: 0, segment: 0, text: "We open at eight, and" },
      { told: "agent_turn", at: 1, turn: 1, text: "We open", unheard: "at eight, and", interrupted: true },
      { told: "agent_words", at: 2, reply: 1, segment: 0, text: "Well" },
      { told: "agent_turn", at: 2, turn: 2, text: "" },
    );
    expect(story.items).toHaveLength(1);
    expect(story.items[0]).toMatchObject({ text: "We open", unheard: "at eight, and", isOpen: false });
  });

  it("follows a tool from its wish to its answer, and ends", () => {
    const story = told(
      { told: "tool", at: 0, call: "1", name: "book_table", state: "running", text: '{"guest_count": 2}' },
      { told: "tool", at: 1, call: "1", name: "book_table", state: "done", text: "booked", took_ms: 20 },
      { told: "caller_words", at: 2, text: "thank you" },
      { told: "ended", at: 3, reason: "caller.hung_up", says: "The caller hung up." },
    );
    expect(story.items[0]).toMatchObject({ wish: "guest count 2", answer: "booked", state: "done", tookMs: 20 });
    expect(story.ending?.says).toBe("The caller hung up.");
    expect(plain("not json")).toBe("not json");
  });
});
