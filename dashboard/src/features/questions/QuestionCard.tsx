import { Plural, Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { freshen } from "@/app/queries";
import { dismissQuestionMutation, reopenQuestionMutation } from "@/client/@tanstack/react-query.gen";
import type { Question } from "@/client/types.gen";
import { tell, tellFailure } from "@/ui/tell";
import { When } from "@/ui/values";
import { AnswerForm } from "./AnswerForm";
import { Moments } from "./Moments";
import classes from "./Questions.module.css";

interface Asked {
  question: Question;
  agent: string;
  mayAnswer: boolean;
  mayDismiss: boolean;
}

/** One question, in the caller's words: how often, where it can be heard, and what to say to it from now on. */
export function QuestionCard({ question, agent, mayAnswer, mayDismiss }: Asked) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const path = { question_id: question.id };
  const done = () => freshen("Questions", "Tasks", "Today", "Agents", "Knowledge");
  const reopen = useMutation({ ...reopenQuestionMutation(), onSuccess: done, onError: tellFailure });
  const dismiss = useMutation({
    ...dismissQuestionMutation(),
    onSuccess: () => {
      done();
      tell(<Trans>Dismissed.</Trans>, () => reopen.mutate({ path }));
    },
    onError: tellFailure,
  });
  const isAsked = question.status === "open";
  return (
    <article className={classes.card} tabIndex={-1} aria-label={question.text}>
      <h2 className={classes.text}>“{question.text}”</h2>
      <div className={classes.facts}>
        <span>
          {question.times === 1 ? (
            <Trans>
              asked once, <When at={question.last_at} />
            </Trans>
          ) : (
            <Trans>
              asked <Plural value={question.times} one="# time" other="# times" />, last <When at={question.last_at} />
            </Trans>
          )}
        </span>
        {agent && <span>{agent}</span>}
        {question.is_sample && (
          <span className={classes.mark}>
            <Trans>sample</Trans>
          </span>
        )}
      </div>
      {question.status === "answered" && <Answered question={question} />}
      {isAsked && mayAnswer && <AnswerForm question={question} />}
      <div className={classes.ways}>
        <Button variant="subtle" size="xs" onClick={toggle} aria-expanded={isOpen}>
          {isOpen ? <Trans>Hide where it was asked</Trans> : <Trans>Hear where it was asked</Trans>}
        </Button>
        {isAsked && mayDismiss && (
          <Button variant="subtle" size="xs" loading={dismiss.isPending} onClick={() => dismiss.mutate({ path })}>
            <Trans>It need not know this</Trans>
          </Button>
        )}
        {!isAsked && mayAnswer && (
          <Button variant="default" size="xs" loading={reopen.isPending} onClick={() => reopen.mutate({ path })}>
            {question.status === "answered" ? <Trans>Take the answer back</Trans> : <Trans>Open again</Trans>}
          </Button>
        )}
      </div>
      {isOpen && <Moments questionId={question.id} />}
    </article>
  );
}

function Answered({ question }: { question: Question }) {
  return (
    <div className={classes.answer}>
      <p>{question.answer}</p>
      <small>
        {question.answered_by}
        {question.answered_at && (
          <>
            {" "}
            <When at={question.answered_at} />
          </>
        )}
        {question.answer_version === null ? (
          <>
            {" · "}
            <Trans>in the draft alone: publish it</Trans>
          </>
        ) : (
          <>
            {" · "}
            <Trans>known since version {question.answer_version}</Trans>
          </>
        )}
      </small>
    </div>
  );
}
