import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, FileButton, Switch, Text } from "@mantine/core";
import { IconDownload, IconFileText, IconPencil, IconTrash, IconUpload } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import { problemOf } from "@/app/api";
import {
  deleteDocumentMutation,
  listDocumentsOptions,
  listDocumentsQueryKey,
  uploadDocumentMutation,
} from "@/client/@tanstack/react-query.gen";
import type { KnowledgeDocument } from "@/client/types.gen";
import { Failed, Loading } from "@/ui/States";
import { number } from "@/ui/values";
import { useEditing, useField } from "../draft/context";
import classes from "./Editor.module.css";
import { Group } from "./parts";
import { freeName, isWritable, Written } from "./Written";

/** What it can look up. */
export function Knowledge() {
  const { agent, isReadOnly } = useEditing();
  const path = { agent_id: agent.id };
  const documents = useQuery(listDocumentsOptions({ path }));
  const field = useField<string[]>(["knowledge"]);
  const used = field.value ?? [];
  const use = (name: string, isUsed: boolean) => {
    const rest = used.filter((other) => other !== name);
    const next = isUsed ? [...rest, name] : rest;
    field.set(next.length === 0 ? undefined : next);
  };
  return (
    <Group
      help={
        <Trans>
          Facts in plain text: opening hours, prices, rules. What stands here it may say; what does not, it does not
          know.
        </Trans>
      }
    >
      {documents.isPending && <Loading rows={2} height={56} />}
      {documents.isError && <Failed error={documents.error} again={() => void documents.refetch()} />}
      {documents.data && documents.data.data.length > 0 && (
        <ul className={classes.documents}>
          {documents.data.data.map((one) => (
            <OneDocument key={one.id} one={one} isUsed={used.includes(one.name)} use={use} />
          ))}
        </ul>
      )}
      {documents.data?.data.length === 0 && isReadOnly && (
        <Text c="dimmed">
          <Trans>No documents. It knows what its instructions say.</Trans>
        </Text>
      )}
      {!isReadOnly && documents.data && (
        <More taken={documents.data.data.map(({ name }) => name)} onMade={(name) => use(name, true)} />
      )}
    </Group>
  );
}

interface Row {
  one: KnowledgeDocument;
  isUsed: boolean;
  use: (name: string, isUsed: boolean) => void;
}

function OneDocument({ one, isUsed, use }: Row) {
  const { t } = useLingui();
  const { agent, isReadOnly } = useEditing();
  const queries = useQueryClient();
  const path = { agent_id: agent.id, document_id: one.id };
  const [isAsked, setIsAsked] = useState(false);
  const [isOpen, setIsOpen] = useState(false);
  const remove = useMutation({
    ...deleteDocumentMutation(),
    onMutate: () => use(one.name, false),
    onSettled: () => queries.invalidateQueries({ queryKey: listDocumentsQueryKey({ path: { agent_id: agent.id } }) }),
  });
  return (
    <li className={classes.document}>
      <IconFileText size={20} stroke={1.5} aria-hidden />
      <span className={classes.documentName}>
        <b>{one.name}</b>
        <small>{sizeOf(one.bytes)}</small>
      </span>
      <Switch
        aria-label={t`The agent knows ${one.name}`}
        label={isUsed ? t`known` : t`not used`}
        checked={isUsed}
        disabled={isReadOnly}
        onChange={({ currentTarget }) => use(one.name, currentTarget.checked)}
      />
      <ActionIcon
        component="a"
        href={`/v1/agents/${agent.id}/documents/${one.id}/content`}
        download={one.name}
        variant="subtle"
        color="gray"
        size={36}
        aria-label={t`Download ${one.name}`}
      >
        <IconDownload size={17} stroke={1.6} />
      </ActionIcon>
      {!isReadOnly && isWritable(one) && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={t`Change ${one.name}`}
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          <IconPencil size={17} stroke={1.6} />
        </ActionIcon>
      )}
      {!isReadOnly && !isAsked && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          aria-label={t`Delete ${one.name}`}
          onClick={() => setIsAsked(true)}
        >
          <IconTrash size={17} stroke={1.6} />
        </ActionIcon>
      )}
      {isAsked && (
        <div className={classes.asked}>
          <span>
            <Trans>The draft forgets it; versions that know it keep it. The file itself cannot be brought back.</Trans>
          </span>
          <Button size="compact-sm" color="red" loading={remove.isPending} onClick={() => remove.mutate({ path })}>
            <Trans>Delete it</Trans>
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setIsAsked(false)}>
            <Trans>Keep it</Trans>
          </Button>
        </div>
      )}
      {remove.isError && <Failed error={remove.error} />}
      {isOpen && (
        <div className={classes.sheet}>
          <Written name={one.name} document={one} onClose={() => setIsOpen(false)} />
        </div>
      )}
    </li>
  );
}

function sizeOf(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${number(bytes / 1024, bytes < 10_240 ? 1 : 0)} kB`;
}

/** Facts that are typed, or a document that is there already. */
function More({ taken, onMade }: { taken: string[]; onMade: (name: string) => void }) {
  const { t } = useLingui();
  const [name, setName] = useState("");
  if (name) return <Written name={name} onSaved={onMade} onClose={() => setName("")} />;
  return (
    <>
      <Button
        mb="sm"
        variant="default"
        leftSection={<IconPencil size={16} />}
        onClick={() => setName(freeName(t`facts`, taken))}
      >
        <Trans>Write facts here</Trans>
      </Button>
      <Upload onUploaded={onMade} />
    </>
  );
}

function Upload({ onUploaded }: { onUploaded: (name: string) => void }) {
  const { t } = useLingui();
  const { agent } = useEditing();
  const queries = useQueryClient();
  const path = { agent_id: agent.id };
  const [isOver, setIsOver] = useState(false);
  const upload = useMutation({
    ...uploadDocumentMutation(),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: listDocumentsQueryKey({ path }) });
      onUploaded(made.name);
    },
  });
  const take = async (files: Iterable<File>) => {
    for (const file of files) await upload.mutateAsync({ path, body: { file } }).catch(() => undefined);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    void take(event.dataTransfer.files);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button in it does the same */}
      <div
        className={classes.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={drop}
      >
        <FileButton multiple onChange={(files) => void take(files)}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={16} />} loading={upload.isPending}>
              <Trans>Upload a document</Trans>
            </Button>
          )}
        </FileButton>
        <span>{t`or drop it here: text, a table, PDF, Word, a web page`}</span>
      </div>
      {upload.isError && (
        <Text c="var(--bad)" size="sm" role="alert">
          {problemOf(upload.error).message} {problemOf(upload.error).whatToDo}
        </Text>
      )}
    </>
  );
}
