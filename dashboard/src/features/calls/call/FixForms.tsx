import { Trans, useLingui } from "@lingui/react/macro";
import { Button, SegmentedControl, Slider, Text, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import type { Problem } from "@/app/api";
import type { FixAgentData } from "@/client";
import { number } from "@/ui/values";
import { BeforeAndAfter, sentenceWith } from "./BeforeAndAfter";
import type { Picked } from "./picked";
import { WhatIf } from "./WhatIf";

type Body = NonNullable<FixAgentData["body"]>;

export interface FixForm {
  agentId: string;
  /** What was selected. */
  words: string;
  turn: Picked["turn"];
  isBusy: boolean;
  problem: Problem | undefined;
  send: (body: Body) => void;
}

function Form({
  isBusy,
  isReady,
  onSend,
  children,
}: {
  isBusy: boolean;
  isReady: boolean;
  onSend: () => void;
  children: ReactNode;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSend();
  };
  return (
    <form onSubmit={submit} style={{ display: "grid", gap: 8 }}>
      {children}
      <Button type="submit" loading={isBusy} disabled={!isReady}>
        <Trans>Put it right in the draft</Trans>
      </Button>
    </form>
  );
}

export function SayForm({ agentId, words, turn, isBusy, problem, send }: FixForm) {
  const { t } = useLingui();
  const [word, setWord] = useState(words);
  const [say, setSay] = useState("");
  return (
    <Form
      isBusy={isBusy}
      isReady={Boolean(word.trim() && say.trim())}
      onSend={() => send({ kind: "say_so", word, say })}
    >
      <TextInput
        label={t`As it is written`}
        value={word}
        error={problem?.at("/word")}
        onChange={(event) => setWord(event.currentTarget.value)}
      />
      <TextInput
        data-autofocus
        label={t`As it is said`}
        description={t`In other letters: shi-vawn for Siobhan. Or in sounds, between slashes.`}
        value={say}
        error={problem?.at("/say")}
        onChange={(event) => setSay(event.currentTarget.value)}
      />
      <BeforeAndAfter agentId={agentId} sentence={sentenceWith(turn.text, word)} word={word} say={say} />
    </Form>
  );
}

export function MeantForm({ words, isBusy, problem, send }: FixForm) {
  const { t } = useLingui();
  const [term, setTerm] = useState("");
  return (
    <Form isBusy={isBusy} isReady={Boolean(term.trim())} onSend={() => send({ kind: "meant_so", term, heard: words })}>
      <TextInput
        label={t`What was meant`}
        description={t`The transcriber listens for it from then on.`}
        value={term}
        error={problem?.at("/term")}
        onChange={(event) => setTerm(event.currentTarget.value)}
      />
    </Form>
  );
}

export function AnswerForm({ words, turn, isBusy, problem, send }: FixForm) {
  const { t } = useLingui();
  const [question, setQuestion] = useState(turn.role === "agent" ? "" : words);
  const [answer, setAnswer] = useState("");
  return (
    <Form isBusy={isBusy} isReady={Boolean(answer.trim())} onSend={() => send({ kind: "fact", question, answer })}>
      <TextInput
        label={t`What callers ask`}
        value={question}
        error={problem?.at("/question")}
        onChange={(event) => setQuestion(event.currentTarget.value)}
      />
      <Textarea
        label={t`What is so`}
        autosize
        minRows={2}
        maxLength={600}
        value={answer}
        error={problem?.at("/answer")}
        onChange={(event) => setAnswer(event.currentTarget.value)}
      />
    </Form>
  );
}

export function PatienceForm({ agentId, isBusy, problem, send }: FixForm) {
  const { t } = useLingui();
  const [change, setChange] = useState<"wait" | "cut_in">("wait");
  const [by, setBy] = useState(200);
  const [settled, setSettled] = useState(by);
  return (
    <Form isBusy={isBusy} isReady onSend={() => send({ kind: "patience", change, by_ms: by })}>
      <SegmentedControl
        fullWidth
        size="xs"
        value={change}
        onChange={(chosen) => setChange(chosen === "wait" ? "wait" : "cut_in")}
        data={[
          { value: "wait", label: t`Should have waited` },
          { value: "cut_in", label: t`Should have cut in` },
        ]}
      />
      <Text size="sm" mt={4}>
        {change === "wait" ? (
          <Trans>Each silence that ends a turn is {number(by / 1000, 2)} s longer.</Trans>
        ) : (
          <Trans>Each silence that ends a turn is {number(by / 1000, 2)} s shorter.</Trans>
        )}
      </Text>
      <Slider
        min={50}
        max={1000}
        step={50}
        value={by}
        onChange={setBy}
        onChangeEnd={setSettled}
        label={null}
        color="ink"
        thumbLabel={t`By so much, in milliseconds`}
        my={6}
      />
      {problem?.at("/by_ms") && (
        <Text c="var(--bad)" size="sm">
          {problem.at("/by_ms")}
        </Text>
      )}
      <WhatIf agentId={agentId} change={change} byMs={settled} />
    </Form>
  );
}
