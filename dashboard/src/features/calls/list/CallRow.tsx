import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { IconFlask, IconPhoneIncoming, IconPhoneOutgoing, IconWorld } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type MouseEvent, memo, type ReactNode } from "react";
import type { FoundWords, ListedCall } from "@/client";
import { State } from "@/ui/Rows";
import { clockTime, duration, gap, money, When } from "@/ui/values";
import classes from "./Calls.module.css";
import { endingOf, STATUSES, toneOf, WARNINGS } from "./endings";

interface Props {
  call: ListedCall;
  agent: string | undefined;
  isPeeked: boolean;
  onPeek: ((id: string) => void) | null;
}

/** A call in a sentence: who, what came of it; and at the right when, how long, the gap as heard, the cost. */
export const CallRow = memo(function CallRow({ call, agent, isPeeked, onPeek }: Props) {
  const peek = (event: MouseEvent) => {
    if (!onPeek || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onPeek(call.id);
  };
  return (
    <li className={classes.item}>
      <Link
        to="/calls/$callId"
        params={{ callId: call.id }}
        preload={false}
        className={classes.row}
        data-call={call.id}
        data-peeked={isPeeked || undefined}
        aria-current={isPeeked || undefined}
        onClick={peek}
      >
        <Icon call={call} />
        <span className={classes.words}>
          <span className={classes.who}>
            <Who call={call} agent={agent} />
            {call.is_sample && (
              <span className={classes.sample}>
                <Trans>sample</Trans>
              </span>
            )}
          </span>
          <span className={classes.came}>
            <CameOf call={call} />
          </span>
          {call.found?.map((one) => (
            <Hit key={`${one.at_s}-${one.role}`} found={one} />
          ))}
        </span>
        <Figures call={call} />
      </Link>
    </li>
  );
});

function Figures({ call }: { call: ListedCall }) {
  return (
    <span className={classes.figures}>
      <Figure name={<Trans>Began</Trans>} kind="when">
        <When at={call.started_at} />
      </Figure>
      <Figure name={<Trans>Length</Trans>}>{call.duration_ms ? duration(call.duration_ms) : null}</Figure>
      <Figure name={<Trans>Gap as heard</Trans>} kind="gap" isLong={(call.gap_p50_ms ?? 0) >= 1500}>
        {call.gap_p50_ms === null ? null : gap(call.gap_p50_ms)}
      </Figure>
      <Figure name={<Trans>Cost</Trans>} kind="cost">
        {call.cost ? money(call.cost) : null}
      </Figure>
    </span>
  );
}

function Figure({
  name,
  kind,
  isLong = false,
  children,
}: {
  name: ReactNode;
  kind?: string;
  isLong?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={classes.figure} data-kind={kind} data-tone={isLong ? "look" : undefined}>
      {children !== null && (
        <>
          <span className="visually-hidden">{name}: </span>
          {children}
        </>
      )}
    </span>
  );
}

function Icon({ call }: { call: ListedCall }) {
  const { t } = useLingui();
  const [Shown, says] =
    call.kind === "test"
      ? [IconFlask, t`A trial`]
      : call.kind === "browser"
        ? [IconWorld, t`From a browser`]
        : call.direction === "inbound"
          ? [IconPhoneIncoming, t`Incoming`]
          : [IconPhoneOutgoing, t`Outgoing`];
  return <Shown className={classes.icon} size={18} stroke={1.6} role="img" aria-label={says} />;
}

function Who({ call, agent }: { call: ListedCall; agent: string | undefined }) {
  const { t } = useLingui();
  const isInbound = call.direction === "inbound";
  const name = agent ?? ((isInbound ? call.to : call.from) || t`an agent`);
  if (call.kind === "browser") {
    return (
      <Trans>
        <b>Somebody in a browser</b> talked with {name}
      </Trans>
    );
  }
  if (call.kind === "test") {
    return (
      <Trans>
        <b>A trial</b> of {name}
      </Trans>
    );
  }
  const other = (isInbound ? call.from : call.to) || t`A hidden number`;
  return isInbound ? (
    <Trans>
      <b>{other}</b> called {name}
    </Trans>
  ) : (
    <Trans>
      {name} called <b>{other}</b>
    </Trans>
  );
}

/** What became of it: what is owed before how it ended. */
export function CameOf({ call }: { call: ListedCall }) {
  const { i18n } = useLingui();
  if (call.status !== "ended") {
    const says = STATUSES[call.status];
    return (
      <span className={classes.live} data-live={call.status === "in_progress" || undefined}>
        {says ? i18n._(says) : call.status}
      </span>
    );
  }
  const ending = endingOf(call.end_reason ?? "");
  const { unkept = 0, unanswered = 0, failed_tools: failed = 0 } = call;
  const isOwed = unkept + unanswered + failed > 0;
  const first = call.warnings.find((code) => code in WARNINGS);
  const warning = first ? WARNINGS[first] : undefined;
  return (
    <>
      {unkept > 0 && (
        <State tone="bad">
          <Plural value={unkept} one="A promise was not kept" other="# promises were not kept" />
        </State>
      )}
      {unanswered > 0 && (
        <State tone="look">
          <Plural value={unanswered} one="A question had no answer" other="# questions had no answer" />
        </State>
      )}
      {failed > 0 && (
        <State tone="look">
          <Plural value={failed} one="A tool failed" other="# uses of tools failed" />
        </State>
      )}
      {!isOwed && warning && (
        <State tone={first === "caller.heard_nothing" || first === "promise.without_tool" ? "bad" : "look"}>
          {i18n._(warning)}
        </State>
      )}
      {ending && (
        <span className={classes.ending} data-tone={toneOf(call.end_reason)}>
          {typeof ending === "string" ? ending : i18n._(ending)}
        </span>
      )}
    </>
  );
}

function Hit({ found }: { found: FoundWords }) {
  return (
    <span className={classes.hit} data-role={found.role}>
      <span className={classes.at}>{clockTime(found.at_s)}</span>
      <q>{found.text}</q>
    </span>
  );
}
