import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Group, Menu, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCopy, IconDots, IconDownload, IconHistory, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { deleteAgentMutation, duplicateAgentMutation } from "@/client/@tanstack/react-query.gen";
import type { AgentSummary } from "@/client/types.gen";
import { Failed } from "@/ui/States";
import { useNumbers } from "./useNumbers";

/** What one does with a whole agent. */
export function AgentMenu({ agent, isHere = false }: { agent: AgentSummary; isHere?: boolean }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const mayWrite = useMay("agents:write");
  const [isAsked, { open, close }] = useDisclosure(false);
  const duplicate = useMutation({
    ...duplicateAgentMutation(),
    onSuccess: (made) => {
      freshen("Agents");
      void navigate({ to: "/agents/$agentId", params: { agentId: made.id } });
    },
  });
  const isOwn = agent.managed_by !== "file";
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon
            variant={isHere ? "default" : "subtle"}
            color="gray"
            size={36}
            aria-label={t`More on ${agent.name}`}
          >
            <IconDots size={18} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!isHere && (
            <Menu.Item
              component={Link}
              to={`/agents/${agent.id}/versions`}
              leftSection={<IconHistory size={16} stroke={1.6} />}
            >
              <Trans>Versions</Trans>
            </Menu.Item>
          )}
          {mayWrite && (
            <Menu.Item
              leftSection={<IconCopy size={16} stroke={1.6} />}
              onClick={() => duplicate.mutate({ path: { agent_id: agent.id } })}
            >
              <Trans>Duplicate</Trans>
            </Menu.Item>
          )}
          <Menu.Item
            component="a"
            href={`/v1/agents/${agent.id}/export`}
            download={`${agent.name}.yaml`}
            leftSection={<IconDownload size={16} stroke={1.6} />}
          >
            <Trans>Download as a file</Trans>
          </Menu.Item>
          {mayWrite && isOwn && (
            <Menu.Item color="red" leftSection={<IconTrash size={16} stroke={1.6} />} onClick={open}>
              <Trans>Delete…</Trans>
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={isAsked} onClose={close} title={<Trans>Delete {agent.name}?</Trans>}>
        <Delete agent={agent} onDone={close} />
      </Modal>
    </>
  );
}

function Delete({ agent, onDone }: { agent: AgentSummary; onDone: () => void }) {
  const navigate = useNavigate();
  const numbers = useNumbers(agent.id) ?? [];
  const remove = useMutation({
    ...deleteAgentMutation(),
    onSuccess: () => {
      freshen("Agents", "Numbers");
      onDone();
      void navigate({ to: "/agents" });
    },
  });
  const hasNumbers = numbers.length > 0;
  return (
    <Stack gap="sm">
      <Text>
        <Trans>
          It answers no more, and its draft is gone. Its calls and versions stay on record. This cannot be undone;
          download it as a file first if you may want it again.
        </Trans>
      </Text>
      {hasNumbers && (
        <Text c="var(--bad)">
          <Plural
            value={numbers.length}
            one="Nobody answers this number then:"
            other="Nobody answers these # numbers then:"
          />{" "}
          {numbers.map(({ number }) => number).join(", ")}
        </Text>
      )}
      {remove.isError && <Failed error={remove.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          <Trans>Keep it</Trans>
        </Button>
        <Button
          color="red"
          loading={remove.isPending}
          onClick={() => remove.mutate({ path: { agent_id: agent.id }, query: { with_numbers: hasNumbers } })}
        >
          <Trans>Delete it</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
