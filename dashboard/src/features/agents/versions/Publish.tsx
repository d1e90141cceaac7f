import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Stack, Text, TextInput, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { diffAgentOptions, publishAgentMutation } from "@/client/@tanstack/react-query.gen";
import { Failed, Loading } from "@/ui/States";
import { useEditing } from "../draft/context";
import { BeforePublishing } from "../tests/BeforePublishing";
import { useRollBack, useTold } from "./actions";
import { sentence } from "./Changes";
import classes from "./Versions.module.css";

/** Has the draft answer: shows in words what changes for callers first. */
export function PublishButton() {
  const { agent, state, isReadOnly } = useEditing();
  const mayPublish = useMay("agents:publish");
  const [isOpen, { open, close }] = useDisclosure(false);
  const { t } = useLingui();
  if (isReadOnly || !mayPublish) return null;
  const isReady = state.saving === "saved";
  return (
    <>
      <Tooltip label={t`When all is saved`} disabled={isReady}>
        <Button onClick={open} data-disabled={!isReady || undefined} disabled={!isReady}>
          <Trans>Publish…</Trans>
        </Button>
      </Tooltip>
      <Modal opened={isOpen} onClose={close} size="lg" title={<Trans>Publish {agent.name}</Trans>}>
        <Publish onDone={close} />
      </Modal>
    </>
  );
}

function Publish({ onDone }: { onDone: () => void }) {
  const { agent, state, validation } = useEditing();
  const { t } = useLingui();
  const told = useTold();
  const [note, setNote] = useState("");
  const published = agent.published_version;
  const rollBack = useRollBack(agent.id, null);
  const diff = useQuery({
    ...diffAgentOptions({ path: { agent_id: agent.id }, query: { from: "published" } }),
    enabled: published !== null,
  });
  const publish = useMutation({
    ...publishAgentMutation(),
    onSuccess: (version) => {
      freshen("Agents");
      onDone();
      const number = version.number;
      told(
        t`Version ${number} answers from the next call on.`,
        published === null ? undefined : () => rollBack(published),
      );
    },
  });
  const flaws = validation?.errors ?? [];
  const words = diff.data?.words ?? [];
  const hasNothing = published !== null && diff.data !== undefined && words.length === 0;
  return (
    <Stack gap="md">
      {published === null ? (
        <Text>
          <Trans>Its first version: from then on it can answer a number, and be called in the browser.</Trans>
        </Text>
      ) : (
        <div>
          <Text mb={6}>
            <Trans>What callers will notice, against version {published}:</Trans>
          </Text>
          {diff.isPending && <Loading rows={2} height={24} />}
          {hasNothing && (
            <Text c="dimmed">
              <Trans>Nothing. What stands here answers already.</Trans>
            </Text>
          )}
          <ul className={classes.words}>
            {words.map((one) => (
              <li key={one}>{sentence(one)}</li>
            ))}
          </ul>
        </div>
      )}
      {flaws.length > 0 && (
        <div role="alert">
          <Text fw={600} c="var(--bad)">
            <Plural value={flaws.length} one="One thing stands in the way:" other="# things stand in the way:" />
          </Text>
          <ul className={classes.words}>
            {flaws.map(({ pointer, detail }) => (
              <li key={pointer + detail}>
                {detail} <code className={classes.pointer}>{pointer}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      {validation?.warnings?.map(({ pointer, detail }) => (
        <Text key={pointer + detail} c="var(--warn)" size="sm">
          {sentence(detail)}
        </Text>
      ))}
      <BeforePublishing agentId={agent.id} revision={state.revision} />
      <TextInput
        label={t`A note for your colleagues`}
        placeholder={t`Asks for the date of birth`}
        maxLength={500}
        value={note}
        onChange={({ currentTarget }) => setNote(currentTarget.value)}
        data-autofocus
      />
      {publish.isError && <Failed error={publish.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          <Trans>Not yet</Trans>
        </Button>
        <Button
          loading={publish.isPending}
          disabled={flaws.length > 0 || hasNothing}
          onClick={() =>
            publish.mutate({
              path: { agent_id: agent.id },
              body: { note },
              headers: { "If-Match": `"${state.revision}"` },
            })
          }
        >
          <Trans>Publish</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
