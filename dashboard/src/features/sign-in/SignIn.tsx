import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { signInMutation } from "@/client/@tanstack/react-query.gen";
import type { SignIn as Wish } from "@/client/types.gen";
import { Failed } from "@/ui/States";
import { signInRoute } from "./routes";
import classes from "./SignIn.module.css";

const HAS_ISSUER = document.querySelector<HTMLMetaElement>('meta[name="company-sign-in"]')?.content === "yes";
const LINK = /^#link=(.+)$/;
const PROBLEM = /^#problem=(.+)$/;

/** The door: by password, by a one-time link (first start, invitation, forgotten password), or by the company's own. */
export function SignIn() {
  const { t } = useLingui();
  const { to, first } = signInRoute.useSearch();
  const [link] = useState(() => LINK.exec(location.hash)?.[1] ?? "");
  const [refused] = useState(() => PROBLEM.exec(location.hash)?.[1] ?? "");
  const enter = useMutation({ ...signInMutation(), onSuccess: () => location.assign(to ?? "/") });
  const send = (body: Wish) => enter.mutate({ body });
  return (
    <main className={classes.door}>
      <div className={classes.card}>
        <img src="/icon.svg" alt="" width={44} height={44} />
        <h1>{link ? t`Welcome to Offhook` : t`Sign in to Offhook`}</h1>
        {refused && (
          <Text c="var(--bad)" role="alert">
            <Trans>Your company's sign-in refused it: {refused}.</Trans>
          </Text>
        )}
        {link ? (
          <ByLink isFirst={Boolean(first)} isBusy={enter.isPending} send={(more) => send({ link, ...more })} />
        ) : null}
        {link ? null : <ByPassword isBusy={enter.isPending} send={send} />}
        {enter.isError && <Failed error={enter.error} />}
      </div>
      <p className={classes.foot}>
        <Trans>Your telephone, your keys, your server. Nothing on this page comes from anywhere else.</Trans>
      </p>
    </main>
  );
}

interface Link {
  /** Nobody has an address yet: without one there is no coming back by password. */
  isFirst: boolean;
  isBusy: boolean;
  send: (more: { name?: string; email?: string; password?: string }) => void;
}

function ByLink({ isFirst, isBusy, send }: Link) {
  const { t } = useLingui();
  const form = useForm({
    initialValues: { name: "", email: "", password: "" },
    validate: {
      email: (value, { password }) =>
        isFirst && password && !value ? t`With which address will you come back?` : null,
      password: (value) => (value && value.length < 10 ? t`At least ten characters, please.` : null),
    },
  });
  const filled = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  return (
    <form onSubmit={form.onSubmit((values) => send(filled(values)))}>
      <Stack gap="sm">
        <Text c="dimmed">
          <Trans>This link works once. With a password you can come back without one.</Trans>
        </Text>
        <TextInput label={t`Your name`} autoComplete="name" {...form.getInputProps("name")} />
        {isFirst && (
          <TextInput
            label={t`Your e-mail`}
            description={t`With it and the password you come back. Nothing is sent to it.`}
            type="email"
            autoComplete="username"
            {...form.getInputProps("email")}
          />
        )}
        <PasswordInput
          label={t`A password`}
          description={t`At least ten characters. You may also leave it empty and choose one later.`}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={isBusy}>
          <Trans>Come in</Trans>
        </Button>
      </Stack>
    </form>
  );
}

function ByPassword({ isBusy, send }: { isBusy: boolean; send: (wish: Wish) => void }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { email: "", password: "" } });
  return (
    <form onSubmit={form.onSubmit((values) => send(values))}>
      <Stack gap="sm">
        <TextInput
          label={t`E-mail`}
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={t`Password`}
          autoComplete="current-password"
          required
          withAsterisk={false}
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={isBusy}>
          <Trans>Sign in</Trans>
        </Button>
        <Text size="sm" c="dimmed">
          <Trans>
            Locked out? Whoever runs the server gets a new link by <code>offhook admin link</code>.
          </Trans>{" "}
          {HAS_ISSUER && (
            <Anchor underline="always" href="/v1/session/oidc" size="sm">
              <Trans>Sign in with your company's account</Trans>
            </Anchor>
          )}
        </Text>
      </Stack>
    </form>
  );
}
