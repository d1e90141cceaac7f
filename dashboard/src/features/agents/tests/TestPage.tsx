import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { IconChevronDown, IconList, IconPlayerPlay } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { type Problem, problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { deleteTestMutation, getTestOptions, patchTestMutation } from "@/client/@tanstack/react-query.gen";
import type { AgentTest, TestPatch } from "@/client/types.gen";
import { CallLink } from "@/ui/CallLink";
import { ConfirmButton } from "@/ui/Confirm";
import { Card, Page } from "@/ui/Page";
import { Failed, Loading, NothingHere } from "@/ui/States";
import { tellFailure } from "@/ui/tell";
import { testRoute } from "../routes";
import { Expects } from "./Expects";
import { LastRun, Runs } from "./Runs";
import { Steps } from "./Steps";
import { isGoingOn } from "./states";
import classes from "./Tests.module.css";
import { useRun } from "./useRuns";

/** One test: what the caller does, what is expected of the agent, and how it went. */
export function TestPage() {
  const { t } = useLingui();
  const { testId } = testRoute.useParams();
  const test = useQuery({
    ...getTestOptions({ path: { test_id: testId } }),
    // What is told may be missed while the server cannot be heard.
    refetchInterval: ({ state }) => (isGoingOn(state.data?.last_run ?? null) ? LOOK_MS : false),
  });
  if (test.data) return <Test key={testId} test={test.data} />;
  return (
    <Page title={t`A test`}>
      {test.error && problemOf(test.error).status === 404 && <NothingHere />}
      {test.error && problemOf(test.error).status !== 404 && (
        <Failed error={test.error} again={() => void test.refetch()} />
      )}
      {test.isPending && <Loading rows={5} height={90} />}
    </Page>
  );
}

const LOOK_MS = 5_000;
type Changes = Pick<TestPatch, "name" | "steps" | "expects" | "hearing"> & { answers?: Record<string, string> };

function Test({ test }: { test: AgentTest }) {
  const isReadOnly = !useMay("agents:write");
  const [changes, setChanges] = useState<Changes>({});
  const save = useMutation({ ...patchTestMutation(), onSuccess: () => freshen("Tests") });
  const run = useRun(test.id);
  const isChanged = Object.keys(changes).length > 0;
  const set = (some: Changes) => setChanges((before) => ({ ...before, ...some }));
  const keep = async () => {
    await save.mutateAsync({ path: { test_id: test.id }, body: changes });
    setChanges({});
  };
  const keepAndRun = async (which: string) => {
    if (isChanged) await keep();
    await run.go(which);
  };
  const start = (which: string) => void keepAndRun(which).catch(() => undefined);
  const problem = save.isError ? problemOf(save.error) : undefined;
  const shown = { ...test, ...changes };
  return (
    <Page
      title={test.name}
      actions={
        <>
          <Button
            component={Link}
            to={`/agents/${test.agent_id}/tests`}
            variant="default"
            leftSection={<IconList size={16} stroke={1.7} />}
          >
            <Trans>All tests</Trans>
          </Button>
          {!isReadOnly && (
            <RunButtons isChanged={isChanged} isBusy={run.isPending || isGoingOn(test.last_run)} start={start} />
          )}
        </>
      }
    >
      <LastRun test={test} />
      <div className={classes.columns}>
        <div>
          <Card title={<Trans>What is expected</Trans>}>
            <Expects
              expects={shown.expects ?? []}
              isReadOnly={isReadOnly}
              problem={problem}
              set={(expects) => set({ expects })}
            />
          </Card>
          <Answers answers={shown.answers ?? {}} isReadOnly={isReadOnly} set={(answers) => set({ answers })} />
        </div>
        <div>
          <Card title={<Trans>What the caller does</Trans>}>
            <Steps
              steps={shown.steps ?? []}
              isReadOnly={isReadOnly}
              problem={problem}
              set={(steps) => set({ steps })}
            />
            <LeftOut test={test} />
          </Card>
          <Manner shown={shown} isReadOnly={isReadOnly} problem={problem} set={set} />
          <Runs test={test} />
          {!isReadOnly && <Remove test={test} />}
        </div>
      </div>
      {isChanged && (
        <SaveBar isBusy={save.isPending} problem={problem} keep={() => void keep().catch(() => undefined)}>
          <Button
            variant="subtle"
            color="gray"
            onClick={() => {
              save.reset();
              setChanges({});
            }}
          >
            <Trans>As it was</Trans>
          </Button>
        </SaveBar>
      )}
    </Page>
  );
}

interface RunProps {
  isChanged: boolean;
  isBusy: boolean;
  start: (which: string) => void;
}

function RunButtons({ isChanged, isBusy, start }: RunProps) {
  const { t } = useLingui();
  return (
    <Button.Group>
      <Button leftSection={<IconPlayerPlay size={16} />} loading={isBusy} onClick={() => start("draft")}>
        {isChanged ? <Trans>Save and run</Trans> : <Trans>Run</Trans>}
      </Button>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button px={8} disabled={isBusy} aria-label={t`Run against something else`}>
            <IconChevronDown size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => start("draft")}>
            <Trans>Call the draft</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => start("published")}>
            <Trans>Call what is published</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}

interface SaveProps {
  isBusy: boolean;
  problem: Problem | undefined;
  keep: () => void;
  children: ReactNode;
}

function SaveBar({ isBusy, problem, keep, children }: SaveProps) {
  return (
    <div className={classes.save}>
      {problem ? (
        <span className={classes.flaw} role="alert">
          {problem.message}
        </span>
      ) : (
        <span>
          <Trans>Changed, and not saved.</Trans>
        </span>
      )}
      {children}
      <Button loading={isBusy} onClick={keep}>
        <Trans>Save</Trans>
      </Button>
    </div>
  );
}

interface AnswersProps {
  answers: Record<string, string>;
  isReadOnly: boolean;
  set: (answers: Record<string, string>) => void;
}

/** Nothing is really done in a test: this is what the model is told. */
function Answers({ answers, isReadOnly, set }: AnswersProps) {
  const all = Object.entries(answers);
  if (all.length === 0) return null;
  return (
    <Card title={<Trans>What its tools answer</Trans>}>
      <p className={classes.hint}>
        <Trans>Nothing is really done in a test: the agent is told this, as it was told in the call.</Trans>
      </p>
      <div className={classes.fields}>
        {all.map(([name, answer]) => (
          <Textarea
            key={name}
            label={name.replaceAll("_", " ")}
            autosize
            minRows={1}
            maxLength={4_000}
            readOnly={isReadOnly}
            value={answer}
            onChange={(event) => set({ ...answers, [name]: event.currentTarget.value })}
          />
        ))}
      </div>
    </Card>
  );
}

interface MannerProps {
  shown: Pick<AgentTest, "call_id"> & Changes;
  isReadOnly: boolean;
  problem: Problem | undefined;
  set: (changes: Changes) => void;
}

function Manner({ shown, isReadOnly, problem, set }: MannerProps) {
  const { t } = useLingui();
  const isExact = shown.hearing !== "agent";
  return (
    <Card title={<Trans>How it is done</Trans>}>
      <div className={classes.fields}>
        <TextInput
          label={t`Name`}
          value={shown.name ?? ""}
          maxLength={100}
          readOnly={isReadOnly}
          error={problem?.at("/name")}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <div>
          <SegmentedControl
            fullWidth
            aria-label={t`What the agent hears`}
            disabled={isReadOnly}
            value={isExact ? "exact" : "agent"}
            onChange={(chosen) => set({ hearing: chosen === "agent" ? "agent" : "exact" })}
            data={[
              { value: "exact", label: t`Hears the words` },
              { value: "agent", label: t`Hears the sound` },
            ]}
          />
          <p className={classes.hint}>
            {isExact ? (
              <Trans>The caller's words reach the agent as they stand here. It takes seconds, and tries no ear.</Trans>
            ) : (
              <Trans>
                The agent hears with its own transcriber, and speaks with its own voice. It takes longer, and costs what
                those cost.
              </Trans>
            )}
          </p>
        </div>
        {shown.call_id && (
          <p className={classes.hint}>
            <CallLink id={shown.call_id}>
              <Trans>The call that it was copied of</Trans>
            </CallLink>
          </p>
        )}
      </div>
    </Card>
  );
}

function LeftOut({ test }: { test: AgentTest }) {
  if (test.left_out.length === 0) return null;
  return (
    <ul className={classes.hint}>
      {test.left_out.map((words) => (
        <li key={words}>{words}</li>
      ))}
    </ul>
  );
}

function Remove({ test }: { test: AgentTest }) {
  const navigate = useNavigate();
  const remove = useMutation({ ...deleteTestMutation(), onSuccess: () => freshen("Tests"), onError: tellFailure });
  const act = async () => {
    // Nobody looks at it any more when it is gone: who did would ask for what there is not.
    await navigate({ to: `/agents/${test.agent_id}/tests` as "/agents" });
    await remove.mutateAsync({ path: { test_id: test.id } });
  };
  return (
    <ConfirmButton
      label={<Trans>Delete this test</Trans>}
      title={<Trans>Delete this test?</Trans>}
      act={act}
      isBusy={remove.isPending}
    >
      <Trans>Its steps, what it expects and its runs are gone. The calls that it made stay for 30 days.</Trans>
    </ConfirmButton>
  );
}
