import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { listAgentsOptions } from "@/client/@tanstack/react-query.gen";
import { Failed, Loading } from "@/ui/States";
import classes from "./Start.module.css";

const TalkDock = lazy(() => import("@/features/talk/TalkDock").then((found) => ({ default: found.TalkDock })));

/** One button, and one talks: no key, no number, no account. */
export function TalkStep() {
  const agents = useQuery(listAgentsOptions({ query: { limit: 50 } }));
  const [isTalking, setTalking] = useState(false);
  if (agents.isPending) return <Loading rows={1} height={72} />;
  if (agents.isError) return <Failed error={agents.error} again={() => void agents.refetch()} />;
  const ready = agents.data.data.filter(({ published_version }) => published_version !== null);
  // One's own before the sample.
  const agent = ready.find(({ is_sample }) => !is_sample) ?? ready[0];
  if (agent === undefined) {
    return (
      <>
        <p>
          <Trans>No agent is published yet. Make one, publish it, and talk to it here.</Trans>
        </p>
        <Button component={Link} to="/agents" variant="default">
          <Trans>Agents</Trans>
        </Button>
      </>
    );
  }
  if (isTalking) {
    return (
      <Suspense fallback={<Loading rows={1} height={240} />}>
        <TalkDock agentId={agent.id} which="published" />
      </Suspense>
    );
  }
  return (
    <>
      <p>
        {agent.is_sample ? (
          <Trans>
            {agent.name} is a sample. It hears, thinks and speaks on this server alone, without any key. Ask for the
            opening hours, or what a repair costs, and cut it short.
          </Trans>
        ) : (
          <Trans>You talk to {agent.name} as a caller would, in this browser.</Trans>
        )}
      </p>
      <Button size="md" leftSection={<IconPhone size={18} />} onClick={() => setTalking(true)}>
        <Trans>Talk to it now</Trans>
      </Button>
      <p className={classes.small}>
        <Trans>
          The browser will ask for the microphone. It lends it only to pages over https or on localhost; without one,
          you can type.
        </Trans>
      </p>
    </>
  );
}
