import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { freshen } from "@/app/queries";
import {
  checkPhoneNumberMutation,
  releasePhoneNumberMutation,
  repairPhoneNumberMutation,
  updatePhoneNumberMutation,
} from "@/client/@tanstack/react-query.gen";
import type { PhoneNumber } from "@/client/types.gen";
import { ConfirmButton } from "@/ui/Confirm";
import { Row, State } from "@/ui/Rows";
import { tell, tellFailure } from "@/ui/tell";
import { When } from "@/ui/values";
import { AgentSelect } from "./AgentSelect";

/** One number: who answers it, and whether the carrier still sends its calls here. */
export function NumberRow({ number, mayWrite }: { number: PhoneNumber; mayWrite: boolean }) {
  const { t } = useLingui();
  const path = { number_id: number.id };
  const done = { onSuccess: () => freshen("Numbers"), onError: tellFailure };
  const change = useMutation({ ...updatePhoneNumberMutation(), ...done });
  const check = useMutation({ ...checkPhoneNumberMutation(), ...done });
  const repair = useMutation({ ...repairPhoneNumberMutation(), ...done });
  const release = useMutation({ ...releasePhoneNumberMutation(), onSuccess: () => freshen("Numbers") });
  const assign = (agent: string | null) => {
    const before = number.agent_id;
    change.mutate(
      { path, body: { agent_id: agent, split: null } },
      {
        onSuccess: () =>
          tell(
            agent ? (
              <Trans>{number.number} is answered by another agent now.</Trans>
            ) : (
              <Trans>Nobody answers {number.number} now.</Trans>
            ),
            () => change.mutate({ path, body: { agent_id: before, split: number.split } }),
          ),
      },
    );
  };
  return (
    <Row
      tone={number.status === "drifted" ? "look" : "plain"}
      title={
        <>
          {number.number}
          {number.name && number.name !== number.number && <span>{number.name}</span>}
          <Status number={number} />
        </>
      }
      actions={
        <>
          <AgentSelect isCompact label={t`Who answers ${number.number}`} value={number.agent_id} onChange={assign} />
          {mayWrite && number.status === "drifted" && (
            <Button size="xs" loading={repair.isPending} onClick={() => repair.mutate({ path })}>
              <Trans>Put it right</Trans>
            </Button>
          )}
          {mayWrite && (
            <Button size="xs" variant="subtle" loading={check.isPending} onClick={() => check.mutate({ path })}>
              <Trans>Look again</Trans>
            </Button>
          )}
          {mayWrite && (
            <ConfirmButton
              label={<Trans>Release</Trans>}
              title={<Trans>Release {number.number}?</Trans>}
              act={() => release.mutateAsync({ path })}
              isBusy={release.isPending}
              error={release.error}
            >
              <Trans>
                Twilio gets back the settings it had before. Callers reach what was there then, no agent of yours.
              </Trans>
            </ConfirmButton>
          )}
        </>
      }
    >
      <Stack gap={2}>
        {number.split && (
          <span>
            <Trans>
              Calls are divided: {number.split.map((part) => `${part.percent} % v${part.version}`).join(", ")}
            </Trans>
          </span>
        )}
        {number.drift?.map(({ setting, wanted, found }) => (
          <span key={setting}>
            <Trans>
              {setting} should be {wanted}, and is {found || t`empty`}
            </Trans>
          </span>
        ))}
        {number.checked_at && (
          <span>
            <Trans>
              looked at <When at={number.checked_at} />
            </Trans>
          </span>
        )}
      </Stack>
    </Row>
  );
}

function Status({ number }: { number: PhoneNumber }) {
  if (number.status === "drifted") {
    return (
      <State tone="look">
        <Trans>changed at Twilio</Trans>
      </State>
    );
  }
  if (number.agent_id === null) {
    return (
      <State tone="look">
        <Trans>nobody answers</Trans>
      </State>
    );
  }
  return number.status === "connected" ? (
    <State tone="good">
      <Trans>answers</Trans>
    </State>
  ) : (
    <State tone="plain">
      <Trans>not looked at yet</Trans>
    </State>
  );
}
