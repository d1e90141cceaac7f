import type { AgentSuggestion, Quotation, SuggestedFact, Topic } from "@/client/types.gen";

/** One thing that the agent is to know, as it stands on the page. */
export interface Line {
  id: string;
  topic: Topic;
  heading: string;
  question: string;
  text: string;
  /** As it was suggested; null: it was added here. */
  found: { question: string; text: string; source: Quotation } | null;
}

/** A suggestion while it is corrected. */
export interface Draft {
  suggestion: AgentSuggestion;
  name: string;
  language: string;
  timezone: string;
  opening: string;
  lines: Line[];
  /** The agent that it was saved as, when what comes behind that failed. */
  agentId: string | null;
}

export interface Asked {
  /** What is typed: an address, or lines. */
  how: "url" | "text";
  url: string;
  text: string;
}

/** The order of what is shown; what belongs to who one is and when one is open has places of its own. */
export const WHO: Topic[] = ["about", "contact"];
export const HOURS: Topic[] = ["hours"];

export function draftOf(suggestion: AgentSuggestion): Draft {
  const document = suggestion.document as {
    name: string;
    language: string;
    timezone: string;
    opening: { text: string };
  };
  return {
    suggestion,
    name: document.name,
    language: document.language,
    timezone: document.timezone,
    opening: document.opening.text,
    lines: suggestion.facts.map(lineOf),
    agentId: null,
  };
}

function lineOf({ topic, heading, question, text, source }: SuggestedFact): Line {
  return { id: crypto.randomUUID(), topic, heading, question, text, found: { question, text, source } };
}

/** An empty line behind the last one of its heading. */
export function withLine(draft: Draft, topic: Topic, heading: string): Draft {
  const line: Line = { id: crypto.randomUUID(), topic, heading, question: "", text: "", found: null };
  const last = draft.lines.findLastIndex((one) => one.topic === topic && one.heading === heading);
  const at = last < 0 ? draft.lines.length : last + 1;
  return { ...draft, lines: [...draft.lines.slice(0, at), line, ...draft.lines.slice(at)] };
}

/** The greeting follows the name for as long as it is the one that was suggested. */
export function withName(draft: Draft, name: string): Draft {
  const suggested = draft.name && draft.opening.includes(draft.name);
  return { ...draft, name, opening: suggested ? draft.opening.replace(draft.name, name || draft.name) : draft.opening };
}

/** The document to be saved, with what was corrected. */
export function documentOf(draft: Draft): Record<string, unknown> {
  const { document } = draft.suggestion;
  const before = String(document.name);
  const name = draft.name.trim();
  return {
    ...document,
    name,
    language: draft.language,
    timezone: draft.timezone,
    opening: { text: draft.opening.trim() },
    prompt: String(document.prompt).replaceAll(before, name),
    vocabulary: [name],
    knowledge: knowledgeOf(draft.lines) ? document.knowledge : [],
  };
}

/** All lines as the document that the agent knows them from. */
export function knowledgeOf(lines: Line[]): string {
  const parts = grouped(lines.filter(({ text }) => flat(text))).map(([heading, ones]) => {
    const told = ones.map(({ question, text }) =>
      flat(question) ? `\nQ: ${flat(question)}\nA: ${flat(text)}\n` : `- ${flat(text)}`,
    );
    return `# ${flat(heading)}\n\n${told.join("\n")}\n`;
  });
  return parts.join("\n");
}

/** One line, without what the document's reader would take for a mark. */
function flat(text: string): string {
  return text
    .replaceAll(/<!--|-->/g, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .replace(/^[#>|`-]+\s*/, "");
}

/** Lines of these topics, by the headings under which they stand. */
export function groupsOf(lines: Line[], isWanted: (topic: Topic) => boolean): [heading: string, lines: Line[]][] {
  return grouped(lines.filter(({ topic }) => isWanted(topic)));
}

function grouped(lines: Line[]): [heading: string, lines: Line[]][] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) groups.set(line.heading, [...(groups.get(line.heading) ?? []), line]);
  return [...groups];
}

/** Where something comes from, in short: `example.com/contact`. */
export function placeOf(page: string): string {
  return page.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
}

/** What people type for an address, as it may well be one. */
export function seemsAddress(text: string): boolean {
  return /^(https?:\/\/)?[^\s/@]+\.[^\s/.]{2,}(\/\S*)?$/i.test(text.trim()) || /^https?:\/\/\S+$/i.test(text.trim());
}
