import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Call } from "@/client/types.gen";
import { useAgentNames } from "@/ui/agents";
import { Card } from "@/ui/Page";
import { Row, Rows } from "@/ui/Rows";
import { When } from "@/ui/values";
import { Whom } from "./LastCalls";
import classes from "./Today.module.css";

const MOST = 5;

/** Who is on the line; nothing at all when nobody is. */
export function LiveNow({ calls }: { calls: Call[] }) {
  const { t } = useLingui();
  const nameOf = useAgentNames();
  if (calls.length === 0) return null;
  return (
    <Card
      title={<Plural value={calls.length} one="On the line now" other="# on the line now" />}
      actions={
        <Link to="/live" className={classes.more}>
          <Trans>Listen in</Trans>
        </Link>
      }
    >
      <Rows label={t`Calls that live`}>
        {calls.slice(0, MOST).map((call) => (
          <Row
            key={call.id}
            title={
              <>
                <i className={classes.live} aria-hidden />
                <Whom call={call} />
              </>
            }
            actions={
              <Link to={live(call.id)} className={classes.act}>
                <Trans>Open</Trans>
              </Link>
            }
          >
            {nameOf(call.agent_id)} · <When at={call.answered_at ?? call.started_at} />
          </Row>
        ))}
      </Rows>
    </Card>
  );
}

function live(id: string): string {
  return `/live/${id}`;
}
