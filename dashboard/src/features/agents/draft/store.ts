import { type Problem, problemOf } from "@/app/api";
import { type Clash, type Doc, isSame, merged, type Path, pointerOf, setAt } from "./document";
import { forget, type Kept, keep, recall } from "./kept";

/** How it stands between what is on the page and what the server has. */
export type Saving = "saved" | "changed" | "saving" | "refused" | "away" | "clash";

export interface DraftState {
  doc: Doc;
  /** What the server has, as far as we know. */
  base: Doc;
  revision: number;
  saving: Saving;
  problem: Problem | null;
  /** Fields that somebody else changed at the same time. */
  clashes: Clash[];
  /** Of an earlier visit, not sent: offered. */
  offered: Kept | null;
  /** Changes of somebody else were taken in beside ours. */
  hasTakenIn: boolean;
}

export interface Saved {
  draft: Doc;
  revision: number;
}

export interface Server {
  put: (doc: Doc, revision: number) => Promise<Saved>;
  read: () => Promise<Saved>;
}

export const REST_MS = 700;
const AGAIN_MS = 4000;

/** One agent's draft while it is edited: saved a moment after each change, and kept in the browser until it is. */
export class DraftStore {
  readonly #agentId: string;
  readonly #server: Server;
  readonly #watchers = new Set<() => void>();
  #timer = 0;
  #theirs: Saved | null = null;
  state: DraftState;

  constructor(agentId: string, saved: Saved, server: Server) {
    this.#agentId = agentId;
    this.#server = server;
    const kept = recall(agentId);
    const offered = kept !== null && !isSame(kept.doc, saved.draft) ? kept : null;
    if (offered === null) forget(agentId);
    this.state = {
      doc: saved.draft,
      base: saved.draft,
      revision: saved.revision,
      saving: "saved",
      problem: null,
      clashes: [],
      offered,
      hasTakenIn: false,
    };
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  now = (): DraftState => this.state;

  set(path: Path, value: unknown): void {
    this.replace(setAt(this.state.doc, path, value));
  }

  replace(doc: Doc): void {
    const { base, revision, saving } = this.state;
    keep(this.#agentId, { base, doc, revision, at: new Date().toISOString() });
    this.#become({ doc, saving: saving === "clash" ? "clash" : "changed" });
    if (saving !== "clash") this.#later(REST_MS);
  }

  /** Whoever else saved it: taken over, unless there is something of ours on the way. */
  adopt(saved: Saved): void {
    if (saved.revision <= this.state.revision || this.state.saving !== "saved") return;
    this.#become({ doc: saved.draft, base: saved.draft, revision: saved.revision });
  }

  takeOffered(): void {
    const { offered } = this.state;
    if (offered === null) return;
    this.#become({ ...offered, offered: null, saving: "changed" });
    void this.save();
  }

  dropOffered(): void {
    forget(this.#agentId);
    this.#become({ offered: null });
  }

  /** Two people on one draft: of each field, ours where its pointer is among these, else theirs. */
  settle(ours: ReadonlySet<string>): void {
    const theirs = this.#theirs;
    if (theirs === null) return;
    const { doc, clashes } = merged(this.state.base, this.state.doc, theirs.draft);
    const chosen = clashes.filter(({ path }) => ours.has(pointerOf(path)));
    const settled = chosen.reduce((made, { path, mine }) => setAt(made, path, mine), doc);
    this.#theirs = null;
    this.#become({ doc: settled, base: theirs.draft, revision: theirs.revision, clashes: [], saving: "changed" });
    void this.save();
  }

  /** Send what is not sent yet, now. */
  async save(): Promise<void> {
    window.clearTimeout(this.#timer);
    const { doc, base, revision, saving } = this.state;
    if (saving === "saving" || saving === "clash") return;
    if (isSame(doc, base)) return this.#done();
    this.#become({ saving: "saving" });
    try {
      const saved = await this.#server.put(doc, revision);
      this.#become({ base: doc, revision: saved.revision, problem: null });
      if (this.state.doc === doc) this.#done();
      else this.#again(0);
    } catch (error) {
      await this.#failed(problemOf(error));
    }
  }

  stop(): void {
    void this.save();
    window.clearTimeout(this.#timer);
  }

  async #failed(problem: Problem): Promise<void> {
    if (problem.status === 412) return this.#stale();
    const isAway = problem.status === 0 || problem.status >= 500 || problem.status === 429;
    this.#become({ saving: isAway ? "away" : "refused", problem });
    if (isAway) this.#later(AGAIN_MS);
  }

  async #stale(): Promise<void> {
    try {
      const theirs = await this.#server.read();
      const { doc, clashes } = merged(this.state.base, this.state.doc, theirs.draft);
      if (clashes.length > 0) {
        this.#theirs = theirs;
        this.#become({ clashes, saving: "clash" });
        return;
      }
      this.#become({ doc, base: theirs.draft, revision: theirs.revision, hasTakenIn: true });
      this.#again(0);
    } catch (error) {
      this.#become({ saving: "away", problem: problemOf(error) });
      this.#later(AGAIN_MS);
    }
  }

  #done(): void {
    // What is offered stays kept until somebody has answered.
    if (this.state.offered === null) forget(this.#agentId);
    this.#become({ saving: "saved", problem: null });
  }

  #again(waitMs: number): void {
    this.#become({ saving: "changed" });
    this.#later(waitMs);
  }

  #later(waitMs: number): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.save(), waitMs);
  }

  #become(change: Partial<DraftState>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.#watchers) watcher();
  }
}
