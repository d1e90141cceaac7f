import { useLingui } from "@lingui/react/macro";
import type { SchemaNode } from "./schema";
import { choiceOf, providerOf, wordsOf } from "./words";

export interface FieldWords {
  label: string;
  help: string;
  /** What a value of it is called. */
  choice: (value: string) => string;
}

/** What a field is called and what it does, in the person's language where we have it. */
export function useWords(place: string, node: SchemaNode): FieldWords {
  const { i18n } = useLingui();
  const own = wordsOf(place);
  const hint = node["x-ui"];
  const label = own ? i18n._(own.label) : (hint?.label ?? node.title ?? place);
  const help = own ? (own.help ? i18n._(own.help) : "") : (node.description ?? hint?.help ?? "");
  const choice = (value: string): string => {
    const known = choiceOf(place, value);
    return known ? i18n._(known) : value;
  };
  return { label, help, choice };
}

/** A provider's name. */
export function useProviderName(): (tag: string) => string {
  const { i18n } = useLingui();
  return (tag) => {
    const name = providerOf(tag);
    return typeof name === "string" ? name : i18n._(name);
  };
}
