import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu } from "@mantine/core";
import { IconUser } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMay, useSession } from "@/app/session";
import { listMembersOptions } from "@/client/@tanstack/react-query.gen";
import type { Member, Task } from "@/client/types.gen";

/** Whose task it is. */
export function Owner({ task, onChange }: { task: Task; onChange: (id: string | null) => void }) {
  const { t } = useLingui();
  const mayRead = useMay("people:read");
  const me = useSession()?.user?.id;
  const members = useQuery({
    ...listMembersOptions({ query: { limit: 50 } }),
    enabled: mayRead,
    staleTime: 60_000,
  });
  const known = members.data?.data.filter(({ is_disabled }) => !is_disabled) ?? [];
  // Alone, everything is one's own.
  if (known.length < 2 && task.owner_id === null) return null;
  const nameOf = (member: Member) => (member.id === me ? t`You` : member.name || member.email);
  const owner = known.find(({ id }) => id === task.owner_id);
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" size="xs" leftSection={<IconUser size={14} />}>
          {owner ? nameOf(owner) : <Trans>Nobody's</Trans>}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {known.map((member) => (
          <Menu.Item key={member.id} onClick={() => onChange(member.id)}>
            {nameOf(member)}
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => onChange(null)}>
          <Trans>Nobody's</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
