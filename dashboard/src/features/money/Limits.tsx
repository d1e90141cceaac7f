import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, NumberInput, Select, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect } from "react";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { getLimitsQueryKey, setLimitsMutation } from "@/client/@tanstack/react-query.gen";
import { getLimits } from "@/client/sdk.gen";
import type { Limits as Known } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { Failed, Loading } from "@/ui/States";
import { tell } from "@/ui/tell";
import classes from "./Money.module.css";

type Numbers =
  | "concurrent_calls"
  | "calls_a_day"
  | "minutes_a_day"
  | "minutes_a_month"
  | "dollars_a_day"
  | "dollars_a_month"
  | "caller_concurrent_calls"
  | "caller_calls_a_day"
  | "caller_minutes_a_day"
  | "call_minutes"
  | "call_dollars"
  | "returning_calls";

/** How much the workspace takes. What is empty has no bound. */
export function Limits() {
  const { t } = useLingui();
  const mayWrite = useMay("settings:write");
  const limits = useQuery({
    queryKey: getLimitsQueryKey(),
    queryFn: async ({ signal }) => {
      const { data, response } = await getLimits({ signal, throwOnError: true });
      return { data, tag: response.headers.get("etag") ?? "" };
    },
  });
  const form = useForm<Known>({ initialValues: {} });
  const known = limits.data?.data;
  const tag = limits.data?.tag ?? "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form is another object at each drawing
  useEffect(() => {
    if (known && !form.isDirty()) {
      form.setValues(known);
      form.resetDirty(known);
    }
  }, [known]);
  const save = useMutation({
    ...setLimitsMutation(),
    onSuccess: (_, { body }) => {
      form.resetDirty(body);
      freshen("Limits");
      tell(<Trans>Saved. It holds for calls from now on.</Trans>);
    },
  });
  const problem = save.isError ? problemOf(save.error) : null;
  const field = (name: Numbers, label: string, unit?: string) => (
    <NumberInput
      key={name}
      label={label}
      placeholder={t`no bound`}
      min={0}
      disabled={!mayWrite}
      rightSection={
        unit && (
          <Text size="xs" c="dimmed">
            {unit}
          </Text>
        )
      }
      rightSectionWidth={unit ? 44 : 0}
      hideControls
      error={problem?.at(`/${name}`)}
      value={form.values[name] ?? ""}
      onChange={(value) => form.setFieldValue(name, value === "" ? null : Number(value))}
    />
  );
  const policy = (name: "unverified" | "hidden", label: string) => (
    <Select
      label={label}
      disabled={!mayWrite}
      data={[
        { value: "take", label: t`taken` },
        { value: "ask", label: t`asked to press a key first` },
        { value: "refuse", label: t`refused` },
      ]}
      value={form.values[name] ?? "take"}
      onChange={(value) => form.setFieldValue(name, value as Known["hidden"])}
    />
  );
  if (limits.isPending) return <Loading rows={3} height={72} />;
  if (limits.isError) return <Failed error={limits.error} />;
  return (
    <form onSubmit={form.onSubmit((body) => save.mutate({ body, headers: { "If-Match": tag } }))}>
      <Card title={<Trans>Limits that stop</Trans>}>
        <Part title={<Trans>All calls together</Trans>}>
          {field("concurrent_calls", t`Calls at once`, t`calls`)}
          {field("calls_a_day", t`Calls a day`, t`calls`)}
          {field("minutes_a_day", t`Minutes a day`, t`min`)}
          {field("minutes_a_month", t`Minutes a month`, t`min`)}
          {field("dollars_a_day", t`Money a day`, "$")}
          {field("dollars_a_month", t`Money a month`, "$")}
        </Part>
        <Part title={<Trans>One call</Trans>}>
          {field("call_minutes", t`Lasts at most`, t`min`)}
          {field("call_dollars", t`Costs at most`, "$")}
        </Part>
        <Part title={<Trans>One caller</Trans>}>
          {field("caller_concurrent_calls", t`Calls at once`, t`calls`)}
          {field("caller_calls_a_day", t`Calls a day`, t`calls`)}
          {field("caller_minutes_a_day", t`Minutes a day`, t`min`)}
          {field("returning_calls", t`Too often within ten minutes`, t`calls`)}
          {policy("hidden", t`Who hides the number is`)}
          {policy("unverified", t`Whose number nobody vouches for is`)}
        </Part>
        <Part title={<Trans>Whoever is kept out</Trans>}>
          <TextInput
            label={t`Goes to this number`}
            placeholder="+493012345678"
            disabled={!mayWrite}
            error={problem?.at("/overflow_number")}
            value={form.values.overflow_number ?? ""}
            onChange={({ currentTarget }) => form.setFieldValue("overflow_number", currentTarget.value || null)}
          />
          <TextInput
            label={t`Or hears`}
            placeholder={t`a sentence in the agent's language`}
            disabled={!mayWrite}
            error={problem?.at("/sentence")}
            value={form.values.sentence ?? ""}
            onChange={({ currentTarget }) => form.setFieldValue("sentence", currentTarget.value || null)}
          />
          <TextInput
            label={t`Whose days count`}
            placeholder="Europe/Berlin"
            disabled={!mayWrite}
            error={problem?.at("/timezone")}
            value={form.values.timezone ?? "UTC"}
            onChange={({ currentTarget }) => form.setFieldValue("timezone", currentTarget.value)}
          />
        </Part>
        {problem && problem.flaws.length === 0 && <Failed error={problem} />}
        {mayWrite && (
          <Group mt="md">
            <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
              <Trans>Save limits</Trans>
            </Button>
          </Group>
        )}
      </Card>
    </form>
  );
}

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <fieldset className={classes.group}>
      <legend>{title}</legend>
      <div className={classes.fields}>{children}</div>
    </fieldset>
  );
}
