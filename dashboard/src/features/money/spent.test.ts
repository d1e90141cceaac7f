import { expect, test } from "vitest";
import type { UsageOfThing } from "@/client/types.gen";
import { partsOf } from "./spent";

const line = (component: string, item: string, quantity: number, amount: string | null, agent = "a"): UsageOfThing => ({
  agent_id: agent,
  component,
  item,
  unit: "second",
  quantity,
  price: amount === null ? null : { amount: "0.0001", currency: "USD" },
  cost: amount === null ? null : { amount, currency: "USD" },
  is_own_price: false,
  is_estimate: true,
});

test("the dearest part and thing come first, and the same thing of two agents is one", () => {
  const parts = partsOf([
    line("stt", "deepgram nova-3", 100, "0.01"),
    line("tts", "cartesia sonic-3", 10, "0.2"),
    line("stt", "deepgram nova-3", 200, "0.02", "b"),
    line("stt", "openai whisper", 5, "0.1"),
  ]);
  expect(parts.map(({ component, cost }) => [component, cost?.amount])).toEqual([
    ["tts", "0.2"],
    ["stt", "0.13"],
  ]);
  expect(parts[1]?.lines.map(({ item, quantity, cost }) => [item, quantity, cost?.amount])).toEqual([
    ["openai whisper", 5, "0.1"],
    ["deepgram nova-3", 300, "0.03"],
  ]);
});

test("what nobody knows the price of stands there without one", () => {
  const [part] = partsOf([line("llm", "own model", 7, null), line("llm", "own model", 3, null)]);
  expect(part?.cost).toBeNull();
  expect(part?.lines.map(({ quantity, cost }) => [quantity, cost])).toEqual([[10, null]]);
});
