import { useLingui } from "@lingui/react/macro";
import type { Measure } from "./figures";

/** What each figure is called. */
export function useNames(): Record<Measure, string> {
  const { t } = useLingui();
  return {
    calls: t`Calls`,
    minutes: t`Talk`,
    cost: t`Cost`,
    success: t`Ended in order`,
    gap_p50_ms: t`Gap, median`,
    gap_p95_ms: t`Gap, slowest 5 %`,
    cut_ins: t`Cut-ins`,
    barge_ins: t`Barge-ins`,
    false_stops: t`False stops`,
    silences: t`Silences`,
    tool_failures: t`Tools failed`,
    questions: t`Not answered`,
  };
}
