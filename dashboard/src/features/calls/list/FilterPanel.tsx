import type { MessageDescriptor } from "@lingui/core";
import { useLingui } from "@lingui/react/macro";
import { Select, TextInput } from "@mantine/core";
import { AgentSelect } from "@/features/numbers/AgentSelect";
import classes from "./Calls.module.css";
import { DAYS, DIRECTIONS, FAMILIES, HAS, KINDS, STATUSES, WARNINGS } from "./endings";
import { dayOf, type Filter, type Filters, momentOf } from "./search";

interface Props {
  filters: Filters;
  change: (some: Filters, replace?: boolean) => void;
}

/** Everything that calls can be told apart by; each choice holds at once. */
export function FilterPanel({ filters, change }: Props) {
  const { t } = useLingui();
  const reasons = Object.fromEntries(Object.entries(FAMILIES).map(([family, says]) => [`${family}.*`, says]));
  return (
    <section className={classes.panel} aria-label={t`Filters`}>
      <AgentSelect
        label={t`Agent`}
        placeholder={t`Any`}
        value={filters.agent_id ?? null}
        onChange={(id) => change({ agent_id: id ?? "" })}
        withDrafts
      />
      <Pick
        label={t`When`}
        name="days"
        choices={DAYS}
        {...{ filters }}
        change={(some) => change({ ...some, "started_at.gte": "", "started_at.lt": "" })}
      />
      <TextInput
        type="date"
        label={t`From the day`}
        value={dayOf(filters["started_at.gte"])}
        onChange={({ currentTarget }) => change({ "started_at.gte": momentOf(currentTarget.value), days: "" })}
      />
      <TextInput
        type="date"
        label={t`To the day`}
        value={lastDay(filters["started_at.lt"])}
        onChange={({ currentTarget }) => change({ "started_at.lt": momentOf(currentTarget.value, 1), days: "" })}
      />
      <Pick label={t`How far it is`} name="status" choices={STATUSES} {...{ filters, change }} />
      <Pick label={t`Over what`} name="kind" choices={KINDS} {...{ filters, change }} />
      <Pick label={t`Who called whom`} name="direction" choices={DIRECTIONS} {...{ filters, change }} />
      <Typed label={t`From the number`} name="from" placeholder="+15005550006" {...{ filters, change }} />
      <Typed label={t`To the number`} name="to" placeholder="+15005550001" {...{ filters, change }} />
      <Pick label={t`How it ended`} name="end_reason" choices={reasons} {...{ filters, change }} />
      <Pick label={t`What is in it`} name="has" choices={HAS} {...{ filters, change }} />
      <Pick label={t`Warning`} name="warning" choices={WARNINGS} {...{ filters, change }} />
      <Gaps {...{ filters, change }} />
      <Typed label={t`Cost at least, in dollars`} name="cost.gte" placeholder="0.25" {...{ filters, change }} />
      <Select
        label={t`Sample calls`}
        clearable
        placeholder={t`With them`}
        data={[
          { value: "false", label: t`Without them` },
          { value: "true", label: t`Only them` },
        ]}
        value={filters.is_sample ?? null}
        onChange={(value) => change({ is_sample: value ?? "" })}
      />
    </section>
  );
}

/** The last day whose calls are asked for: the moment is the one behind it. */
function lastDay(moment: string | undefined): string {
  return moment ? dayOf(new Date(new Date(moment).getTime() - 1).toISOString()) : "";
}

interface Field extends Props {
  label: string;
  name: Filter;
}

function Pick({ label, name, choices, filters, change }: Field & { choices: Record<string, MessageDescriptor> }) {
  const { t, i18n } = useLingui();
  const value = filters[name] ?? null;
  const data = Object.entries(choices).map(([value, says]) => ({ value, label: i18n._(says) }));
  // A link may ask for something finer than the choices are.
  if (value && !(value in choices)) data.push({ value, label: value });
  return (
    <Select
      label={label}
      data={data}
      value={value}
      onChange={(chosen) => change({ [name]: chosen ?? "" })}
      clearable
      placeholder={t`Any`}
    />
  );
}

function Gaps({ filters, change }: Props) {
  const { t } = useLingui();
  const name = "gap_p50_ms.gte";
  const data = ["800", "1000", "1500", "2000", "3000"].map((value) => ({ value, label: `${Number(value) / 1000} s` }));
  const value = filters[name] ?? null;
  if (value && !data.some((one) => one.value === value)) data.push({ value, label: `${Number(value) / 1000} s` });
  return (
    <Select
      label={t`Gap as heard, at least`}
      data={data}
      value={value}
      onChange={(chosen) => change({ [name]: chosen ?? "" })}
      clearable
      placeholder={t`Any`}
    />
  );
}

/** Holds when it is left, or by Enter. */
function Typed({ label, name, placeholder, filters, change }: Field & { placeholder: string }) {
  const value = filters[name] ?? "";
  const send = (text: string) => {
    const plain = name === "cost.gte" ? text.replace(",", ".") : text;
    if (plain.trim() !== value) change({ [name]: plain.trim() });
  };
  return (
    <TextInput
      key={value}
      label={label}
      placeholder={placeholder}
      defaultValue={value}
      maxLength={80}
      inputMode={name === "cost.gte" ? "decimal" : "text"}
      onBlur={({ currentTarget }) => send(currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && send(event.currentTarget.value)}
    />
  );
}
