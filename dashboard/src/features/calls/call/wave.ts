import { columns, type Sound, type Span } from "./sound";

/** What is drawn on the wave beside the voices. */
export interface Mark {
  at: number;
  tone: "look" | "bad" | "plain";
  says: string;
}
export interface Picture {
  sound: Sound | undefined;
  /** The stretch of the call that is shown. */
  shown: Span;
  /** Where the agent's voice was not wanted any more: paler. */
  pale: Span[];
  marks: Mark[];
  /** What was said, for a call without a recording: blocks in place of a wave. */
  blocks: { caller: Span[]; agent: Span[] };
  /** How loud the loudest is: quiet calls are drawn as high as loud ones. */
  full: number;
}

const COLUMN = 3;
const GAP = 1;
const AXIS = 16;
const MARKS = 12;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800];
const LEAST = 1.5;

/** Draw the call: the caller above, the agent below, marks between the voices and the clock. */
export function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (width === 0 || height === 0) return;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d");
  if (pen === null) return;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const colour = coloursOf(canvas);
  const lane = (height - AXIS - MARKS) / 2;
  const sides = [
    { side: "caller", middle: lane / 2, colour: colour("--caller") },
    { side: "agent", middle: lane * 1.5, colour: colour("--agent") },
  ] as const;
  for (const { side, middle, colour: fill } of sides) {
    pen.fillStyle = fill;
    if (picture.sound) bars(pen, picture, side, middle, lane, width);
    else blocks(pen, picture, side, middle, lane, width);
  }
  axis(pen, picture.shown, width, height, colour);
  dots(pen, picture, width, height - AXIS - MARKS / 2, colour);
}

function bars(
  pen: CanvasRenderingContext2D,
  { sound, shown, pale, full }: Picture,
  side: "caller" | "agent",
  middle: number,
  lane: number,
  width: number,
): void {
  if (!sound) return;
  const count = Math.max(1, Math.floor(width / COLUMN));
  const heights = columns(sound[side], sound.perSecond, shown, count);
  const step = (shown.until - shown.from) / count;
  for (let n = 0; n < count; n += 1) {
    const at = shown.from + n * step;
    // Ears do not hear twice the swing as twice as loud: soft speech is seen as well.
    const size = Math.max(LEAST, Math.min(1, (heights[n] ?? 0) / full) ** 0.7 * (lane - 6));
    pen.globalAlpha = side === "agent" && pale.some(({ from, until }) => at >= from && at < until) ? 0.3 : 1;
    if (size <= LEAST) pen.globalAlpha = 0.35;
    pen.fillRect((n * width) / count, middle - size / 2, COLUMN - GAP, size);
  }
  pen.globalAlpha = 1;
}

function blocks(
  pen: CanvasRenderingContext2D,
  picture: Picture,
  side: "caller" | "agent",
  middle: number,
  lane: number,
  width: number,
): void {
  const { from, until } = picture.shown;
  const scale = width / (until - from);
  pen.globalAlpha = 0.5;
  for (const span of picture.blocks[side]) {
    pen.fillRect(
      (span.from - from) * scale,
      middle - lane / 6,
      Math.max(2, (span.until - span.from) * scale),
      lane / 3,
    );
  }
  pen.globalAlpha = 1;
}

function axis(
  pen: CanvasRenderingContext2D,
  shown: Span,
  width: number,
  height: number,
  colour: (name: string) => string,
): void {
  const length = shown.until - shown.from;
  const step = STEPS.find((one) => (one / length) * width >= 64) ?? 3600;
  pen.font = "11.5px 'Inter Variable', system-ui, sans-serif";
  pen.textBaseline = "bottom";
  for (let at = Math.ceil(shown.from / step) * step; at < shown.until; at += step) {
    const x = ((at - shown.from) / length) * width;
    pen.fillStyle = colour("--line");
    pen.fillRect(x, height - AXIS, 1, 4);
    pen.fillStyle = colour("--soft");
    if (x < width - 30) pen.fillText(clock(at), x === 0 ? 0 : x + 4, height);
  }
}

function clock(at: number): string {
  return `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;
}

const TONES = { look: "--warn", bad: "--bad", plain: "--line-strong" } as const;

function dots(
  pen: CanvasRenderingContext2D,
  { marks, shown }: Picture,
  width: number,
  y: number,
  colour: (name: string) => string,
): void {
  for (const { at, tone } of marks) {
    if (at < shown.from || at > shown.until) continue;
    const x = Math.min(width - 4, Math.max(4, ((at - shown.from) / (shown.until - shown.from)) * width));
    pen.fillStyle = colour(TONES[tone]);
    pen.beginPath();
    pen.arc(x, y, 3, 0, 2 * Math.PI);
    pen.fill();
  }
}

function coloursOf(canvas: HTMLCanvasElement): (name: string) => string {
  const style = getComputedStyle(canvas);
  return (name) => style.getPropertyValue(name);
}
