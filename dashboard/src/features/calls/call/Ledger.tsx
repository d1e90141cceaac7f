import { Trans } from "@lingui/react/macro";
import type { CallRecord, ToolRun } from "@/client";
import { Card } from "@/ui/Page";
import type { Player } from "./player";
import { promisesOf } from "./promises";
import classes from "./Side.module.css";

/** Said and done: each tool with what became of it, and what was promised without one. */
export function Ledger({ record, player }: { record: CallRecord; player: Player }) {
  const promises = promisesOf(record);
  if (record.tools.length === 0 && promises.length === 0) return null;
  return (
    <Card title={<Trans>Said and done</Trans>}>
      <dl className={classes.pairs}>
        {record.tools.map((tool) => (
          <Line key={tool.call} says={tool.name.replaceAll("_", " ")} at={tool.at_s} player={player}>
            <Outcome tool={tool} />
          </Line>
        ))}
        {promises.map(({ said, at, keptBy }) => (
          <Line key={`${at} ${said}`} says={`“${said}”`} at={at} player={player}>
            {keptBy === null ? (
              <b className={classes.bad}>
                <Trans>promised, not done</Trans>
              </b>
            ) : (
              <Trans>done</Trans>
            )}
          </Line>
        ))}
      </dl>
    </Card>
  );
}

interface LineProps {
  says: string;
  at: number;
  player: Player;
  children: React.ReactNode;
}

function Line({ says, at, player, children }: LineProps) {
  return (
    <div>
      <dt>
        <button type="button" className={classes.link} onClick={() => player.playFrom(Math.max(0, at - 2))}>
          {says}
        </button>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

function Outcome({ tool }: { tool: ToolRun }) {
  if (tool.outcome === "done") return <Trans>done</Trans>;
  if (tool.outcome === "failed")
    return (
      <b className={classes.bad}>
        <Trans>failed</Trans>
      </b>
    );
  if (tool.outcome === "unknown")
    return (
      <b className={classes.look}>
        <Trans>not known</Trans>
      </b>
    );
  return <Trans>running</Trans>;
}
