import { afterEach, expect, test, vi } from "vitest";
import { type Ears, Leg, type Place } from "./leg";

const PLACE: Place = { call: "call_1", token: "t", address: "ws://here/leg" };

/** A leg whose socket and sound are this test's. */
function legOf(clock: { currentTime: number }) {
  const sent: unknown[] = [];
  const socket = { bufferedAmount: 0, readyState: 1, send: (one: unknown) => sent.push(one), onopen: () => undefined };
  vi.stubGlobal(
    "WebSocket",
    class {
      static OPEN = 1;
      constructor() {
        // biome-ignore lint/correctness/noConstructorReturn: the test holds what the leg holds
        return socket;
      }
    },
  );
  const ears = { connected: () => undefined, level: () => undefined, silent: () => undefined } as unknown as Ears;
  const leg = new Leg({ begin: async () => PLACE, comeBack: async () => PLACE }, ears) as unknown as {
    context: { currentTime: number };
    connect(place: Place): Promise<void>;
    heard(piece: { heard: ArrayBuffer; caller: number; agent: number; at: number }): void;
  };
  leg.context = clock;
  return { leg, sent, socket };
}

afterEach(() => vi.unstubAllGlobals());

test("what was recorded before the call's start is not sent, however late the page gets it", async () => {
  const clock = { currentTime: 0 };
  const { leg, sent, socket } = legOf(clock);
  const connected = leg.connect(PLACE);
  clock.currentTime = 5;
  socket.onopen();
  await connected;
  const piece = (at: number) => ({ heard: new ArrayBuffer(640), caller: 0, agent: 0, at });
  for (const at of [0.02, 2.5, 4.98]) leg.heard(piece(at));
  leg.heard(piece(5.02));
  expect(sent.filter((one) => one instanceof ArrayBuffer)).toHaveLength(1);
});
