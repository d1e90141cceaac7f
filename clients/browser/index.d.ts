/** Talk to an Offhook agent from a page of any website. The program itself is served at `/v1/client.js`. */

export type TroubleCode =
  | "insecure" | "old" | "denied" | "no-microphone" | "busy-microphone" | "no-loudspeaker" | "silent" | "unplugged"
  | "unreachable" | "key" | "browser_call.origin" | "browser_call.too_many" | "call.refused" | "lost" | "refused"
  | (string & {});

/** What keeps a call from beginning or going on. `message` is a sentence that can be shown. */
export class Trouble extends Error {
  readonly code: TroubleCode;
  readonly detail: string;
}

export interface Words {
  who: "caller" | "agent";
  text: string;
  /** The number of the turn; null while it is not known. */
  turn: number | null;
  /** False: believed or being said, and may still change. */
  isFinal: boolean;
}

export interface CallEvents {
  connected: Record<string, never>;
  /** The connection broke; it is being brought back. */
  lost: Record<string, never>;
  words: Words;
  doing: { what: "listening" | "hearing" | "thinking" | "speaking" };
  /** About fifty times a second: the loudest sample of each side, 0 to 1. */
  level: { caller: number; agent: number };
  trouble: Trouble;
  /** Nothing follows. `trouble` is null when it ended in order. */
  ended: { reason: string | null; says: string; trouble: Trouble | null };
  /** Every message as the server sends it. */
  told: Record<string, unknown>;
}

export class Call {
  readonly id: string;
  readonly state: "connecting" | "connected" | "lost" | "ended";
  readonly isMuted: boolean;
  /** Gives back how to stop listening. */
  on<T extends keyof CallEvents>(type: T, handler: (detail: CallEvents[T]) => void): () => void;
  mute(isMuted?: boolean): void;
  /** One key of the telephone: 0-9, * or #. */
  press(digit: string): void;
  end(): void;
}

export interface Wish {
  /** A browser key `pk_...`, which is for your agent and the origins of your pages. */
  key: string;
  /** Not needed with a browser key, which has its agent. */
  agent?: string;
  /** Where Offhook is; default: where this script came from. */
  server?: string | URL;
  /** `draft` or a version's number; not with a browser key. */
  version?: string;
  /** Values for the agent's variables. */
  variables?: Record<string, string | number | boolean>;
}

export const Offhook: {
  /** Call it from a click. Rejects with a `Trouble`. */
  call(wish: Wish): Promise<Call>;
};
export default Offhook;
