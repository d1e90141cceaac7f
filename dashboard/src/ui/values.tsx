import { i18n } from "@lingui/core";
import { useLingui } from "@lingui/react";
import { useEffect, useState } from "react";

export interface MoneyValue {
  amount: string;
  /** US dollars, unless said otherwise. */
  currency?: string;
}

/** Money as it is: small amounts keep the places that matter, nothing is rounded to look better. */
export function money({ amount, currency = "USD" }: MoneyValue): string {
  const value = Number(amount);
  const places = value !== 0 && Math.abs(value) < 0.1 ? 4 : 2;
  return new Intl.NumberFormat(i18n.locale, {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: places,
  }).format(value);
}

/** Money with all its places: on a receipt, which has to add up, and as a price, which may be a millionth of a dollar. */
export function exactMoney({ amount, currency = "USD" }: MoneyValue): string {
  return new Intl.NumberFormat(i18n.locale, {
    style: "currency",
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: 9,
  }).format(amount as Intl.StringNumericLiteral);
}

/** `1 min 48 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A place on a call's clock: `1:48`. */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A gap as heard, in seconds with two places: `0.61 s`. */
export function gap(ms: number): string {
  return `${number(ms / 1000, 2)} s`;
}

export function number(value: number, places = 0): string {
  return new Intl.NumberFormat(i18n.locale, { minimumFractionDigits: places, maximumFractionDigits: places }).format(
    value,
  );
}

function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["minute", 60],
  ["hour", 3600],
  ["day", 86_400],
];

/** A moment in the viewer's own zone: nearby ones as "5 minutes ago", with the exact one to hover. */
export function When({ at, isExact = false }: { at: string; isExact?: boolean }) {
  useLingui();
  const now = useNow(30_000);
  const moment = new Date(at);
  const exact = new Intl.DateTimeFormat(i18n.locale, { dateStyle: "full", timeStyle: "long" }).format(moment);
  return (
    <time dateTime={at} title={exact}>
      {isExact ? shortMoment(moment, now) : nearby(moment, now)}
    </time>
  );
}

function nearby(moment: Date, now: number): string {
  const seconds = (moment.getTime() - now) / 1000;
  if (Math.abs(seconds) >= 7 * 86_400) return shortMoment(moment, now);
  const step = STEPS.findLast(([, size]) => Math.abs(seconds) >= size) ?? STEPS[0];
  if (step === undefined || Math.abs(seconds) < 45) {
    return new Intl.RelativeTimeFormat(i18n.locale, { numeric: "auto" }).format(0, "second");
  }
  return new Intl.RelativeTimeFormat(i18n.locale, { numeric: "auto" }).format(Math.round(seconds / step[1]), step[0]);
}

function shortMoment(moment: Date, now: number): string {
  const isThisYear = new Date(now).getFullYear() === moment.getFullYear();
  const isToday = new Date(now).toDateString() === moment.toDateString();
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(i18n.locale, {
    ...(isToday ? {} : day),
    ...(isThisYear ? {} : { year: "numeric" }),
    ...time,
  }).format(moment);
}
