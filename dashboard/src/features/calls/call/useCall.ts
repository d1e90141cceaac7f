import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import { queries } from "@/app/queries";
import { type Told, useTopic } from "@/app/stream";
import type { CallRecord } from "@/client";
import { getCallOptions, getCallQueryKey } from "@/client/@tanstack/react-query.gen";
import { getCallPeaks } from "@/client/sdk.gen";
import { Player } from "./player";
import { type Sound, silences, soundOf } from "./sound";

const LIVE_MS = 4_000;
const TOGETHER_MS = 400;

/** The record; of a call that lives it is read again whenever something has happened in it. */
export function useRecord(callId: string) {
  const record = useQuery({
    ...getCallOptions({ path: { call_id: callId } }),
    refetchInterval: ({ state }) => (state.data && !state.data.is_whole ? LIVE_MS : false),
  });
  const isLive = record.data !== undefined && !record.data.is_whole;
  const read = useMemo(() => {
    let timer = 0;
    return (_: Told) => {
      window.clearTimeout(timer);
      timer = window.setTimeout(
        () => void queries.invalidateQueries({ queryKey: getCallQueryKey({ path: { call_id: callId } }) }),
        TOGETHER_MS,
      );
    };
  }, [callId]);
  useTopic(isLive ? `call:${callId}` : null, read);
  return record;
}

/** The recording as a picture; undefined: there is none, or it is not here yet. */
export function useSound(record: CallRecord | undefined): Sound | undefined {
  const has = Boolean(record?.recording_bytes);
  const peaks = useQuery({
    queryKey: ["peaks", record?.id],
    queryFn: async () => {
      const { data } = await getCallPeaks({ path: { call_id: record?.id ?? "" }, parseAs: "blob" });
      return soundOf(new Uint8Array(await data.arrayBuffer()));
    },
    enabled: has,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return peaks.data;
}

/** The clock of a call. It begins where the address says, and writes there where it comes to rest. */
export function usePlayer(key: string, at: number, sound: Sound | undefined, settled?: (at: number) => void): Player {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another call has another clock; where it begins matters once
  const player = useMemo(() => new Player(at), [key]);
  useEffect(() => () => player.close(), [player]);
  useEffect(() => player.setQuiet(sound ? silences(sound) : []), [player, sound]);
  const tell = useCallback((place: number) => settled?.(place), [settled]);
  useEffect(() => player.onSettled(tell), [player, tell]);
  return player;
}
