import { Leg as PlainLeg, Trouble as PlainTrouble } from "../../../../src/offhook/web/pages/leg.js";
import { Wave as PlainWave } from "../../../../src/offhook/web/pages/wave.js";

// The scripts that every page of ours talks with, `offhook talk` and websites too; here they get their types.

/** Where a call's media go. */
export interface Place {
  call: string;
  token: string;
  address: string;
}

/** Who gives calls. */
export interface Door {
  begin(): Promise<Place>;
  comeBack(call: string): Promise<Place>;
}

/** What is told of a call, as `call.story` on the server says it. */
export interface ToldMessage {
  told: string;
  [name: string]: unknown;
}

export interface Ears {
  connected(): void;
  lost(): void;
  told(message: ToldMessage): void;
  /** 20 ms: the loudest sample of each side, 0 to 1. */
  level(caller: number, agent: number): void;
  silent(isSilent: boolean): void;
  unplugged(): void;
  /** Empty: in order. */
  over(how: string): void;
}

export interface Leg {
  readonly call?: string;
  open(): Promise<void>;
  mute(isMuted: boolean): void;
  press(digit: string): void;
  stop(): void;
}

export interface Trouble extends Error {
  code: string;
  detail: string;
}

export interface Wave {
  clear(): void;
  add(caller: number, agent: number): void;
}

export const Leg = PlainLeg as unknown as new (door: Door, ears: Ears) => Leg;
export const Trouble = PlainTrouble as unknown as new (code: string, detail?: string) => Trouble;
export const Wave = PlainWave as unknown as new (canvas: HTMLCanvasElement) => Wave;
