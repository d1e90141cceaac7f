import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { AnalyticsRow } from "@/client/types.gen";
import classes from "./Analytics.module.css";
import { change, type Measure, plain, written } from "./figures";
import { useNames } from "./names";

const SHOWN: Measure[] = ["calls", "minutes", "cost", "success", "gap_p50_ms", "gap_p95_ms", "cut_ins", "barge_ins"];

/** The figures of the whole span, each with its change against the span before. */
export function Figures({ now, before }: { now: AnalyticsRow | undefined; before: AnalyticsRow | undefined }) {
  const { t } = useLingui();
  const names = useNames();
  return (
    <dl className={classes.figures}>
      {SHOWN.map((measure) => {
        const more = change(plain(now, measure), plain(before, measure));
        return (
          <div key={measure}>
            <dt>{names[measure]}</dt>
            <dd>
              <Behind row={now} measure={measure}>
                {written(now, measure)}
              </Behind>
              {more !== null && more !== 0 && (
                <small>{more > 0 ? t`${more} % more than before` : t`${-more} % less than before`}</small>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

const HAS: Partial<Record<Measure, string>> = {
  cut_ins: "cut_ins",
  barge_ins: "barge_ins",
  false_stops: "false_stops",
  silences: "silences",
  tool_failures: "tool_failures",
  questions: "questions",
};

/** A figure that opens its calls. */
export function Behind({
  row,
  measure,
  children,
}: {
  row: AnalyticsRow | undefined;
  measure: Measure;
  children: string;
}) {
  if (!row?.calls_query || !plain(row, measure)) return <span>{children}</span>;
  const has = HAS[measure];
  return (
    <Link to="/calls" search={{ ...row.calls_query, ...(has ? { has } : {}) } as never}>
      {children}
    </Link>
  );
}
