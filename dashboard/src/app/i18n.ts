import { i18n, type Messages } from "@lingui/core";
import { learn, type Sentences } from "./said";

export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;
const KEPT = "offhook-language";

const catalogues: Record<Language, () => Promise<{ messages: Messages }>> = {
  en: readSources,
  de: () => import("@/locales/de.po"),
};

/** What the server says in English, whatever language a page is read in. */
const servers: Record<Language, () => Promise<Sentences>> = {
  en: () => Promise.resolve({}),
  de: () => import("@/locales/server.de.json").then(({ default: sentences }) => sentences),
};

/** English stands in the pages themselves, as it was written: what is filled in is found when it is shown. */
async function readSources(): Promise<{ messages: Messages }> {
  const { compileMessage } = await import("@lingui/message-utils/compileMessage");
  const read = new Map<string, ReturnType<typeof compileMessage>>();
  i18n.setMessagesCompiler((text) => {
    const known = read.get(text) ?? compileMessage(text);
    read.set(text, known);
    return known;
  });
  return { messages: {} };
}

/** What was chosen here, else what the browser asks for. */
export function preferred(): Language {
  const wished = [localStorage.getItem(KEPT) ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  return (wished.find((tag) => tag in catalogues) as Language | undefined) ?? "en";
}

/** Show everything in this language from now on. */
export async function speak(language: Language, isChosen = false): Promise<void> {
  const [{ messages }, sentences] = await Promise.all([catalogues[language](), servers[language]()]);
  learn(sentences);
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
  if (isChosen) localStorage.setItem(KEPT, language);
}
