import sound from "../../../../src/offhook/web/pages/sound.js?url";

const RATE = 16_000;
const HEAD_BYTES = 5;
/** Silence ahead of a side's first piece: the next may be late by so much unheard. */
const CUSHION_S = 0.12;
/** Further behind the call than this nobody wants to listen: the rest is skipped. */
const MOST_BEHIND_S = 0.8;

export interface EarTold {
  /** 20 ms: the loudest sample of each side, 0 to 1. */
  level(caller: number, agent: number): void;
  /** It ends: with the reason of the socket, empty when the call is over. */
  over(code: number): void;
}

/** Both sides of a live call, heard in this browser. Made while a press of a button counts: otherwise it stays silent. */
export class Ear {
  readonly #context = new AudioContext({ latencyHint: "interactive" });
  readonly #told: EarTold;
  #socket: WebSocket | null = null;
  #sides: Side[] = [];
  #isAgentHeard = true;
  #isOver = false;

  constructor(told: EarTold) {
    this.#told = told;
  }

  async open(callId: string): Promise<void> {
    void this.#context.resume();
    await this.#context.audioWorklet.addModule(sound);
    if (this.#isOver) return;
    const mixed = this.#context.createGain();
    mixed.connect(this.#context.destination);
    const levels = [0, 0];
    this.#sides = [0, 1].map(
      (side) =>
        new Side(this.#context, mixed, (level) => {
          levels[side] = level;
          if (side === 0) this.#told.level(levels[0] ?? 0, levels[1] ?? 0);
        }),
    );
    this.hearAgent(this.#isAgentHeard);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/v1/calls/${encodeURIComponent(callId)}/listen`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let isMulaw = true;
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === "string") {
        const { encoding } = JSON.parse(data) as { encoding?: string };
        if (encoding) isMulaw = encoding === "mulaw";
      } else {
        const side = this.#sides[new Uint8Array(data, 0, 1)[0] ?? 0];
        side?.hear(isMulaw ? widened(new Uint8Array(data, HEAD_BYTES), side) : new Int16Array(data.slice(HEAD_BYTES)));
      }
    };
    socket.onclose = ({ code }) => {
      if (this.#isOver) return;
      this.close();
      this.#told.over(code);
    };
  }

  /** Whoever talks in the agent's place does not want to hear the own voice. */
  hearAgent(isHeard: boolean): void {
    this.#isAgentHeard = isHeard;
    this.#sides[1]?.loudness(isHeard ? 1 : 0);
  }

  close(): void {
    this.#isOver = true;
    for (const side of this.#sides) side.close();
    this.#socket?.close();
    if (this.#context.state !== "closed") void this.#context.close();
  }
}

/** What one party says, in order and without a gap. */
class Side {
  /** The last sample of the piece before, for what lies between. */
  last = 0;
  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;
  readonly #gain: GainNode;
  #endsAt = 0;

  constructor(context: AudioContext, mixed: AudioNode, level: (level: number) => void) {
    this.#context = context;
    this.#node = new AudioWorkletNode(context, "call-sound", {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      outputChannelCount: [1],
      channelCount: 1,
      channelCountMode: "explicit",
    });
    // The part that carries a microphone has none here: what it plays is what counts.
    this.#node.port.onmessage = ({ data }: MessageEvent<{ agent?: number }>) => {
      if (data.agent !== undefined) level(data.agent);
    };
    this.#gain = context.createGain();
    this.#node.connect(this.#gain).connect(mixed);
  }

  hear(samples: Int16Array): void {
    const now = this.#context.currentTime;
    if (this.#endsAt - now > MOST_BEHIND_S) {
      this.#node.port.postMessage({ clear: true });
      this.#endsAt = now;
    }
    if (this.#endsAt <= now) {
      this.#put(new Int16Array(CUSHION_S * RATE));
      this.#endsAt = now + CUSHION_S;
    }
    this.#put(samples);
    this.#endsAt += samples.length / RATE;
  }

  loudness(gain: number): void {
    this.#gain.gain.value = gain;
  }

  close(): void {
    this.#node.port.postMessage({ over: true });
  }

  #put(samples: Int16Array): void {
    this.#node.port.postMessage({ audio: samples.buffer }, [samples.buffer]);
  }
}

/** Mu-law at 8000 Hz as linear samples at 16,000. */
export function widened(codes: Uint8Array, side: { last: number }): Int16Array {
  const samples = new Int16Array(codes.length * 2);
  codes.forEach((code, at) => {
    const sample = MULAW[code] ?? 0;
    samples[2 * at] = (side.last + sample) >> 1;
    samples[2 * at + 1] = sample;
    side.last = sample;
  });
  return samples;
}

// G.711, 4.2: sign, exponent and mantissa, inverted.
const MULAW = Int16Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  const size = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
  return bits & 0x80 ? -size : size;
});
