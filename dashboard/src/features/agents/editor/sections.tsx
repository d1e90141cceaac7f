import { useLingui } from "@lingui/react/macro";
import type { ComponentType } from "react";
import { Knowledge } from "./Knowledge";
import { Opening } from "./Opening";
import { Patience } from "./Patience";
import { Limits, Prompt, Sentences, Thinking, Variables } from "./Plain";
import { Rules } from "./Rules";
import { Tools } from "./Tools";
import { Voice } from "./Voice";
import { Yaml } from "./Yaml";

export interface Section {
  id: string;
  title: string;
  /** Pointers of what is edited there. The first section whose pointer fits is the one. */
  holds: string[];
  Body: ComponentType;
}

/** The editor's sections, in the order in which one makes an agent. */
export function useSections(): Section[] {
  const { t } = useLingui();
  return [
    { id: "opening", title: t`Opening`, holds: ["/opening", "/name", "/language", "/timezone"], Body: Opening },
    { id: "prompt", title: t`What it does`, holds: ["/prompt"], Body: Prompt },
    { id: "knowledge", title: t`What it knows`, holds: ["/knowledge"], Body: Knowledge },
    { id: "model", title: t`Thinking`, holds: ["/llm", "/knowledge_prompt_chars"], Body: Thinking },
    { id: "voice", title: t`Voice`, holds: ["/tts", "/lexicon"], Body: Voice },
    {
      id: "patience",
      title: t`Listening and patience`,
      holds: ["/turn_taking", "/stt", "/vocabulary"],
      Body: Patience,
    },
    { id: "tools", title: t`What it can do`, holds: ["/tools"], Body: Tools },
    { id: "rules", title: t`Rules and disclosure`, holds: ["/records", "/turn_taking/protect_opening"], Body: Rules },
    { id: "limits", title: t`Limits`, holds: ["/limits"], Body: Limits },
    { id: "variables", title: t`Variables`, holds: ["/variables", "/pre_call"], Body: Variables },
    {
      id: "sentences",
      title: t`Fixed sentences`,
      holds: ["/phrases", "/outbound", "/country", "/voice_detector", "/end_of_turn"],
      Body: Sentences,
    },
    { id: "file", title: t`As a file`, holds: [""], Body: Yaml },
  ];
}

/** Where something is edited: the section with the longest pointer around it. */
export function sectionOf(sections: Section[], pointer: string): Section | undefined {
  const lengthIn = ({ holds }: Section) =>
    Math.max(-1, ...holds.filter((held) => `${pointer}/`.startsWith(`${held}/`)).map((held) => held.length));
  return sections.reduce<Section | undefined>(
    (best, one) => (lengthIn(one) > (best ? lengthIn(best) : -1) ? one : best),
    undefined,
  );
}
