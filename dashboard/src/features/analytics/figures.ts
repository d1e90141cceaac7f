import type { AnalyticsRow } from "@/client/types.gen";
import { duration, gap, type MoneyValue, money, number } from "@/ui/values";

/** What a figure is, for how it is written and which way is better. */
export type Measure =
  | "calls"
  | "minutes"
  | "cost"
  | "success"
  | "gap_p50_ms"
  | "gap_p95_ms"
  | "cut_ins"
  | "barge_ins"
  | "false_stops"
  | "silences"
  | "tool_failures"
  | "questions";

export const MEASURES: Measure[] = [
  "calls",
  "minutes",
  "cost",
  "success",
  "gap_p50_ms",
  "gap_p95_ms",
  "cut_ins",
  "barge_ins",
  "false_stops",
  "silences",
  "tool_failures",
  "questions",
];

/** A figure as a number, for a chart; null: it cannot be told. */
export function plain(row: AnalyticsRow | undefined, measure: Measure): number | null {
  const value = row?.values[measure];
  if (value === null || value === undefined) return null;
  return typeof value === "object" ? Number(value.amount) : value;
}

/** A figure in the words of its kind. */
export function written(row: AnalyticsRow | undefined, measure: Measure): string {
  const value = row?.values[measure];
  if (value === null || value === undefined) return "–";
  if (typeof value === "object") return money(value as MoneyValue);
  if (measure === "minutes") return duration(value * 60_000);
  if (measure === "success") return `${number(value * 100)} %`;
  return measure.endsWith("_ms") ? gap(value) : number(value);
}

/** How much more or less than before, in percent; null: there is nothing to compare with. */
export function change(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : Math.round(((now - before) / before) * 100);
}

/** The days of a span, each with its row or none, so that a chart has no holes. */
export function everyDay(
  rows: AnalyticsRow[],
  days: number,
  now: Date,
): { day: Date; row: AnalyticsRow | undefined }[] {
  const known = new Map(rows.map((row) => [row.key, row]));
  return Array.from({ length: days }, (_, place) => {
    const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - (days - 1 - place));
    return { day, row: known.get(keyOf(day)) };
  });
}

function keyOf(day: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
