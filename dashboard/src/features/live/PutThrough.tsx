import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { problemOf } from "@/app/api";
import { controlCallMutation, getAgentVersionOptions } from "@/client/@tanstack/react-query.gen";
import type { Call, CallRecord } from "@/client/types.gen";
import { Failed } from "@/ui/States";
import { dialled } from "../calls/list/search";
import classes from "./Live.module.css";

const OTHER = "";

/** The caller is connected to a person: one of the agent's own, or whoever is at a number. */
export function PutThrough({ call }: { call: Call | CallRecord }) {
  const { t } = useLingui();
  const names = useDestinations(call);
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const control = useMutation(controlCallMutation());
  const name = chosen ?? names[0] ?? OTHER;
  const number = dialled(typed);
  const problem = control.isError ? problemOf(control.error) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const to = name === OTHER ? { number } : { destination: name };
    if (name !== OTHER || number) {
      control.mutate({ path: { call_id: call.id }, body: { action: "transfer", ...to } });
    }
  };
  return (
    <form onSubmit={submit} className={classes.words}>
      <div className={classes.compose}>
        <div className={classes.where}>
          {names.length > 0 && (
            <Select
              aria-label={t`Who is to talk to the caller`}
              allowDeselect={false}
              data={[...names.map((value) => ({ value, label: value })), { value: OTHER, label: t`another number` }]}
              value={name}
              onChange={(value) => setChosen(value ?? OTHER)}
            />
          )}
          {name === OTHER && (
            <TextInput
              type="tel"
              aria-label={t`The number`}
              placeholder="+15005550006"
              autoComplete="off"
              value={typed}
              onChange={({ currentTarget }) => setTyped(currentTarget.value)}
              error={
                problem?.at("/number") ??
                (typed.length > 6 && !number && t`With the country's code, as +49 30 1234567.`)
              }
            />
          )}
        </div>
        <Button type="submit" loading={control.isPending} disabled={name === OTHER && !number}>
          <Trans>Put through</Trans>
        </Button>
      </div>
      <p className={classes.soft} role="status">
        {control.isSuccess ? (
          <Trans>The agent tells the caller, and then it rings there.</Trans>
        ) : (
          <Trans>The agent tells the caller first. When nobody answers there, the agent goes on.</Trans>
        )}
      </p>
      {problem && !problem.at("/number") && <Failed error={problem} />}
    </form>
  );
}

/** The names that the version that answers has for the people one can be connected to. */
function useDestinations({ agent_id, agent_version }: Call | CallRecord): string[] {
  const version = useQuery({
    ...getAgentVersionOptions({ path: { agent_id: agent_id ?? "", number: agent_version ?? 0 } }),
    enabled: Boolean(agent_id && agent_version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const tools = (version.data?.document.tools ?? []) as { name?: string; destinations?: { name: string }[] }[];
  return tools.find(({ name }) => name === "transfer_call")?.destinations?.map(({ name }) => name) ?? [];
}
