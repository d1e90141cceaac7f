import { useEffect, useSyncExternalStore } from "react";
import { freshen } from "./queries";

/** What the server tells over the tab's one WebSocket, `/v1/stream`. */
export interface Told {
  topic: string;
  type?: string;
  sequence?: number;
  data?: Record<string, unknown>;
  /** Something was left out, since this tab was too slow: read again. */
  lost?: boolean;
}
type Hears = (told: Told) => void;

/** Which pages of the API are stale when something of this kind has changed: the tags of its document. */
const TAGS: Record<string, string[]> = {
  agent: ["Agents", "Documents", "Today"],
  call: ["Calls", "Today"],
  phone_number: ["Numbers", "Today"],
  carrier_account: ["Numbers", "Carriers"],
  provider_key: ["Keys", "Today"],
  tool_key: ["Keys"],
  secret: ["Keys"],
  api_key: ["API keys"],
  member: ["People"],
  invitation: ["People"],
  workspace: ["People", "Session"],
  webhook: ["Webhooks"],
  delivery: ["Webhooks"],
  document: ["Documents"],
  blocked_number: ["Limits"],
  limits: ["Limits"],
  price: ["Prices"],
  backup: ["Backups"],
  question: ["Questions", "Today"],
  task: ["Tasks", "Today"],
  view: ["Views"],
  test: ["Tests"],
};
const SLOWEST_MS = 15_000;
const SILENT_MS = 45_000;

class Stream {
  readonly #hearers = new Map<string, Set<Hears>>();
  readonly #after = new Map<string, number>();
  readonly #watchers = new Set<() => void>();
  #socket: WebSocket | null = null;
  #isOpen = false;
  #wasOpen = false;
  #waitMs = 500;
  #silence = 0;

  /** True while the server can be heard; also before the first try has failed. */
  get isThere(): boolean {
    return this.#isOpen || !this.#wasOpen;
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  on(topic: string, hears: Hears, after?: number): () => void {
    const hearers = this.#hearers.get(topic) ?? new Set();
    this.#hearers.set(topic, hearers.add(hears));
    if (after !== undefined) this.#after.set(topic, after);
    if (hearers.size === 1) this.#send({ subscribe: topic, ...this.#from(topic) });
    this.#connect();
    return () => {
      hearers.delete(hears);
      if (hearers.size > 0) return;
      this.#hearers.delete(topic);
      this.#after.delete(topic);
      this.#send({ unsubscribe: topic });
    };
  }

  #from(topic: string): { after?: number } {
    const after = this.#after.get(topic);
    return after === undefined ? {} : { after };
  }

  #send(wish: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(wish));
  }

  #connect(): void {
    if (this.#socket !== null) return;
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/stream`);
    this.#socket = socket;
    socket.onopen = () => {
      const isBack = this.#wasOpen;
      this.#become(true);
      this.#waitMs = 500;
      for (const topic of this.#hearers.keys()) this.#send({ subscribe: topic, ...this.#from(topic) });
      // Whatever was told meanwhile is known by reading it.
      if (isBack) freshen(...new Set(Object.values(TAGS).flat()));
    };
    socket.onmessage = ({ data }) => {
      this.#listen(socket);
      this.#hear(JSON.parse(String(data)) as Told);
    };
    socket.onclose = () => {
      window.clearTimeout(this.#silence);
      this.#socket = null;
      this.#become(false);
      window.setTimeout(() => this.#hearers.size > 0 && this.#connect(), this.#waitMs);
      this.#waitMs = Math.min(this.#waitMs * 2, SLOWEST_MS);
    };
    this.#listen(socket);
  }

  /** A connection that nothing comes over is no connection: the server says something every fifteen seconds. */
  #listen(socket: WebSocket): void {
    window.clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => socket.close(), SILENT_MS);
  }

  #become(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#wasOpen = true;
    for (const watcher of this.#watchers) watcher();
  }

  #hear(told: Told): void {
    // 0: others of the same line follow, which would be missed by going on behind it.
    if (told.sequence) this.#after.set(told.topic, told.sequence);
    if (told.topic === "changes") {
      const kind = String(told.data?.kind ?? "");
      freshen(...(told.lost ? new Set(Object.values(TAGS).flat()) : (TAGS[kind] ?? [])));
    }
    for (const hears of this.#hearers.get(told.topic) ?? []) hears(told);
  }
}

export const stream = new Stream();

/** Be told what happens there for as long as the page is open. `hears` should not change at each drawing. */
export function useTopic(topic: string | null, hears: Hears): void {
  useEffect(() => (topic === null ? undefined : stream.on(topic, hears)), [topic, hears]);
}

/** False: the server cannot be heard at the moment. */
export function useIsThere(): boolean {
  return useSyncExternalStore(stream.watch, () => stream.isThere);
}
