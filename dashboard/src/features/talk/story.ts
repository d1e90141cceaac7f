import type { ToldMessage } from "./leg";

/** What one party said until the floor passed. */
export interface SaidItem {
  kind: "said";
  key: number;
  who: "caller" | "agent";
  at: number;
  /** Of the caller: the number of the turn, once it has one. */
  turn: number | null;
  text: string;
  /** Of the agent: what would have followed, and was not heard. */
  unheard: string;
  /** The words may still change. */
  isOpen: boolean;
}

export interface GapItem {
  kind: "gap";
  key: number;
  turn: number;
  gapMs: number;
  parts: [name: string, ms: number][];
  firstSoundMs: number;
}

export interface ToolItem {
  kind: "tool";
  key: number;
  call: string;
  name: string;
  wish: string;
  state: string;
  answer: string;
  tookMs: number;
}

export interface NoteItem {
  kind: "note";
  key: number;
  text: string;
  isWarning: boolean;
}

export type Item = SaidItem | GapItem | ToolItem | NoteItem;

export interface Ending {
  says: string;
  advice: string;
  reason: string;
  detail: string;
}

/** A call as it is told, in the order in which things are shown. */
export interface Story {
  items: readonly Item[];
  /** `listening`, `hearing`, `thinking` or `speaking`. */
  doing: string;
  /** Seconds on the call's clock of the last thing that was told. */
  at: number;
  ending: Ending | null;
  /** Replies that are not over, the oldest first: the keys of their items, and their segments. */
  speaking: readonly { reply: number; key: number; segments: ReadonlyMap<number, string> }[];
  next: number;
}

export const NOTHING: Story = { items: [], doing: "", at: 0, ending: null, speaking: [], next: 1 };
/** Of a call of an hour so much is kept on a live page; the call's own page has all of it. */
const MOST_ITEMS = 400;

/** The story with one more message. */
export function tell(story: Story, message: ToldMessage): Story {
  const at = number(message.at);
  const told = TELLERS[message.told]?.(story, message, at) ?? story;
  const items = told.items.length > MOST_ITEMS ? told.items.slice(-MOST_ITEMS) : told.items;
  return { ...told, items, at: Math.max(story.at, at) };
}

type Teller = (story: Story, message: ToldMessage, at: number) => Story;

const TELLERS: Record<string, Teller> = {
  doing: (story, { what }) => ({ ...story, doing: text(what) }),
  caller_words: (story, message, at) => {
    const open = story.items.find((item) => item.kind === "said" && item.who === "caller" && item.turn === null);
    if (open) return change(story, open.key, { text: text(message.text) });
    return add(story, said(story, "caller", at, { text: text(message.text) }));
  },
  caller_turn: (story, message, at) => {
    const [held, key] = callerTurn(story, number(message.turn), at);
    return change(held, key, { text: text(message.text), isOpen: false });
  },
  gap: (story, message, at) => {
    const turn = number(message.turn);
    const [held, key] = callerTurn(story, turn, at);
    const caller = held.items.find((item) => item.key === key);
    const named = caller?.kind === "said" && !caller.text ? change(held, key, { text: text(message.text) }) : held;
    const gap: GapItem = {
      kind: "gap",
      key: named.next,
      turn,
      gapMs: number(message.gap_ms),
      parts: Object.entries((message.parts_ms ?? {}) as Record<string, number>).filter(([, ms]) => ms > 0),
      firstSoundMs: number(message.first_sound_ms),
    };
    const items = named.items.filter((item) => item.kind !== "gap" || item.turn !== turn);
    const place = items.findIndex((item) => item.key === key) + 1;
    return { ...named, items: [...items.slice(0, place), gap, ...items.slice(place)], next: named.next + 1 };
  },
  agent_words: (story, message, at) => {
    const reply = number(message.reply);
    const held = story.speaking.find((one) => one.reply === reply);
    const segments = new Map(held?.segments).set(number(message.segment), text(message.text));
    const words = [...segments.values()].join(" ");
    if (held) {
      const speaking = story.speaking.map((one) => (one === held ? { ...one, segments } : one));
      return change({ ...story, speaking }, held.key, { text: words });
    }
    const made = said(story, "agent", at, { text: words });
    return { ...add(story, made), speaking: [...story.speaking, { reply, key: made.key, segments }] };
  },
  // Replies end in the order in which they began.
  agent_turn: (story, message, at) => {
    const [first, ...speaking] = story.speaking;
    const words = text(message.text);
    const unheard = message.interrupted ? text(message.unheard) : "";
    if (!words) {
      const items = story.items.filter((item) => item.key !== first?.key);
      return { ...story, speaking, items };
    }
    if (first) return change({ ...story, speaking }, first.key, { text: words, unheard, isOpen: false });
    return add({ ...story, speaking }, said(story, "agent", at, { text: words, unheard, isOpen: false }));
  },
  tool: (story, message) => {
    const call = text(message.call);
    const state = text(message.state);
    const held = story.items.find((item) => item.kind === "tool" && item.call === call);
    const answer = state === "running" ? "" : text(message.text);
    if (held) return change(story, held.key, { state, answer, tookMs: number(message.took_ms) });
    return add(story, {
      kind: "tool",
      key: story.next,
      call,
      name: text(message.name),
      wish: state === "running" ? plain(text(message.text)) : "",
      state,
      answer,
      tookMs: number(message.took_ms),
    });
  },
  note: (story, message) =>
    add(story, {
      kind: "note",
      key: story.next,
      text: text(message.text),
      isWarning: message.is_warning === true,
    }),
  lines_lost: (story) => story,
  ended: (story, message) => ({
    ...story,
    doing: "",
    speaking: [],
    items: story.items
      .filter((item) => item.kind !== "said" || !item.isOpen || item.text)
      .map((item) => (item.kind === "said" ? { ...item, isOpen: false } : item)),
    ending: {
      says: text(message.says),
      advice: text(message.advice),
      reason: text(message.reason),
      detail: text(message.detail),
    },
  }),
};

function callerTurn(story: Story, turn: number, at: number): [Story, number] {
  const isOurs = (item: Item) => item.kind === "said" && item.who === "caller" && item.turn === turn;
  const isFree = (item: Item) => item.kind === "said" && item.who === "caller" && item.turn === null;
  const held = story.items.find(isOurs) ?? story.items.find(isFree);
  if (held) return [change(story, held.key, { turn }), held.key];
  const made = said(story, "caller", at, { turn });
  return [add(story, made), made.key];
}

function said(story: Story, who: SaidItem["who"], at: number, more: Partial<SaidItem>): SaidItem {
  return { kind: "said", key: story.next, who, at, turn: null, text: "", unheard: "", isOpen: true, ...more };
}

function add(story: Story, item: Item): Story {
  return { ...story, items: [...story.items, item], next: Math.max(story.next, item.key) + 1 };
}

function change(story: Story, key: number, more: Partial<SaidItem> | Partial<ToolItem>): Story {
  return { ...story, items: story.items.map((item) => (item.key === key ? ({ ...item, ...more } as Item) : item)) };
}

/** A tool's arguments, without the signs of JSON. */
export function plain(json: string): string {
  try {
    const found: unknown = JSON.parse(json);
    if (typeof found !== "object" || found === null) return json;
    const words = (value: unknown) =>
      typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
    return Object.entries(found)
      .map(([name, value]) => `${name.replaceAll("_", " ")} ${words(value)}`)
      .join(", ");
  } catch {
    return json;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The gaps so far: the last, and the one in the middle. */
export function gapsOf(story: Story): { last: number; middle: number; count: number } | null {
  const gaps = story.items.flatMap((item) => (item.kind === "gap" ? [item.gapMs] : []));
  const last = gaps.at(-1);
  if (last === undefined) return null;
  const sorted = [...gaps].sort((one, other) => one - other);
  return { last, middle: sorted[sorted.length >> 1] ?? last, count: gaps.length };
}
