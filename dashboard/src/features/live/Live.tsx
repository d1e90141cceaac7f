import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Call } from "@/client/types.gen";
import { Page } from "@/ui/Page";
import { Empty, Failed, Loading } from "@/ui/States";
import classes from "./Live.module.css";
import { LiveCall } from "./LiveCall";
import { LiveCard } from "./LiveCard";
import { useAgentNames, useLiveCalls } from "./useLiveCalls";

/** So many cards follow the words of their calls; the others are told of without. */
const MOST_FOLLOWED = 12;

/** The calls of this moment, with the words as they fall; one of them can be opened and acted on. */
export function Live() {
  const { t } = useLingui();
  const { callId } = useParams({ strict: false });
  const { calls, isPending, error, again } = useLiveCalls();
  const names = useAgentNames();
  useSteps(calls, callId);
  const count = calls.length;
  return (
    <Page
      title={t`Live`}
      isWide
      aside={count > 0 ? <Plural value={count} one="# call at the moment" other="# calls at the moment" /> : undefined}
    >
      {error && calls.length === 0 ? (
        <Failed error={error} again={again} />
      ) : isPending ? (
        <Loading rows={2} height={118} />
      ) : (
        <div className={classes.live} data-open={callId !== undefined || undefined}>
          {(count > 0 || callId === undefined) && (
            <div className={classes.list}>
              {count === 0 && <Quiet />}
              <ul aria-label={t`Calls at the moment`}>
                {calls.map((call, place) => (
                  <LiveCard
                    key={call.id}
                    call={call}
                    agent={names.get(call.agent_id ?? "") ?? ""}
                    isOpen={call.id === callId}
                    isFollowed={place < MOST_FOLLOWED}
                  />
                ))}
              </ul>
            </div>
          )}
          {callId !== undefined ? (
            <LiveCall key={callId} callId={callId} call={calls.find(({ id }) => id === callId)} names={names} />
          ) : (
            count > 0 && (
              <p className={classes.choose}>
                <Trans>Choose a call to listen, to tell its agent something, or to take it over.</Trans>
              </p>
            )
          )}
        </div>
      )}
    </Page>
  );
}

function Quiet() {
  return (
    <Empty
      title={<Trans>Nobody is on the line</Trans>}
      action={
        <>
          <Button component={Link} to="/agents" variant="default">
            <Trans>Talk to an agent yourself</Trans>
          </Button>
          <Button component={Link} to="/calls" variant="subtle">
            <Trans>Calls that were</Trans>
          </Button>
        </>
      }
    >
      <Trans>
        The next call appears here by itself, with its words as they fall. You can listen, tell the agent something, or
        take the call over.
      </Trans>
    </Empty>
  );
}

/** `j` and `k` go from call to call. */
function useSteps(calls: readonly Call[], callId: string | undefined): void {
  const navigate = useNavigate();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      const isWriting =
        event.target instanceof Element && event.target.closest("input, textarea, select, [role=dialog]");
      if (!step || isWriting || event.ctrlKey || event.metaKey || event.altKey || calls.length === 0) return;
      const here = calls.findIndex(({ id }) => id === callId);
      const next = calls[here < 0 ? 0 : (here + step + calls.length) % calls.length];
      if (next) void navigate({ to: "/live/$callId", params: { callId: next.id }, replace: callId !== undefined });
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [calls, callId, navigate]);
}
