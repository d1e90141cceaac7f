import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { inParts } from "@/app/queries";
import { useMay } from "@/app/session";
import { listQuestionsInfiniteOptions } from "@/client/@tanstack/react-query.gen";
import type { Question } from "@/client/types.gen";
import { AgentSelect } from "@/features/numbers/AgentSelect";
import { useAgentNames } from "@/ui/agents";
import { More } from "@/ui/More";
import { Page } from "@/ui/Page";
import { Empty, Failed, Loading } from "@/ui/States";
import { QuestionCard } from "./QuestionCard";
import classes from "./Questions.module.css";
import { questionsRoute } from "./routes";
import { useStepping } from "./useStepping";

type Status = Question["status"];

/** What callers asked and no source answered: type the answer, and it is known from the next call on. */
export function Questions() {
  const { t } = useLingui();
  const { status = "open", agent } = questionsRoute.useSearch();
  const navigate = questionsRoute.useNavigate();
  const nameOf = useAgentNames();
  const mayEdit = useMay("agents:write");
  const mayPublish = useMay("agents:publish");
  const list = useInfiniteQuery({
    ...listQuestionsInfiniteOptions({ query: { status, limit: 50, ...(agent ? { agent_id: agent } : {}) } }),
    ...inParts,
  });
  const shown = list.data?.pages.flatMap(({ data }) => data) ?? [];
  const holder = useStepping();
  const ofAgent = agent ? { agent } : {};
  const show = (wanted: string) =>
    void navigate({
      search: { ...ofAgent, ...(wanted === "answered" || wanted === "dismissed" ? { status: wanted } : {}) },
    });
  const choose = (id: string | null) =>
    void navigate({ search: { ...(status === "open" ? {} : { status }), ...(id ? { agent: id } : {}) } });
  return (
    <Page
      title={t`Not answered`}
      sentence={list.isSuccess && shown.length > 0 ? <Said status={status} shown={shown} /> : undefined}
      tone={status === "open" && shown.some(({ is_sample }) => !is_sample) ? "look" : "plain"}
    >
      <div className={classes.filters}>
        <SegmentedControl
          aria-label={t`Which questions`}
          value={status}
          onChange={show}
          data={[
            { value: "open", label: t`Open` },
            { value: "answered", label: t`Answered` },
            { value: "dismissed", label: t`Dismissed` },
          ]}
        />
        <AgentSelect label={t`Agent`} placeholder={t`all agents`} isCompact value={agent ?? null} onChange={choose} />
      </div>
      {!(mayEdit && mayPublish) && status === "open" && (
        <p className={classes.may}>
          <Trans>Your role may look. An answer changes what an agent says, so editors type it.</Trans>
        </p>
      )}
      {list.isPending && <Loading rows={3} height={150} />}
      {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
      {list.isSuccess && shown.length === 0 && <Nothing status={status} />}
      <div ref={holder}>
        {shown.map((question) => (
          <QuestionCard
            key={question.id}
            question={question}
            agent={nameOf(question.agent_id)}
            mayAnswer={mayEdit && mayPublish}
            mayDismiss={mayEdit}
          />
        ))}
      </div>
      <More list={list} />
    </Page>
  );
}

function Said({ status, shown }: { status: Status; shown: Question[] }) {
  const times = shown.reduce((sum, one) => sum + one.times, 0);
  if (status === "answered")
    return <Trans>These the agents know by now. Taking an answer back opens the question again.</Trans>;
  if (status === "dismissed")
    return <Trans>These the agents need not know. They are counted on, and shown here only.</Trans>;
  return (
    <>
      <b>
        <Plural value={shown.length} one="One question had no source" other="# questions had no source" />
      </b>
      {times > shown.length && (
        <>
          , <Plural value={times} one="asked once" other="asked # times together" />
        </>
      )}
      . <Trans>Type an answer, and the agent knows it from the next call on.</Trans>
    </>
  );
}

function Nothing({ status }: { status: Status }) {
  if (status === "answered") {
    return (
      <Empty title={<Trans>Nothing was answered here yet</Trans>}>
        <Trans>Answers that you type under Open are kept here, and can be taken back.</Trans>
      </Empty>
    );
  }
  if (status === "dismissed") {
    return (
      <Empty title={<Trans>Nothing was dismissed</Trans>}>
        <Trans>A question that an agent need not know is put here.</Trans>
      </Empty>
    );
  }
  return (
    <Empty
      title={<Trans>Every question had an answer</Trans>}
      action={
        <Button component={Link} to="/calls" variant="default">
          <Trans>The calls</Trans>
        </Button>
      }
    >
      <Trans>
        When a caller asks what the agent finds nowhere in what you wrote down, it says so, and the question comes here:
        grouped, counted, with the place where it can be heard.
      </Trans>
    </Empty>
  );
}
