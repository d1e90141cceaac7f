import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { answerQuestionMutation, reopenQuestionMutation } from "@/client/@tanstack/react-query.gen";
import type { Question } from "@/client/types.gen";
import { tell, tellFailure } from "@/ui/tell";
import { forget, keep, kept } from "./kept";
import classes from "./Questions.module.css";

/** What is to be said to it: a fact of the agent from the next call on. */
export function AnswerForm({ question }: { question: Question }) {
  const { t } = useLingui();
  const [text, setText] = useState(() => kept(question.id));
  const path = { question_id: question.id };
  const done = () => freshen("Questions", "Tasks", "Today", "Agents", "Knowledge");
  const reopen = useMutation({ ...reopenQuestionMutation(), onSuccess: done, onError: tellFailure });
  const answer = useMutation({
    ...answerQuestionMutation(),
    onSuccess: (known) => {
      const typed = text;
      forget(question.id);
      done();
      const back = () => {
        keep(question.id, typed);
        reopen.mutate({ path });
      };
      if (known.answer_version === null) tell(<Trans>It is in the draft now: publish the agent.</Trans>, back);
      else tell(<Trans>The agent knows it from the next call on.</Trans>, back);
    },
  });
  const problem = answer.isError ? problemOf(answer.error) : null;
  const send = () => answer.mutate({ path, body: { text: text.trim() } });
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) send();
      }}
    >
      <Textarea
        label={t`What the agent is to say`}
        placeholder={t`As it is to be said, in a sentence or two`}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          keep(question.id, event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && text.trim()) send();
        }}
        error={
          problem
            ? (problem.at("/text") ?? (problem.message || t`The server does not answer. It is kept here.`))
            : undefined
        }
      />
      {problem?.whatToDo && (
        <Text size="sm" c="dimmed" mt={4}>
          {problem.whatToDo}
        </Text>
      )}
      {text.trim() && (
        <Group gap="xs" mt="xs">
          <Button type="submit" size="xs" loading={answer.isPending}>
            <Trans>Make it known</Trans>
          </Button>
        </Group>
      )}
    </form>
  );
}
