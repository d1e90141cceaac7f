import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, JsonInput, Menu, Select, Textarea, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronRight, IconPlus, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useEditing, useField, useFlaws } from "../draft/context";
import { isSame, pointerOf } from "../draft/document";
import { Field, type FieldProps, Framed } from "./Field";
import classes from "./Form.module.css";
import { fromPairs, type Pair, toPairs, useRows } from "./rows";
import { chosenBlock, entryOf, member, membersOf, resolved, type SchemaNode } from "./schema";
import { useUndoable } from "./useRemoval";
import { useProviderName, useWords } from "./useWords";

/** What few need: folded away, and opened by itself when something in it is wrong. */
export function Advanced({ children, isWrong = false }: { children: ReactNode; isWrong?: boolean }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const isShown = isOpen || isWrong;
  return (
    <div className={classes.more}>
      <UnstyledButton className={classes.moreButton} aria-expanded={isShown} onClick={toggle}>
        <IconChevronRight size={15} stroke={1.8} aria-hidden />
        <Trans>Advanced</Trans>
      </UnstyledButton>
      {isShown && <div className={classes.moreBody}>{children}</div>}
    </div>
  );
}

interface Members extends FieldProps {
  /** Left out: shown elsewhere. */
  without?: readonly string[];
  /** Only these. */
  only?: readonly string[];
  /** These in front, in this order. */
  first?: readonly string[];
  isAdvancedShown?: boolean;
  defaults?: Record<string, unknown> | undefined;
}

/** All of `names`, those of `first` in front and in its order. */
export function leading(first: readonly string[], names: readonly string[]): string[] {
  return [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name))];
}

/** The fields of a block, the plain ones first. */
export function BlockMembers({
  path,
  place,
  node,
  without = [],
  only,
  first = [],
  isAdvancedShown = true,
  defaults,
}: Members) {
  const { schema } = useEditing();
  const flaws = useFlaws();
  const { plain, advanced } = membersOf(schema, node);
  const isShown = (name: string) => !without.includes(name) && (only === undefined || only.includes(name));
  const folded = isAdvancedShown ? advanced.filter(isShown) : [];
  const isWrong = folded.some((name) =>
    flaws.some(({ pointer }) => `${pointer}/`.startsWith(`${pointerOf([...path, name])}/`)),
  );
  const field = (name: string) => (
    <Field
      key={name}
      path={[...path, name]}
      place={`${place}.${name}`}
      node={member(schema, node, name)}
      otherwise={defaults?.[name]}
    />
  );
  return (
    <div className={classes.fields}>
      {leading(first, plain).filter(isShown).map(field)}
      {folded.length > 0 && <Advanced isWrong={isWrong}>{folded.map(field)}</Advanced>}
    </div>
  );
}

export function ObjectField(props: FieldProps) {
  const words = useWords(props.place, props.node);
  return (
    <Framed words={words}>
      <div className={classes.block}>
        <BlockMembers {...props} />
      </div>
    </Framed>
  );
}

/** One of several blocks, by its discriminator: a provider and its settings. */
export function UnionField(props: FieldProps & { isBare?: boolean; without?: readonly string[]; lead?: ReactNode }) {
  const { schema } = useEditing();
  const nameOf = useProviderName();
  const words = useWords(props.place, props.node);
  const undoable = useUndoable();
  const { t } = useLingui();
  const { value, set, isReadOnly, error } = useField<Record<string, unknown>>(props.path, true);
  const { propertyName = "type", mapping = {} } = props.node.discriminator ?? {};
  const chosen = String(value?.[propertyName] ?? "");
  const block = chosenBlock(schema, props.node, value);
  const hidden = chosen === "scripted" ? [] : ["scripted"];
  const tags = Object.keys(mapping).filter((tag) => !hidden.includes(tag));
  const change = (tag: string | null) => {
    if (tag === null || tag === chosen) return;
    const isBare = value === undefined || Object.keys(value).length <= 1;
    if (isBare) set({ [propertyName]: tag });
    else undoable(props.path, { [propertyName]: tag }, t`The settings of ${nameOf(chosen)} were taken out.`);
  };
  return (
    <div className={classes.fields}>
      <Select
        label={props.isBare ? t`Provider` : words.label}
        description={props.isBare ? undefined : words.help || undefined}
        maw={420}
        value={chosen || null}
        placeholder={t`The server's own choice`}
        data={tags.map((tag) => ({ value: tag, label: nameOf(tag) }))}
        disabled={isReadOnly}
        error={error}
        onChange={change}
      />
      {props.lead}
      {block && (
        <BlockMembers
          path={props.path}
          place={props.place}
          node={block}
          without={[propertyName, ...(props.without ?? [])]}
        />
      )}
    </div>
  );
}

/** Several blocks in a row. */
export function BlocksField({ path, place, node }: FieldProps) {
  const { schema } = useEditing();
  const words = useWords(place, node);
  const nameOf = useProviderName();
  const undoable = useUndoable();
  const { t } = useLingui();
  const { value = [], set, isReadOnly, error } = useField<Record<string, unknown>[]>(path, true);
  const entry = resolved(schema, node.items ?? {});
  const tags = Object.keys(entry.discriminator?.mapping ?? {}).filter((tag) => tag !== "scripted");
  const tagName = entry.discriminator?.propertyName ?? "type";
  const shape = (index: number): SchemaNode | undefined =>
    entry.oneOf === undefined ? entry : chosenBlock(schema, entry, value[index]);
  return (
    <Framed words={words} error={error}>
      <ul className={classes.rows}>
        {value.map((block, index) => {
          const inner = shape(index);
          const tag = block[tagName];
          const called = String(block.name ?? (tag ? nameOf(String(tag)) : index + 1));
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no other name, and are not sorted
            <li key={index} className={classes.block}>
              <div className={classes.blockHead}>
                <span className={classes.grow}>{called}</span>
                {!isReadOnly && (
                  <Remove
                    label={t`Take out ${called}`}
                    onClick={() => {
                      const rest = value.filter((_, other) => other !== index);
                      undoable(path, rest.length === 0 ? undefined : rest, t`${called} was taken out.`);
                    }}
                  />
                )}
              </div>
              {inner && <BlockMembers path={[...path, index]} place={place} node={inner} without={[tagName]} />}
            </li>
          );
        })}
      </ul>
      {!isReadOnly &&
        (tags.length === 0 ? (
          <Add onClick={() => set([...value, {}])} />
        ) : (
          <Menu position="bottom-start">
            <Menu.Target>
              <Add />
            </Menu.Target>
            <Menu.Dropdown>
              {tags.map((tag) => (
                <Menu.Item key={tag} onClick={() => set([...value, { [tagName]: tag }])}>
                  {nameOf(tag)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        ))}
    </Framed>
  );
}

/** Sentences, one in a row. */
export function SentencesField({ path, place, node }: FieldProps) {
  const { t } = useLingui();
  const words = useWords(place, node);
  const { value = [], set, isReadOnly, error } = useField<string[]>(path);
  const [rows, change] = useRows<string, string[]>(
    value,
    (list) => [...list],
    (list) => list.filter((row) => row.trim() !== ""),
  );
  const put = (next: string[]) => {
    const whole = change(next);
    set(whole.length === 0 ? undefined : whole);
  };
  return (
    <Framed words={words} error={error}>
      <ul className={classes.rows}>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is known by its place alone
          <li key={index} className={classes.row}>
            <TextInput
              aria-label={`${words.label}, ${index + 1}`}
              value={row}
              readOnly={isReadOnly}
              onChange={({ currentTarget }) =>
                put(rows.map((old, other) => (other === index ? currentTarget.value : old)))
              }
            />
            {!isReadOnly && (
              <Remove
                label={t`Take out sentence ${index + 1}`}
                onClick={() => put(rows.filter((_, other) => other !== index))}
              />
            )}
          </li>
        ))}
      </ul>
      {rows.length === 0 && isReadOnly && <Trans>The language's own.</Trans>}
      {!isReadOnly && <Add onClick={() => put([...rows, ""])}>{rows.length === 0 && <Trans>Own sentence</Trans>}</Add>}
    </Framed>
  );
}

/** Names with a text behind each. */
export function MapField({ path, place, node }: FieldProps) {
  const { t } = useLingui();
  const words = useWords(place, node);
  const { value = {}, set, isReadOnly, error } = useField<Record<string, string>>(path);
  const [rows, change] = useRows<Pair, Record<string, string>>(value, toPairs, fromPairs);
  const put = (next: Pair[]) => {
    const whole = change(next);
    set(Object.keys(whole).length === 0 ? undefined : whole);
  };
  const edit = (index: number, pair: Pair) => put(rows.map((old, other) => (other === index ? pair : old)));
  return (
    <Framed words={words} error={error}>
      <ul className={classes.rows}>
        {rows.map(([name, said], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name changes while it is typed
          <li key={index} className={classes.mapRow}>
            <TextInput
              aria-label={t`Name ${index + 1}`}
              value={name}
              readOnly={isReadOnly}
              onChange={({ currentTarget }) => edit(index, [currentTarget.value, said])}
            />
            <TextInput
              aria-label={t`Value of ${name}`}
              value={said}
              readOnly={isReadOnly}
              onChange={({ currentTarget }) => edit(index, [name, currentTarget.value])}
            />
            {!isReadOnly && (
              <Remove label={t`Take out ${name}`} onClick={() => put(rows.filter((_, other) => other !== index))} />
            )}
          </li>
        ))}
      </ul>
      {!isReadOnly && <Add onClick={() => put([...rows, ["", ""]])} />}
    </Framed>
  );
}

/** Names with a block behind each: variables. */
export function BlockMapField({ path, place, node }: FieldProps) {
  const { schema } = useEditing();
  const { t } = useLingui();
  const words = useWords(place, node);
  const undoable = useUndoable();
  const [name, setName] = useState("");
  const { value = {}, set, isReadOnly, error } = useField<Record<string, unknown>>(path, true);
  const entry = resolved(schema, entryOf(node) ?? {});
  const isFree = name !== "" && !(name in value);
  const add = () => {
    set({ ...value, [name]: {} });
    setName("");
  };
  return (
    <Framed words={words} error={error}>
      <ul className={classes.rows}>
        {Object.keys(value).map((key) => (
          <li key={key} className={classes.block}>
            <div className={classes.blockHead}>
              <code className={classes.grow}>{`{{${key}}}`}</code>
              {!isReadOnly && (
                <Remove
                  label={t`Take out ${key}`}
                  onClick={() => undoable([...path, key], undefined, t`${key} was taken out.`)}
                />
              )}
            </div>
            <BlockMembers path={[...path, key]} place={`${place}.*`} node={entry} />
          </li>
        ))}
      </ul>
      {!isReadOnly && (
        <form
          className={classes.row}
          style={{ marginTop: 8 }}
          onSubmit={(event) => {
            event.preventDefault();
            if (isFree) add();
          }}
        >
          <TextInput
            aria-label={t`Name of a new one`}
            placeholder={t`customer_name`}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value.toLowerCase().replaceAll(/[^a-z0-9_]/g, "_"))}
          />
          <Button type="submit" variant="default" disabled={!isFree} leftSection={<IconPlus size={15} />}>
            <Trans>Add</Trans>
          </Button>
        </form>
      )}
    </Framed>
  );
}

/** What no control knows: as JSON. */
export function JsonField({ path, place, node }: FieldProps) {
  const { t } = useLingui();
  const words = useWords(place, node);
  const { value, set, isReadOnly, error } = useField<unknown>(path);
  const asText = value === undefined ? "" : JSON.stringify(value, null, 2);
  const [text, setText] = useState(asText);
  const parsed = parse(text);
  if (parsed.isValid && !isSame(parsed.value, value)) setText(asText);
  if (isReadOnly) return <Textarea label={words.label} value={asText} readOnly autosize className={classes.code} />;
  return (
    <JsonInput
      label={words.label}
      description={words.help || undefined}
      className={classes.code}
      autosize
      minRows={3}
      maxRows={20}
      value={text}
      error={parsed.isValid ? error : t`This is no JSON yet, and is not saved.`}
      onChange={(next) => {
        setText(next);
        const found = parse(next);
        if (found.isValid) set(found.value);
      }}
    />
  );
}

function parse(text: string): { isValid: boolean; value?: unknown } {
  if (text.trim() === "") return { isValid: true, value: undefined };
  try {
    return { isValid: true, value: JSON.parse(text) as unknown };
  } catch {
    return { isValid: false };
  }
}

export function Remove({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <ActionIcon variant="subtle" color="gray" size={36} aria-label={label} onClick={onClick}>
      <IconTrash size={16} stroke={1.6} />
    </ActionIcon>
  );
}

export function Add({ children, ...rest }: { children?: ReactNode; onClick?: () => void }) {
  return (
    <Button mt={8} size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} {...rest}>
      {children || <Trans>Add</Trans>}
    </Button>
  );
}
