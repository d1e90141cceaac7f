import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Select } from "@mantine/core";
import { IconArrowBackUp, IconPencil } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMay } from "@/app/session";
import {
  diffAgentOptions,
  getAgentOptions,
  listAgentVersionsInfiniteOptions,
} from "@/client/@tanstack/react-query.gen";
import type { Agent, VersionSummary } from "@/client/types.gen";
import { Card, Page } from "@/ui/Page";
import { Empty, Failed, Loading } from "@/ui/States";
import { When } from "@/ui/values";
import { versionsRoute, type Which, which } from "../routes";
import { useRollBack } from "./actions";
import { Changes } from "./Changes";
import { NumberSplits } from "./Split";
import classes from "./Versions.module.css";

/** What answered when, what differs, and the way back. */
export function VersionsPage() {
  const { t } = useLingui();
  const { agentId } = versionsRoute.useParams();
  const path = { agent_id: agentId };
  const agent = useQuery(getAgentOptions({ path }));
  const versions = useInfiniteQuery({
    ...listAgentVersionsInfiniteOptions({ path, query: { limit: 50 } }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const every = versions.data?.pages.flatMap((page) => page.data) ?? [];
  const failed = agent.error ?? versions.error;
  const isReady = agent.data !== undefined && versions.data !== undefined;
  const name = agent.data?.name ?? "";
  return (
    <Page
      title={agent.data ? t`Versions of ${name}` : t`Versions`}
      sentence={agent.data && <Sentence agent={agent.data} />}
      actions={
        <Button
          component={Link}
          to={`/agents/${agentId}`}
          variant="default"
          leftSection={<IconPencil size={16} stroke={1.7} />}
        >
          <Trans>To the draft</Trans>
        </Button>
      }
    >
      {failed && <Failed error={failed} again={() => void Promise.all([agent.refetch(), versions.refetch()])} />}
      {!isReady && !failed && <Loading rows={5} height={64} />}
      {isReady && every.length === 0 && (
        <Empty title={<Trans>It was never published</Trans>}>
          <Trans>Each time that you publish the draft, a version is kept here, and any of them can come back.</Trans>
        </Empty>
      )}
      {isReady && every.length > 0 && (
        <div className={classes.page}>
          <div>
            <VersionList agent={agent.data} versions={every} />
            {versions.hasNextPage && (
              <Button
                mt="sm"
                variant="default"
                loading={versions.isFetchingNextPage}
                onClick={() => void versions.fetchNextPage()}
              >
                <Trans>Older versions</Trans>
              </Button>
            )}
          </div>
          <div>
            <NumberSplits agent={agent.data} versions={every} />
            <Comparison agent={agent.data} versions={every} />
          </div>
        </div>
      )}
    </Page>
  );
}

function Sentence({ agent }: { agent: Agent }) {
  const version = agent.published_version;
  if (version === null) return <Trans>Nobody hears this agent yet.</Trans>;
  return (
    <Trans>Version {version} answers. A version is never changed; going back makes a new one of the old words.</Trans>
  );
}

function VersionList({ agent, versions }: { agent: Agent; versions: VersionSummary[] }) {
  const mayPublish = useMay("agents:publish") && agent.managed_by !== "file";
  const rollBack = useRollBack(agent.id, agent.published_version);
  const { to } = useSides(agent, versions);
  return (
    <ul className={classes.list}>
      {versions.map((version) => {
        const { number, note, created_by_name: by, created_at: at } = version;
        const isPublished = number === agent.published_version;
        return (
          <li key={number} className={classes.version} data-shown={to === String(number) || undefined}>
            <div>
              <Link
                from={versionsRoute.fullPath}
                search={{ from: Math.max(number - 1, 1), to: number }}
                className={classes.versionLink}
              >
                <Trans>Version {number}</Trans>
              </Link>
              {isPublished && (
                <span className={classes.answers}>
                  <Trans>answers now</Trans>
                </span>
              )}
            </div>
            {mayPublish && !isPublished ? (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconArrowBackUp size={15} />}
                onClick={() => rollBack(number)}
              >
                <Trans>Go back to it</Trans>
              </Button>
            ) : (
              <span />
            )}
            <div>
              {note && <p className={classes.note}>{note}</p>}
              <p className={classes.by}>
                {by && <>{by}, </>}
                <When at={at} />
              </p>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

/** Which two are compared: as the address says, else what is published with the draft. */
function useSides(agent: Agent, versions: VersionSummary[]): { from: string; to: string } {
  const search = versionsRoute.useSearch();
  const published = String(agent.published_version ?? versions[0]?.number ?? "draft");
  const real = (one: Which | undefined) => (one === "published" ? published : one?.toString());
  return { from: real(search.from) ?? published, to: real(search.to) ?? "draft" };
}

function Comparison({ agent, versions }: { agent: Agent; versions: VersionSummary[] }) {
  const { t } = useLingui();
  const navigate = useNavigate({ from: versionsRoute.fullPath });
  const { from, to } = useSides(agent, versions);
  const isFirst = to === "1" && from === "1";
  const diff = useQuery({
    ...diffAgentOptions({ path: { agent_id: agent.id }, query: { from, to } }),
    enabled: from !== to,
  });
  const data = [
    { value: "draft", label: t`The draft` },
    ...versions.map(({ number }) => ({ value: String(number), label: t`Version ${number}` })),
  ];
  const go = (side: { from: string; to: string }) =>
    void navigate({ search: { from: which(side.from), to: which(side.to) }, resetScroll: false });
  const count = diff.data?.fields.length ?? 0;
  return (
    <Card title={<Trans>What differs</Trans>}>
      <div className={classes.choice}>
        <Select
          label={t`From`}
          w={150}
          value={from}
          data={data}
          onChange={(value) => value && go({ from: value, to })}
        />
        <Select label={t`To`} w={150} value={to} data={data} onChange={(value) => value && go({ from, to: value })} />
      </div>
      {from === to && (isFirst ? <Trans>The first version: nothing was before it.</Trans> : <Trans>The same.</Trans>)}
      {from !== to && diff.isPending && <Loading rows={3} height={56} />}
      {diff.isError && <Failed error={diff.error} again={() => void diff.refetch()} />}
      {from !== to && diff.data && count === 0 && <Trans>Nothing: they say the same.</Trans>}
      {from !== to && diff.data && count > 0 && (
        <>
          <p style={{ margin: 0 }}>
            <Plural value={count} one="One field differs." other="# fields differ." />
          </p>
          <Changes fields={diff.data.fields} />
        </>
      )}
    </Card>
  );
}
