// What was said and what happened, as it comes: the caller's words, the gap, the agent's words, tools, news.

const PARTS = { decision: "waited", transcript: "words", brain: "thought", voice: "voice", sending: "sent" };
const OUTCOMES = { done: "done", failed: "failed: it had no effect", unknown: "nobody knows whether it was done" };

export function made(tag, classes = "", text = "") {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (text) element.textContent = text;
  return element;
}

export class Feed {
  constructor(list) {
    this.list = list;
    this.clear();
  }

  clear() {
    this.list.replaceChildren();
    this.tentative = null; // the caller's words that belong to no turn yet
    this.callers = new Map(); // by turn
    this.gapRows = new Map(); // by turn
    this.speaking = []; // replies that are not over, the oldest first
    this.tools = new Map(); // by call
    this.gaps = new Map(); // ms, by turn
  }

  tell(message) {
    const isAtEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 120;
    this[message.told]?.(message);
    if (isAtEnd) window.scrollTo({ top: document.documentElement.scrollHeight });
  }

  caller_words({ at, text }) {
    this.tentative ??= this.bubble("caller", "You", at);
    this.tentative.words.textContent = text;
  }

  caller_turn({ at, turn, text }) {
    const bubble = this.caller(turn, at);
    bubble.words.textContent = text;
    bubble.row.classList.remove("open");
  }

  caller(turn, at) {
    if (!this.callers.has(turn)) {
      const bubble = this.tentative ?? this.bubble("caller", "You", at);
      this.tentative = null;
      this.callers.set(turn, bubble);
    }
    return this.callers.get(turn);
  }

  gap({ at, turn, text, gap_ms, parts_ms, first_sound_ms }) {
    const bubble = this.caller(turn, at);
    if (!bubble.words.textContent) bubble.words.textContent = text;
    this.gaps.set(turn, gap_ms);
    this.gapRows.get(turn)?.remove();
    const parts = Object.entries(parts_ms).filter(([, length]) => length > 0);
    const row = this.row("event gap");
    const words = made("p");
    words.append(made("b", "", `${gap_ms} ms`), `: ${parts.map(([name, ms]) => `${PARTS[name]} ${ms}`).join(", ")}`);
    if (first_sound_ms > 0) words.append(`; a first sound after ${first_sound_ms}`);
    const bar = made("div", "bar");
    bar.setAttribute("aria-hidden", "true");
    for (const [name, ms] of parts) {
      const part = made("i", name);
      part.style.flexGrow = ms;
      bar.append(part);
    }
    row.lastChild.append(bar, words);
    this.gapRows.set(turn, row);
    bubble.row.after(row);
  }

  agent_words({ at, reply, segment, text }) {
    let bubble = this.speaking.find((one) => one.reply === reply);
    if (!bubble) {
      bubble = Object.assign(this.bubble("agent", "Agent", at), { reply, segments: new Map() });
      this.speaking.push(bubble);
    }
    bubble.segments.set(segment, text);
    bubble.words.textContent = [...bubble.segments.values()].join(" ");
  }

  // Replies end in the order in which they began. What was not heard is struck.
  agent_turn({ at, text, unheard, interrupted }) {
    let bubble = this.speaking.shift();
    if (!text) {
      bubble?.row.remove();
      return;
    }
    bubble ??= this.bubble("agent", "Agent", at);
    bubble.row.classList.remove("open");
    bubble.words.replaceChildren(text);
    if (interrupted && unheard) {
      const struck = made("s", "", unheard);
      struck.title = "not heard";
      bubble.words.append(" ", struck, made("span", "unseen", " (not heard)"));
    }
  }

  tool({ call, name, state, text, took_ms }) {
    if (state === "running") {
      const row = this.row("event tool");
      row.lastChild.append(made("p"));
      row.lastChild.firstChild.append(made("span", "name", name), ` ${shortened(plain(text))}`);
      this.tools.set(call, row);
      return;
    }
    const row = this.tools.get(call) ?? this.row("event tool");
    if (!this.tools.has(call)) row.lastChild.append(made("p", "", name));
    row.classList.toggle("look", state !== "done");
    row.lastChild.firstChild.append(` · ${OUTCOMES[state]} in ${took_ms} ms: ${shortened(text)}`);
  }

  note({ text, is_warning }) {
    const row = this.row(is_warning ? "event look" : "event");
    row.lastChild.append(made("p", "", text));
  }

  ended() {
    this.tentative?.row.remove();
    this.tentative = null;
    for (const { row } of [...this.speaking, ...this.callers.values()]) row.classList.remove("open");
  }

  bubble(who, name, at) {
    const row = this.row(`turn ${who} open`, at);
    const said = made("div", "say");
    const words = made("span", "words");
    said.append(made("b", "", name), words);
    row.lastChild.append(said);
    return { row, words };
  }

  row(classes, at = null) {
    const row = made("div", `turn ${classes}`);
    row.append(made("time", "", at === null ? "" : clock(at)), made("div"));
    this.list.append(row);
    return row;
  }

  get numbers() {
    const sorted = [...this.gaps.values()].sort((one, other) => one - other);
    if (!sorted.length) return null;
    return { last: [...this.gaps.values()].at(-1), middle: sorted[sorted.length >> 1], count: sorted.length };
  }
}

function clock(at) {
  const seconds = Math.max(0, Math.floor(at));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// A tool's arguments, without the signs of JSON.
function plain(json) {
  try {
    const words = (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : String(value));
    return Object.entries(JSON.parse(json)).map(([name, value]) => `${name.replaceAll("_", " ")} ${words(value)}`).join(", ");
  } catch {
    return json;
  }
}

function shortened(text) {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
