import { useLingui } from "@lingui/react/macro";
import {
  ActionIcon,
  NumberInput,
  Select,
  Slider,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconRestore } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useEditing, useField } from "../draft/context";
import type { Path } from "../draft/document";
import { BlockMapField, BlocksField, JsonField, MapField, ObjectField, SentencesField, UnionField } from "./Blocks";
import classes from "./Form.module.css";
import { ParametersField } from "./ParametersField";
import { kindOf, type SchemaNode, stepOf } from "./schema";
import { useWords } from "./useWords";

export interface FieldProps {
  path: Path;
  /** Where in the schema: its names, joined by dots. */
  place: string;
  node: SchemaNode;
  /** What holds where the field is left alone, when it is not the schema's default. */
  otherwise?: unknown;
}

const LONG_ENTRY = 120;
const NARROW = { wrapper: { maxWidth: 280 } };

/** The control of any node of the schema. */
export function Field(props: FieldProps) {
  const { schema } = useEditing();
  switch (kindOf(schema, props.node)) {
    case "switch":
      return props.node.nullable ? <TriField {...props} /> : <SwitchField {...props} />;
    case "choice":
      return <ChoiceField {...props} />;
    case "number":
      return <NumberField {...props} />;
    case "slider":
      return props.node.nullable ? <NumberField {...props} /> : <SliderField {...props} />;
    case "long":
      return <LongField {...props} />;
    case "list":
      return (props.node.items?.maxLength ?? 0) > LONG_ENTRY ? <SentencesField {...props} /> : <TagsField {...props} />;
    case "map":
      return <MapField {...props} />;
    case "blocks":
      return <BlocksField {...props} />;
    case "blockMap":
      return <BlockMapField {...props} />;
    case "object":
      return <ObjectField {...props} />;
    case "union":
      return <UnionField {...props} />;
    case "json":
      if (props.place === "tools.parameters") return <ParametersField {...props} />;
      return <JsonField {...props} />;
    default:
      return <TextField {...props} />;
  }
}

function shownDefault(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

/** Back to the default: shown only where somebody has set something. */
export function Reset({ isSet, fallback, onReset }: { isSet: boolean; fallback: unknown; onReset: () => void }) {
  const { t } = useLingui();
  if (!isSet || fallback === undefined) return null;
  const shown = shownDefault(fallback);
  const words = shown === "" ? t`Back to the default` : t`Back to the default: ${shown}`;
  return (
    <Tooltip label={words}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={words} onClick={onReset}>
        <IconRestore size={15} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

/** What all plain controls share. */
function useControl<Value>({ path, place, node, otherwise }: FieldProps) {
  const words = useWords(place, node);
  const field = useField<Value>(path);
  const fallback = otherwise ?? node.default;
  const isSet = field.value !== undefined;
  const reset = field.isReadOnly ? null : (
    <Reset isSet={isSet} fallback={fallback} onReset={() => field.set(undefined)} />
  );
  return { words, field, fallback, isSet, reset, description: words.help || undefined };
}

export function TextField(props: FieldProps) {
  const { words, field, fallback, isSet, reset, description } = useControl<string>(props);
  const isAsked = props.node.default === undefined && !props.node.nullable;
  return (
    <TextInput
      label={words.label}
      description={description}
      value={field.value ?? ""}
      placeholder={isSet ? undefined : shownDefault(fallback)}
      error={field.error}
      readOnly={field.isReadOnly}
      rightSection={reset}
      onChange={({ currentTarget: { value } }) => field.set(value === "" && !isAsked ? undefined : value)}
    />
  );
}

export function LongField(props: FieldProps & { minRows?: number }) {
  const { words, field, fallback, description } = useControl<string>(props);
  const isAsked = props.node.default === undefined && !props.node.nullable;
  return (
    <Textarea
      label={words.label}
      description={description}
      value={field.value ?? ""}
      placeholder={shownDefault(fallback)}
      error={field.error}
      readOnly={field.isReadOnly}
      autosize
      minRows={props.minRows ?? 2}
      maxRows={36}
      onChange={({ currentTarget: { value } }) => field.set(value === "" && !isAsked ? undefined : value)}
    />
  );
}

export function NumberField(props: FieldProps) {
  const { words, field, fallback, isSet, reset, description } = useControl<number>(props);
  const { t } = useLingui();
  const unit = props.node["x-ui"]?.unit;
  const isOpen = fallback === null || fallback === undefined;
  return (
    <NumberInput
      label={words.label}
      description={description}
      className={isSet ? undefined : classes.untouched}
      value={field.value ?? (isOpen ? "" : Number(fallback))}
      placeholder={isOpen ? t`no limit of its own` : undefined}
      suffix={unit ? ` ${unit}` : undefined}
      step={stepOf(props.node)}
      error={field.error}
      readOnly={field.isReadOnly}
      rightSection={reset ?? <span />}
      styles={NARROW}
      onChange={(value) =>
        value === "" ? field.set(undefined) : typeof value === "number" && setNumber(field, value, isSet, fallback)
      }
    />
  );
}

/** A control that only shows the default again has not been touched. */
function setNumber(field: { set: (value: number) => void }, value: number, isSet: boolean, fallback: unknown): void {
  if (isSet || value !== fallback) field.set(value);
}

export function SliderField(props: FieldProps) {
  const { words, field, fallback, isSet, reset } = useControl<number>(props);
  const { minimum = 0, maximum = 1 } = props.node;
  const unit = props.node["x-ui"]?.unit;
  const value = field.value ?? Number(fallback ?? minimum);
  const step = stepOf(props.node);
  return (
    <Framed words={words} error={field.error} aside={reset}>
      <div className={classes.slider}>
        <Slider
          min={minimum}
          max={maximum}
          step={step}
          value={value}
          label={null}
          color={isSet ? "ink" : "gray"}
          disabled={field.isReadOnly}
          thumbLabel={words.label}
          onChange={(next) => setNumber(field, round(next, step), isSet, fallback)}
        />
        <NumberInput
          aria-label={words.label}
          className={isSet ? undefined : classes.untouched}
          value={value}
          step={step}
          suffix={unit ? ` ${unit}` : undefined}
          readOnly={field.isReadOnly}
          hideControls
          onChange={(next) => typeof next === "number" && setNumber(field, next, isSet, fallback)}
        />
      </div>
    </Framed>
  );
}

function round(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toFixed(3));
}

export function SwitchField(props: FieldProps) {
  const { words, field, fallback, description } = useControl<boolean>(props);
  const isOn = field.value ?? fallback === true;
  return (
    <Switch
      label={words.label}
      description={description}
      checked={isOn}
      error={field.error}
      disabled={field.isReadOnly}
      onChange={({ currentTarget: { checked } }) => field.set(checked === (fallback === true) ? undefined : checked)}
    />
  );
}

/** Yes, no, or as it comes. */
function TriField(props: FieldProps) {
  const { t } = useLingui();
  const { words, field, description } = useControl<boolean>(props);
  return (
    <Select
      label={words.label}
      description={description}
      maw={280}
      value={field.value === undefined ? "" : field.value ? "yes" : "no"}
      data={[
        { value: "", label: t`As it comes` },
        { value: "yes", label: t`Yes` },
        { value: "no", label: t`No` },
      ]}
      error={field.error}
      disabled={field.isReadOnly}
      onChange={(value) => field.set(value ? value === "yes" : undefined)}
    />
  );
}

export function ChoiceField(props: FieldProps) {
  const { words, field, fallback, reset, description } = useControl<string>(props);
  return (
    <Select
      label={words.label}
      description={description}
      maw={420}
      value={field.value ?? shownDefault(fallback)}
      data={(props.node.enum ?? []).map((value) => ({ value: String(value), label: words.choice(String(value)) }))}
      error={field.error}
      disabled={field.isReadOnly}
      rightSectionPointerEvents={reset ? "all" : "none"}
      onChange={(value) => field.set(value === null || value === fallback ? undefined : value)}
    />
  );
}

/** Short words. */
export function TagsField(props: FieldProps) {
  const { t } = useLingui();
  const { words, field, fallback, description } = useControl<string[]>(props);
  const value = field.value ?? (Array.isArray(fallback) ? (fallback as string[]) : []);
  return (
    <TagsInput
      label={words.label}
      description={description}
      value={value}
      placeholder={field.isReadOnly ? undefined : t`Type one, then Enter`}
      error={field.error}
      readOnly={field.isReadOnly}
      splitChars={[",", ";", "\n"]}
      acceptValueOnBlur
      onChange={(next) => field.set(next.length === 0 ? undefined : next)}
    />
  );
}

interface Frame {
  words: { label: string; help: string };
  error?: string | undefined;
  aside?: ReactNode;
  children: ReactNode;
}

/** A label over something that has no label of its own. */
export function Framed({ words, error, aside, children }: Frame) {
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <legend className={classes.head} style={{ padding: 0 }}>
        {words.label}
        {aside}
      </legend>
      {words.help && <p className={classes.help}>{words.help}</p>}
      {children}
      {error && <p className={classes.error}>{error}</p>}
    </fieldset>
  );
}
