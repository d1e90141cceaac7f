import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { Wave } from "./leg";
import classes from "./Talk.module.css";

export interface LevelsHandle {
  /** 20 ms of both, 0 to 1. */
  add(caller: number, agent: number): void;
  clear(): void;
}

interface Shown {
  ref: Ref<LevelsHandle>;
  /** What is written at the lanes. */
  caller: ReactNode;
  agent: ReactNode;
}

/** Two voices on one clock, drawn beside React: fifty times a second. */
export function Levels({ ref, caller, agent }: Shown) {
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
      <span data-who="caller">{caller}</span>
      <span data-who="agent">{agent}</span>
      <canvas ref={canvas} />
    </div>
  );
}
