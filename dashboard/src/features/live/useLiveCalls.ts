import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { type Told, useTopic } from "@/app/stream";
import { listAgentsOptions, listCallsOptions } from "@/client/@tanstack/react-query.gen";
import type { Call } from "@/client/types.gen";

interface Row {
  call: Call;
  toldAt: number;
}

/** The calls that live now, the longest first: read once, then as they are told. */
export function useLiveCalls() {
  const listed = useQuery(listCallsOptions({ query: { status: "in_progress", limit: 50 } }));
  const [told, setTold] = useState<ReadonlyMap<string, Row>>(new Map());
  const { refetch } = listed;
  const hear = useCallback(
    ({ data, lost }: Told) => {
      if (lost) {
        setTold(new Map());
        void refetch();
      } else if (data) {
        const call = data as unknown as Call;
        setTold((before) => new Map(before).set(call.id, { call, toldAt: Date.now() }));
      }
    },
    [refetch],
  );
  useTopic("calls", hear);
  const calls = merged(listed.data?.data ?? [], listed.dataUpdatedAt, told);
  return { calls, isPending: listed.isPending && told.size === 0, error: listed.error, again: () => void refetch() };
}

function merged(listed: Call[], listedAt: number, told: ReadonlyMap<string, Row>): Call[] {
  const all = new Map(listed.map((call) => [call.id, call]));
  for (const { call, toldAt } of told.values()) {
    // Told before the list was read, and not in it: it has ended meanwhile, and nobody told us.
    const isOld = toldAt < listedAt && call.status === "in_progress" && !all.has(call.id);
    if (!isOld) all.set(call.id, call);
  }
  return [...all.values()]
    .filter((call) => call.status !== "ended" && call.status !== "scheduled")
    .sort((one, other) => one.started_at.localeCompare(other.started_at));
}

/** What an agent is called, by its id. */
export function useAgentNames(): ReadonlyMap<string, string> {
  const agents = useQuery({ ...listAgentsOptions({ query: { limit: 100 } }), staleTime: 60_000 });
  return new Map(agents.data?.data.map((agent) => [agent.id, agent.name]));
}
