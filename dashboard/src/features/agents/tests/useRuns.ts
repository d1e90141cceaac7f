import { useMutation } from "@tanstack/react-query";
import { freshen } from "@/app/queries";
import { runAgentTestsMutation, runTestMutation } from "@/client/@tanstack/react-query.gen";
import { tellFailure } from "@/ui/tell";

const done = { onSuccess: () => freshen("Tests"), onError: tellFailure };

/** Have one test call the draft, or something else. */
export function useRun(testId: string) {
  const run = useMutation({ ...runTestMutation(), ...done });
  return { ...run, go: (which = "draft") => run.mutateAsync({ path: { test_id: testId }, body: { which } }) };
}

/** Have all of an agent's tests call it. */
export function useRunAll(agentId: string) {
  const run = useMutation({ ...runAgentTestsMutation(), ...done });
  return { ...run, go: (which = "draft") => run.mutate({ path: { agent_id: agentId }, body: { which } }) };
}
