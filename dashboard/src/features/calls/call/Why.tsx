import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { said } from "@/app/said";
import type { CallRecord } from "@/client";
import classes from "./CallPage.module.css";
import { owedIn, toolsDone } from "./promises";

/** What became of the call, in words: why it ended, what was done, what is owed, and what to look at. */
export function Why({ record, onAnswer }: { record: CallRecord; onAnswer: () => void }) {
  const { i18n } = useLingui();
  const done = toolsDone(record);
  const owed = owedIn(record);
  const asked = record.unanswered.length;
  return (
    <>
      <b>
        <Outcome record={record} />
      </b>
      {record.ending?.detail && <> {said(record.ending.detail)}.</>}
      {done.length > 0 && (
        <>
          {" "}
          <Trans>Done: {new Intl.ListFormat(i18n.locale).format(done)}.</Trans>
        </>
      )}
      {owed > 0 && (
        <>
          {" "}
          <b className={classes.owed}>
            <Plural value={owed} one="# promise was not kept." other="# promises were not kept." />
          </b>
        </>
      )}
      {asked > 0 && (
        <>
          {" "}
          <Plural value={asked} one="A question had no source:" other="# questions had no source:" />{" "}
          <button type="button" className={classes.link} onClick={onAnswer}>
            <Plural value={asked} one="answer it" other="answer them" />
          </button>
          .
        </>
      )}
      {record.ending?.what_to_do && <> {said(record.ending.what_to_do)}</>}
      {record.ending && <small className={classes.code}>{record.ending.reason}</small>}
    </>
  );
}

function Outcome({ record }: { record: CallRecord }) {
  if (record.ending) return said(record.ending.says);
  switch (record.status) {
    case "scheduled":
      return <Trans>The call is to be placed later.</Trans>;
    case "queued":
      return <Trans>The call waits for its turn.</Trans>;
    case "ringing":
      return <Trans>It rings.</Trans>;
    case "transferring":
      return <Trans>The caller is being connected to a person.</Trans>;
    case "ended":
      return <Trans>The call is over, and its record is being made.</Trans>;
    default:
      return (
        <>
          <Trans>The call lives.</Trans>{" "}
          <Link to="/live">
            <Trans>Listen in, or take it over</Trans>
          </Link>
        </>
      );
  }
}

/** Harm, something to look at, or nothing of the kind. */
export function toneOf(record: CallRecord): "good" | "look" | "bad" | "plain" {
  const reason = record.ending?.reason ?? "";
  if (/^(provider|offhook\.(died|error)|carrier)\b/.test(reason)) return "bad";
  if (owedIn(record) > 0) return "bad";
  if (record.warnings.some(({ code }) => code === "caller.heard_nothing")) return "bad";
  if (record.warnings.length + record.unanswered.length > 0 || record.ending?.what_to_do) return "look";
  return "plain";
}

/** What an owner should know without having listened, each with what helps. */
export function Warnings({ record }: { record: CallRecord }) {
  const { t } = useLingui();
  if (record.warnings.length === 0) return null;
  return (
    <ul className={classes.warnings} aria-label={t`What to look at`}>
      {record.warnings.map(({ code, says, what_to_do, times = 1 }) => (
        <li key={code}>
          <b>{said(says)}</b> {times > 1 && <Plural value={times} one="Once." other="# times." />} {said(what_to_do)}
        </li>
      ))}
    </ul>
  );
}
