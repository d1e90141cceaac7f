import { useLingui } from "@lingui/react/macro";
import { useComputedColorScheme } from "@mantine/core";
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef } from "react";
import { clockTime } from "@/ui/values";
import type { DeckProps } from "./Deck";
import classes from "./Deck.module.css";
import { useTick } from "./player";
import type { Span } from "./sound";
import { draw, type Mark } from "./wave";
import { moved } from "./window";

interface Props extends DeckProps {
  shown: Span;
  setShown: (next: Span) => void;
}
const NEAR_PX = 7;

/** The wave: click or drag to go there, arrows to go on; a mark says what happened when it is pointed at. */
export function Wave({ player, length, sound, marks, pale, blocks, shown, setShown }: Props) {
  const { t } = useLingui();
  const scheme = useComputedColorScheme();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const tip = useRef<HTMLSpanElement>(null);
  const full = useMemo(() => loudest(sound), [sound]);
  useEffect(() => {
    const drawn = canvas.current;
    // The theme is read from the page itself: it is drawn anew when that changes.
    if (drawn === null || !scheme) return;
    const paint = () => draw(drawn, { sound, shown, pale, marks, blocks, full });
    paint();
    const sizes = new ResizeObserver(paint);
    sizes.observe(drawn);
    return () => sizes.disconnect();
  }, [sound, shown, pale, marks, blocks, full, scheme]);
  usePlayhead(player, box, shown, length);
  const placeOf = (event: PointerEvent) => {
    const area = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - area.left) / area.width));
    return { at: shown.from + share * (shown.until - shown.from), x: share * area.width, width: area.width };
  };
  const point = (event: PointerEvent) => {
    const { at, x, width } = placeOf(event);
    if (event.buttons === 1) player.seek(at);
    const mark = nearest(marks, shown, at, width);
    show(tip.current, x, width, mark ? `${clockTime(mark.at)} ${mark.says}` : clockTime(at));
  };
  return (
    <div className={classes.wave}>
      <span className={classes.side} data-side="caller">{t`Caller`}</span>
      <span className={classes.side} data-side="agent">{t`Agent`}</span>
      <div
        ref={box}
        className={classes.pick}
        role="slider"
        tabIndex={0}
        aria-label={t`Place in the call`}
        aria-valuemin={0}
        aria-valuemax={Math.round(length)}
        aria-valuenow={Math.round(player.at)}
        aria-valuetext={clockTime(player.at)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          player.seek(placeOf(event).at);
        }}
        onPointerMove={point}
        onPointerLeave={() => hide(tip.current)}
        onKeyDown={(event) => step(event, player.at, length, (at) => player.seek(at))}
        onWheel={(event) => {
          const by = (event.deltaX / 600) * (shown.until - shown.from);
          if (by !== 0) setShown(moved(shown, length, by));
        }}
      >
        <canvas ref={canvas} className={classes.canvas} />
        <i className={classes.head} />
        <span ref={tip} className={classes.tip} aria-hidden hidden />
      </div>
    </div>
  );
}

/** The playhead is moved without drawing anything anew, and whoever cannot see it is told each second. */
function usePlayhead(
  player: DeckProps["player"],
  box: React.RefObject<HTMLDivElement | null>,
  { from, until }: Span,
  length: number,
): void {
  useTick(
    player,
    useCallback(
      (at: number) => {
        const element = box.current;
        if (element === null) return;
        const share = (Math.min(at, length) - from) / (until - from);
        element.style.setProperty("--place", `${share * 100}%`);
        element.toggleAttribute("data-beyond", share < 0 || share > 1);
        const second = String(Math.round(at));
        if (element.getAttribute("aria-valuenow") === second) return;
        element.setAttribute("aria-valuenow", second);
        element.setAttribute("aria-valuetext", clockTime(at));
      },
      [box, from, until, length],
    ),
  );
}

const STEPS_S: Record<string, number> = {
  ArrowLeft: -5,
  ArrowDown: -5,
  ArrowRight: 5,
  ArrowUp: 5,
  PageUp: 30,
  PageDown: -30,
};

function step(event: KeyboardEvent, at: number, length: number, seek: (at: number) => void): void {
  const by = STEPS_S[event.key];
  const place = event.key === "Home" ? 0 : event.key === "End" ? length : by && at + (event.shiftKey ? by / 5 : by);
  if (place === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  seek(Math.min(length, place));
}

function nearest(marks: Mark[], shown: Span, at: number, width: number): Mark | undefined {
  const reach = (NEAR_PX / width) * (shown.until - shown.from);
  return marks.find((mark) => Math.abs(mark.at - at) <= reach);
}

function show(tip: HTMLElement | null, x: number, width: number, text: string): void {
  if (tip === null) return;
  tip.hidden = false;
  tip.textContent = text;
  tip.style.transform = `translateX(${Math.min(Math.max(0, x - tip.offsetWidth / 2), width - tip.offsetWidth)}px)`;
}

function hide(tip: HTMLElement | null): void {
  if (tip) tip.hidden = true;
}

/** Of full scale; a click in the line does not make everybody small. */
function loudest(sound: DeckProps["sound"]): number {
  if (!sound) return 1;
  const counts = new Uint32Array(256);
  for (const side of [sound.caller, sound.agent]) for (const peak of side) counts[peak] = (counts[peak] ?? 0) + 1;
  let above = 0;
  for (let peak = 255; peak > 0; peak -= 1) {
    above += counts[peak] ?? 0;
    if (above > sound.perSecond / 5) return Math.max(peak, 16) / 255;
  }
  return 1;
}
