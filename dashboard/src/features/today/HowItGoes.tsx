import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { DayFigures, Measure, TodayAnswer } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { gap, money, number } from "@/ui/values";
import { hadCalls, path } from "./days";
import classes from "./Today.module.css";

/** Calls, minutes, cost, success and the gap, each with the line of its last two weeks. */
export function HowItGoes({ home }: { home: TodayAnswer }) {
  const { t } = useLingui();
  const { today, days, trends } = home;
  if (!hadCalls(days)) return <NothingYet />;
  const isToday = today.calls > 0;
  const latest = isToday ? today : (days.findLast(({ calls }) => calls > 0) ?? today);
  const line = (value: (day: DayFigures) => number | null) => days.map(value);
  return (
    <Card
      title={isToday ? <Trans>How the day goes</Trans> : <Trans>The last day with calls</Trans>}
      actions={
        <Link to="/analytics" className={classes.more}>
          <Trans>Analytics</Trans>
        </Link>
      }
    >
      <dl className={classes.figures}>
        <Figure
          name={<Trans>Calls</Trans>}
          value={number(latest.calls)}
          line={line(({ calls }) => calls)}
          label={t`Calls of the last fourteen days`}
          change={changeOf("calls", trends)}
        />
        <Figure
          name={<Trans>Minutes</Trans>}
          value={number(latest.minutes, 1)}
          line={line(({ minutes }) => minutes)}
          label={t`Minutes of the last fourteen days`}
          change={changeOf("minutes", trends)}
        />
        <Figure
          name={<Trans>Cost</Trans>}
          value={money(latest.cost)}
          line={line(({ cost }) => Number(cost.amount))}
          label={t`Cost of the last fourteen days`}
          change={changeOf("cost", trends)}
        />
        <Figure
          name={<Trans>Left nothing open</Trans>}
          value={latest.success === null ? "–" : `${number(latest.success * 100)} %`}
          line={line(({ success }) => success)}
          label={t`Share of calls that left nothing open, in the last fourteen days`}
          change={changeOf("success", trends)}
        />
        <Figure
          name={<Trans>Gap as heard</Trans>}
          value={latest.gap_p50_ms === null ? "–" : gap(latest.gap_p50_ms)}
          line={line(({ gap_p50_ms }) => gap_p50_ms)}
          label={t`Gap as heard, in the last fourteen days`}
          change={changeOf("gap_p50_ms", trends)}
        />
      </dl>
      <p className={classes.small}>
        <Trans>Lines: the last fourteen days. In per cent: the last seven whole days against the seven before.</Trans>
        {latest.refused > 0 && (
          <>
            {" "}
            <Trans>{latest.refused} calls were not taken.</Trans>
          </>
        )}
      </p>
    </Card>
  );
}

function NothingYet() {
  return (
    <Card title={<Trans>How it goes</Trans>}>
      <p className={classes.plain}>
        <Trans>
          Here you will see how many called, how long, what it cost, and how quickly the agent answered, as heard. The
          first call that is over begins it; samples count nowhere.
        </Trans>
      </p>
    </Card>
  );
}

function changeOf(measure: Measure, trends: TodayAnswer["trends"]): number | null {
  return trends.find((trend) => trend.measure === measure)?.change ?? null;
}

interface Shown {
  name: ReactNode;
  value: string;
  line: (number | null)[];
  /** What the line shows, for who does not see it. */
  label: string;
  change: number | null;
}

function Figure({ name, value, line, label, change }: Shown) {
  const drawn = path(line, 84, 20);
  const last = line.at(-1) ?? null;
  return (
    <div className={classes.figure}>
      <dt>{name}</dt>
      <dd className={classes.spark}>
        {drawn && (
          <svg viewBox="-3 -3 90 26" width={90} height={26} role="img" aria-label={label}>
            <path d={drawn} />
            {last !== null && <circle cx={84} cy={Number(drawn.split(" ").at(-1))} r={2.5} />}
          </svg>
        )}
      </dd>
      <dd className={classes.value}>
        {value}
        {change !== null && change !== 0 && <small>{signed(change)}</small>}
      </dd>
    </div>
  );
}

function signed(change: number): string {
  const parts = Math.round(change * 100);
  return `${parts > 0 ? "+" : parts < 0 ? "−" : "±"}${number(Math.abs(parts))} %`;
}
