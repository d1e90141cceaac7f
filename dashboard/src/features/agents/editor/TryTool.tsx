import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, JsonInput, Stack, Text, TextInput } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "@/app/api";
import { tryToolMutation } from "@/client/@tanstack/react-query.gen";
import type { ToolTried } from "@/client/types.gen";
import { number } from "@/ui/values";
import { useEditing } from "../draft/context";
import formClasses from "../form/Form.module.css";
import classes from "./Editor.module.css";

type Tool = Record<string, unknown>;

interface Parameter {
  name: string;
  description: string;
  isNumber: boolean;
}

/** What a web service is to be given, as far as its schema is plain. */
function parametersOf(tool: Tool): Parameter[] {
  const schema = tool.parameters as
    | { properties?: Record<string, { type?: string; description?: string }> }
    | undefined;
  return Object.entries(schema?.properties ?? {}).map(([name, { type, description = "" }]) => ({
    name,
    description,
    isNumber: type === "number" || type === "integer",
  }));
}

/** Has a tool of the saved draft do its work once, outside of any call. */
export function TryTool({ tool }: { tool: Tool }) {
  const { t } = useLingui();
  const { agent, state, isReadOnly } = useEditing();
  const [values, setValues] = useState<Record<string, string>>({});
  const [json, setJson] = useState("{}");
  const [isSure, setIsSure] = useState(false);
  const attempt = useMutation(tryToolMutation());
  const problem = attempt.isError ? problemOf(attempt.error) : null;
  const parameters = parametersOf(tool);
  const isServer = tool.type === "mcp";
  const [called, setCalled] = useState("");
  if (isReadOnly) return null;
  const hasEffects = !isServer && tool.has_effects !== false;
  const wantsConsent = hasEffects || problem?.code === "tool.has_effects";
  const send = () =>
    attempt.mutate({
      path: { agent_id: agent.id, name: isServer ? called : String(tool.name ?? "") },
      body: { arguments: isServer ? parsed(json) : typed(parameters, values), confirm: wantsConsent && isSure },
    });
  return (
    <Stack gap="sm" className={classes.attempt}>
      <b>
        <Trans>Try it</Trans>
      </b>
      {isServer && (
        <>
          <TextInput
            label={t`Which of its tools`}
            value={called}
            onChange={(event) => setCalled(event.currentTarget.value)}
          />
          <JsonInput
            label={t`What it is given`}
            className={formClasses.code}
            value={json}
            autosize
            minRows={2}
            onChange={setJson}
          />
        </>
      )}
      {parameters.map(({ name, description }) => (
        <TextInput
          key={name}
          label={name}
          description={description || undefined}
          value={values[name] ?? ""}
          onChange={({ currentTarget: { value } }) => setValues((old) => ({ ...old, [name]: value }))}
        />
      ))}
      {wantsConsent && (
        <Checkbox
          label={t`It may change something, and it is really done`}
          checked={isSure}
          onChange={(event) => setIsSure(event.currentTarget.checked)}
        />
      )}
      <div>
        <Button
          variant="default"
          leftSection={<IconFlask size={16} />}
          loading={attempt.isPending}
          disabled={state.saving !== "saved" || (wantsConsent && !isSure)}
          onClick={send}
        >
          <Trans>Try it now</Trans>
        </Button>
      </div>
      {problem && (
        <Text c="var(--bad)" size="sm" role="alert">
          {problem.message} {problem.whatToDo}
        </Text>
      )}
      {attempt.data && <Tried tried={attempt.data} />}
    </Stack>
  );
}

function Tried({ tried }: { tried: ToolTried }) {
  const seconds = number(tried.duration_ms / 1000, 2);
  return (
    <div role="status">
      <Text size="sm" c={tried.outcome === "done" ? undefined : "var(--bad)"}>
        {tried.outcome === "done" ? (
          <Trans>Done in {seconds} s. The agent is told:</Trans>
        ) : tried.outcome === "failed" ? (
          <Trans>It failed after {seconds} s, without an effect. The agent is told:</Trans>
        ) : (
          <Trans>Whether it was done is not known after {seconds} s. The agent is told:</Trans>
        )}
      </Text>
      <pre className={classes.answer}>{tried.told}</pre>
    </div>
  );
}

function typed(parameters: Parameter[], values: Record<string, string>): Record<string, unknown> {
  const given = parameters.filter(({ name }) => values[name]);
  return Object.fromEntries(given.map(({ name, isNumber }) => [name, isNumber ? Number(values[name]) : values[name]]));
}

function parsed(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json) as Record<string, unknown>;
  } catch {
    return {};
  }
}
