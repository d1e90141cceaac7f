import { useCallback, useSyncExternalStore } from "react";
import { stream, type Told } from "@/app/stream";
import { NOTHING, type Story, tell } from "../talk/story";

/** So long a story is kept that nobody looks at: from a card to its page nothing is read twice. */
const KEPT_MS = 3000;

/** One call as it is told, for all parts of the page that show it. */
class Kept {
  story: Story = NOTHING;
  readonly watchers = new Set<() => void>();
  #last = 0;
  #stop: (() => void) | null = null;
  #timer = 0;
  readonly #callId: string;

  constructor(callId: string) {
    this.#callId = callId;
  }

  watch(watcher: () => void): () => void {
    window.clearTimeout(this.#timer);
    this.watchers.add(watcher);
    this.#stop ??= stream.on(`call:${this.#callId}`, (told) => this.#hear(told));
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.#timer = window.setTimeout(() => this.#forget(), KEPT_MS);
    };
  }

  #hear({ type, data, sequence = 0 }: Told): void {
    if (type === undefined || data === undefined || type === "end") return;
    if (sequence > 0 && sequence <= this.#last) return;
    this.#last = Math.max(this.#last, sequence);
    this.story = tell(this.story, { ...data, told: type });
    for (const watcher of this.watchers) watcher();
  }

  #forget(): void {
    this.#stop?.();
    kept.delete(this.#callId);
  }
}

const kept = new Map<string, Kept>();

function keptOf(callId: string): Kept {
  const held = kept.get(callId) ?? new Kept(callId);
  kept.set(callId, held);
  return held;
}

/** What has been said in this call, and what falls now. */
export function useStory(callId: string): Story {
  const watch = useCallback((watcher: () => void) => keptOf(callId).watch(watcher), [callId]);
  return useSyncExternalStore(watch, () => kept.get(callId)?.story ?? NOTHING);
}
