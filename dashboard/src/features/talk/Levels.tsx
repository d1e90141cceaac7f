import { Trans } from "@lingui/react/macro";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { Wave } from "./leg";
import classes from "./Talk.module.css";

export interface LevelsHandle {
  /** 20 ms of both, 0 to 1. */
  add(caller: number, agent: number): void;
  clear(): void;
}

/** Two voices on one clock, drawn beside React: fifty times a second. */
export function Levels({ ref, isYou }: { ref: Ref<LevelsHandle>; isYou: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const wave = useRef<Wave | null>(null);
  useEffect(() => {
    if (canvas.current) wave.current = new Wave(canvas.current);
  }, []);
  useImperativeHandle(ref, () => ({
    add: (caller, agent) => wave.current?.add(caller, agent),
    clear: () => wave.current?.clear(),
  }));
  return (
    <div className={classes.levels} aria-hidden>
      <span data-who="caller">{isYou ? <Trans>you</Trans> : <Trans>caller</Trans>}</span>
      <span data-who="agent">
        <Trans>agent</Trans>
      </span>
      <canvas ref={canvas} />
    </div>
  );
}
