import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, JsonInput, NumberInput, Select, TextInput } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import type { Problem } from "@/app/api";
import type { Expectation } from "@/client/types.gen";
import { endingOf } from "@/ui/endings";
import { Wanted } from "./Result";
import classes from "./Tests.module.css";

interface Props {
  expects: Expectation[];
  isReadOnly: boolean;
  problem: Problem | undefined;
  set: (expects: Expectation[]) => void;
}
type Kind = Expectation["kind"];

const ENDS = ["caller.hung_up", "caller.said_goodbye", "caller.silent", "agent.ended", "agent.max_duration"];

/** What is expected of the call, in plain fields. */
export function Expects({ expects, isReadOnly, problem, set }: Props) {
  if (isReadOnly) {
    return (
      <ul className={classes.plain}>
        {expects.map((one, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing but their order tells them apart
          <li key={place}>
            <Wanted expected={one} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <>
      {expects.length === 0 && (
        <p className={classes.hint}>
          <Trans>Nothing is expected: the test passes when there is a call at all.</Trans>
        </p>
      )}
      <ul className={classes.expects}>
        {expects.map((one, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing but their order tells them apart
          <li key={place}>
            <Row
              expected={one}
              error={problem?.at(`/expects/${place}`)}
              change={(changed) => set(expects.map((old, at) => (at === place ? changed : old)))}
              remove={() => set(expects.filter((_, at) => at !== place))}
            />
          </li>
        ))}
      </ul>
      <Button variant="default" size="xs" onClick={() => set([...expects, { kind: "said", text: "" }])}>
        <Trans>Expect more</Trans>
      </Button>
    </>
  );
}

interface RowProps {
  expected: Expectation;
  error: string | undefined;
  change: (expected: Expectation) => void;
  remove: () => void;
}

function Row({ expected, error, change, remove }: RowProps) {
  const { t } = useLingui();
  const kinds: { value: Kind; label: string }[] = [
    { value: "said", label: t`The agent says` },
    { value: "not_said", label: t`It never says` },
    { value: "tool", label: t`It uses the tool` },
    { value: "no_tool", label: t`It does not use` },
    { value: "ends", label: t`The call ends so` },
    { value: "gap", label: t`Answers come within` },
  ];
  const become = (kind: Kind) => {
    if (kind === "gap") change({ kind, most_ms: 1500 });
    else if (kind === "ends") change({ kind, text: ENDS[0] });
    else change({ kind, text: expected.kind === "ends" ? "" : (expected.text ?? "") });
  };
  return (
    <>
      <Select
        aria-label={t`What is expected`}
        data={kinds}
        value={expected.kind}
        onChange={(value) => value && become(value as Kind)}
      />
      <What expected={expected} error={error} change={change} />
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={t`Expect this no more`} onClick={remove}>
        <IconTrash size={17} stroke={1.6} />
      </ActionIcon>
    </>
  );
}

function What({ expected, error, change }: Omit<RowProps, "remove">) {
  const { t, i18n } = useLingui();
  const { kind, text = "" } = expected;
  if (kind === "gap") {
    return (
      <NumberInput
        aria-label={t`Seconds`}
        suffix=" s"
        min={0.1}
        max={60}
        step={0.1}
        decimalScale={2}
        value={(expected.most_ms ?? 0) / 1000}
        error={error}
        onChange={(value) => change({ kind, most_ms: Math.round(Number(value) * 1000) })}
      />
    );
  }
  if (kind === "ends") {
    const known = ENDS.includes(text) || !text ? ENDS : [...ENDS, text];
    return (
      <Select
        aria-label={t`Why it ends`}
        data={known.map((value) => ({ value, label: i18n._(endingOf(value)) }))}
        value={text}
        error={error}
        onChange={(value) => value && change({ kind, text: value })}
      />
    );
  }
  return (
    <div className={classes.what}>
      <TextInput
        aria-label={kind === "said" || kind === "not_said" ? t`Words` : t`The name of the tool`}
        value={text}
        maxLength={500}
        error={error}
        onChange={(event) => change({ ...expected, text: event.currentTarget.value })}
      />
      {(kind === "tool" || kind === "no_tool") && <Arguments expected={expected} change={change} />}
    </div>
  );
}

/** Each on a line of its own where they are plain; as JSON they hold whatever a tool may be given. */
function Arguments({ expected, change }: { expected: Expectation; change: (expected: Expectation) => void }) {
  const { t } = useLingui();
  const given = expected.arguments ?? {};
  const [json, setJson] = useState<string>();
  const isPlain = Object.values(given).every((value) => typeof value !== "object");
  if (isPlain && Object.keys(given).length > 0) {
    return Object.entries(given).map(([name, value]) => (
      <div key={name} className={classes.said}>
        <TextInput
          label={name}
          value={String(value)}
          onChange={({ currentTarget: { value: text } }) =>
            change({ ...expected, arguments: { ...given, [name]: text } })
          }
        />
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={t`Any ${name} will do`}
          onClick={() =>
            change({
              ...expected,
              arguments: Object.fromEntries(Object.entries(given).filter(([one]) => one !== name)),
            })
          }
        >
          <IconTrash size={17} stroke={1.6} />
        </ActionIcon>
      </div>
    ));
  }
  const typed = (text: string) => {
    setJson(text);
    const read = readObject(text);
    if (read) change({ ...expected, arguments: read });
  };
  return (
    <JsonInput
      label={t`With these arguments at least (JSON)`}
      placeholder='{"guests": 2}'
      autosize
      minRows={1}
      value={json ?? (Object.keys(given).length ? JSON.stringify(given) : "")}
      error={json && !readObject(json) ? t`This is no JSON object.` : undefined}
      onChange={typed}
    />
  );
}

function readObject(text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return {};
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === "object" && read !== null && !Array.isArray(read)
      ? (read as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
