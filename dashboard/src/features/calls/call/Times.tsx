import { Trans, useLingui } from "@lingui/react/macro";
import { memo } from "react";
import { Empty } from "@/ui/States";
import { clockTime, gap, number } from "@/ui/values";
import { usePartWords } from "./GapBar";
import { type Gap, PARTS, type Part } from "./parts";
import type { Player } from "./player";
import classes from "./Times.module.css";
import { type Row, type Run, rowsOf, scaleOf } from "./times";

/** The waterfall: what ran when, between the caller's last sound and the agent's first, of each turn on one scale. */
export const Times = memo(function Times({ gaps, player }: { gaps: Gap[]; player: Player }) {
  const { t } = useLingui();
  const told = usePartWords();
  const rows = rowsOf(gaps);
  if (rows.length === 0) {
    return (
      <Empty title={<Trans>Nobody waited for an answer</Trans>}>
        <Trans>A gap is measured from the caller's last sound to the agent's first. This call has none.</Trans>
      </Empty>
    );
  }
  const scale = scaleOf(rows);
  const place = (at: number) => `${((at - scale.from) / (scale.until - scale.from)) * 100}%`;
  return (
    <div className={classes.times}>
      <p className={classes.lead}>
        <Trans>
          Each line begins with the caller's last sound and ends with the agent's first. Above: until it was clear that
          the caller was done. Below: how the reply was made; it may begin before that.
        </Trans>
      </p>
      <ul className={classes.legend} aria-label={t`What the colours say`}>
        {PARTS.map((part) => (
          <li key={part} data-part={part}>
            {told(part)}
          </li>
        ))}
      </ul>
      <ol className={classes.rows}>
        {rows.map((row) => (
          <Line key={row.turn.number} row={row} scale={scale} place={place} player={player} told={told} />
        ))}
      </ol>
      <Axis scale={scale} place={place} />
    </div>
  );
});

interface LineProps {
  row: Row;
  scale: { from: number; until: number; step: number };
  place: (at: number) => string;
  player: Player;
  told: (part: Part) => string;
}
const LANE = 9;

function Line({ row, scale, place, player, told }: LineProps) {
  const { turn, deciding, replying, heard, isPrepared } = row;
  const begin = turn.latency?.moments?.ended_s ?? turn.at_s - heard;
  const at = clockTime(turn.at_s);
  const spoken = [...deciding, ...replying]
    .map((run) => `${told(run.part)} ${number(run.until - run.from, 2)}`)
    .join(", ");
  return (
    <li className={classes.row}>
      <button type="button" className={classes.pick} onClick={() => player.playFrom(begin - 1)}>
        <span className={classes.name}>
          <small>{at}</small>
          <span>{turn.text || turn.unheard}</span>
        </span>
        <span className="visually-hidden">{spoken}</span>
        <svg className={classes.chart} height={36} aria-hidden>
          {ticks(scale).map((tick) => (
            <line key={tick} x1={place(tick)} x2={place(tick)} y1={0} y2={36} className={classes.tick} />
          ))}
          {deciding.map((run) => (
            <Bar key={run.part} run={run} y={6} place={place} told={told} />
          ))}
          {replying.map((run) => (
            <Bar key={run.part} run={run} y={20} place={place} told={told} />
          ))}
          <line x1={place(heard)} x2={place(heard)} y1={2} y2={34} className={classes.heard} />
        </svg>
        <b className={classes.gap}>
          {gap(heard * 1000)}
          {isPrepared && (
            <small>
              <Trans>begun early</Trans>
            </small>
          )}
        </b>
      </button>
    </li>
  );
}

function Bar({
  run,
  y,
  place,
  told,
}: {
  run: Run;
  y: number;
  place: (at: number) => string;
  told: (part: Part) => string;
}) {
  const width = `calc(max(2px, ${place(run.until)} - ${place(run.from)}))`;
  return (
    <rect x={place(run.from)} y={y} height={LANE} rx={2} style={{ width }} data-part={run.part}>
      <title>{`${told(run.part)} ${number(run.until - run.from, 2)} s`}</title>
    </rect>
  );
}

function Axis({ scale, place }: Pick<LineProps, "scale" | "place">) {
  return (
    <div className={classes.axis} aria-hidden>
      <span />
      <div>
        {ticks(scale).map((tick) => (
          <small key={tick} style={{ left: place(tick) }}>
            {number(tick, scale.step < 1 ? 1 : 0)} s
          </small>
        ))}
      </div>
      <span />
    </div>
  );
}

function ticks({ from, until, step }: LineProps["scale"]): number[] {
  const found: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= until; at += step) found.push(Math.round(at * 10) / 10 + 0);
  return found;
}
