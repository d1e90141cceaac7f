import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { deleteToolKeyMutation, listToolKeysOptions, saveToolKeyMutation } from "@/client/@tanstack/react-query.gen";
import { ConfirmButton } from "@/ui/Confirm";
import { Card } from "@/ui/Page";
import { Row, Rows } from "@/ui/Rows";
import { Failed } from "@/ui/States";
import { tell } from "@/ui/tell";
import { When } from "@/ui/values";

/** How an agent names a key. */
const SHOP_TOKEN = `\${SHOP_TOKEN}`;

/** Secrets that tools send, known to agents by their names. */
export function ToolKeys({ isLocked }: { isLocked: boolean }) {
  const { t } = useLingui();
  const keys = useQuery(listToolKeysOptions());
  const mayWrite = useMay("keys:write") && !isLocked;
  const forget = useMutation({ ...deleteToolKeyMutation(), onSuccess: () => freshen("Keys") });
  return (
    <Card title={<Trans>For tools</Trans>}>
      <p>
        <Trans>
          What your own services want to see. An agent's tool names it, as <code>{SHOP_TOKEN}</code>, and the model
          never sees it.
        </Trans>
      </p>
      {keys.isError && <Failed error={keys.error} />}
      <Rows label={t`Keys of tools`}>
        {keys.data?.data.map((key) => (
          <Row
            key={key.name}
            title={<code>{key.name}</code>}
            actions={
              mayWrite && (
                <ConfirmButton
                  label={<Trans>Delete</Trans>}
                  title={<Trans>Delete {key.name}?</Trans>}
                  act={() => forget.mutateAsync({ path: { name: key.name } })}
                  isBusy={forget.isPending}
                  error={forget.error}
                >
                  <Trans>Tools that name it will fail from the next call on.</Trans>
                </ConfirmButton>
              )
            }
          >
            <code>…{key.last_four || "••••"}</code>
            {key.updated_at && (
              <>
                {" "}
                · <When at={key.updated_at} />
              </>
            )}
          </Row>
        ))}
      </Rows>
      {mayWrite && <NewToolKey />}
    </Card>
  );
}

function NewToolKey() {
  const { t } = useLingui();
  const form = useForm({ initialValues: { name: "", value: "" } });
  const save = useMutation({
    ...saveToolKeyMutation(),
    onSuccess: (key) => {
      freshen("Keys");
      form.reset();
      tell(<Trans>{key.name} is kept.</Trans>);
    },
  });
  const problem = save.isError ? problemOf(save.error) : null;
  return (
    <form onSubmit={form.onSubmit(({ name, value }) => save.mutate({ path: { name }, body: { value } }))}>
      <Group align="flex-start" gap="xs" mt="xs">
        <TextInput
          label={t`Name`}
          placeholder="SHOP_TOKEN"
          autoComplete="off"
          required
          withAsterisk={false}
          {...form.getInputProps("name")}
          error={problem && !problem.at("/value") ? problem.message : undefined}
        />
        <PasswordInput
          label={t`Secret`}
          autoComplete="off"
          required
          withAsterisk={false}
          miw={240}
          {...form.getInputProps("value")}
          error={problem?.at("/value")}
        />
        <Button type="submit" variant="default" mt={24} loading={save.isPending}>
          <Trans>Keep it</Trans>
        </Button>
      </Group>
    </form>
  );
}
