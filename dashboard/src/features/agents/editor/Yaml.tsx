import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CopyButton, Group as Row } from "@mantine/core";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { problemOf } from "@/app/api";
import { exportAgent, parseAgent } from "@/client/sdk.gen";
import type { Agent } from "@/client/types.gen";
import { Failed, Loading } from "@/ui/States";
import { useEditing } from "../draft/context";
import { isSame } from "../draft/document";
import classes from "./Editor.module.css";
import { Group } from "./parts";

const REST_MS = 600;

/** The whole draft as the text of an AGENT.yaml: what is changed here is changed in the form, and the other way. */
export function Yaml() {
  const { agent, state } = useEditing();
  const isSettled = state.saving === "saved";
  const text = useQuery({
    queryKey: ["agent-as-file", agent.id, state.revision],
    queryFn: async () => (await exportAgent({ path: { agent_id: agent.id }, parseAs: "text" })).data,
    enabled: isSettled,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });
  return (
    <Group
      help={
        <Trans>
          All of it as one file, for a repository or another server. What you change here is changed in the form as
          well.
        </Trans>
      }
    >
      {text.isError && <Failed error={text.error} again={() => void text.refetch()} />}
      {text.data === undefined && !text.isError && <Loading rows={1} height={420} />}
      {text.data !== undefined && <Editor agent={agent} saved={text.data} />}
    </Group>
  );
}

function Editor({ agent, saved }: { agent: Agent; saved: string }) {
  const { t } = useLingui();
  const { store, isReadOnly } = useEditing();
  const [text, setText] = useState(saved);
  const [wrong, setWrong] = useState("");
  const typed = useRef(saved);
  const timer = useRef(0);
  const isOurs = useRef(false);

  // Saved elsewhere: shown, unless somebody is typing here.
  useEffect(() => {
    if (isOurs.current) return;
    typed.current = saved;
    setText(saved);
  }, [saved]);

  const read = async () => {
    window.clearTimeout(timer.current);
    timer.current = 0;
    const sent = typed.current;
    try {
      const { data } = await parseAgent({ body: sent, bodySerializer: (body) => body as string });
      if (typed.current !== sent) return;
      setWrong("");
      if (!isSame(data.document, store.now().doc)) store.replace(data.document);
    } catch (error) {
      if (typed.current === sent) setWrong(problemOf(error).flaws[0]?.detail || problemOf(error).message);
    }
  };
  // Who leaves while still typing has typed it all the same.
  const last = useRef(read);
  last.current = read;
  useEffect(
    () => () => {
      if (timer.current !== 0) void last.current();
    },
    [],
  );
  const change = (next: string) => {
    isOurs.current = true;
    typed.current = next;
    setText(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => void read(), REST_MS);
  };
  const lines = text.split("\n").length;
  return (
    <>
      <div className={classes.yaml}>
        <pre aria-hidden className={classes.lines}>
          {Array.from({ length: lines }, (_, line) => line + 1).join("\n")}
        </pre>
        <textarea
          aria-label={t`The agent as a file`}
          aria-invalid={wrong !== ""}
          value={text}
          readOnly={isReadOnly}
          rows={Math.max(lines, 18)}
          wrap="off"
          spellCheck={false}
          autoComplete="off"
          onChange={({ currentTarget }) => change(currentTarget.value)}
        />
      </div>
      {wrong && (
        <p className={classes.error} role="alert">
          {wrong} <Trans>The form keeps what it had.</Trans>
        </p>
      )}
      <Row mt="sm" gap="xs">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" leftSection={<IconCopy size={16} />} onClick={copy}>
              {copied ? t`Copied` : t`Copy`}
            </Button>
          )}
        </CopyButton>
        <Button
          component="a"
          href={`/v1/agents/${agent.id}/export`}
          download={`${agent.name}.yaml`}
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          <Trans>Download</Trans>
        </Button>
      </Row>
    </>
  );
}
