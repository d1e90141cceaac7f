import { useLingui } from "@lingui/react/macro";

/** Of the languages that Offhook has words for, the kinds that are mostly spoken; others can be written in the file. */
export const LANGUAGE_TAGS = [
  "en-US",
  "en-GB",
  "en-AU",
  "de-DE",
  "de-AT",
  "de-CH",
  "es-ES",
  "es-MX",
  "fr-FR",
  "it-IT",
  "nl-NL",
  "pt-BR",
  "pt-PT",
];

/** What a language is called, in the language of the page. */
export function useLanguageName(): (tag: string) => string {
  const { i18n } = useLingui();
  const names = new Intl.DisplayNames([i18n.locale], { type: "language" });
  return (tag) => {
    try {
      return names.of(tag) ?? tag;
    } catch {
      return tag;
    }
  };
}
