import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { getAgentOptions, listPhoneNumbersOptions, placeCallMutation } from "@/client/@tanstack/react-query.gen";
import { AgentSelect } from "@/features/numbers/AgentSelect";
import { Empty, Failed, Loading } from "@/ui/States";
import { tell } from "@/ui/tell";
import { callsRoute } from "./routes";
import { dialled } from "./search";

interface Props {
  isOpen: boolean;
  onClose: () => void;
}

/** Have an agent call somebody. */
export function PlaceCall({ isOpen, onClose }: Props) {
  const { t } = useLingui();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={<Text fw={600}>{t`Place a call`}</Text>}
      closeButtonProps={{ "aria-label": t`Close` }}
    >
      <Placing onDone={onClose} />
    </Modal>
  );
}

function Placing({ onDone }: { onDone: () => void }) {
  const numbers = useQuery(listPhoneNumbersOptions({ query: { limit: 50 } }));
  if (numbers.isPending) return <Loading rows={3} height={58} />;
  if (numbers.isError) return <Failed error={numbers.error} again={() => void numbers.refetch()} />;
  if (numbers.data.data.length === 0) {
    return (
      <Empty
        title={<Trans>There is no number to call from</Trans>}
        action={
          <Button component={Link} to="/numbers">
            <Trans>Connect a number</Trans>
          </Button>
        }
      >
        <Trans>Whoever is called sees one of your numbers. Connect one first.</Trans>
      </Empty>
    );
  }
  return <Form ours={numbers.data.data.map(({ number }) => number)} onDone={onDone} />;
}

function Form({ ours, onDone }: { ours: string[]; onDone: () => void }) {
  const { t } = useLingui();
  const navigate = callsRoute.useNavigate();
  const [agent, setAgent] = useState<string | null>(null);
  const [to, setTo] = useState("");
  const [from, setFrom] = useState<string | null>(ours[0] ?? null);
  const [values, setValues] = useState<Record<string, string>>({});
  const [isTried, setTried] = useState(false);
  // A form dials once, however often it is sent; another number or agent is another call.
  const key = useRef({ body: "", id: "" });
  const place = useMutation({
    ...placeCallMutation(),
    onSuccess: ({ id }) => {
      freshen("Calls");
      tell(<Trans>It is being dialled.</Trans>);
      onDone();
      void navigate({ search: { peek: id } });
    },
  });
  const problem = place.isError ? problemOf(place.error) : null;
  const number = dialled(to);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!agent || !from || !number) return;
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
    const body = { agent_id: agent, to: number, from, variables: given };
    const text = JSON.stringify(body);
    if (key.current.body !== text) key.current = { body: text, id: crypto.randomUUID() };
    place.mutate({ body, headers: { "Idempotency-Key": key.current.id } });
  };
  const at = (pointer: string) => problem?.at(pointer);
  const known = ["/to", "/from", "/agent_id", "/variables"].some(at);
  return (
    <form onSubmit={send} noValidate>
      <Stack gap="sm">
        <div>
          <AgentSelect label={t`Who calls`} placeholder={t`A published agent`} value={agent} onChange={setAgent} />
          {((isTried && !agent) || at("/agent_id")) && (
            <Text size="xs" c="var(--bad)" mt={4} role="alert">
              {at("/agent_id") ?? t`Choose an agent.`}
            </Text>
          )}
        </div>
        <TextInput
          label={t`Who is called`}
          description={t`With the country's code, as +49 30 1234567.`}
          type="tel"
          autoComplete="off"
          placeholder="+15005550006"
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          error={(isTried && !number && t`This is no whole number with its country's code.`) || at("/to")}
        />
        <Select label={t`The number that is shown`} data={ours} value={from} onChange={setFrom} error={at("/from")} />
        {agent && <Variables agent={agent} values={values} setValues={setValues} />}
        {at("/variables") && (
          <Text size="xs" c="var(--bad)" role="alert">
            {at("/variables")}
          </Text>
        )}
        {problem && !known && <Failed error={problem} />}
        <Text size="sm" c="dimmed">
          <Trans>It is dialled at once, and costs what your carrier and vendors take.</Trans>
        </Text>
        <Group justify="flex-end">
          <Button type="submit" loading={place.isPending}>
            {number ? <Trans>Call {number}</Trans> : <Trans>Call</Trans>}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface Given {
  agent: string;
  values: Record<string, string>;
  setValues: (values: Record<string, string>) => void;
}

/** What the agent is told about this call: its own variables. */
function Variables({ agent, values, setValues }: Given) {
  const known = useQuery(getAgentOptions({ path: { agent_id: agent } }));
  const fields = Object.entries((known.data?.draft.variables ?? {}) as Record<string, Variable>);
  return fields.map(([name, { description, choices, type, default: standing }]) => {
    const field = {
      label: description || name,
      value: values[name] ?? "",
      placeholder: standing === undefined || standing === null ? undefined : String(standing),
    };
    const set = (value: string) => setValues({ ...values, [name]: value });
    return choices?.length ? (
      <Select key={name} {...field} data={choices} onChange={(value) => set(value ?? "")} clearable />
    ) : (
      <TextInput
        key={name}
        {...field}
        type={type === "date" ? "date" : "text"}
        maxLength={2000}
        onChange={({ currentTarget }) => set(currentTarget.value)}
      />
    );
  });
}

/** As an agent's document has it. */
interface Variable {
  type?: string;
  description?: string;
  default?: string | number | boolean | null;
  choices?: string[];
}
