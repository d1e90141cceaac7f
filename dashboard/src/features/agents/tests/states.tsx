import { Trans } from "@lingui/react/macro";
import type { AgentTest, TestRun } from "@/client/types.gen";
import { State } from "@/ui/Rows";

export function isGoingOn(run: TestRun | null): boolean {
  return run !== null && run.ended_at === null;
}

/** How a run went, in a word. */
export function RunState({ run }: { run: TestRun | null }) {
  if (run === null) {
    return (
      <State tone="plain">
        <Trans>never run</Trans>
      </State>
    );
  }
  switch (run.status) {
    case "queued":
      return (
        <State tone="plain">
          <Trans>waits</Trans>
        </State>
      );
    case "running":
      return (
        <State tone="look">
          <Trans>being called</Trans>
        </State>
      );
    case "passed":
      return (
        <State tone="good">
          <Trans>passed</Trans>
        </State>
      );
    case "failed":
      return (
        <State tone="bad">
          <Trans>failed</Trans>
        </State>
      );
    case "trouble":
      return (
        <State tone="look">
          <Trans>no result</Trans>
        </State>
      );
  }
}

/** What was called. */
export function RunOf({ run }: { run: TestRun }) {
  if (run.which === "draft") return <Trans>the draft</Trans>;
  if (run.which === "published") return <Trans>what is published</Trans>;
  return <Trans>version {run.which}</Trans>;
}

export interface Tally {
  passed: number;
  failed: number;
  troubled: number;
  going: number;
  never: number;
}

/** How the last runs of all went. */
export function tallyOf(tests: AgentTest[]): Tally {
  const tally: Tally = { passed: 0, failed: 0, troubled: 0, going: 0, never: 0 };
  for (const { last_run: run } of tests) {
    if (run === null) tally.never += 1;
    else if (isGoingOn(run)) tally.going += 1;
    else if (run.status === "passed") tally.passed += 1;
    else if (run.status === "failed") tally.failed += 1;
    else tally.troubled += 1;
  }
  return tally;
}

export function toneOf({ failed, troubled, passed, going, never }: Tally): "good" | "look" | "bad" | "plain" {
  if (failed > 0) return "bad";
  if (troubled > 0) return "look";
  return passed > 0 && going + never === 0 ? "good" : "plain";
}
