import { useEffect, useSyncExternalStore } from "react";
import type { Span } from "./sound";

export const RATES = [1, 1.25, 1.5, 2] as const;

export interface PlayerState {
  isPlaying: boolean;
  rate: number;
  skips: boolean;
  /** The recording could not be fetched or played. */
  isBroken: boolean;
}
type Ticks = (at: number) => void;

/**
 * The one clock of a call's page: whatever shows a moment follows it, whatever is clicked moves it. Without a recording
 * it stands where it was put. Places go to `onTick` at each frame, and not through React: it has nothing to draw anew.
 */
export class Player {
  #audio: HTMLAudioElement | null = null;
  #at: number;
  #frame = 0;
  #state: PlayerState = { isPlaying: false, rate: 1, skips: false, isBroken: false };
  #quiet: Span[] = [];
  /** Where playing ends by itself: a turn alone was asked for. */
  #stopsAt = Number.POSITIVE_INFINITY;
  readonly #ticks = new Set<Ticks>();
  readonly #watchers = new Set<() => void>();
  readonly #settlers = new Set<Ticks>();

  constructor(at: number) {
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  get state(): PlayerState {
    return this.#state;
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  /** Told each frame while it plays, and once now. */
  onTick(ticks: Ticks): () => void {
    this.#ticks.add(ticks);
    ticks(this.#at);
    return () => void this.#ticks.delete(ticks);
  }

  /** Told where it has come to rest: after a jump or a pause. */
  onSettled(settles: Ticks): () => void {
    this.#settlers.add(settles);
    return () => void this.#settlers.delete(settles);
  }

  attach = (audio: HTMLAudioElement | null): void => {
    this.#audio = audio;
    if (audio === null) return;
    audio.currentTime = this.#at;
    audio.playbackRate = this.#state.rate;
    audio.onplay = () => this.#become({ isPlaying: true });
    audio.onpause = () => this.#rest();
    audio.onended = () => this.#rest();
    audio.onerror = () => this.#become({ isBroken: true, isPlaying: false });
    audio.onloadedmetadata = () => {
      audio.currentTime = this.#at;
      audio.playbackRate = this.#state.rate;
    };
  };

  setQuiet(quiet: Span[]): void {
    this.#quiet = quiet;
  }

  seek(at: number): void {
    this.#stopsAt = Number.POSITIVE_INFINITY;
    this.#at = Math.max(0, at);
    if (this.#audio) this.#audio.currentTime = this.#at;
    this.#tell();
    if (!this.#state.isPlaying) this.#settle();
  }

  /** From here on, up to `until` if there is one. */
  playFrom(at: number, until = Number.POSITIVE_INFINITY): void {
    this.seek(at);
    this.#stopsAt = until;
    void this.#play();
  }

  toggle(): void {
    this.#stopsAt = Number.POSITIVE_INFINITY;
    if (this.#state.isPlaying) this.#audio?.pause();
    else void this.#play();
  }

  setRate(rate: number): void {
    if (this.#audio) this.#audio.playbackRate = rate;
    this.#become({ rate });
  }

  setSkips(skips: boolean): void {
    this.#become({ skips });
  }

  close(): void {
    this.#audio?.pause();
    cancelAnimationFrame(this.#frame);
  }

  async #play(): Promise<void> {
    if (this.#audio === null) return;
    if (this.#audio.ended) this.#audio.currentTime = 0;
    try {
      await this.#audio.play();
    } catch {
      // The browser forbids it, or a pause came first: the button shows that nothing plays.
      return;
    }
    cancelAnimationFrame(this.#frame);
    this.#run();
  }

  #run = (): void => {
    const audio = this.#audio;
    if (audio === null || audio.paused) return;
    this.#at = audio.currentTime;
    const quiet =
      this.#state.skips && this.#quiet.find(({ from, until }) => this.#at >= from && this.#at < until - 0.1);
    if (quiet) audio.currentTime = quiet.until;
    if (this.#at >= this.#stopsAt) audio.pause();
    this.#tell();
    this.#frame = requestAnimationFrame(this.#run);
  };

  #rest(): void {
    if (this.#audio) this.#at = this.#audio.currentTime;
    this.#become({ isPlaying: false });
    this.#tell();
    this.#settle();
  }

  #tell(): void {
    for (const ticks of this.#ticks) ticks(this.#at);
  }

  #settle(): void {
    for (const settles of this.#settlers) settles(this.#at);
  }

  #become(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change };
    for (const watcher of this.#watchers) watcher();
  }
}

export function usePlayerState(player: Player): PlayerState {
  return useSyncExternalStore(player.watch, () => player.state);
}

/** Follow the clock for as long as it is shown. `ticks` should not change at each drawing. */
export function useTick(player: Player, ticks: (at: number) => void): void {
  useEffect(() => player.onTick(ticks), [player, ticks]);
}
