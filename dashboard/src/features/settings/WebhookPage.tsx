import { msg } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Switch, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { freshen, inParts } from "@/app/queries";
import { useMay } from "@/app/session";
import {
  deleteWebhookMutation,
  getWebhookOptions,
  listDeliveriesInfiniteOptions,
  redeliverMutation,
  rotateWebhookSecretMutation,
  testWebhookMutation,
  updateWebhookMutation,
} from "@/client/@tanstack/react-query.gen";
import type { Delivery } from "@/client/types.gen";
import { ConfirmButton } from "@/ui/Confirm";
import { Once } from "@/ui/Copy";
import { More } from "@/ui/More";
import { Card } from "@/ui/Page";
import { Row, Rows, State } from "@/ui/Rows";
import { Empty, Failed, Loading } from "@/ui/States";
import { tell, tellFailure } from "@/ui/tell";
import { When } from "@/ui/values";
import { webhookRoute } from "./routes";
import { HookState } from "./Webhooks";

/** One endpoint: what it was told, and what it said. */
export function WebhookPage() {
  const { webhookId } = webhookRoute.useParams();
  const path = { webhook_id: webhookId };
  const mayWrite = useMay("webhooks:write");
  const navigate = useNavigate();
  const hook = useQuery(getWebhookOptions({ path }));
  const done = { onSuccess: () => freshen("Webhooks"), onError: tellFailure };
  const change = useMutation({ ...updateWebhookMutation(), ...done });
  const rotate = useMutation({ ...rotateWebhookSecretMutation(), ...done });
  const test = useMutation({
    ...testWebhookMutation(),
    ...done,
    onSuccess: () => {
      freshen("Webhooks");
      tell(<Trans>A test is under way: it comes up below.</Trans>);
    },
  });
  const remove = useMutation({
    ...deleteWebhookMutation(),
    onSuccess: () => {
      freshen("Webhooks");
      void navigate({ to: "/settings/webhooks" });
    },
  });
  if (hook.isPending) return <Loading />;
  if (hook.isError) return <Failed error={hook.error} />;
  return (
    <>
      <Card
        title={
          <Link to="/settings/webhooks">
            <Trans>Webhooks</Trans>
          </Link>
        }
      >
        <Group gap="sm">
          <Text fw={600} style={{ overflowWrap: "anywhere" }}>
            {hook.data.url}
          </Text>
          <HookState hook={hook.data} />
        </Group>
        <Text c="dimmed">{hook.data.types.length ? hook.data.types.join(", ") : <Trans>everything</Trans>}</Text>
        {mayWrite && (
          <Group gap="xs" mt="sm">
            <Switch
              checked={!hook.data.disabled_at}
              onChange={({ currentTarget }) => change.mutate({ path, body: { is_disabled: !currentTarget.checked } })}
              label={<Trans>Is told</Trans>}
            />
            <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate({ path })}>
              <Trans>Send a test</Trans>
            </Button>
            <Button
              size="xs"
              variant="default"
              loading={rotate.isPending}
              onClick={() => rotate.mutate({ path, body: {} })}
            >
              <Trans>New secret</Trans>
            </Button>
            <ConfirmButton
              label={<Trans>Delete</Trans>}
              title={<Trans>Delete this endpoint?</Trans>}
              act={() => remove.mutateAsync({ path })}
              isBusy={remove.isPending}
              error={remove.error}
            >
              <Trans>It is told nothing more, and the list of what it was told is gone.</Trans>
            </ConfirmButton>
          </Group>
        )}
        {rotate.data && <Once secret={rotate.data.secret} />}
      </Card>
      <Deliveries webhookId={webhookId} mayWrite={mayWrite} />
    </>
  );
}

function Deliveries({ webhookId, mayWrite }: { webhookId: string; mayWrite: boolean }) {
  const { t } = useLingui();
  const path = { webhook_id: webhookId };
  const list = useInfiniteQuery({
    ...listDeliveriesInfiniteOptions({ path, query: { limit: 25 } }),
    ...inParts,
    refetchInterval: 5000,
  });
  const known = list.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card title={<Trans>What it was told</Trans>}>
      {list.isPending && <Loading rows={3} />}
      {list.isError && <Failed error={list.error} />}
      {list.isSuccess && known.length === 0 && (
        <Empty title={<Trans>Nothing yet</Trans>}>
          <Trans>Send a test, or make a call.</Trans>
        </Empty>
      )}
      <Rows label={t`Deliveries`}>
        {known.map((one) => (
          <One key={one.id} one={one} webhookId={webhookId} mayWrite={mayWrite} />
        ))}
      </Rows>
      <More list={list} />
    </Card>
  );
}

const TONES = { delivered: "good", failed: "bad", pending: "look" } as const;
const STATES = { delivered: msg`told`, failed: msg`not told`, pending: msg`waits` } as const;

function One({ one, webhookId, mayWrite }: { one: Delivery; webhookId: string; mayWrite: boolean }) {
  const { i18n } = useLingui();
  const again = useMutation({ ...redeliverMutation(), onSuccess: () => freshen("Webhooks"), onError: tellFailure });
  return (
    <Row
      title={
        <>
          {one.type}
          <State tone={TONES[one.status]}>{one.answer_status ?? i18n._(STATES[one.status])}</State>
        </>
      }
      actions={
        mayWrite && (
          <Button
            size="xs"
            variant="subtle"
            loading={again.isPending}
            onClick={() => again.mutate({ path: { webhook_id: webhookId, delivery_id: one.id } })}
          >
            <Trans>Send again</Trans>
          </Button>
        )
      }
    >
      <When at={one.created_at} /> · <Plural value={one.attempts} one="# try" other="# tries" />
      {one.took_ms !== null && <> · {one.took_ms} ms</>}
      {one.answer && <> · {one.answer}</>}
      {one.call_id && (
        <>
          {" "}
          ·{" "}
          <Link to={`/calls/${one.call_id}` as string}>
            <Trans>the call</Trans>
          </Link>
        </>
      )}
      {one.next_at && one.status === "pending" && (
        <>
          {" "}
          ·{" "}
          <Trans>
            next <When at={one.next_at} />
          </Trans>
        </>
      )}
    </Row>
  );
}
