import { useLingui } from "@lingui/react/macro";
import type { Draft } from "./draft";

interface Headings {
  contact: string;
  hours: string;
  prices: string;
  other: string;
}

const HEADINGS: Record<string, Headings> = {
  de: { contact: "Kontakt", hours: "Öffnungszeiten", prices: "Preise", other: "Gut zu wissen" },
};
const ENGLISH: Headings = {
  contact: "How to reach us",
  hours: "Opening hours",
  prices: "Prices",
  other: "Good to know",
};

/** Under what an added line stands: in the agent's language, as the server heads what it finds. */
export function useHeadings(draft: Draft): Headings {
  return HEADINGS[draft.language.slice(0, 2)] ?? ENGLISH;
}

/** Days as a person names them, in the language of the page; empty: none. */
export function useDays(days: readonly string[]): string {
  const { i18n } = useLingui();
  const names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
  // The first of January 2024 was a Monday.
  const told = days.map((day) =>
    new Date(Date.UTC(2024, 0, 1 + names.indexOf(day))).toLocaleDateString(i18n.locale, {
      weekday: "long",
      timeZone: "UTC",
    }),
  );
  return told.length === 0 ? "" : new Intl.ListFormat(i18n.locale, { type: "conjunction" }).format(told);
}
