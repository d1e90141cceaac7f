import { Trans, useLingui } from "@lingui/react/macro";
import { IconCheck, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Expectation, Result, TestRun } from "@/client/types.gen";
import { CallLink } from "@/ui/CallLink";
import { endingOf } from "@/ui/endings";
import { clockTime, gap } from "@/ui/values";
import classes from "./Tests.module.css";

/** Each expectation with what came of it, and the way to where that can be heard. */
export function Results({ run, onlyUnmet = false }: { run: TestRun; onlyUnmet?: boolean }) {
  const shown = run.results.filter(({ is_met }) => !onlyUnmet || !is_met);
  if (shown.length === 0) return null;
  return (
    <ul className={classes.results}>
      {shown.map((result, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order of a run never changes
        <li key={place} data-met={result.is_met || undefined}>
          <Sign isMet={result.is_met} />
          <div>
            <Wanted expected={result.expected} /> <Came result={result} run={run} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Sign({ isMet }: { isMet: boolean }) {
  const { t } = useLingui();
  return isMet ? <IconCheck size={17} aria-label={t`as expected`} /> : <IconX size={17} aria-label={t`otherwise`} />;
}

/** What is expected, in words. */
export function Wanted({ expected }: { expected: Expectation }) {
  const { i18n } = useLingui();
  const { kind, text = "" } = expected;
  const tool = text.replaceAll("_", " ");
  switch (kind) {
    case "said":
      return <Trans>The agent says “{text}”</Trans>;
    case "not_said":
      return <Trans>The agent does not say “{text}”</Trans>;
    case "tool":
      return (
        <>
          <Trans>It uses {tool}</Trans>
          <Arguments values={expected.arguments ?? {}} />
        </>
      );
    case "no_tool":
      return (
        <>
          <Trans>It does not use {tool}</Trans>
          <Arguments values={expected.arguments ?? {}} />
        </>
      );
    case "ends":
      return <Trans>The end: {i18n._(endingOf(text))}</Trans>;
    case "gap": {
      const most = gap(expected.most_ms ?? 0);
      return <Trans>Nobody waits longer than {most} for an answer.</Trans>;
    }
  }
}

function Arguments({ values }: { values: Record<string, unknown> }) {
  const all = Object.entries(values);
  if (all.length === 0) return ".";
  return (
    <>
      {": "}
      {all.map(([name, value]) => `${name} ${shown(value)}`).join(", ")}.
    </>
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? `“${value}”` : JSON.stringify(value);
}

function Came({ result, run }: { result: Result; run: TestRun }) {
  const came = cameOf(result);
  if (came === null && result.at_ms === null) return null;
  return (
    <span className={classes.came} data-own={came !== null || undefined}>
      {came}{" "}
      {run.call_id !== null && result.at_ms !== null && (
        <CallLink id={run.call_id} atMs={result.at_ms}>
          <Trans>Hear it at {clockTime(result.at_ms / 1000)}</Trans>
        </CallLink>
      )}
    </span>
  );
}

function cameOf({ expected, is_met: isMet, came }: Result): ReactNode {
  switch (expected.kind) {
    case "gap":
      return <Trans>The longest was {gap(Number(came))}.</Trans>;
    case "ends":
      return isMet ? null : <Ended reason={came} />;
    case "said":
      if (isMet) return null;
      return came ? <Trans>The nearest is: “{came}”</Trans> : <Trans>It said nothing like it.</Trans>;
    case "not_said":
      return isMet ? null : <Trans>It said: “{came}”</Trans>;
    case "tool":
      if (isMet) return null;
      return came ? <Trans>It was used with {came}.</Trans> : <Trans>It was not used.</Trans>;
    case "no_tool":
      return isMet ? null : <Trans>It was used with {came}.</Trans>;
  }
}

function Ended({ reason }: { reason: string }) {
  const { i18n } = useLingui();
  return reason ? <Trans>In place of that: {i18n._(endingOf(reason))}</Trans> : <Trans>It did not end.</Trans>;
}
