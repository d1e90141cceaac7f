import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** What each end of a call means, in a short sentence of a list; the call's own page says more. */
const SAID: Record<string, MessageDescriptor> = {
  "caller.hung_up": msg`The caller hung up.`,
  "caller.said_goodbye": msg`Both said goodbye.`,
  "caller.silent": msg`The caller said nothing any more.`,
  "caller.absent": msg`Nobody was there: a machine, or music.`,
  "agent.ended": msg`The agent ended the call.`,
  "agent.transferred": msg`The caller was connected to a person.`,
  "agent.max_duration": msg`The longest call was reached.`,
  "callee.busy": msg`The line was busy.`,
  "callee.no_answer": msg`Nobody answered.`,
  "callee.failed": msg`The number could not be reached.`,
  "callee.canceled": msg`Taken back before it was answered.`,
  "machine.answered": msg`A machine answered.`,
  "machine.message_left": msg`A message was left on a machine.`,
  "operator.ended": msg`Somebody ended it from outside.`,
  "carrier.refused": msg`The carrier did not place it.`,
  "carrier.unreachable": msg`The carrier could not be reached.`,
  "carrier.answer_lost": msg`Nobody knows whether the carrier placed it.`,
  "carrier.leg_lost": msg`The line was lost.`,
  "shield.blocked": msg`Not taken: the number is blocked.`,
  "shield.returned": msg`Not taken: it called again and again.`,
  "shield.unverified": msg`Not taken: nobody vouches for the number.`,
  "shield.no_key": msg`Not taken: the caller pressed no key.`,
  "provider.stt.failed": msg`The transcriber failed.`,
  "provider.voice.failed": msg`The voice failed.`,
  "provider.reply.failed": msg`The model failed.`,
  "offhook.not_dialled": msg`The server stopped before it was dialled.`,
  "offhook.drained": msg`The server was stopped.`,
  "offhook.died": msg`The server died in the middle of it.`,
  "offhook.error": msg`A fault of Offhook itself.`,
};
const LIMITED = msg`A limit was reached.`;
const OVER = msg`The call is over.`;

export function endingOf(reason: string | null): MessageDescriptor {
  if (reason === null) return OVER;
  return SAID[reason] ?? (reason.startsWith("limit.") ? LIMITED : OVER);
}

/** Whether it ended as calls should, is to be looked at, or did harm. */
export function toneOfEnding(reason: string | null): "plain" | "look" | "bad" {
  if (reason === null) return "plain";
  if (/^(provider|offhook|carrier)\./.test(reason)) return "bad";
  return /^(limit|shield)\.|absent|silent/.test(reason) ? "look" : "plain";
}
