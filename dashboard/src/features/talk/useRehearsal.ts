import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "@/app/api";
import { beginRehearsal, getRehearsal } from "@/client";
import { sendRehearsalMessageMutation } from "@/client/@tanstack/react-query.gen";
import type { RehearsalShown } from "@/client/types.gen";

/** The typed conversation of this tab with an agent; a reload finds it again. */
export function useRehearsal(agentId: string, which: string) {
  const cache = useQueryClient();
  const queryKey = ["rehearsal", agentId, which];
  const [pending, setPending] = useState("");
  const held = useQuery({ queryKey, queryFn: () => found(agentId, which), staleTime: Number.POSITIVE_INFINITY });
  const message = useMutation(sendRehearsalMessageMutation());
  const rehearsal = held.data;

  const begin = () => {
    sessionStorage.removeItem(keptAs(agentId, which));
    message.reset();
    void cache.resetQueries({ queryKey });
  };
  const send = (text: string, isReal: boolean, onFailed: () => void) => {
    if (!rehearsal) return;
    setPending(text);
    message.mutate(
      { path: { rehearsal_id: rehearsal.id }, body: { text, run_tools: isReal } },
      {
        onSuccess: (exchange) =>
          cache.setQueryData<RehearsalShown>(
            queryKey,
            (before) =>
              before && {
                ...before,
                exchanges: [...before.exchanges, exchange],
                end_reason: exchange.end_reason || before.end_reason,
              },
          ),
        onError: onFailed,
        onSettled: () => setPending(""),
      },
    );
  };
  return { rehearsal, error: held.error ?? message.error, begin, send, isBusy: message.isPending, pending };
}

const keptAs = (agentId: string, which: string) => `offhook-rehearsal-${agentId}-${which}`;

async function found(agentId: string, which: string): Promise<RehearsalShown> {
  const kept = sessionStorage.getItem(keptAs(agentId, which));
  if (kept) {
    try {
      return (await getRehearsal({ path: { rehearsal_id: kept } })).data;
    } catch (error) {
      // After a day it is forgotten: then another begins.
      if (problemOf(error).status !== 404) throw error;
    }
  }
  const made = (await beginRehearsal({ path: { agent_id: agentId }, body: { which } })).data;
  sessionStorage.setItem(keptAs(agentId, which), made.id);
  return made;
}
