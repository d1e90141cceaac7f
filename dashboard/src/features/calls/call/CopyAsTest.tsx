import { Trans } from "@lingui/react/macro";
import { IconFlask } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import type { CallRecord } from "@/client";
import { createTestMutation } from "@/client/@tanstack/react-query.gen";
import { tellFailure } from "@/ui/tell";

/** The call becomes a test of its agent: what the caller did, and what is expected from what the agent did. */
export function CopyAsTest({ record }: { record: CallRecord }) {
  const mayWrite = useMay("agents:write");
  const navigate = useNavigate();
  const copy = useMutation({
    ...createTestMutation(),
    onSuccess: (test) => {
      freshen("Tests");
      void navigate({ to: `/agents/${test.agent_id}/tests/${test.id}` as "/agents" });
    },
    onError: tellFailure,
  });
  if (!mayWrite || !record.is_whole || record.agent_id === null || record.turns.length === 0) return null;
  return (
    <li>
      <button type="button" disabled={copy.isPending} onClick={() => copy.mutate({ body: { call_id: record.id } })}>
        <IconFlask size={17} stroke={1.6} aria-hidden />
        <Trans>Copy as test</Trans>
      </button>
    </li>
  );
}
