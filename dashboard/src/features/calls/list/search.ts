import type { ListCallsData } from "@/client";

/** What calls are told apart by, named in the address as the API names it: any number of the house opens its calls. */
const FILTERS = [
  "q",
  "agent_id",
  "days",
  "started_at.gte",
  "started_at.lt",
  "status",
  "kind",
  "direction",
  "from",
  "to",
  "end_reason",
  "has",
  "warning",
  "gap_p50_ms.gte",
  "cost.gte",
  "is_sample",
  "agent_version",
  "provider",
  "transcriber",
  "model",
  "voice",
] as const;
export type Filter = (typeof FILTERS)[number];
export type Filters = Partial<Record<Filter, string>>;

type Value = string | number | boolean;
/** The page's address: filters, the call that is peeked at, and which list is shown. */
export type CallsSearch = Partial<Record<Filter | "peek" | "tab", Value>>;
export type CallsQuery = NonNullable<ListCallsData["query"]>;

const LONGEST = 200;

export function readSearch(search: Record<string, unknown>): CallsSearch {
  const found: CallsSearch = {};
  for (const name of [...FILTERS, "peek", "tab"] as const) {
    const value = search[name];
    if (typeof value === "string" ? value !== "" : typeof value === "number" || typeof value === "boolean") {
      found[name] = typeof value === "string" ? value.slice(0, LONGEST) : (value as Value);
    }
  }
  return found;
}

/** The filters as text, without what is empty. */
export function filtersOf(search: CallsSearch): Filters {
  const found: Filters = {};
  for (const name of FILTERS) {
    const value = String(search[name] ?? "");
    if (value) found[name] = value;
  }
  return found;
}

/** The address of these filters: numbers stand there without quotes. */
export function searchOf(filters: Filters): CallsSearch {
  const found: CallsSearch = {};
  for (const name of FILTERS) {
    const value = filters[name];
    if (value) found[name] = plain(value);
  }
  return found;
}

function plain(text: string): Value {
  if (/^(0|[1-9]\d{0,8})$/.test(text)) return Number(text);
  return text === "true" || text === "false" ? text === "true" : text;
}

/** What the API is asked for. `now` tells which days the last ones are, in the viewer's zone. */
export function queryOf(filters: Filters, now: Date): CallsQuery {
  const { q, days, is_sample, agent_version, "gap_p50_ms.gte": slow, ...same } = filters;
  return {
    ...(same as CallsQuery),
    ...(q ? { q: beginning(q) } : {}),
    ...(Number(days) > 0 ? { "started_at.gte": startOfDay(now, Number(days) - 1).toISOString() } : {}),
    ...(is_sample ? { is_sample: is_sample === "true" } : {}),
    ...(agent_version ? { agent_version: Number(agent_version) } : {}),
    ...(slow ? { "gap_p50_ms.gte": Number(slow) } : {}),
  };
}

/** The last word may still be being typed: it is the beginning of one. */
function beginning(q: string): string {
  return /[\p{L}\p{N}]{3,}$/u.test(q) ? `${q}*` : q;
}

export function startOfDay(now: Date, daysAgo: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
}

/** A day as a date field has it, `2026-11-28`, in the viewer's zone; empty for none. */
export function dayOf(moment: string | undefined): string {
  if (!moment) return "";
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return "";
  const two = (part: number) => String(part).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** The beginning of a day that a date field has; `after` so many days later. Empty for what is no day. */
export function momentOf(day: string, after = 0): string {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date || year < 1970) return "";
  return new Date(year, month - 1, date + after).toISOString();
}

/** Where the same calls are a file. */
export function fileOf(filters: Filters, format: "csv" | "json", now: Date): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(queryOf(filters, now))) {
    if (value !== undefined && value !== null && value !== "") asked.set(name, String(value));
  }
  asked.set("format", format);
  return `/v1/calls/export?${asked}`;
}

/** Whether both choose the same calls. */
export function isSame(one: Filters, other: Filters): boolean {
  return FILTERS.every((name) => (one[name] ?? "") === (other[name] ?? ""));
}

/** A number as it is dialled, `+15005550006`, from what people write; empty for what is none (E.164). */
export function dialled(typed: string): string {
  const plain = typed
    .trim()
    .replace(/^00/, "+")
    .replace(/[\s().\-/]/g, "");
  return /^\+[1-9]\d{6,14}$/.test(plain) ? plain : "";
}
