import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay, useSession } from "@/app/session";
import {
  changeMemberMutation,
  createInvitationMutation,
  listInvitationsOptions,
  listMembersOptions,
  removeMemberMutation,
  withdrawInvitationMutation,
} from "@/client/@tanstack/react-query.gen";
import type { Member, Role } from "@/client/types.gen";
import { ConfirmButton } from "@/ui/Confirm";
import { Once } from "@/ui/Copy";
import { Card } from "@/ui/Page";
import { Row, Rows, State } from "@/ui/Rows";
import { Failed, Loading } from "@/ui/States";
import { tell, tellFailure } from "@/ui/tell";
import { When } from "@/ui/values";

/** Who may come in, and how far. */
export function People() {
  const { t } = useLingui();
  const members = useQuery(listMembersOptions({ query: { limit: 50 } }));
  const mayWrite = useMay("people:write");
  const me = useSession()?.user?.id;
  return (
    <>
      <Card title={<Trans>People of this workspace</Trans>}>
        {members.isPending && <Loading rows={2} />}
        {members.isError && <Failed error={members.error} />}
        <Rows label={t`People`}>
          {members.data?.data.map((member) => (
            <Somebody key={member.id} member={member} isMe={member.id === me} mayWrite={mayWrite} />
          ))}
        </Rows>
      </Card>
      {mayWrite && <Invite />}
      <Waiting mayWrite={mayWrite} />
    </>
  );
}

function useRoles(): { value: Role; label: string }[] {
  const { t } = useLingui();
  return [
    { value: "owner", label: t`Owner: everything` },
    { value: "editor", label: t`Editor: agents, calls, numbers` },
    { value: "viewer", label: t`Viewer: looks and listens` },
  ];
}

function Somebody({ member, isMe, mayWrite }: { member: Member; isMe: boolean; mayWrite: boolean }) {
  const { t } = useLingui();
  const roles = useRoles();
  const path = { user_id: member.id };
  const done = { onSuccess: () => freshen("People"), onError: tellFailure };
  const change = useMutation({ ...changeMemberMutation(), ...done });
  const remove = useMutation({ ...removeMemberMutation(), onSuccess: () => freshen("People") });
  return (
    <Row
      title={
        <>
          {member.name || member.email}
          {isMe && (
            <Text span size="sm" c="dimmed">
              <Trans>you</Trans>
            </Text>
          )}
          {member.is_disabled && (
            <State tone="look">
              <Trans>shut out</Trans>
            </State>
          )}
        </>
      }
      actions={
        mayWrite && (
          <>
            <Select
              aria-label={t`Role of ${member.name || member.email}`}
              size="xs"
              miw={230}
              data={roles}
              value={member.role}
              onChange={(role) =>
                change.mutate(
                  { path, body: { role: role as Role } },
                  {
                    onSuccess: () =>
                      tell(<Trans>Changed.</Trans>, () => change.mutate({ path, body: { role: member.role } })),
                  },
                )
              }
            />
            {!isMe && (
              <Button
                size="xs"
                variant="subtle"
                onClick={() => change.mutate({ path, body: { is_disabled: !member.is_disabled } })}
              >
                {member.is_disabled ? <Trans>Let in</Trans> : <Trans>Shut out</Trans>}
              </Button>
            )}
            {!isMe && (
              <ConfirmButton
                label={<Trans>Remove</Trans>}
                title={<Trans>Remove {member.name || member.email}?</Trans>}
                act={() => remove.mutateAsync({ path })}
                isBusy={remove.isPending}
                error={remove.error}
              >
                <Trans>
                  They are signed out at once. What they made stays. They come back only by a new invitation.
                </Trans>
              </ConfirmButton>
            )}
          </>
        )
      }
    >
      {member.email}
    </Row>
  );
}

function Invite() {
  const { t } = useLingui();
  const roles = useRoles();
  const form = useForm<{ email: string; role: Role }>({ initialValues: { email: "", role: "viewer" } });
  const invite = useMutation({
    ...createInvitationMutation(),
    onSuccess: () => {
      form.reset();
      freshen("People");
    },
  });
  const problem = invite.isError ? problemOf(invite.error) : null;
  return (
    <Card title={<Trans>Invite somebody</Trans>}>
      <form onSubmit={form.onSubmit((body) => invite.mutate({ body }))}>
        <Stack gap="sm">
          <Group align="flex-start" gap="xs">
            <TextInput
              label={t`E-mail`}
              type="email"
              miw={260}
              required
              withAsterisk={false}
              {...form.getInputProps("email")}
              error={problem?.at("/email") ?? problem?.message}
            />
            <Select label={t`As`} miw={250} data={roles} {...form.getInputProps("role")} />
            <Button type="submit" mt={24} loading={invite.isPending}>
              <Trans>Make a link</Trans>
            </Button>
          </Group>
          {invite.data && (
            <>
              <Text>
                <Trans>Send them this link. It works once, and nobody else is told.</Trans>
              </Text>
              <Once secret={invite.data.link} />
            </>
          )}
        </Stack>
      </form>
    </Card>
  );
}

function Waiting({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useLingui();
  const waiting = useQuery(listInvitationsOptions({ query: { limit: 50 } }));
  const withdraw = useMutation({
    ...withdrawInvitationMutation(),
    onSuccess: () => freshen("People"),
    onError: tellFailure,
  });
  if (!waiting.data?.data.length) return null;
  return (
    <Card title={<Trans>Invited, and not here yet</Trans>}>
      <Rows label={t`Invitations`}>
        {waiting.data.data.map((one) => (
          <Row
            key={one.id}
            title={one.email}
            actions={
              mayWrite && (
                <Button
                  size="xs"
                  variant="default"
                  onClick={() => withdraw.mutate({ path: { invitation_id: one.id } })}
                >
                  <Trans>Withdraw</Trans>
                </Button>
              )
            }
          >
            {one.role} ·{" "}
            <Trans>
              the link ends <When at={one.expires_at} />
            </Trans>
          </Row>
        ))}
      </Rows>
    </Card>
  );
}
