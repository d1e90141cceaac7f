import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconPencil, IconPlayerPlay } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { inParts } from "@/app/queries";
import { useMay } from "@/app/session";
import { getAgentOptions, listTestsInfiniteOptions } from "@/client/@tanstack/react-query.gen";
import type { AgentTest } from "@/client/types.gen";
import { More } from "@/ui/More";
import { Card, Page } from "@/ui/Page";
import { Row, Rows } from "@/ui/Rows";
import { Empty, Failed, Loading } from "@/ui/States";
import { When } from "@/ui/values";
import { testsRoute } from "../routes";
import { Results } from "./Result";
import { isGoingOn, RunOf, RunState, tallyOf, toneOf } from "./states";
import classes from "./Tests.module.css";
import { useRun, useRunAll } from "./useRuns";

/** Calls that are made again after each change: all tests of an agent, and how they went. */
export function TestsPage() {
  const { t } = useLingui();
  const { agentId } = testsRoute.useParams();
  const mayRun = useMay("agents:write");
  const agent = useQuery(getAgentOptions({ path: { agent_id: agentId } }));
  const tests = useInfiniteQuery({ ...listTestsInfiniteOptions({ query: { agent_id: agentId } }), ...inParts });
  const all = useRunAll(agentId);
  const every = tests.data?.pages.flatMap((page) => page.data) ?? [];
  const failed = agent.error ?? tests.error;
  const name = agent.data?.name ?? "";
  return (
    <Page
      title={name ? t`Tests of ${name}` : t`Tests`}
      sentence={every.length > 0 ? <Sentence tests={every} /> : undefined}
      tone={toneOf(tallyOf(every))}
      actions={
        <>
          <Button
            component={Link}
            to={`/agents/${agentId}`}
            variant="default"
            leftSection={<IconPencil size={16} stroke={1.7} />}
          >
            <Trans>To the draft</Trans>
          </Button>
          {mayRun && every.length > 0 && (
            <Button leftSection={<IconPlayerPlay size={16} />} loading={all.isPending} onClick={() => all.go()}>
              <Trans>Run all</Trans>
            </Button>
          )}
        </>
      }
    >
      {failed && <Failed error={failed} again={() => void Promise.all([agent.refetch(), tests.refetch()])} />}
      {!failed && tests.isPending && <Loading rows={4} height={72} />}
      {tests.data && every.length === 0 && <NoTests agentId={agentId} />}
      {every.length > 0 && (
        <Card>
          <Rows label={t`Tests`}>
            {every.map((test) => (
              <TestRow key={test.id} test={test} mayRun={mayRun} />
            ))}
          </Rows>
          <More list={tests} />
        </Card>
      )}
    </Page>
  );
}

function Sentence({ tests }: { tests: AgentTest[] }) {
  const { passed, failed, troubled, going, never } = tallyOf(tests);
  return (
    <>
      {failed > 0 && <Plural value={failed} one="One test failed." other="# tests failed." />}{" "}
      {passed > 0 && <Plural value={passed} one="One passed." other="# passed." />}{" "}
      {troubled > 0 && <Plural value={troubled} one="One has no result." other="# have no result." />}{" "}
      {going > 0 && <Plural value={going} one="One is being run." other="# are being run." />}{" "}
      {never > 0 && <Plural value={never} one="One was never run." other="# were never run." />}
    </>
  );
}

function NoTests({ agentId }: { agentId: string }) {
  return (
    <Empty
      title={<Trans>No call is kept as a test yet</Trans>}
      action={
        <Button component="a" href={`/calls?agent_id=${agentId}`} variant="default">
          <Trans>To its calls</Trans>
        </Button>
      }
    >
      <Trans>
        Open a call that went as it should, or one that you have put right, and choose “Copy as test”: a simulated
        caller says the same again after each change, and you see at once what has become otherwise.
      </Trans>
    </Empty>
  );
}

function TestRow({ test, mayRun }: { test: AgentTest; mayRun: boolean }) {
  const run = test.last_run;
  const again = useRun(test.id);
  return (
    <Row
      title={
        <>
          <Link to={`/agents/${test.agent_id}/tests/${test.id}`} className={classes.name}>
            {test.name}
          </Link>
          <RunState run={run} />
        </>
      }
      actions={
        mayRun && (
          <Button
            variant="default"
            size="xs"
            loading={again.isPending}
            disabled={isGoingOn(run)}
            onClick={() => void again.go()}
          >
            <Trans>Run</Trans>
          </Button>
        )
      }
    >
      {run === null && <Trans>Not called yet.</Trans>}
      {run?.ended_at && (
        <>
          <When at={run.ended_at} />, <RunOf run={run} />
        </>
      )}
      {run?.trouble && <p className={classes.came}>{run.trouble}</p>}
      {run && <Results run={run} onlyUnmet />}
    </Row>
  );
}
