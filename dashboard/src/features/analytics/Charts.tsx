import { Trans, useLingui } from "@lingui/react/macro";
import { Switch } from "@mantine/core";
import { useState } from "react";
import type { AnalyticsRow } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import classes from "./Analytics.module.css";
import { everyDay, type Measure, plain } from "./figures";
import { Groups } from "./Groups";
import { useNames } from "./names";
import { Plot } from "./Plot";

const DRAWN: { measure: Measure; beside?: Measure; tint: "ink" | "look" }[] = [
  { measure: "gap_p50_ms", beside: "gap_p95_ms", tint: "ink" },
  { measure: "calls", tint: "ink" },
  { measure: "cost", tint: "ink" },
  { measure: "cut_ins", tint: "look" },
];

/** Day by day: the gap as heard, calls, cost, cut-ins; as pictures or as a table. */
export function Charts({ rows, days, until }: { rows: AnalyticsRow[]; days: number; until: Date }) {
  const { t } = useLingui();
  const names = useNames();
  const [isTable, setTable] = useState(false);
  const all = everyDay(rows, days, until);
  const line = (measure: Measure) => all.map(({ row }) => shownOf(row, measure));
  return (
    <Card
      title={<Trans>Day by day</Trans>}
      actions={
        <Switch
          size="sm"
          label={t`as a table`}
          checked={isTable}
          onChange={({ currentTarget }) => setTable(currentTarget.checked)}
        />
      }
    >
      {isTable ? (
        <Groups rows={rows} name={t`Day`} />
      ) : (
        <div className={classes.charts}>
          {DRAWN.map(({ measure, beside, tint }) => (
            <Plot
              key={measure}
              title={beside ? t`Gap as heard, in seconds: median, and the slowest 5 %` : names[measure]}
              days={all.map(({ day }) => day.getTime() / 1000)}
              lines={beside ? [line(measure), line(beside)] : [line(measure)]}
              isCount={measure === "calls" || measure === "cut_ins"}
              tint={tint}
            />
          ))}
        </div>
      )}
    </Card>
  );
}

function shownOf(row: AnalyticsRow | undefined, measure: Measure): number | null {
  const value = plain(row, measure);
  if (measure.endsWith("_ms")) return value === null ? null : value / 1000;
  return value ?? 0;
}
