import sound from "../../../../src/offhook/web/pages/sound.js?url";
import { Trouble } from "../talk/leg";

const MICROPHONE: Record<string, string> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "no-microphone",
  OverconstrainedError: "no-microphone",
  NotReadableError: "busy-microphone",
  AbortError: "busy-microphone",
};
/** By which the server says why one may not sit there, or no more. */
const CODES: Record<number, string> = {
  1000: "",
  4403: "not-allowed",
  4404: "not-live",
  4409: "taken",
  4421: "elsewhere",
};
/** What the network has not taken by then is left out: late words are worse than none. */
const MOST_WAITING = 16_000;

export interface SeatTold {
  /** The agent has made room: the caller hears the person from now on. */
  began(): void;
  /** 20 ms of the microphone. */
  level(level: number): void;
  /** The agent talks again, or the call is over; a code of what went wrong, or empty. */
  over(why: string): void;
}

/** Where a person sits who talks to a live call's caller in the agent's place. */
export class Seat {
  readonly #told: SeatTold;
  #context: AudioContext | null = null;
  #microphone: MediaStream | null = null;
  #node: AudioWorkletNode | null = null;
  #socket: WebSocket | null = null;
  #isOver = false;

  constructor(told: SeatTold) {
    this.#told = told;
  }

  /** Raises a `Trouble`. The call is asked for last: nobody is taken over without a microphone. */
  async open(callId: string, name: string): Promise<void> {
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw new Trouble("insecure");
    if (!("AudioWorkletNode" in window)) throw new Trouble("old");
    const context = new AudioContext({ latencyHint: "interactive" });
    this.#context = context;
    void context.resume();
    try {
      const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
      this.#microphone = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      this.close();
      throw new Trouble(MICROPHONE[error instanceof DOMException ? error.name : ""] ?? "no-microphone");
    }
    await context.audioWorklet.addModule(sound);
    if (this.#isOver) return;
    this.#node = new AudioWorkletNode(context, "call-sound", {
      numberOfInputs: 1,
      numberOfOutputs: 1,
      outputChannelCount: [1],
      channelCount: 1,
      channelCountMode: "explicit",
    });
    // It plays nothing; a part that leads nowhere is not run by every browser.
    context.createMediaStreamSource(this.#microphone).connect(this.#node).connect(context.destination);
    this.#node.port.onmessage = ({ data }: MessageEvent<{ heard?: ArrayBuffer; caller?: number }>) =>
      this.#heard(data.heard, data.caller ?? 0);
    this.#connect(callId, name);
  }

  #connect(callId: string, name: string): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const path = `/v1/calls/${encodeURIComponent(callId)}/take-over?name=${encodeURIComponent(name)}`;
    const socket = new WebSocket(`${scheme}://${location.host}${path}`);
    this.#socket = socket;
    socket.onmessage = () => this.#told.began();
    socket.onclose = ({ code }) => {
      if (this.#isOver) return;
      this.close();
      this.#told.over(CODES[code] ?? "unreachable");
    };
  }

  #heard(heard: ArrayBuffer | undefined, level: number): void {
    if (heard === undefined) return;
    this.#told.level(level);
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < MOST_WAITING) socket.send(heard);
  }

  mute(isMuted: boolean): void {
    this.#node?.port.postMessage({ mute: isMuted });
  }

  /** The agent goes on, knowing the note. */
  giveBack(note: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ give_back: note }));
    else this.close();
  }

  close(): void {
    this.#isOver = true;
    this.#node?.port.postMessage({ over: true });
    for (const track of this.#microphone?.getTracks() ?? []) track.stop();
    this.#socket?.close();
    if (this.#context && this.#context.state !== "closed") void this.#context.close();
  }
}
