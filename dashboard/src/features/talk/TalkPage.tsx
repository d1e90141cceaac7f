import { Trans, useLingui } from "@lingui/react/macro";
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { getAgentOptions } from "@/client/@tanstack/react-query.gen";
import { Card, Page } from "@/ui/Page";
import { Failed, Loading } from "@/ui/States";
import { talkRoute } from "./routes";
import classes from "./Talk.module.css";
import { TalkDock } from "./TalkDock";

/** Nothing but the talk: for a telephone in the hand, and for whoever comes by a link. */
export function TalkPage() {
  const { t } = useLingui();
  const { agentId } = talkRoute.useParams();
  const search = talkRoute.useSearch();
  const navigate = useNavigate({ from: talkRoute.fullPath });
  const agent = useQuery(getAgentOptions({ path: { agent_id: agentId } }));
  const name = agent.data?.name ?? "";
  const published = agent.data?.published_version;
  const which = search.which ?? (published ? "published" : "draft");
  return (
    <Page
      title={name ? t`Talk to ${name}` : t`Talk`}
      aside={which === "draft" ? <Trans>its draft</Trans> : which === "published" ? `v${published}` : `v${which}`}
      actions={
        published && (
          <SegmentedControl
            size="xs"
            aria-label={t`Whom you talk to`}
            value={which}
            onChange={(value) => void navigate({ search: { which: value }, replace: true })}
            data={[
              { value: "published", label: t`As callers hear it` },
              { value: "draft", label: t`The draft` },
            ]}
          />
        )
      }
    >
      {agent.error ? (
        <Failed error={agent.error} again={() => void agent.refetch()} />
      ) : agent.data ? (
        <Card className={classes.page}>
          <TalkDock agentId={agentId} which={which} />
        </Card>
      ) : (
        <Loading rows={2} height={160} />
      )}
    </Page>
  );
}
