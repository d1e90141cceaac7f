import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { createAgent, patchAgent, uploadDocument } from "@/client/sdk.gen";
import { type Draft, documentOf, knowledgeOf } from "./draft";
import { forget } from "./kept";

interface Saving {
  run: () => void;
  isSaving: boolean;
  error: unknown;
  /** As it stands now, for what comes later. */
  latest: () => Draft;
}

/** An agent with its document: what has been done stays done when the next step fails, and is not done twice. */
export function useSave(draft: Draft, change: (draft: Draft) => void): Saving {
  const navigate = useNavigate();
  const latest = useRef(draft);
  latest.current = draft;
  const save = useMutation({
    mutationFn: async () => {
      const agentId = await put(draft);
      change({ ...latest.current, agentId });
      const knowledge = knowledgeOf(draft.lines);
      if (knowledge) {
        const file = new File([knowledge], draft.suggestion.knowledge_name ?? "business.md", { type: "text/markdown" });
        await uploadDocument({ path: { agent_id: agentId }, body: { file } });
      }
      return agentId;
    },
    onSuccess: (agentId) => {
      forget();
      freshen("Agents", "Today", "Knowledge");
      void navigate({ to: "/agents/$agentId", params: { agentId }, search: { talk: "on" } });
    },
  });
  return { run: () => save.mutate(), isSaving: save.isPending, error: save.error, latest: () => latest.current };
}

async function put(draft: Draft): Promise<string> {
  const document = documentOf(draft);
  if (draft.agentId !== null) {
    try {
      return (await patchAgent({ path: { agent_id: draft.agentId }, body: { document } })).data.id;
    } catch (error) {
      // Somebody has deleted it since.
      if (problemOf(error).status !== 404) throw error;
    }
  }
  return (await createAgent({ body: { document } })).data.id;
}
