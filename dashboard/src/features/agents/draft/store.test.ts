import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/app/api";
import type { Doc } from "./document";
import { DraftStore, REST_MS, type Saved, type Server } from "./store";

const stored = new Map<string, string>();
vi.stubGlobal("localStorage", {
  getItem: (name: string) => stored.get(name) ?? null,
  setItem: (name: string, value: string) => stored.set(name, value),
  removeItem: (name: string) => stored.delete(name),
});
vi.stubGlobal("window", globalThis);

const first: Saved = { draft: { name: "Reception", prompt: "Be kind." }, revision: 3 };

class Desk implements Server {
  has: Saved = first;
  refusal: Problem | null = null;
  put = async (doc: Doc, revision: number): Promise<Saved> => {
    if (this.refusal !== null) throw this.refusal;
    if (revision !== this.has.revision) throw new Problem(412, {});
    this.has = { draft: doc, revision: revision + 1 };
    return this.has;
  };
  read = async (): Promise<Saved> => this.has;
}

describe("a draft that is edited", () => {
  let desk: Desk;
  let store: DraftStore;
  beforeEach(() => {
    vi.useFakeTimers();
    stored.clear();
    desk = new Desk();
    store = new DraftStore("agent_1", first, desk);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is saved a moment after the last change, and kept in the browser until then", async () => {
    store.set(["prompt"], "Be brief.");
    expect(store.state.saving).toBe("changed");
    expect(stored.size).toBe(1);
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(store.state).toMatchObject({ saving: "saved", revision: 4 });
    expect(desk.has.draft.prompt).toBe("Be brief.");
    expect(stored.size).toBe(0);
  });

  it("stays in the browser when the server refuses it, and when it is away", async () => {
    desk.refusal = new Problem(422, { errors: [{ pointer: "/document/name", detail: "too long" }] });
    store.set(["name"], "x".repeat(200));
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(store.state.saving).toBe("refused");
    expect(stored.size).toBe(1);
    desk.refusal = new Problem(0, {});
    store.set(["name"], "Desk");
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(store.state.saving).toBe("away");
    desk.refusal = null;
    await vi.advanceTimersByTimeAsync(5000);
    expect(store.state.saving).toBe("saved");
    expect(desk.has.draft.name).toBe("Desk");
  });

  it("offers on the next visit what was not sent", async () => {
    store.set(["prompt"], "Half a sente");
    const next = new DraftStore("agent_1", first, desk);
    expect(next.state.offered?.doc.prompt).toBe("Half a sente");
    next.takeOffered();
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(desk.has.draft.prompt).toBe("Half a sente");
  });

  it("takes in what somebody else changed elsewhere in it", async () => {
    desk.has = { draft: { ...first.draft, name: "Desk" }, revision: 4 };
    store.set(["prompt"], "Be brief.");
    await vi.advanceTimersByTimeAsync(REST_MS + 10);
    expect(store.state).toMatchObject({ saving: "saved", hasTakenIn: true });
    expect(desk.has.draft).toEqual({ name: "Desk", prompt: "Be brief." });
  });

  it("asks where both changed the same field", async () => {
    desk.has = { draft: { ...first.draft, prompt: "Theirs" }, revision: 4 };
    store.set(["prompt"], "Mine");
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(store.state.saving).toBe("clash");
    expect(store.state.clashes).toEqual([{ path: ["prompt"], mine: "Mine", theirs: "Theirs" }]);
    store.settle(new Set(["/prompt"]));
    await vi.advanceTimersByTimeAsync(REST_MS);
    expect(desk.has).toEqual({ draft: { name: "Reception", prompt: "Mine" }, revision: 5 });
  });
});
