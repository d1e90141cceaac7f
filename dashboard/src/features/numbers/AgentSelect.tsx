import { useLingui } from "@lingui/react/macro";
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { listAgentsOptions } from "@/client/@tanstack/react-query.gen";

interface Choice {
  label: string;
  value: string | null;
  onChange: (agentId: string | null) => void;
  /** Also those that were never published. */
  withDrafts?: boolean;
  isCompact?: boolean;
  /** When none is chosen; "nobody yet" otherwise. */
  placeholder?: string;
}

/** One of the agents that can answer. */
export function AgentSelect({ label, value, onChange, withDrafts = false, isCompact = false, placeholder }: Choice) {
  const { t } = useLingui();
  const agents = useQuery(listAgentsOptions({ query: { limit: 50 } }));
  const known = agents.data?.data.filter(({ published_version }) => withDrafts || published_version !== null) ?? [];
  return (
    <Select
      label={isCompact ? undefined : label}
      aria-label={label}
      placeholder={placeholder ?? t`nobody yet`}
      data={known.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
      allowDeselect
      searchable={known.length > 8}
      nothingFoundMessage={t`No agent is called so.`}
      size={isCompact ? "xs" : "sm"}
      miw={180}
    />
  );
}
