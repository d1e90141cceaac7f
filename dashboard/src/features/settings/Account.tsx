import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay, useSession } from "@/app/session";
import {
  changePasswordMutation,
  changeSelfMutation,
  renameWorkspaceMutation,
  signOutMutation,
} from "@/client/@tanstack/react-query.gen";
import type { Session } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { Failed, Loading } from "@/ui/States";
import { tell } from "@/ui/tell";

/** Oneself, and what the workspace is called. */
export function Account() {
  const session = useSession();
  if (session === undefined) return <Loading />;
  return (
    <>
      {session.user && <Myself session={session} />}
      {session.user && <Password hasOne={session.user.has_password} />}
      <Workspace session={session} />
    </>
  );
}

function Myself({ session }: { session: Session }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { name: session.user?.name ?? "", email: session.user?.email ?? "" } });
  const isOther = form.values.email !== session.user?.email;
  const secret = useForm({ initialValues: { current_password: "" } });
  const change = useMutation({
    ...changeSelfMutation(),
    onSuccess: () => {
      freshen("Session", "People");
      tell(<Trans>Saved.</Trans>);
    },
  });
  const problem = change.isError ? problemOf(change.error) : null;
  const send = () =>
    change.mutate({
      body: { name: form.values.name, ...(isOther ? { email: form.values.email, ...secret.values } : {}) },
    });
  return (
    <Card title={<Trans>You</Trans>}>
      <form onSubmit={form.onSubmit(send)}>
        <Stack gap="sm" maw={420}>
          <TextInput label={t`Name`} autoComplete="name" {...form.getInputProps("name")} error={problem?.at("/name")} />
          <TextInput
            label={t`E-mail`}
            description={t`With it and a password you sign in.`}
            type="email"
            autoComplete="username"
            {...form.getInputProps("email")}
            error={problem?.at("/email")}
          />
          {isOther && session.user?.has_password && (
            <PasswordInput
              label={t`Your password, to change the e-mail`}
              autoComplete="current-password"
              {...secret.getInputProps("current_password")}
              error={problem?.at("/current_password")}
            />
          )}
          {problem && problem.flaws.length === 0 && <Failed error={problem} />}
          <Group>
            <Button type="submit" variant="default" loading={change.isPending} disabled={!form.isDirty()}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Password({ hasOne }: { hasOne: boolean }) {
  const { t } = useLingui();
  const form = useForm({
    initialValues: { current_password: "", new_password: "" },
    validate: { new_password: (value) => (value.length < 10 ? t`At least ten characters, please.` : null) },
  });
  const change = useMutation({
    ...changePasswordMutation(),
    onSuccess: () => {
      form.reset();
      freshen("Session");
      tell(<Trans>The password is changed. You are signed out everywhere else.</Trans>);
    },
  });
  const out = useMutation({ ...signOutMutation(), onSuccess: () => location.assign("/sign-in") });
  return (
    <Card title={hasOne ? <Trans>Password</Trans> : <Trans>Choose a password, to come back without a link</Trans>}>
      <form onSubmit={form.onSubmit((body) => change.mutate({ body }))}>
        <Stack gap="sm" maw={420}>
          {hasOne && (
            <PasswordInput
              label={t`The one you have`}
              autoComplete="current-password"
              {...form.getInputProps("current_password")}
            />
          )}
          <PasswordInput
            label={t`The new one`}
            autoComplete="new-password"
            required
            withAsterisk={false}
            {...form.getInputProps("new_password")}
          />
          {change.isError && <Failed error={change.error} />}
          <Group gap="xs">
            <Button type="submit" variant="default" loading={change.isPending}>
              <Trans>Change it</Trans>
            </Button>
            <Button
              variant="subtle"
              loading={out.isPending}
              onClick={() => out.mutate({ query: { everywhere: true } })}
            >
              <Trans>Sign out everywhere</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Workspace({ session }: { session: Session }) {
  const { t } = useLingui();
  const here = session.workspaces.find(({ id }) => id === session.workspace_id);
  const mayWrite = useMay("settings:write");
  const form = useForm({ initialValues: { name: here?.name ?? "" } });
  const rename = useMutation({
    ...renameWorkspaceMutation(),
    onSuccess: () => {
      freshen("Session", "People");
      tell(<Trans>Renamed.</Trans>);
    },
  });
  return (
    <Card title={<Trans>Workspace</Trans>}>
      <form onSubmit={form.onSubmit((body) => rename.mutate({ path: { workspace_id: session.workspace_id }, body }))}>
        <Stack gap="sm" maw={420}>
          <TextInput label={t`Name`} disabled={!mayWrite} {...form.getInputProps("name")} />
          <Text size="sm" c="dimmed">
            <code>{session.workspace_id}</code>
          </Text>
          {rename.isError && <Failed error={rename.error} />}
          {mayWrite && (
            <Group>
              <Button type="submit" variant="default" loading={rename.isPending} disabled={!form.isDirty()}>
                <Trans>Rename</Trans>
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Card>
  );
}
