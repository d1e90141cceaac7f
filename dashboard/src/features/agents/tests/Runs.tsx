import { Trans } from "@lingui/react/macro";
import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { listTestRunsOptions } from "@/client/@tanstack/react-query.gen";
import type { AgentTest, TestRun } from "@/client/types.gen";
import { CallLink } from "@/ui/CallLink";
import { Card } from "@/ui/Page";
import { Failed } from "@/ui/States";
import { money, When } from "@/ui/values";
import { Results } from "./Result";
import { isGoingOn, RunOf, RunState } from "./states";
import classes from "./Tests.module.css";

/** How it went last, with all that was expected. */
export function LastRun({ test }: { test: AgentTest }) {
  const run = test.last_run;
  if (run === null) {
    return (
      <Card>
        <p className={classes.verdict}>
          <Trans>It was not run yet. Look through what is expected, then run it.</Trans>
        </p>
      </Card>
    );
  }
  return (
    <Card>
      <p className={classes.verdict} role="status" aria-live="polite" data-tone={run.status}>
        <Verdict run={run} />
      </p>
      {run.trouble && <p className={classes.came}>{run.trouble}</p>}
      <Results run={run} />
      <p className={classes.came}>
        <RunFacts run={run} />
      </p>
    </Card>
  );
}

function Verdict({ run }: { run: TestRun }) {
  const unmet = run.results.filter(({ is_met }) => !is_met).length;
  const all = run.results.length;
  if (isGoingOn(run)) {
    return (
      <>
        <Loader size={16} />{" "}
        {run.status === "queued" ? (
          <Trans>It waits for its turn: tests are run one at a time, and calls come first.</Trans>
        ) : (
          <Trans>The agent is being called.</Trans>
        )}
      </>
    );
  }
  if (run.status === "passed") return <Trans>Passed: all {all} came as expected.</Trans>;
  if (run.status === "failed") {
    return (
      <Trans>
        Failed: {unmet} of {all} came otherwise.
      </Trans>
    );
  }
  return <Trans>There was no call that could be judged.</Trans>;
}

function RunFacts({ run }: { run: TestRun }) {
  return (
    <>
      <RunOf run={run} />
      {run.ended_at && (
        <>
          , <When at={run.ended_at} />
        </>
      )}
      {run.cost && Number(run.cost.amount) > 0 && <>, {money(run.cost)}</>}
      {run.call_id && (
        <>
          {" · "}
          <CallLink id={run.call_id}>
            <Trans>the call</Trans>
          </CallLink>
        </>
      )}
    </>
  );
}

/** The runs before the last. */
export function Runs({ test }: { test: AgentTest }) {
  const runs = useQuery(listTestRunsOptions({ path: { test_id: test.id }, query: { limit: 10 } }));
  if (runs.error) return <Failed error={runs.error} again={() => void runs.refetch()} />;
  const earlier = runs.data?.data.slice(1) ?? [];
  if (earlier.length === 0) return null;
  return (
    <Card title={<Trans>Before that</Trans>}>
      <ul className={classes.runs}>
        {earlier.map((run) => (
          <li key={run.id}>
            <RunState run={run} />
            <span>
              <RunFacts run={run} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
