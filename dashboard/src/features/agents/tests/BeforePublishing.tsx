import { Plural, Trans } from "@lingui/react/macro";
import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listTestsOptions } from "@/client/@tanstack/react-query.gen";
import type { AgentTest } from "@/client/types.gen";
import { tallyOf } from "./states";
import { useRunAll } from "./useRuns";

/** Before a draft answers callers its tests are offered, and never asked for. */
export function BeforePublishing({ agentId, revision }: { agentId: string; revision: number }) {
  const tests = useQuery(listTestsOptions({ query: { agent_id: agentId, limit: 50 } }));
  const all = useRunAll(agentId);
  const every = tests.data?.data ?? [];
  if (every.length === 0) return null;
  // What was called before the last change says nothing of what is published now.
  const current = every.map((test) => (test.last_run?.revision === revision ? test : { ...test, last_run: null }));
  const { going } = tallyOf(current);
  return (
    <Group justify="space-between" wrap="wrap" gap="xs">
      <Text size="sm">
        <Told tests={current} />{" "}
        <Link to={`/agents/${agentId}/tests` as "/agents"}>
          <Trans>To the tests</Trans>
        </Link>
      </Text>
      <Button variant="default" size="xs" loading={all.isPending || going > 0} onClick={() => all.go()}>
        <Trans>Run them now</Trans>
      </Button>
    </Group>
  );
}

function Told({ tests }: { tests: AgentTest[] }) {
  const { passed, failed, troubled, going } = tallyOf(tests);
  if (passed + failed + troubled + going === 0) {
    return (
      <Plural
        value={tests.length}
        one="One test waits: it was not run since the last change."
        other="# tests wait: they were not run since the last change."
      />
    );
  }
  return (
    <>
      <Trans>
        Of {tests.length} tests {passed} passed with this draft.
      </Trans>{" "}
      {failed > 0 && (
        <Text span inherit c="var(--bad)" fw={600}>
          <Plural value={failed} one="One failed." other="# failed." />
        </Text>
      )}
    </>
  );
}
