import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Loader, TextInput, Tooltip } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, Fragment, useEffect, useRef, useState } from "react";
import { problemOf } from "@/app/api";
import { askRehearsalAgainMutation } from "@/client/@tanstack/react-query.gen";
import type { Exchange, ReplyShown, ToolShown } from "@/client/types.gen";
import { Failed, Loading } from "@/ui/States";
import { number } from "@/ui/values";
import { Again } from "./Again";
import said from "./Conversation.module.css";
import { plain } from "./story";
import classes from "./Talk.module.css";
import { useRehearsal } from "./useRehearsal";

/** The same conversation by typing: the core, model, knowledge and tools of a call, without sound. */
export function Typing({ agentId, which }: { agentId: string; which: string }) {
  const { t } = useLingui();
  const { rehearsal, error, begin, send, isBusy, pending } = useRehearsal(agentId, which);
  const [text, setText] = useState("");
  const [isReal, setReal] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const count = rehearsal?.exchanges.length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each exchange moves the end
  useEffect(() => {
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [count, pending]);
  if (rehearsal === undefined) return error ? <Failed error={error} again={begin} /> : <Loading rows={3} height={56} />;
  const isOver = Boolean(rehearsal.end_reason);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (!words || isBusy) return;
    setText("");
    send(words, isReal, () => setText(words));
  };
  return (
    <div className={classes.talk}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by the keyboard */}
      <div className={said.list} data-box ref={list} role="log" aria-label={t`What was typed`} tabIndex={0}>
        {rehearsal.exchanges.map((exchange) => (
          <Typed key={exchange.number} exchange={exchange} rehearsalId={rehearsal.id} which={which} />
        ))}
        {pending && <Bubble who="caller">{pending}</Bubble>}
        {isBusy && <Loader size="xs" type="dots" ml={46} />}
      </div>
      {error ? <Failed error={error} /> : null}
      {isOver ? (
        <p className={classes.over}>
          <Trans>The conversation is over, or would go on elsewhere: {rehearsal.end_reason}</Trans>
        </p>
      ) : (
        <form className={classes.compose} onSubmit={submit}>
          <TextInput
            aria-label={t`What you say to the agent`}
            placeholder={t`Say something`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            error={error ? problemOf(error).at("/text") : undefined}
            autoComplete="off"
          />
          <Button type="submit" disabled={isBusy || !text.trim()}>
            <Trans>Say</Trans>
          </Button>
        </form>
      )}
      <div className={classes.below}>
        <Checkbox
          size="xs"
          radius={4}
          checked={isReal}
          onChange={(event) => setReal(event.currentTarget.checked)}
          label={t`Run tools for real: what they book is booked`}
        />
        <Tooltip label={t`A conversation keeps the agent as it was when it began`}>
          <Button size="compact-sm" variant="subtle" onClick={begin}>
            <Trans>Begin anew</Trans>
          </Button>
        </Tooltip>
      </div>
    </div>
  );
}

function Typed({ exchange, rehearsalId, which }: { exchange: Exchange; rehearsalId: string; which: string }) {
  const again = useMutation(askRehearsalAgainMutation());
  const [isAsked, setAsked] = useState(false);
  const ask = () => {
    setAsked(true);
    again.mutate({ path: { rehearsal_id: rehearsalId }, body: { number: exchange.number, which } });
  };
  return (
    <>
      {(exchange.text || exchange.keys) && (
        <Bubble who="caller" onAgain={ask}>
          {exchange.text || exchange.keys}
        </Bubble>
      )}
      {isAsked && (
        <Again
          answer={again.data}
          error={again.error}
          isBusy={again.isPending}
          again={ask}
          close={() => setAsked(false)}
        />
      )}
      {exchange.tools.map((tool) => (
        <RunTool key={tool.call} tool={tool} />
      ))}
      {exchange.replies.map((reply, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order never changes
        <Fragment key={place}>
          <Reply reply={reply} />
        </Fragment>
      ))}
      {exchange.switched.map((words) => (
        <div key={words} className={said.event} data-look>
          {words}
        </div>
      ))}
    </>
  );
}

function Bubble({ who, children, onAgain }: { who: "caller" | "agent"; children: string; onAgain?: () => void }) {
  return (
    <div className={said.turn} data-who={who} data-typed>
      <span aria-hidden />
      <div className={said.say}>
        <span className={said.who}>{who === "caller" ? <Trans>You</Trans> : <Trans>Agent</Trans>}</span>
        <span className={said.words}>{children}</span>
        {onAgain && (
          <Button className={said.again} variant="subtle" size="compact-xs" onClick={onAgain}>
            <Trans>Again from here</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}

function Reply({ reply }: { reply: ReplyShown }) {
  const words = reply.timings_ms.first_words;
  const whole = reply.timings_ms.whole;
  const first = number((words ?? 0) / 1000, 2);
  const all = number((whole ?? 0) / 1000, 2);
  const sources = new Map(
    reply.sentences.flatMap((one) => (one.source ? [[one.source, one.fact ?? ""] as const] : [])),
  );
  return (
    <>
      {reply.text && <Bubble who="agent">{reply.text}</Bubble>}
      {reply.failed && (
        <div className={said.event} data-look>
          {reply.failed}
        </div>
      )}
      {!reply.fixed && words != null && whole != null && (
        <div className={said.gap}>
          <Trans>
            first words after <b>{first} s</b>, all of it after {all} s
          </Trans>
        </div>
      )}
      {[...sources].map(([source, fact]) => (
        <div key={source} className={said.event}>
          <Trans>
            knows it from <b>{source}</b>
          </Trans>
          {fact && <div className={said.answer}>“{fact}”</div>}
        </div>
      ))}
    </>
  );
}

function RunTool({ tool }: { tool: ToolShown }) {
  const isBad = tool.outcome === "failed" || tool.outcome === "unknown";
  return (
    <div className={said.event} data-look={isBad || undefined}>
      <b>{tool.name}</b> {plain(tool.arguments)} · {tool.outcome}
      {!tool.was_run && (
        <>
          {" · "}
          <Trans>not really run</Trans>
        </>
      )}
      {tool.answer && <div className={said.answer}>{tool.answer}</div>}
    </div>
  );
}
