import type { DayFigures } from "@/client/types.gen";

/** Whether there is anything to reckon with: samples count nowhere. */
export function hadCalls(days: DayFigures[]): boolean {
  return days.some(({ calls, refused }) => calls + refused > 0);
}

export function isLate(due: string | null, now = Date.now()): boolean {
  return due !== null && Date.parse(due) < now;
}

/** A line through the days from left to right, broken where a day has no value; empty when there is nothing to draw. */
export function path(values: (number | null)[], width: number, height: number): string {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return "";
  const least = Math.min(...known);
  const span = Math.max(...known) - least;
  const step = width / Math.max(1, values.length - 1);
  let isDrawing = false;
  return values
    .map((value, place) => {
      if (value === null) {
        isDrawing = false;
        return "";
      }
      // All the same: a line in the middle, not at the bottom, where nothing is.
      const y = span === 0 ? height / 2 : height - ((value - least) / span) * height;
      const drawn = `${isDrawing ? "L" : "M"}${round(place * step)} ${round(y)}`;
      isDrawing = true;
      return drawn;
    })
    .join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
