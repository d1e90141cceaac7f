import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { CallTurn, SharedCall, SharedTurn } from "@/client";
import { getSharedCallOptions, getSharedTranscriptOptions } from "@/client/@tanstack/react-query.gen";
import { getSharedPeaks } from "@/client/sdk.gen";
import { Page } from "@/ui/Page";
import { Empty, Failed, Loading } from "@/ui/States";
import { duration, When } from "@/ui/values";
import { Listening, lengthOf } from "./Listening";
import { soundOf } from "./sound";
import { type Item, itemsOfTurns } from "./story";
import { Transcript } from "./Transcript";
import { usePlayer } from "./useCall";
import { useKeys } from "./useKeys";

const LINK = /^#link=([\w-]+)$/;

/** What a shared link opens: a call from a moment on, to be heard and read. Nobody signs in, and nothing else is there. */
export function Shared() {
  const { t } = useLingui();
  const [token] = useState(() => LINK.exec(location.hash)?.[1] ?? "");
  const call = useQuery({ ...getSharedCallOptions({ path: { token } }), enabled: token !== "", retry: false });
  const words = useQuery({ ...getSharedTranscriptOptions({ path: { token } }), enabled: call.isSuccess });
  if (call.data && words.data) return <Opened token={token} call={call.data} turns={words.data.turns} />;
  return (
    <main>
      <Page title={t`A call`}>
        {token === "" || call.error ? (
          <Empty title={<Trans>This link opens nothing any more</Trans>}>
            <Trans>It has ended, was taken back, or is not whole. Ask whoever sent it for a new one.</Trans>
          </Empty>
        ) : words.error ? (
          <Failed error={words.error} again={() => void words.refetch()} />
        ) : (
          <Loading rows={6} height={64} />
        )}
      </Page>
    </main>
  );
}

function Opened({ token, call, turns: shared }: { token: string; call: SharedCall; turns: SharedTurn[] }) {
  const { t } = useLingui();
  const turns = useMemo(() => shared.map(asTurn), [shared]);
  const peaks = useQuery({
    queryKey: ["shared-peaks", token],
    queryFn: async () => {
      const { data } = await getSharedPeaks({ path: { token }, parseAs: "blob" });
      return soundOf(new Uint8Array(await data.arrayBuffer()));
    },
    enabled: call.has_recording,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const sound = peaks.data;
  const player = usePlayer(token, call.at_ms / 1000, sound);
  const items = useMemo((): Item[] => itemsOfTurns(turns, sound), [turns, sound]);
  useKeys(player, turns, nothing);
  const caller = call.direction === "inbound" ? call.from : call.to;
  return (
    <main>
      <Page
        title={caller ? t`${caller} and ${call.agent_name}` : call.agent_name}
        aside={
          <>
            <When at={call.started_at} isExact />
            {call.duration_ms !== null && <> · {duration(call.duration_ms)}</>}
          </>
        }
        sentence={
          <>
            <Trans>Somebody shared this call with you.</Trans>{" "}
            {call.redact && <Trans>Numbers and addresses are covered, and silent in the recording.</Trans>}{" "}
            <Trans>
              The link ends <When at={call.expires_at} isExact />.
            </Trans>
          </>
        }
      >
        <Listening
          player={player}
          length={lengthOf(call.duration_ms, turns, sound)}
          source={call.has_recording ? `/v1/shared/${token}/recording` : null}
          sound={sound}
          turns={turns}
          items={items}
          silent={<Trans>There is no recording of this call.</Trans>}
        />
        <Transcript items={items} turns={turns} sound={sound} player={player} longestMs={1000} />
      </Page>
    </main>
  );
}

function nothing(): void {
  // A shared page explains no keys: play, back and forth work as everywhere.
}

/** What is shared has no numbers of turns and no times. */
function asTurn(turn: SharedTurn): CallTurn {
  return { ...turn, turn: turn.number, latency: null };
}
