import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "@/app/api";
import { listDocumentsQueryKey, uploadDocumentMutation } from "@/client/@tanstack/react-query.gen";
import type { KnowledgeDocument } from "@/client/types.gen";
import { Failed, Loading } from "@/ui/States";
import { useEditing } from "../draft/context";

const WRITABLE = /\.(md|txt)$/i;
const LEFT_KEY = "offhook-facts-";

/** What can be changed by typing; the rest is uploaded again. */
export function isWritable(one: KnowledgeDocument): boolean {
  return WRITABLE.test(one.name);
}

/** A name that no document has. */
export function freeName(stem: string, taken: readonly string[]): string {
  const at = (count: number) => (count === 1 ? `${stem}.md` : `${stem}-${count}.md`);
  let count = 1;
  while (taken.includes(at(count))) count += 1;
  return at(count);
}

interface Words {
  name: string;
  /** Undefined: it is a new one. */
  document?: KnowledgeDocument;
  onSaved?: (name: string) => void;
  onClose: () => void;
}

/** Facts that are typed: new ones, or those of a text that is there. */
export function Written({ name, document, onSaved, onClose }: Words) {
  const { agent } = useEditing();
  const kept = useQuery({
    queryKey: ["facts", document?.id, document?.content_hash],
    enabled: document !== undefined,
    queryFn: async () => {
      const answer = await fetch(`/v1/agents/${agent.id}/documents/${document?.id}/content`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      return answer.text();
    },
  });
  if (kept.isError) return <Failed error={kept.error} again={() => void kept.refetch()} />;
  if (document !== undefined && kept.data === undefined) return <Loading rows={1} height={200} />;
  return <Sheet name={name} text={kept.data ?? ""} onSaved={onSaved} onClose={onClose} />;
}

interface SheetWords {
  name: string;
  text: string;
  onSaved: ((name: string) => void) | undefined;
  onClose: () => void;
}

function Sheet({ name, text, onSaved, onClose }: SheetWords) {
  const { t } = useLingui();
  const { agent } = useEditing();
  const queries = useQueryClient();
  const path = { agent_id: agent.id };
  const left = LEFT_KEY + agent.id + name;
  const [words, setWords] = useState(() => sessionStorage.getItem(left) ?? text);
  const close = () => {
    sessionStorage.removeItem(left);
    onClose();
  };
  const save = useMutation({
    ...uploadDocumentMutation(),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: listDocumentsQueryKey({ path }) });
      onSaved?.(name);
      close();
    },
  });
  return (
    <div>
      <Textarea
        label={name}
        description={t`Short sentences, as they should be said. A line that begins with # is a heading.`}
        placeholder={t`# Opening hours\nWe are open from Monday to Friday, from nine to six.`}
        ref={atItsEnd}
        autosize
        minRows={8}
        maxRows={24}
        value={words}
        onChange={({ currentTarget }) => {
          setWords(currentTarget.value);
          sessionStorage.setItem(left, currentTarget.value);
        }}
      />
      {save.isError && (
        <Text c="var(--bad)" size="sm" role="alert">
          {problemOf(save.error).message} {problemOf(save.error).whatToDo}
        </Text>
      )}
      <Group mt="xs" gap="xs">
        <Button
          loading={save.isPending}
          disabled={words.trim() === "" || words === text}
          onClick={() => save.mutate({ path, body: { file: new File([words], name, { type: "text/markdown" }) } })}
        >
          <Trans>Keep these facts</Trans>
        </Button>
        <Button variant="default" onClick={close}>
          <Trans>Cancel</Trans>
        </Button>
      </Group>
    </div>
  );
}

function atItsEnd(field: HTMLTextAreaElement | null) {
  field?.focus();
}
