import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconChevronRight, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useEditing, useField, useFlaws } from "../draft/context";
import { BlockMembers, leading, Remove } from "../form/Blocks";
import { chosenBlock, resolved } from "../form/schema";
import { useUndoable } from "../form/useRemoval";
import classes from "./Editor.module.css";
import { Group, useTop } from "./parts";
import { TryTool } from "./TryTool";
import { toolTag, useToolWords } from "./toolWords";

type Tool = Record<string, unknown>;
const PATH = ["tools"];
/** In this order people think of a tool: what it is for, then where it is. */
const FIRST = ["name", "description", "url", "method", "parameters"];
/** What most businesses want comes first; the rest as the schema has it. */
const WANTED = ["take_message", "transfer_call", "book_table", "http", "collect_digits", "handoff"];
/** What is somewhere else, and can be tried from here. */
const REMOTE = ["http", "mcp"];
/** What holds where the document says nothing of tools. */
const USUAL: Tool[] = [{ type: "end_call" }];

/** What it can do besides talking. */
export function Tools() {
  const field = useField<Tool[]>(PATH, true);
  const undoable = useUndoable();
  const { t } = useLingui();
  const words = useToolWords();
  const tools = field.value ?? USUAL;
  const [open, setOpen] = useState<number | null>(null);
  const add = (tag: string) => {
    field.set([...tools, { type: tag }]);
    setOpen(tools.length);
  };
  const remove = (index: number) => {
    const called = words(toolTag(tools[index] ?? {})).name;
    setOpen(null);
    undoable(
      PATH,
      tools.filter((_, other) => other !== index),
      t`"${called}" was taken out.`,
    );
  };
  return (
    <Group
      help={
        <Trans>
          Besides talking. What it says it has done, it has done with one of these, or the call's page says so.
        </Trans>
      }
    >
      <ul className={classes.tools}>
        {tools.map((tool, index) => (
          <OneTool
            // biome-ignore lint/suspicious/noArrayIndexKey: a tool's name changes while it is typed
            key={index}
            tool={tool}
            index={index}
            isOpen={open === index}
            onToggle={() => {
              // A default that is looked into becomes the document's own.
              if (field.value === undefined && !field.isReadOnly) field.set(tools);
              setOpen(open === index ? null : index);
            }}
            onRemove={() => remove(index)}
          />
        ))}
      </ul>
      {tools.length === 0 && (
        <Text c="dimmed" mb="xs">
          <Trans>It only talks: it cannot even hang up. Callers end the call.</Trans>
        </Text>
      )}
      {!field.isReadOnly && <AddTool tools={tools} onAdd={add} />}
      {field.error && <p className={classes.error}>{field.error}</p>}
    </Group>
  );
}

interface Row {
  tool: Tool;
  index: number;
  isOpen: boolean;
  onToggle: () => void;
  onRemove: () => void;
}

function OneTool({ tool, index, isOpen, onToggle, onRemove }: Row) {
  const { t } = useLingui();
  const { schema, isReadOnly } = useEditing();
  const words = useToolWords();
  const flaws = useFlaws();
  const entry = resolved(schema, useTop("tools").items ?? {});
  const block = chosenBlock(schema, entry, tool);
  const tag = toolTag(tool);
  const { name, does } = words(tag);
  const own = typeof tool.name === "string" && tool.name !== tag ? tool.name : "";
  const isWrong = flaws.some(({ pointer }) => `${pointer}/`.startsWith(`/tools/${index}/`));
  return (
    <li className={classes.tool}>
      <div className={classes.toolHead}>
        <UnstyledButton className={classes.toolButton} aria-expanded={isOpen || isWrong} onClick={onToggle}>
          <IconChevronRight size={16} stroke={1.8} aria-hidden />
          <span>
            <b>{own || name}</b>
            <small>{sentenceOf(tool) || (own ? name : does)}</small>
          </span>
        </UnstyledButton>
        {!isReadOnly && <Remove label={t`Take out ${own || name}`} onClick={onRemove} />}
      </div>
      {(isOpen || isWrong) && block && (
        <div className={classes.toolBody}>
          <BlockMembers path={[...PATH, index]} place="tools" node={block} without={["type"]} first={FIRST} />
          {REMOTE.includes(tag) && <TryTool tool={tool} />}
        </div>
      )}
    </li>
  );
}

/** What the owner has said of it. */
function sentenceOf(tool: Tool): string {
  const description = tool.description;
  if (typeof description === "string") return description;
  const named = (tool.destinations ?? tool.agents) as { name?: string }[] | undefined;
  return Array.isArray(named) ? named.map(({ name }) => name ?? "").join(", ") : "";
}

function AddTool({ tools, onAdd }: { tools: Tool[]; onAdd: (tag: string) => void }) {
  const { schema } = useEditing();
  const words = useToolWords();
  const entry = resolved(schema, useTop("tools").items ?? {});
  const several = ["http", "mcp"];
  const there = tools.map(toolTag);
  const tags = leading(WANTED, Object.keys(entry.discriminator?.mapping ?? {})).filter(
    (tag) => several.includes(tag) || !there.includes(tag),
  );
  return (
    <Menu position="bottom-start" width={340}>
      <Menu.Target>
        <Button mt={10} variant="default" leftSection={<IconPlus size={16} />}>
          <Trans>Add something it can do</Trans>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {tags.map((tag) => (
          <Menu.Item key={tag} onClick={() => onAdd(tag)}>
            <b className={classes.menuName}>{words(tag).name}</b>
            <small className={classes.menuHelp}>{words(tag).does}</small>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
