import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { said } from "@/app/said";
import { useMay } from "@/app/session";
import {
  checkProviderKeyMutation,
  deleteProviderKeyMutation,
  saveProviderKeyMutation,
} from "@/client/@tanstack/react-query.gen";
import type { ProviderKey } from "@/client/types.gen";
import { ConfirmButton } from "@/ui/Confirm";
import { Row, State } from "@/ui/Rows";
import { tell } from "@/ui/tell";
import { When } from "@/ui/values";
import { JOBS, type Vendor } from "./vendors";

interface Held {
  vendor: Vendor;
  held: ProviderKey | undefined;
  isLocked: boolean;
}

/** One vendor: what it is for, how its key stands, and the field for another one. */
export function VendorKey({ vendor, held, isLocked }: Held) {
  const { i18n } = useLingui();
  const mayWrite = useMay("keys:write") && !isLocked;
  const [isOpen, { toggle, close }] = useDisclosure(false);
  const check = useMutation({ ...checkProviderKeyMutation(), onSuccess: () => freshen("Keys") });
  const jobs = vendor.jobs.map((job) => i18n._(JOBS[job])).join(", ");
  return (
    <>
      <Row
        title={
          <>
            {vendor.name}
            <Standing held={held} />
          </>
        }
        actions={
          mayWrite && (
            <>
              {held && (
                <Button
                  variant="subtle"
                  size="xs"
                  loading={check.isPending}
                  onClick={() => check.mutate({ path: { provider: vendor.id } })}
                >
                  <Trans>Try it</Trans>
                </Button>
              )}
              <Button variant="default" size="xs" onClick={toggle} aria-expanded={isOpen}>
                {held ? <Trans>Replace</Trans> : <Trans>Add a key</Trans>}
              </Button>
              {held?.source === "vault" && <Forget vendor={vendor} />}
            </>
          )
        }
      >
        {held ? <Told held={held} /> : jobs}
      </Row>
      {isOpen && <NewKey vendor={vendor} done={close} />}
    </>
  );
}

function Standing({ held }: { held: ProviderKey | undefined }) {
  if (held === undefined) return null;
  if (held.valid === false) {
    return (
      <State tone="bad">
        <Trans>refused</Trans>
      </State>
    );
  }
  return (
    <State tone={held.valid ? "good" : "plain"}>{held.valid ? <Trans>works</Trans> : <Trans>not tried</Trans>}</State>
  );
}

function Told({ held }: { held: ProviderKey }) {
  return (
    <>
      <code>…{held.last_four || "••••"}</code>
      {held.region && <> · {held.region}</>}
      {held.source === "environment" && (
        <>
          {" "}
          · <Trans>from the server's environment ({held.variable})</Trans>
        </>
      )}
      {held.detail && <> · {said(held.detail)}</>}
      {held.checked_at && (
        <>
          {" "}
          · <When at={held.checked_at} />
        </>
      )}
    </>
  );
}

/** It was opened to be typed into. */
const focusAtOnce = (field: HTMLInputElement | null) => field?.focus();

function NewKey({ vendor, done }: { vendor: Vendor; done: () => void }) {
  const { t } = useLingui();
  const form = useForm({ initialValues: { value: "", region: "" } });
  const save = useMutation({
    ...saveProviderKeyMutation(),
    onSuccess: (key) => {
      freshen("Keys");
      tell(key.valid ? <Trans>{vendor.name} took the key.</Trans> : <Trans>Kept. {said(key.detail)}</Trans>);
      done();
    },
  });
  const problem = save.isError ? problemOf(save.error) : null;
  const send = (force: boolean) =>
    save.mutate({
      path: { provider: vendor.id },
      query: { force },
      body: { ...form.values, value: form.values.value.trim() },
    });
  return (
    <li>
      <form onSubmit={form.onSubmit(() => send(false))}>
        <Stack gap="xs" pb="md" maw={560}>
          <PasswordInput
            label={t`Key of ${vendor.name}`}
            description={
              <Trans>
                It is made at{" "}
                <Anchor href={vendor.page} target="_blank" rel="noreferrer" size="sm">
                  {new URL(vendor.page).host}
                </Anchor>
                , and tried before it is kept.
              </Trans>
            }
            autoComplete="off"
            ref={focusAtOnce}
            required
            withAsterisk={false}
            {...form.getInputProps("value")}
            error={problem?.at("/value") ?? (problem && !problem.at("/region") ? problem.message : undefined)}
          />
          {vendor.hasRegion && (
            <TextInput
              label={t`Region`}
              placeholder="westeurope"
              {...form.getInputProps("region")}
              error={problem?.at("/region")}
            />
          )}
          {problem?.whatToDo && (
            <Text size="sm" c="dimmed">
              {problem.whatToDo}
            </Text>
          )}
          <Group gap="xs">
            <Button type="submit" loading={save.isPending}>
              <Trans>Try and keep</Trans>
            </Button>
            <Button variant="default" onClick={done}>
              <Trans>Cancel</Trans>
            </Button>
            {problem && (
              <Button variant="subtle" onClick={() => send(true)}>
                <Trans>Keep it all the same</Trans>
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </li>
  );
}

function Forget({ vendor }: { vendor: Vendor }) {
  const forget = useMutation({ ...deleteProviderKeyMutation(), onSuccess: () => freshen("Keys") });
  return (
    <ConfirmButton
      label={<Trans>Delete</Trans>}
      title={<Trans>Delete the key of {vendor.name}?</Trans>}
      act={() => forget.mutateAsync({ path: { provider: vendor.id } })}
      isBusy={forget.isPending}
      error={forget.error}
    >
      <Trans>
        Agents that need it go on with what they fall back to, or refuse calls. Calls that live keep it to their end. It
        cannot be brought back from here: you paste it again.
      </Trans>
    </ConfirmButton>
  );
}
