import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group, SegmentedControl, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay, useSession } from "@/app/session";
import { createApiKeyMutation, listApiKeysOptions, revokeApiKeyMutation } from "@/client/@tanstack/react-query.gen";
import type { ApiKey } from "@/client/types.gen";
import { AgentSelect } from "@/features/numbers/AgentSelect";
import { ConfirmButton } from "@/ui/Confirm";
import { Copy, Once } from "@/ui/Copy";
import { Card } from "@/ui/Page";
import { Row, Rows, State } from "@/ui/Rows";
import { Empty, Failed, Loading } from "@/ui/States";
import { When } from "@/ui/values";
import classes from "./Settings.module.css";

/** Keys for programs, and for pages that put "talk to us" on a website. */
export function ApiKeys() {
  const { t } = useLingui();
  const keys = useQuery(listApiKeysOptions({ query: { limit: 50 } }));
  const mayWrite = useMay("people:write");
  return (
    <>
      {mayWrite && <NewKey />}
      <Card title={<Trans>Keys that were made</Trans>}>
        {keys.isPending && <Loading rows={2} />}
        {keys.isError && <Failed error={keys.error} />}
        {keys.data?.data.length === 0 && (
          <Empty title={<Trans>No program has a key yet</Trans>}>
            <Trans>
              Everything this page does is in the API too; its document is at{" "}
              <a href="/v1/openapi.json">/v1/openapi.json</a>.
            </Trans>
          </Empty>
        )}
        <Rows label={t`API keys`}>
          {keys.data?.data.map((key) => (
            <Key key={key.id} one={key} mayWrite={mayWrite} />
          ))}
        </Rows>
      </Card>
    </>
  );
}

function Key({ one, mayWrite }: { one: ApiKey; mayWrite: boolean }) {
  const revoke = useMutation({ ...revokeApiKeyMutation(), onSuccess: () => freshen("API keys") });
  return (
    <Row
      title={
        <>
          {one.name}
          {one.revoked_at ? (
            <State tone="bad">
              <Trans>revoked</Trans>
            </State>
          ) : (
            <State tone="plain">
              {one.kind === "browser" ? <Trans>for pages</Trans> : <Trans>for programs</Trans>}
            </State>
          )}
        </>
      }
      actions={
        mayWrite &&
        !one.revoked_at && (
          <ConfirmButton
            label={<Trans>Revoke</Trans>}
            title={<Trans>Revoke {one.name}?</Trans>}
            act={() => revoke.mutateAsync({ path: { key_id: one.id } })}
            isBusy={revoke.isPending}
            error={revoke.error}
          >
            <Trans>Whatever uses it is refused from this moment on. It cannot be given back.</Trans>
          </ConfirmButton>
        )
      }
    >
      <code>{one.start}…</code> · {one.origins?.length ? one.origins.join(", ") : one.scopes.join(", ")} ·{" "}
      {one.used_at ? (
        <Trans>
          used <When at={one.used_at} />
        </Trans>
      ) : (
        <Trans>never used</Trans>
      )}
    </Row>
  );
}

function NewKey() {
  const { t } = useLingui();
  const mine = useSession()?.scopes ?? [];
  const form = useForm<{
    name: string;
    kind: "secret" | "browser";
    scopes: string[];
    agent: string | null;
    origins: string[];
  }>({ initialValues: { name: "", kind: "secret", scopes: ["calls:read"], agent: null, origins: [] } });
  const make = useMutation({
    ...createApiKeyMutation(),
    onSuccess: () => {
      form.setFieldValue("name", "");
      freshen("API keys");
    },
  });
  const problem = make.isError ? problemOf(make.error) : null;
  const { kind, agent, origins, scopes, name } = form.values;
  const send = () =>
    make.mutate({ body: kind === "secret" ? { name, kind, scopes } : { name, kind, agent_id: agent, origins } });
  return (
    <Card title={<Trans>Make a key</Trans>}>
      <form onSubmit={form.onSubmit(send)}>
        <Stack gap="sm">
          <SegmentedControl
            style={{ alignSelf: "start" }}
            data={[
              { value: "secret", label: t`For a program` },
              { value: "browser", label: t`For a website` },
            ]}
            {...form.getInputProps("kind")}
          />
          <TextInput
            label={t`What is it for?`}
            maw={360}
            required
            withAsterisk={false}
            {...form.getInputProps("name")}
            error={problem?.at("/name")}
          />
          {kind === "secret" ? (
            <Checkbox.Group label={t`What it may do`} {...form.getInputProps("scopes")}>
              <div className={classes.scopes}>
                {mine.map((scope) => (
                  <Checkbox key={scope} value={scope} label={scope} size="sm" />
                ))}
              </div>
            </Checkbox.Group>
          ) : (
            <Group align="flex-start">
              <AgentSelect
                label={t`The agent that answers`}
                value={agent}
                onChange={(value) => form.setFieldValue("agent", value)}
              />
              <TagsInput
                label={t`Pages that may use it`}
                placeholder="https://www.example.com"
                miw={320}
                splitChars={[",", " "]}
                {...form.getInputProps("origins")}
                error={problem?.at("/origins")}
              />
            </Group>
          )}
          {problem && problem.flaws.length === 0 && <Failed error={problem} />}
          <Group>
            <Button type="submit" loading={make.isPending}>
              <Trans>Make it</Trans>
            </Button>
          </Group>
          {make.data && <Once secret={make.data.key} />}
          {make.data && make.variables?.body.kind === "browser" && <Lines secret={make.data.key} />}
        </Stack>
      </form>
    </Card>
  );
}

/** What a website's page needs to have a button that talks. */
function Lines({ secret }: { secret: string }) {
  return (
    <div>
      <Text size="sm" mb={6}>
        <Trans>These lines on a page of yours make a button that talks:</Trans>
      </Text>
      <Copy
        isLong
        text={`<button id="talk">Talk to us</button>
<script type="module">
  import { Offhook } from "${location.origin}/v1/client.js";
  let call = null;
  talk.onclick = async () => {
    if (call) return call.end();
    call = await Offhook.call({ key: "${secret}" });
    talk.textContent = "End the call";
    call.on("ended", () => { call = null; talk.textContent = "Talk to us"; });
  };
</script>`}
      />
    </div>
  );
}
