import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMay } from "@/app/session";
import { listAgentsOptions } from "@/client/@tanstack/react-query.gen";

/** From the sample to an agent of one's own. */
export function MineStep() {
  const mayWrite = useMay("agents:write");
  const agents = useQuery(listAgentsOptions({ query: { limit: 50 } }));
  const own = agents.data?.data.filter(({ is_sample }) => !is_sample) ?? [];
  const draft = own.find(({ published_version }) => published_version === null);
  return (
    <>
      <p>
        {draft ? (
          <Trans>{draft.name} is a draft: look it through, and publish it.</Trans>
        ) : own.length > 0 ? (
          own.map(({ name }) => name).join(", ")
        ) : (
          <Trans>
            Give your web address, or a few lines about your business: they become a first agent, which greets, knows
            when you are open and what callers ask. You see all of it before anything is saved.
          </Trans>
        )}
      </p>
      {own.length > 0 ? (
        <Button component={Link} to={draft ? `/agents/${draft.id}` : "/agents"} variant="default">
          {draft ? <Trans>Open the draft</Trans> : <Trans>Agents</Trans>}
        </Button>
      ) : (
        mayWrite && (
          <Button component={Link} to="/start/mine">
            <Trans>Make it yours</Trans>
          </Button>
        )
      )}
    </>
  );
}
