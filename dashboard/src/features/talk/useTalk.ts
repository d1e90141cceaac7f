import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { Problem, problemOf } from "@/app/api";
import { useHeldPage } from "@/app/reload";
import { doorTo } from "./door";
import type { LevelsHandle } from "./Levels";
import { Leg, Trouble } from "./leg";
import { NOTHING, type Story, tell } from "./story";

export type TalkState = "idle" | "starting" | "talking" | "lost" | "over";

export interface Talking {
  state: TalkState;
  story: Story;
  /** What is wrong: a code of `leg.js`, or what the API answered. */
  trouble: string | Problem | null;
  isMuted: boolean;
  /** The call's id, once it has begun. */
  callId: string | null;
  start(): void;
  end(): void;
  mute(isMuted: boolean): void;
  press(digit: string): void;
}

/** One talk after the other with an agent, by the browser's microphone. It ends when the page is left. */
export function useTalk(agentId: string, version: string, levels: RefObject<LevelsHandle | null>): Talking {
  const leg = useRef<Leg | null>(null);
  const [state, setState] = useState<TalkState>("idle");
  const [story, setStory] = useState<Story>(NOTHING);
  const [trouble, setTrouble] = useState<string | Problem | null>(null);
  const [isMuted, setMuted] = useState(false);
  const [callId, setCallId] = useState<string | null>(null);

  useHeldPage(state === "starting" || state === "talking" || state === "lost");
  const start = useCallback(() => {
    if (leg.current) return;
    setState("starting");
    setStory(NOTHING);
    setTrouble(null);
    setMuted(false);
    setCallId(null);
    levels.current?.clear();
    const made = new Leg(doorTo(agentId, version), {
      connected: () => {
        setTrouble(null);
        setState("talking");
        setCallId(made.call ?? null);
      },
      lost: () => setState("lost"),
      told: (message) => setStory((before) => tell(before, message)),
      level: (caller, agent) => levels.current?.add(caller, agent),
      silent: (isSilent) => setTrouble(isSilent ? "silent" : null),
      unplugged: () => setTrouble("unplugged"),
      over: (how) => {
        leg.current = null;
        setState("over");
        if (how) setTrouble(how);
      },
    });
    leg.current = made;
    made.open().catch((error: unknown) => {
      if (leg.current !== made) return;
      leg.current = null;
      setState("idle");
      setTrouble(error instanceof Trouble ? error.code : error instanceof Problem ? error : problemOf(error));
    });
  }, [agentId, version, levels]);

  const end = useCallback(() => leg.current?.stop(), []);
  const mute = useCallback((wanted: boolean) => {
    leg.current?.mute(wanted);
    setMuted(wanted);
  }, []);
  const press = useCallback((digit: string) => leg.current?.press(digit), []);
  useEffect(() => {
    const leave = () => leg.current?.stop();
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, []);
  return { state, story, trouble, isMuted, callId, start, end, mute, press };
}
