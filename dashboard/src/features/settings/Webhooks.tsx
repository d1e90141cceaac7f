import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, MultiSelect, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { said } from "@/app/said";
import { useMay } from "@/app/session";
import { createWebhookMutation, listWebhooksOptions } from "@/client/@tanstack/react-query.gen";
import type { Webhook } from "@/client/types.gen";
import { Once } from "@/ui/Copy";
import { Card } from "@/ui/Page";
import { Row, Rows, State } from "@/ui/Rows";
import { Empty, Failed, Loading } from "@/ui/States";
import { EVENTS } from "./events";

/** Who of your own programs is told what happens. */
export function Webhooks() {
  const { t } = useLingui();
  const hooks = useQuery(listWebhooksOptions({ query: { limit: 50 } }));
  const mayWrite = useMay("webhooks:write");
  return (
    <>
      <Card title={<Trans>Endpoints</Trans>}>
        {hooks.isPending && <Loading rows={2} />}
        {hooks.isError && <Failed error={hooks.error} />}
        {hooks.data?.data.length === 0 && (
          <Empty title={<Trans>Nobody is told yet</Trans>}>
            <Trans>
              Give the address of a program of yours, and it is told of every call as it happens: signed by Standard
              Webhooks, tried again for a day when it does not answer.
            </Trans>
          </Empty>
        )}
        <Rows label={t`Webhooks`}>
          {hooks.data?.data.map((hook) => (
            <Row
              key={hook.id}
              title={
                <>
                  <Link to="/settings/webhooks/$webhookId" params={{ webhookId: hook.id }}>
                    {hook.url}
                  </Link>
                  <HookState hook={hook} />
                </>
              }
            >
              {hook.description && <>{hook.description} · </>}
              {hook.types.length ? hook.types.join(", ") : <Trans>everything</Trans>}
            </Row>
          ))}
        </Rows>
      </Card>
      {mayWrite && <NewHook />}
    </>
  );
}

export function HookState({ hook }: { hook: Webhook }) {
  if (hook.disabled_at) {
    const isByHand = hook.disabled_reason === "" || hook.disabled_reason === "by hand";
    return (
      <State tone="bad">
        {isByHand ? <Trans>off, by hand</Trans> : <Trans>off: {said(hook.disabled_reason)}</Trans>}
      </State>
    );
  }
  return hook.failing_since ? (
    <State tone="look">
      <Trans>does not answer</Trans>
    </State>
  ) : (
    <State tone="good">
      <Trans>is told</Trans>
    </State>
  );
}

function NewHook() {
  const { t } = useLingui();
  const form = useForm<{ url: string; types: string[]; description: string }>({
    initialValues: { url: "", types: [], description: "" },
  });
  const make = useMutation({
    ...createWebhookMutation(),
    onSuccess: () => {
      form.reset();
      freshen("Webhooks");
    },
  });
  const problem = make.isError ? problemOf(make.error) : null;
  return (
    <Card title={<Trans>Tell a program</Trans>}>
      <form onSubmit={form.onSubmit((body) => make.mutate({ body }))}>
        <Stack gap="sm" maw={560}>
          <TextInput
            label={t`Address`}
            placeholder="https://crm.example.com/offhook"
            required
            withAsterisk={false}
            {...form.getInputProps("url")}
            error={problem?.at("/url") ?? (problem?.flaws.length === 0 ? problem.message : undefined)}
          />
          <MultiSelect
            label={t`Of what`}
            description={t`Nothing chosen: of everything.`}
            data={[...EVENTS]}
            clearable
            {...form.getInputProps("types")}
            error={problem?.at("/types")}
          />
          <TextInput label={t`A note for yourself`} {...form.getInputProps("description")} />
          {problem?.whatToDo && (
            <Text size="sm" c="dimmed">
              {problem.whatToDo}
            </Text>
          )}
          <Group>
            <Button type="submit" loading={make.isPending}>
              <Trans>Begin to tell it</Trans>
            </Button>
          </Group>
          {make.data && (
            <>
              <Text size="sm">
                <Trans>Its secret, with which it checks that it is you who tells:</Trans>
              </Text>
              <Once secret={make.data.secret} />
            </>
          )}
        </Stack>
      </form>
    </Card>
  );
}
