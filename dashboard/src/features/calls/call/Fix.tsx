import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Problem, problemOf } from "@/app/api";
import { useMay } from "@/app/session";
import type { CallRecord, DoneFix } from "@/client";
import { fixAgentMutation, undoFixMutation } from "@/client/@tanstack/react-query.gen";
import { Card } from "@/ui/Page";
import { Failed } from "@/ui/States";
import { AnswerForm, type FixForm, MeantForm, PatienceForm, SayForm } from "./FixForms";
import { bare, type Picked } from "./picked";
import classes from "./Side.module.css";

interface Props {
  record: CallRecord;
  picked: Picked | null;
  onClose: () => void;
}

/** Words that were selected can be put right here: in the draft of the agent, and taken back as well. */
export function Fix({ record, picked, onClose }: Props) {
  const mayWrite = useMay("agents:write");
  if (!mayWrite || record.agent_id === null) {
    return (
      <Card title={<Trans>Fix it here</Trans>}>
        <p className={classes.small}>
          {mayWrite ? (
            <Trans>The agent of this call is not kept here: there is no draft in which to put anything right.</Trans>
          ) : (
            <Trans>
              Your role may listen and read. Whoever may change agents can put right here what was said wrongly.
            </Trans>
          )}
        </p>
      </Card>
    );
  }
  if (!picked) {
    return (
      <Card title={<Trans>Fix it here</Trans>}>
        <p className={classes.small}>
          <Trans>
            Select words in the transcript. What was misheard, said wrongly, answered wrongly or too soon is put right
            from here, and can be taken back.
          </Trans>
        </p>
      </Card>
    );
  }
  const key = `${picked.turn.number} ${picked.text}`;
  return <Choices key={key} agentId={record.agent_id} callId={record.id} picked={picked} onClose={onClose} />;
}

interface ChoicesProps {
  agentId: string;
  callId: string;
  picked: Picked;
  onClose: () => void;
}
type Kind = "say_so" | "meant_so" | "fact" | "patience";

function Choices({ agentId, callId, picked, onClose }: ChoicesProps) {
  const [open, setOpen] = useState<Kind | null>(null);
  const fix = useMutation(fixAgentMutation());
  const where = { call_id: callId, at_ms: Math.round(picked.turn.at_s * 1000) };
  const form: FixForm = {
    agentId,
    words: bare(picked.text),
    turn: picked.turn,
    isBusy: fix.isPending,
    problem: fix.isError ? problemOf(fix.error) : undefined,
    send: (body) => fix.mutate({ path: { agent_id: agentId }, body: { ...body, ...where } }),
  };
  const choice = (kind: Kind, title: ReactNode, help: ReactNode, content: ReactNode) => (
    <Choice
      isOpen={open === kind}
      onToggle={() => {
        fix.reset();
        setOpen(open === kind ? null : kind);
      }}
      title={title}
      help={help}
      problem={form.problem}
    >
      {content}
    </Choice>
  );
  const isCaller = picked.turn.role !== "agent";
  return (
    <Card title={<Trans>Fix it here</Trans>} actions={<Close onClose={onClose} />}>
      <blockquote className={classes.quote} data-role={picked.turn.role}>
        {picked.text}
      </blockquote>
      {fix.data ? (
        <Done fix={fix.data} agentId={agentId} again={fix.reset} />
      ) : (
        <div className={classes.choices}>
          {isCaller
            ? choice(
                "meant_so",
                <Trans>It was meant so</Trans>,
                <Trans>a name or term to listen for</Trans>,
                <MeantForm {...form} />,
              )
            : choice(
                "say_so",
                <Trans>Say it so</Trans>,
                <Trans>how the voice says a word</Trans>,
                <SayForm {...form} />,
              )}
          {choice(
            "fact",
            <Trans>Answer so</Trans>,
            <Trans>a fact, known from then on</Trans>,
            <AnswerForm {...form} />,
          )}
          {choice(
            "patience",
            <Trans>Should have waited, or cut in</Trans>,
            <Trans>how long a silence ends a turn</Trans>,
            <PatienceForm {...form} />,
          )}
        </div>
      )}
    </Card>
  );
}

function Close({ onClose }: { onClose: () => void }) {
  return (
    <Button variant="subtle" size="compact-sm" color="gray" onClick={onClose}>
      <Trans>Other words</Trans>
    </Button>
  );
}

interface ChoiceProps {
  isOpen: boolean;
  onToggle: () => void;
  title: ReactNode;
  help: ReactNode;
  problem: Problem | undefined;
  children: ReactNode;
}

function Choice({ isOpen, onToggle, title, help, problem, children }: ChoiceProps) {
  return (
    <div>
      <button type="button" className={classes.choice} aria-expanded={isOpen} onClick={onToggle}>
        {title}
        <small>{help}</small>
      </button>
      {isOpen && (
        <div className={classes.form}>
          {children}
          {problem && problem.flaws.length === 0 && <Failed error={problem} />}
        </div>
      )}
    </div>
  );
}

/** What the draft is from now on, and the way back. */
function Done({ fix, agentId, again }: { fix: DoneFix; agentId: string; again: () => void }) {
  const { t } = useLingui();
  const undo = useMutation(undoFixMutation());
  if (undo.isSuccess) {
    return (
      <div className={classes.done} role="status" aria-live="polite">
        <Trans>Taken back: the draft is as it was.</Trans>{" "}
        <button type="button" className={classes.link} onClick={again}>
          <u>{t`Something else`}</u>
        </button>
      </div>
    );
  }
  return (
    <div className={classes.done} role="status" aria-live="polite">
      <b>
        <Trans>In the draft now:</Trans>
      </b>
      <ul>
        {fix.words.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      <p className={classes.small}>
        <Trans>Calls show it once the agent is published.</Trans>
      </p>
      {undo.isError && <Failed error={undo.error} />}
      <div className={classes.actions}>
        <Button component="a" href={`/agents/${agentId}`} size="xs" variant="default">
          <Trans>To the draft</Trans>
        </Button>
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          loading={undo.isPending}
          onClick={() => undo.mutate({ path: { agent_id: agentId, fix_id: fix.id } })}
        >
          <Trans>Take it back</Trans>
        </Button>
      </div>
    </div>
  );
}
