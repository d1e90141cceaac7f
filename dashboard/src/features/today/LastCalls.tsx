import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { listCallsOptions } from "@/client/@tanstack/react-query.gen";
import type { Call } from "@/client/types.gen";
import { useAgentNames } from "@/ui/agents";
import { CallLink } from "@/ui/CallLink";
import { endingOf, toneOfEnding } from "@/ui/endings";
import { Card } from "@/ui/Page";
import { Rows, State } from "@/ui/Rows";
import { Failed, Loading } from "@/ui/States";
import { duration, gap, When } from "@/ui/values";
import { RemoveSamples } from "./RemoveSamples";
import classes from "./Today.module.css";

const SHOWN = 6;

/** The last calls that are over, each in a sentence. */
export function LastCalls() {
  const { t } = useLingui();
  const calls = useQuery(listCallsOptions({ query: { status: "ended", is_test: false, limit: SHOWN } }));
  const shown = calls.data?.data ?? [];
  const areMany = new Set(shown.map(({ agent_id }) => agent_id)).size > 1;
  return (
    <Card
      title={<Trans>The last calls</Trans>}
      actions={
        <>
          {shown.some(({ is_sample }) => is_sample) && <RemoveSamples />}
          <Link to="/calls" className={classes.more}>
            <Trans>All calls</Trans>
          </Link>
        </>
      }
    >
      {calls.isPending && <Loading rows={3} height={48} />}
      {calls.isError && <Failed error={calls.error} again={() => void calls.refetch()} />}
      {calls.data && shown.length === 0 && (
        <div className={classes.plain}>
          <p>
            <Trans>
              Nobody has called yet. The first conversation can be yours, in this browser, without a number.
            </Trans>
          </p>
          <Button component={Link} to="/start" variant="default" size="xs">
            <Trans>Talk to an agent</Trans>
          </Button>
        </div>
      )}
      <Rows label={t`The last calls`}>
        {shown.map((call) => (
          <Sentence key={call.id} call={call} areMany={areMany} />
        ))}
      </Rows>
    </Card>
  );
}

/** `areMany`: of more than one agent, so that it matters whose call it was. */
function Sentence({ call, areMany }: { call: Call; areMany: boolean }) {
  const { i18n } = useLingui();
  const nameOf = useAgentNames();
  const tone = toneOfEnding(call.end_reason);
  return (
    <li className={classes.call}>
      <CallLink id={call.id} className={classes.callLink}>
        <span className={classes.callHead}>
          <b>
            <Whom call={call} />
          </b>
          {call.is_sample && (
            <span className={classes.mark}>
              <Trans>sample</Trans>
            </span>
          )}
          <span className={classes.at}>
            <When at={call.started_at} />
          </span>
        </span>
        <span className={classes.small}>
          {tone === "plain" ? (
            i18n._(endingOf(call.end_reason))
          ) : (
            <State tone={tone}>{i18n._(endingOf(call.end_reason))}</State>
          )}{" "}
          {call.duration_ms !== null && call.duration_ms > 0 && <>{duration(call.duration_ms)}</>}
          {call.gap_p50_ms !== null && (
            <>
              {" · "}
              <Trans>gap {gap(call.gap_p50_ms)}</Trans>
            </>
          )}
          {areMany && nameOf(call.agent_id) && <> · {nameOf(call.agent_id)}</>}
        </span>
      </CallLink>
    </li>
  );
}

/** Who was at the other end, in a word or by the number. */
export function Whom({ call }: { call: Call }) {
  if (call.kind === "test") return <Trans>A trial of a draft</Trans>;
  if (call.kind === "browser") return <Trans>From a browser</Trans>;
  const other = call.direction === "outbound" ? call.to : call.from;
  if (!other) return <Trans>Number hidden</Trans>;
  return call.direction === "outbound" ? <Trans>To {other}</Trans> : other;
}
