import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** Why calls end, in as few words as a line of a list has room for. */
export const ENDINGS: Record<string, MessageDescriptor> = {
  "caller.hung_up": msg`The caller hung up`,
  "caller.said_goodbye": msg`Ended with a goodbye`,
  "caller.silent": msg`The caller fell silent`,
  "caller.absent": msg`Nobody was there`,
  "agent.ended": msg`The agent ended it`,
  "agent.transferred": msg`Put through to a person`,
  "agent.max_duration": msg`It reached its longest time`,
  "callee.busy": msg`The line was busy`,
  "callee.no_answer": msg`Nobody answered`,
  "callee.failed": msg`The number could not be reached`,
  "callee.canceled": msg`Taken back before anybody answered`,
  "machine.answered": msg`A machine answered`,
  "machine.message_left": msg`A message was left on a machine`,
  "operator.ended": msg`Somebody here ended it`,
  "carrier.refused": msg`The carrier refused it`,
  "carrier.unreachable": msg`The carrier could not be reached`,
  "carrier.answer_lost": msg`The carrier's answer was lost`,
  "carrier.leg_lost": msg`The connection was lost`,
  "limit.concurrent_calls": msg`All lines were taken`,
  "limit.calls_a_day": msg`The day's calls were used up`,
  "limit.minutes_a_day": msg`The day's minutes were used up`,
  "limit.minutes_a_month": msg`The month's minutes were used up`,
  "limit.dollars_a_day": msg`The day's money was spent`,
  "limit.dollars_a_month": msg`The month's money was spent`,
  "limit.caller.concurrent_calls": msg`The caller had enough lines`,
  "limit.caller.calls_a_day": msg`The caller had called often enough that day`,
  "limit.caller.minutes_a_day": msg`The caller had talked long enough that day`,
  "limit.call.minutes": msg`The longest time of one call was reached`,
  "limit.call.dollars": msg`The most that one call may cost was reached`,
  "unknown number": msg`The number is not known here`,
  "no agent": msg`No agent answers the number`,
  "shield.blocked": msg`The caller is kept out`,
  "shield.returned": msg`A robot that came back`,
  "shield.unverified": msg`The carrier does not vouch for the number`,
  "shield.no_key": msg`No key was pressed`,
  "provider.stt.failed": msg`The transcriber failed`,
  "provider.voice.failed": msg`The voice failed`,
  "provider.reply.failed": msg`No reply could be made`,
  "offhook.not_dialled": msg`It was never dialled`,
  "offhook.drained": msg`The server was being stopped`,
  "offhook.died": msg`The server died`,
  "offhook.error": msg`A fault in Offhook`,
};

/** Whole families of reasons, by their first word. */
export const FAMILIES: Record<string, MessageDescriptor> = {
  caller: msg`By the caller`,
  agent: msg`By the agent`,
  callee: msg`Not reached`,
  machine: msg`A machine answered`,
  operator: msg`By somebody here`,
  carrier: msg`By the carrier`,
  limit: msg`A limit was reached`,
  shield: msg`Kept out by the shield`,
  provider: msg`A vendor failed`,
  offhook: msg`By Offhook`,
};

/** Whether what came of it is harm, or to be looked at. */
export function toneOf(reason: string | null): "plain" | "look" | "bad" {
  if (!reason) return "plain";
  if (/^(provider|carrier|offhook\.(died|error))\b/.test(reason)) return "bad";
  return /^(limit|caller\.(silent|absent)|callee|offhook|agent\.max_duration)\b/.test(reason) ? "look" : "plain";
}

/** The words of a reason, or of its family. */
export function endingOf(reason: string): MessageDescriptor | string {
  return ENDINGS[reason] ?? FAMILIES[reason.split(".")[0] ?? ""] ?? reason;
}

export const STATUSES: Record<string, MessageDescriptor> = {
  scheduled: msg`To be placed later`,
  queued: msg`Waits to be dialled`,
  ringing: msg`Rings`,
  in_progress: msg`Is being held now`,
  transferring: msg`Is being put through`,
  ended: msg`Over`,
};

export const KINDS: Record<string, MessageDescriptor> = {
  phone: msg`Telephone`,
  browser: msg`Browser`,
  test: msg`Trials`,
};

export const DIRECTIONS: Record<string, MessageDescriptor> = {
  inbound: msg`They called`,
  outbound: msg`We called`,
};

/** What a call can have at least one of. */
export const HAS: Record<string, MessageDescriptor> = {
  questions: msg`A question without an answer`,
  unkept: msg`A promise that was not kept`,
  failure: msg`No success`,
  tool_failures: msg`A tool that failed`,
  cut_ins: msg`The agent cut in`,
  barge_ins: msg`The caller interrupted`,
  false_stops: msg`The agent stopped for nothing`,
  silences: msg`A long silence`,
  tool_runs: msg`A tool was used`,
  unpriced: msg`A cost nobody knows`,
  figures: msg`It counts in analytics`,
};

export const WARNINGS: Record<string, MessageDescriptor> = {
  "caller.heard_nothing": msg`The caller heard nothing`,
  "promise.without_tool": msg`Said to be done, and not done`,
  "tool.failed": msg`A tool failed`,
  "tool.outcome_unknown": msg`Nobody knows what a tool did`,
  "reply.failed": msg`A reply was not finished`,
  "stt.fell_back": msg`Another transcriber took over`,
  "llm.fell_back": msg`Another model took over`,
  "tts.fell_back": msg`Another voice took over`,
  "stt.lost": msg`The transcriber was lost for a while`,
  "stt.lagging": msg`The transcriber did not keep up`,
  "leg.lost": msg`The connection was lost for a while`,
  "record.lines_lost": msg`The record has holes`,
  "record.unfinished": msg`The record ends early`,
  "record.no_recording": msg`It was not recorded`,
};

export const DAYS: Record<string, MessageDescriptor> = {
  "1": msg`Today`,
  "7": msg`Last 7 days`,
  "30": msg`Last 30 days`,
  "90": msg`Last 90 days`,
};
