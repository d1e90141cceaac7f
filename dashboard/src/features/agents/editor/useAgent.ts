import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import {
  diffAgentQueryKey,
  getAgentOptions,
  getAgentQueryKey,
  getAgentSchemaOptions,
} from "@/client/@tanstack/react-query.gen";
import { getAgent, putAgentDraft, validateAgent } from "@/client/sdk.gen";
import type { Agent } from "@/client/types.gen";
import type { Editing } from "../draft/context";
import { DraftStore, type Server } from "../draft/store";
import type { SchemaNode } from "../form/schema";

interface Found {
  error: unknown;
  again: () => void;
  editing: Editing | undefined;
}

/** An agent with its schema and its draft, ready to be edited. */
export function useAgent(agentId: string): Found {
  const agent = useQuery(getAgentOptions({ path: { agent_id: agentId } }));
  const schema = useQuery({ ...getAgentSchemaOptions(), staleTime: Number.POSITIVE_INFINITY });
  const mayWrite = useMay("agents:write");
  const store = useStore(agent.data);
  const revision = agent.data?.revision ?? 0;
  const validation = useQuery({
    queryKey: ["agent-validation", agentId, revision],
    queryFn: async () => (await validateAgent({ path: { agent_id: agentId } })).data,
    enabled: agent.data !== undefined,
    placeholderData: (before) => before,
  });
  const isReady = agent.data !== undefined && schema.data !== undefined && store !== undefined;
  return {
    error: agent.data === undefined ? agent.error : schema.error,
    again: () => void Promise.all([agent.refetch(), schema.refetch()]),
    editing: isReady
      ? {
          agent: agent.data,
          schema: schema.data as SchemaNode,
          store,
          isReadOnly: !mayWrite || agent.data.managed_by === "file",
          validation: validation.data,
        }
      : undefined,
  };
}

/** One store for as long as the page shows this agent. */
function useStore(agent: Agent | undefined): DraftStore | undefined {
  const queries = useQueryClient();
  const first = useRef<Agent | undefined>(undefined);
  if (first.current?.id !== agent?.id) first.current = agent;
  const id = first.current?.id;
  const store = useMemo(() => {
    if (id === undefined || first.current === undefined) return undefined;
    const key = getAgentQueryKey({ path: { agent_id: id } });
    const server: Server = {
      put: async (document, revision) => {
        const { data } = await putAgentDraft({
          path: { agent_id: id },
          body: { document },
          headers: { "If-Match": `"${revision}"` },
        });
        queries.setQueryData(key, data);
        void queries.invalidateQueries({
          queryKey: diffAgentQueryKey({ path: { agent_id: id }, query: { from: "published" } }),
        });
        return data;
      },
      read: async () => (await getAgent({ path: { agent_id: id } })).data,
    };
    return new DraftStore(id, first.current, server);
  }, [id, queries]);
  useEffect(() => {
    if (agent !== undefined) store?.adopt(agent);
  }, [agent, store]);
  useEffect(
    () => () => {
      if (store === undefined) return;
      store.stop();
      freshen("Agents");
    },
    [store],
  );
  return store;
}
