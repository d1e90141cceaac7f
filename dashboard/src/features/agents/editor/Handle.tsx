import { type PointerEvent, useRef } from "react";
import { exact } from "./exact";
import classes from "./Timeline.module.css";
import { type Bounds, type Clock, moved, percentOf, secondsAt, within } from "./timeline";

interface Knob {
  label: string;
  value: number;
  bounds: Bounds;
  clock: Clock;
  top: number;
  bottom: number;
  step?: number;
  isSet: boolean;
  isReadOnly: boolean;
  onMove: (value: number) => void;
  /** While it is dragged, the clock stands. */
  onHold: (isHeld: boolean) => void;
}

/** A moment on a drawn clock that can be dragged, or moved by the arrow keys. */
export function Handle(props: Knob) {
  const { label, value, bounds, clock, top, bottom, step = 0.05, isSet, isReadOnly, onMove, onHold } = props;
  const isHeld = useRef(false);
  const x = `${percentOf(clock, value)}%`;
  const follow = (event: PointerEvent<SVGGElement>) => {
    const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
    if (!isHeld.current || box === undefined) return;
    onMove(within(secondsAt(clock, (event.clientX - box.left) / box.width, step), bounds));
  };
  const release = () => {
    isHeld.current = false;
    onHold(false);
  };
  return (
    <g
      role="slider"
      tabIndex={isReadOnly ? -1 : 0}
      aria-label={label}
      aria-valuemin={bounds.minimum}
      aria-valuemax={bounds.maximum}
      aria-valuenow={value}
      aria-valuetext={`${exact(value)} s`}
      aria-readonly={isReadOnly}
      className={classes.handle}
      data-set={isSet || undefined}
      onPointerDown={(event) => {
        if (isReadOnly) return;
        isHeld.current = true;
        onHold(true);
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.focus();
      }}
      onPointerMove={follow}
      onPointerUp={release}
      onPointerCancel={release}
      onKeyDown={(event) => {
        const next = isReadOnly ? undefined : moved(event.key, value, step, bounds);
        if (next === undefined) return;
        event.preventDefault();
        onMove(next);
      }}
    >
      <line x1={x} x2={x} y1={top} y2={bottom} className={classes.tick} />
      <circle cx={x} cy={bottom} r={22} className={classes.reach} />
      <circle cx={x} cy={bottom} r={6.5} className={classes.knob} />
    </g>
  );
}
