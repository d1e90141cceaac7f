import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useRef } from "react";
import { useMay } from "@/app/session";
import { diffAgentOptions, listAgentsInfiniteOptions, listCallsOptions } from "@/client/@tanstack/react-query.gen";
import type { AgentSummary } from "@/client/types.gen";
import { Page } from "@/ui/Page";
import { Empty, Failed, Loading } from "@/ui/States";
import { gap, When } from "@/ui/values";
import { agentsRoute } from "../routes";
import { AgentMenu } from "./AgentMenu";
import classes from "./List.module.css";
import { summaryOf } from "./lately";
import { useNumbers } from "./useNumbers";

/** From so many on, a list is searched. */
const MANY = 8;

/** Everybody who answers. */
export function AgentsPage() {
  const { t } = useLingui();
  const { q } = agentsRoute.useSearch();
  const mayWrite = useMay("agents:write");
  const agents = useInfiniteQuery({
    ...listAgentsInfiniteOptions({ query: { limit: 25, ...(q ? { q } : {}) } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: (before) => before,
  });
  const every = agents.data?.pages.flatMap((page) => page.data) ?? [];
  const isSearched = Boolean(q) || every.length >= MANY;
  return (
    <Page
      title={t`Agents`}
      actions={
        mayWrite && (
          <Button component={Link} to="/agents/new" leftSection={<IconPlus size={16} />}>
            <Trans>New agent</Trans>
          </Button>
        )
      }
      sentence={every.length > 0 && !q ? <Sentence agents={every} /> : undefined}
    >
      {isSearched && <Search />}
      {agents.isPending && <Loading rows={4} height={76} />}
      {agents.isError && <Failed error={agents.error} again={() => void agents.refetch()} />}
      {agents.data && every.length === 0 && (q ? <NothingFound q={q} /> : <NoAgents mayWrite={mayWrite} />)}
      {every.length > 0 && <AgentList agents={every} />}
      {agents.hasNextPage && (
        <Button
          mt="sm"
          variant="default"
          loading={agents.isFetchingNextPage}
          onClick={() => void agents.fetchNextPage()}
        >
          <Trans>More agents</Trans>
        </Button>
      )}
    </Page>
  );
}

function Sentence({ agents }: { agents: AgentSummary[] }) {
  const answering = agents.filter((agent) => agent.published_version !== null).length;
  const waiting = agents.length - answering;
  return (
    <>
      <Plural value={answering} _0="No agent answers yet." one="One agent answers." other="# agents answer." />{" "}
      {waiting > 0 && <Plural value={waiting} one="One was never published." other="# were never published." />}
    </>
  );
}

function NoAgents({ mayWrite }: { mayWrite: boolean }) {
  return (
    <Empty
      title={<Trans>Nobody answers yet</Trans>}
      action={
        mayWrite && (
          <Button component={Link} to="/agents/new">
            <Trans>Make the first agent</Trans>
          </Button>
        )
      }
    >
      <Trans>An agent is who answers: its first sentence, what it knows, and what it can do.</Trans>
    </Empty>
  );
}

function NothingFound({ q }: { q: string }) {
  return (
    <Empty
      title={<Trans>No agent has "{q}" in its name</Trans>}
      action={
        <Button component={Link} to="/agents" variant="default">
          <Trans>Show all</Trans>
        </Button>
      }
    />
  );
}

function Search() {
  const { t } = useLingui();
  const { q } = agentsRoute.useSearch();
  const navigate = useNavigate({ from: agentsRoute.fullPath });
  const search = useDebouncedCallback((text: string) => {
    void navigate({ search: text ? { q: text } : {}, replace: true });
  }, 250);
  return (
    <TextInput
      type="search"
      aria-label={t`Search agents by name`}
      placeholder={t`Search by name`}
      defaultValue={q ?? ""}
      leftSection={<IconSearch size={16} aria-hidden />}
      maw={340}
      mb="md"
      maxLength={100}
      onChange={({ currentTarget }) => search(currentTarget.value)}
    />
  );
}

/** Rows; `j` and `k` walk through them. */
function AgentList({ agents }: { agents: AgentSummary[] }) {
  const list = useRef<HTMLUListElement>(null);
  const walk = (event: KeyboardEvent) => {
    const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
    if (step === 0) return;
    const links = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a[data-row]") ?? [])];
    const here = links.indexOf(document.activeElement as HTMLAnchorElement);
    links[Math.min(Math.max(here + step, 0), links.length - 1)]?.focus();
  };
  return (
    <ul className={classes.list} ref={list} onKeyDown={walk}>
      {agents.map((agent) => (
        <Row key={agent.id} agent={agent} />
      ))}
    </ul>
  );
}

function Row({ agent }: { agent: AgentSummary }) {
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <Link to="/agents/$agentId" params={{ agentId: agent.id }} className={classes.name} data-row>
          {agent.name}
        </Link>
        {agent.is_sample && (
          <span className={classes.mark}>
            <Trans>sample</Trans>
          </span>
        )}
        {agent.managed_by === "file" && <span className={classes.mark}>{agent.file}</span>}
        <p>
          <Answering agent={agent} />
        </p>
      </div>
      <Lately agent={agent} />
      <AgentMenu agent={agent} />
    </li>
  );
}

/** Which version answers which numbers, and what waits. */
function Answering({ agent }: { agent: AgentSummary }) {
  const version = agent.published_version;
  const numbers = useNumbers(agent.id);
  const diff = useQuery({
    ...diffAgentOptions({ path: { agent_id: agent.id }, query: { from: "published" } }),
    enabled: version !== null,
  });
  const changes = diff.data?.fields.length ?? 0;
  if (version === null) {
    return (
      <span className={classes.look}>
        <Trans>Never published: nobody hears it yet.</Trans>
      </span>
    );
  }
  const [first] = numbers ?? [];
  const others = (numbers?.length ?? 0) - 1;
  return (
    <>
      {first === undefined ? (
        <Trans>Version {version} answers in the browser; it has no number.</Trans>
      ) : (
        <>
          <Trans>
            Version {version} answers {first.number}
          </Trans>
          {others > 0 && <Plural value={others} one=" and one other number" other=" and # other numbers" />}.
        </>
      )}{" "}
      {changes > 0 && (
        <span className={classes.look}>
          <Plural value={changes} one="# change is not published." other="# changes are not published." />
        </span>
      )}
    </>
  );
}

/** How its last calls went. */
function Lately({ agent }: { agent: AgentSummary }) {
  const calls = useQuery({
    ...listCallsOptions({ query: { agent_id: agent.id, status: "ended", is_test: false, limit: 20 } }),
    select: (page) => summaryOf(page.data),
  });
  if (calls.data === undefined) return <div className={classes.lately} />;
  const { last, gapMs, count, doubtful } = calls.data;
  if (last === undefined) {
    return (
      <div className={classes.lately}>
        <span>
          <Trans>No calls yet</Trans>
        </span>
      </div>
    );
  }
  return (
    <div className={classes.lately}>
      <a href={`/calls?agent=${agent.id}`}>
        <Trans>
          Last call <When at={last} />
        </Trans>
      </a>
      <span>
        {gapMs !== undefined && <Trans>gap {gap(gapMs)}</Trans>}
        {doubtful > 0 && (
          <>
            {gapMs !== undefined && ", "}
            <Trans>
              {doubtful} of {count} to look at
            </Trans>
          </>
        )}
      </span>
    </div>
  );
}
