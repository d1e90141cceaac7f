import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { useLingui } from "@lingui/react/macro";

const PARTS: Record<string, MessageDescriptor> = {
  carrier: msg`telephone`,
  stt: msg`hearing`,
  llm: msg`thinking`,
  tts: msg`voice`,
};
/** One of them, and several. */
const UNITS: Record<string, [MessageDescriptor, MessageDescriptor]> = {
  second: [msg`second`, msg`seconds`],
  minute: [msg`minute`, msg`minutes`],
  character: [msg`character`, msg`characters`],
  token_in: [msg`token read`, msg`tokens read`],
  token_cached: [msg`token read again`, msg`tokens read again`],
  token_out: [msg`token written`, msg`tokens written`],
};

export const PART_NAMES = ["carrier", "stt", "llm", "tts"] as const;
export const UNIT_NAMES = ["second", "minute", "character", "token_in", "token_cached", "token_out"] as const;

/** Parts of a call, and the units that they are paid by, in words; what is not known here as it came. */
export function useSpending() {
  const { i18n } = useLingui();
  return {
    part: (name: string): string => (PARTS[name] ? i18n._(PARTS[name]) : name),
    unit: (name: string, count = 1): string => {
      const [one, several] = UNITS[name] ?? [];
      const known = count === 1 ? one : several;
      return known ? i18n._(known) : name.replaceAll("_", " ");
    },
  };
}
