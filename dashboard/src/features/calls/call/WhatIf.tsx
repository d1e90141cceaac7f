import { Plural, Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { tryPatience } from "@/client/sdk.gen";
import type { Ended, WhatIfShown } from "@/client/types.gen";
import { CallLink } from "@/ui/CallLink";
import { Failed, Loading } from "@/ui/States";
import { number } from "@/ui/values";
import classes from "./Side.module.css";

const SHOWN = 3;

interface Asked {
  agentId: string;
  change: "wait" | "cut_in";
  byMs: number;
}

/** What the change would have done in the agent's last turns, before it is saved. */
export function WhatIf({ agentId, change, byMs }: Asked) {
  const found = useQuery({
    queryKey: ["what if", agentId, change, byMs],
    queryFn: async ({ signal }) => {
      const { data } = await tryPatience({ path: { agent_id: agentId }, body: { change, by_ms: byMs }, signal });
      return data;
    },
    staleTime: 60_000,
  });
  if (found.error) return <Failed error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading rows={1} height={64} />;
  return (
    <div className={classes.done} role="status" aria-live="polite">
      <Told found={found.data} />
    </div>
  );
}

function Told({ found }: { found: WhatIfShown }) {
  if (found.turns === 0) return <Trans>No call of this agent was kept in words yet: nothing can be looked at.</Trans>;
  const fewer = found.cut_off - found.would_cut_off;
  const later = found.later_p50_ms ?? 0;
  const seconds = number(Math.abs(later) / 1000, 2);
  return (
    <>
      <b>
        <Plural value={found.turns} one="In the last turn" other="In the last # turns" />
      </b>
      <ul>
        <li>
          {fewer > 0 && (
            <Plural value={fewer} one="one caller fewer would be cut off" other="# callers fewer would be cut off" />
          )}
          {fewer < 0 && (
            <Plural value={-fewer} one="one caller more would be cut off" other="# callers more would be cut off" />
          )}
          {fewer === 0 && <Trans>as many callers would be cut off as now: {found.cut_off}</Trans>}
        </li>
        <li>
          {later > 0 && <Trans>the median answer comes {seconds} s later</Trans>}
          {later < 0 && <Trans>the median answer comes {seconds} s sooner</Trans>}
          {later === 0 && <Trans>answers come when they come now</Trans>}
        </li>
      </ul>
      {found.places.slice(0, SHOWN).map((place) => (
        <Where key={`${place.call_id} ${place.at_ms}`} place={place} />
      ))}
      {found.is_partial && (
        <p className={classes.small}>
          <Trans>There was no time to look at more.</Trans>
        </p>
      )}
    </>
  );
}

function Where({ place }: { place: Ended }) {
  return (
    <p className={classes.small}>
      <CallLink id={place.call_id} atMs={place.at_ms}>
        “{place.text.slice(-60)}”
      </CallLink>{" "}
      {place.would_cut_off ? <Trans>would be cut off</Trans> : <Trans>would be waited for</Trans>}
    </p>
  );
}
