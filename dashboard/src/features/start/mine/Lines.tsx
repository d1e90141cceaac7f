import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Quotation, Topic } from "@/client/types.gen";
import { tell } from "@/ui/tell";
import { type Draft, type Line, placeOf, withLine } from "./draft";
import classes from "./Mine.module.css";

export type Change = (next: Draft | ((draft: Draft) => Draft)) => void;

interface Group {
  heading: string;
  /** Shown in place of the heading; null: none is. */
  title?: ReactNode;
  lines: Line[];
  change: Change;
}

/** What stands under one heading. */
export function LineGroup({ heading, title = heading, lines, change }: Group) {
  return (
    <div className={classes.group}>
      {title !== null && <h3>{title}</h3>}
      <ul className={classes.lines}>
        {lines.map((line) => (
          <OneLine key={line.id} line={line} change={change} />
        ))}
      </ul>
    </div>
  );
}

function OneLine({ line, change }: { line: Line; change: Change }) {
  const { t } = useLingui();
  const put = (more: Partial<Line>) =>
    change((draft) => ({
      ...draft,
      lines: draft.lines.map((one) => (one.id === line.id ? { ...one, ...more } : one)),
    }));
  const remove = () => {
    let before: Line[] = [];
    change((draft) => {
      before = draft.lines;
      return { ...draft, lines: draft.lines.filter(({ id }) => id !== line.id) };
    });
    tell(<Trans>Taken out.</Trans>, () => change((draft) => ({ ...draft, lines: before })));
  };
  const asks = line.question !== "" || (line.found !== null && line.found.question !== "");
  return (
    <li className={classes.line}>
      <div>
        {asks && (
          <TextInput
            className={classes.question}
            aria-label={t`What callers ask`}
            value={line.question}
            maxLength={300}
            onChange={(event) => put({ question: event.currentTarget.value })}
          />
        )}
        <Textarea
          aria-label={asks ? t`What is answered` : t`What the agent knows`}
          placeholder={t`As it is to be said, in a sentence`}
          autosize
          minRows={1}
          maxLength={600}
          value={line.text}
          autoFocus={line.found === null && line.text === ""}
          onChange={(event) => put({ text: event.currentTarget.value })}
        />
      </div>
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={t`Take it out`} onClick={remove}>
        <IconX size={17} stroke={1.7} />
      </ActionIcon>
      <LineSource line={line} />
    </li>
  );
}

function LineSource({ line }: { line: Line }) {
  if (line.found === null) return null;
  const { source, text, question } = line.found;
  const isChanged = text !== line.text || question !== line.question;
  if (isChanged) {
    return (
      <p className={classes.source}>
        <Trans>
          changed by you; found: <q>{source.text}</q>
        </Trans>
      </p>
    );
  }
  return <Source source={source} isShort={source.text === text} />;
}

/** Where something comes from. */
export function Source({ source, isShort = false }: { source: Quotation; isShort?: boolean }) {
  const place = placeOf(source.page);
  return (
    <p className={classes.source}>
      {place ? (
        <a href={source.page} target="_blank" rel="noreferrer">
          {place}
        </a>
      ) : (
        <Trans>your lines</Trans>
      )}
      {!isShort && (
        <>
          {": "}
          <q>{source.text}</q>
        </>
      )}
    </p>
  );
}

interface Add {
  topic: Topic;
  heading: string;
  change: Change;
  children: ReactNode;
}

/** One more line. */
export function AddLine({ topic, heading, change, children }: Add) {
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<IconPlus size={15} />}
      onClick={() => change((draft) => withLine(draft, topic, heading))}
    >
      {children}
    </Button>
  );
}

/** What was not found, and the way to add it. */
export function Lacking({ children, add }: { children: ReactNode; add?: ReactNode }) {
  return (
    <div className={classes.missing}>
      <span>{children}</span>
      {add}
    </div>
  );
}
