import { describe, expect, it } from "vitest";
import type { CallTurn, CostLine, Latency } from "@/client";
import { nanoOf, receiptOf } from "@/ui/receipt";
import { gapsOf, longest, partsOf } from "./parts";
import { bare, wholeWords } from "./picked";
import { columns, lastHeard, silences, soundOf, voicedSpans } from "./sound";
import { itemsOfTurns, turnAt } from "./story";
import { rowsOf } from "./times";
import { wishOf } from "./tools";
import { following, moved, zoomed } from "./window";
import { placeWords, wordAt, wordOf } from "./words";

const latency = (parts: Record<string, number>, more: Partial<Latency> = {}): Latency => ({
  gap_ms: Object.values(parts).reduce((sum, ms) => sum + ms, 0),
  parts_ms: parts,
  first_sound_ms: 0,
  speculated: false,
  ...more,
});
const turn = (number: number, role: string, at_s: number, until_s: number, more: Partial<CallTurn> = {}): CallTurn => ({
  number,
  role,
  at_s,
  until_s,
  turn: number,
  text: "so it is said",
  latency: null,
  ...more,
});
/** Peaks of one side: so many fiftieths of a second of each loudness. */
const side = (...stretches: [number, number][]) =>
  stretches.flatMap(([peak, count]) => Array<number>(count).fill(peak));
const sound = (caller: number[], agent: number[]) =>
  soundOf(Uint8Array.from(caller.flatMap((peak, n) => [peak, agent[n] ?? 0])));

describe("the parts of a gap", () => {
  it("add up to what is shown of it, whatever is rounded", () => {
    for (const parts of [
      [254, 254, 254, 254, 254],
      [5, 5, 5, 5, 5],
      [1, 0, 3, 999, 4],
      [333, 333, 334, 0, 0],
    ]) {
      const [decision = 0, transcript = 0, brain = 0, voice = 0, sending = 0] = parts;
      const found = partsOf(latency({ decision, transcript, brain, voice, sending }));
      const whole = parts.reduce((sum, ms) => sum + ms, 0);
      expect(found.reduce((sum, { hundredths }) => sum + hundredths, 0)).toBe(Math.round(whole / 10));
      expect(found.every(({ ms }) => ms > 0)).toBe(true);
    }
  });
  it("tell the longest of a call", () => {
    const turns = [
      turn(1, "agent", 1, 2, { latency: latency({ brain: 300 }) }),
      turn(2, "agent", 4, 5, { latency: latency({ brain: 900 }) }),
    ];
    expect(longest(gapsOf(turns))?.turn.number).toBe(2);
    expect(longest([])).toBeUndefined();
  });
  it("stand where they ran, also before the decision", () => {
    const moments = { ended_s: 10, asked_s: 10.1, token_s: 10.3, audio_s: 10.5, decided_s: 10.4, heard_s: 10.5 };
    const [row] = rowsOf(
      gapsOf([turn(1, "agent", 10.5, 12, { latency: latency({ decision: 400, voice: 100 }, { moments }) })]),
    );
    expect(row?.replying.map(({ part }) => part)).toEqual(["brain", "voice"]);
    expect(row?.replying[0]?.from).toBeCloseTo(0.1);
    expect(row?.deciding.at(-1)?.until).toBeCloseTo(0.4);
    const [old] = rowsOf(gapsOf([turn(1, "agent", 10.5, 12, { latency: latency({ decision: 300, brain: 200 }) })]));
    expect(old?.replying).toEqual([{ part: "brain", from: 0.3, until: 0.5 }]);
  });
});

describe("a recording's peaks", () => {
  it("tell where somebody is heard, and which silence can be left out", () => {
    const call = sound(side([0, 50], [90, 50], [0, 200]), side([0, 250], [80, 50]));
    expect(voicedSpans(call.caller, 50)).toEqual([{ from: 1, until: 2 }]);
    expect(silences(call)).toEqual([
      { from: 0.2, until: 0.8 },
      { from: 2.2, until: 4.8 },
    ]);
    expect(lastHeard(call.caller, 50, { from: 0, until: 5 })).toBe(2);
    expect(lastHeard(call.caller, 50, { from: 3, until: 5 })).toBeUndefined();
  });
  it("are as many columns as are asked for, of an hour too", () => {
    const hour = Uint8Array.from(side([0, 90_000], [200, 90_000]));
    const drawn = columns(hour, 50, { from: 0, until: 3600 }, 300);
    expect(drawn.length).toBe(300);
    expect([drawn[0], drawn[299]]).toEqual([0, expect.closeTo(200 / 255)]);
  });
});

describe("words on the clock", () => {
  it("lie where their speaker is heard, and are found by place and by sign", () => {
    const words = placeWords("one two three", { from: 10, until: 14 }, [
      { from: 9, until: 11 },
      { from: 13, until: 20 },
    ]);
    expect(words.map(({ from }) => from)).toEqual([...words.map(({ from }) => from)].sort((a, b) => a - b));
    expect(words[0]?.from).toBe(10);
    expect(words.at(-1)?.until).toBe(14);
    // Nobody is heard between 11 and 13.
    expect(words.every(({ from }) => from <= 11 || from >= 13)).toBe(true);
    expect(wordAt(words, 9)).toBeUndefined();
    expect(wordOf(words, 5)?.start).toBe(4);
    expect(placeWords("", { from: 0, until: 1 }, [])).toEqual([]);
    expect(placeWords("quiet", { from: 3, until: 4 }, [])[0]).toMatchObject({ from: 3, until: 4 });
  });
  it("are picked whole", () => {
    const text = "for Mill Lane Flowers, please";
    expect(text.slice(...(wholeWords(text, 6, 15) ?? [0, 0]))).toBe("Mill Lane Flowers,");
    expect(bare("Mill Lane Flowers,")).toBe("Mill Lane Flowers");
    expect(wholeWords(text, 3, 4)).toBeUndefined();
  });
});

describe("the story", () => {
  it("is told in the order in which it was heard", () => {
    const turns = [
      turn(1, "agent", 0, 3),
      turn(2, "agent", 17, 18),
      turn(3, "caller", 12, 15),
      turn(4, "agent", 18.7, 23, { latency: latency({ brain: 3200 }) }),
    ];
    expect(itemsOfTurns(turns, undefined).map(({ kind, at }) => `${kind} ${at}`)).toEqual([
      "turn 0",
      "turn 12",
      "turn 17",
      "gap 18.7",
      "turn 18.7",
    ]);
    expect(turnAt(turns, 16)?.number).toBe(3);
    expect(turnAt(turns, -1)).toBeUndefined();
  });
  it("says where the agent fell silent", () => {
    const cut = turn(1, "agent", 0, 4, { interrupted: true, unheard: "and more" });
    const [, item] = itemsOfTurns([cut, turn(2, "caller", 1.5, 3)], sound(side([0, 200]), side([90, 100], [0, 100])));
    expect(item).toMatchObject({ kind: "cut", stopped: 2 });
  });
});

describe("the receipt", () => {
  const line = (component: string, amount: string | null): CostLine => ({
    component,
    item: "x",
    unit: "second",
    quantity: 1,
    is_own_price: false,
    price: null,
    price_since: null,
    cost: amount === null ? null : { amount, currency: "USD" },
  });
  it("adds up to the last billionth, and says what is not known", () => {
    const { components, total, unknown } = receiptOf([
      line("stt", "0.1"),
      line("llm", "0.2"),
      line("llm", "0.000000001"),
      line("carrier", null),
    ]);
    expect(total?.amount).toBe("0.300000001");
    expect(components.map(({ component, cost }) => [component, cost?.amount])).toEqual([
      ["carrier", undefined],
      ["stt", "0.1"],
      ["llm", "0.200000001"],
    ]);
    expect(unknown).toBe(1);
    expect(nanoOf("-1.5")).toBe(-1_500_000_000n);
    expect(receiptOf([]).total).toBeNull();
  });
});

describe("the stretch that is shown", () => {
  it("comes nearer around a moment, stays inside the call, and follows the playhead", () => {
    const whole = { from: 0, until: 100 };
    expect(zoomed(whole, 100, 2, 50)).toEqual({ from: 25, until: 75 });
    expect(zoomed(whole, 100, 2, 0)).toEqual({ from: 0, until: 50 });
    expect(zoomed({ from: 0, until: 50 }, 100, 0.25, 10)).toEqual(whole);
    expect(moved({ from: 60, until: 90 }, 100, 30)).toEqual({ from: 70, until: 100 });
    const near = { from: 0, until: 10 };
    expect(following(near, 100, 5)).toBe(near);
    expect(following(near, 100, 40)).toEqual({ from: 39, until: 49 });
  });
});

it("a tool's wish is read without its brackets", () => {
  expect(wishOf('{"people": 4, "day_name": "Friday"}')).toBe("people: 4, day name: Friday");
  expect(wishOf("not json")).toBe("not json");
});
