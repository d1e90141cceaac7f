import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useHeldPage } from "@/app/reload";
import type { LevelsHandle } from "../talk/Levels";
import { Trouble } from "../talk/leg";
import { Ear } from "./ear";
import { Seat } from "./seat";

export type SeatState = "away" | "asking" | "talking";

/** Listening to a call, and talking in it in the agent's place. Both end when the page is left. */
export function useSound(callId: string, name: string, levels: RefObject<LevelsHandle | null>) {
  const ear = useRef<Ear | null>(null);
  const seat = useRef<Seat | null>(null);
  const [isListening, setListening] = useState(false);
  const [seatState, setSeatState] = useState<SeatState>("away");
  const [isMuted, setMuted] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  useHeldPage(seatState !== "away");

  const hush = useCallback(() => {
    ear.current?.close();
    ear.current = null;
    setListening(false);
  }, []);
  const listen = useCallback(() => {
    if (ear.current) return;
    levels.current?.clear();
    const made = new Ear({
      level: (caller, agent) => levels.current?.add(caller, agent),
      over: (code) => {
        ear.current = null;
        setListening(false);
        if (code !== 1000 && code !== 4404) setTrouble(code === 4403 ? "not-allowed" : "unreachable");
      },
    });
    ear.current = made;
    setListening(true);
    setTrouble(null);
    made.open(callId).catch(() => {
      if (ear.current === made) hush();
      setTrouble("no-loudspeaker");
    });
  }, [callId, levels, hush]);
  const away = useCallback((why: string) => {
    seat.current = null;
    ear.current?.hearAgent(true);
    setSeatState("away");
    setTrouble(why || null);
  }, []);
  const takeOver = useCallback(() => {
    if (seat.current) return;
    // Whoever talks to a caller has to hear them.
    listen();
    setSeatState("asking");
    setMuted(false);
    setTrouble(null);
    const made = new Seat({
      began: () => {
        setSeatState("talking");
        ear.current?.hearAgent(false);
      },
      level: () => undefined,
      over: away,
    });
    seat.current = made;
    made.open(callId, name).catch((error: unknown) => {
      if (seat.current === made) away(error instanceof Trouble ? error.code : "refused");
    });
  }, [callId, name, listen, away]);
  const giveBack = useCallback((note: string) => seat.current?.giveBack(note), []);
  const mute = useCallback((wanted: boolean) => {
    seat.current?.mute(wanted);
    setMuted(wanted);
  }, []);
  useEffect(
    () => () => {
      ear.current?.close();
      seat.current?.close();
      ear.current = null;
      seat.current = null;
    },
    [],
  );
  return { isListening, listen, hush, seatState, takeOver, giveBack, isMuted, mute, trouble };
}
