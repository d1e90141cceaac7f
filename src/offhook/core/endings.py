"""Why calls end: one name for each reason, and what follows from it. Nothing decides by the text of a reason.

A name reads `who.what.detail`. What else is known (the cause of a loss, an operator's words) stands beside it as
`detail` and is for people only.
"""

from enum import StrEnum
from typing import Final

import msgspec


class EndReason(StrEnum):
    """Every reason that a call can end for."""

    CALLER_HUNG_UP = "caller.hung_up"
    CALLER_SAID_GOODBYE = "caller.said_goodbye"
    CALLER_SILENT = "caller.silent"
    CALLER_ABSENT = "caller.absent"
    AGENT_ENDED = "agent.ended"
    AGENT_TRANSFERRED = "agent.transferred"
    AGENT_MAX_DURATION = "agent.max_duration"
    CALLEE_BUSY = "callee.busy"
    CALLEE_NO_ANSWER = "callee.no_answer"
    CALLEE_FAILED = "callee.failed"
    CALLEE_CANCELED = "callee.canceled"
    MACHINE_ANSWERED = "machine.answered"
    MACHINE_MESSAGE_LEFT = "machine.message_left"
    OPERATOR_ENDED = "operator.ended"
    LIMIT_CONCURRENT_CALLS = "limit.concurrent_calls"
    LIMIT_CALLS_A_DAY = "limit.calls_a_day"
    LIMIT_MINUTES_A_DAY = "limit.minutes_a_day"
    LIMIT_MINUTES_A_MONTH = "limit.minutes_a_month"
    LIMIT_DOLLARS_A_DAY = "limit.dollars_a_day"
    LIMIT_DOLLARS_A_MONTH = "limit.dollars_a_month"
    LIMIT_CALLER_CONCURRENT_CALLS = "limit.caller.concurrent_calls"
    LIMIT_CALLER_CALLS_A_DAY = "limit.caller.calls_a_day"
    LIMIT_CALLER_MINUTES_A_DAY = "limit.caller.minutes_a_day"
    LIMIT_CALL_MINUTES = "limit.call.minutes"
    LIMIT_CALL_DOLLARS = "limit.call.dollars"
    SHIELD_BLOCKED = "shield.blocked"
    SHIELD_RETURNED = "shield.returned"
    SHIELD_UNVERIFIED = "shield.unverified"
    SHIELD_NO_KEY = "shield.no_key"
    CARRIER_LEG_LOST = "carrier.leg_lost"
    PROVIDER_STT_FAILED = "provider.stt.failed"
    PROVIDER_VOICE_FAILED = "provider.voice.failed"
    PROVIDER_REPLY_FAILED = "provider.reply.failed"
    OFFHOOK_DRAINED = "offhook.drained"
    OFFHOOK_ERROR = "offhook.error"


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What a reason means."""

    says: str
    """For people: what happened."""
    apologise: bool = False
    """The caller was left in the middle of it: if the line still stands, the carrier's own voice says sorry."""
    advice: str = ""
    """What the owner can do about it."""


ENDINGS: Final[dict[EndReason, Ending]] = {
    EndReason.CALLER_HUNG_UP: Ending(says="The caller hung up."),
    EndReason.CALLER_SAID_GOODBYE: Ending(says="The caller said goodbye, and the agent did."),
    EndReason.CALLER_SILENT: Ending(
        says="The caller said nothing any more, also when asked.",
        advice="When it is frequent, listen to the beginning of such calls: can callers be heard?",
    ),
    EndReason.CALLER_ABSENT: Ending(
        says="What was heard was not a caller: a television, music on hold, another machine's menu.",
        advice="When a real caller was left, raise `turn_taking.presence_doubts`.",
    ),
    EndReason.AGENT_ENDED: Ending(says="The agent ended the call."),
    EndReason.AGENT_TRANSFERRED: Ending(says="The caller was connected to a person, and that conversation is over."),
    EndReason.AGENT_MAX_DURATION: Ending(
        says="The longest call was reached.", advice="`turn_taking.max_call_s` is the longest call."
    ),
    EndReason.CALLEE_BUSY: Ending(says="The called number was busy."),
    EndReason.CALLEE_NO_ANSWER: Ending(says="Nobody answered the called number."),
    EndReason.CALLEE_FAILED: Ending(
        says="The carrier could not reach the called number.", advice="See the carrier's log for this call."
    ),
    EndReason.CALLEE_CANCELED: Ending(says="The call was taken back before it was answered."),
    EndReason.MACHINE_ANSWERED: Ending(says="A machine answered, and there was nothing to leave on it."),
    EndReason.MACHINE_MESSAGE_LEFT: Ending(says="A machine answered, and the message was left on it."),
    EndReason.OPERATOR_ENDED: Ending(says="Somebody ended the call from outside: by the API or at the dashboard."),
    EndReason.LIMIT_CONCURRENT_CALLS: Ending(
        says="As many calls as are allowed at once were live already.", advice="`concurrent_calls` in the limits."
    ),
    EndReason.LIMIT_CALLS_A_DAY: Ending(
        says="As many calls as are allowed in a day had been taken.", advice="`calls_a_day` in the limits."
    ),
    EndReason.LIMIT_MINUTES_A_DAY: Ending(
        says="The day's minutes were used up.", advice="`minutes_a_day` in the limits."
    ),
    EndReason.LIMIT_MINUTES_A_MONTH: Ending(
        says="The month's minutes were used up.", advice="`minutes_a_month` in the limits."
    ),
    EndReason.LIMIT_DOLLARS_A_DAY: Ending(says="The day's money was spent.", advice="`dollars_a_day` in the limits."),
    EndReason.LIMIT_DOLLARS_A_MONTH: Ending(
        says="The month's money was spent.", advice="`dollars_a_month` in the limits."
    ),
    EndReason.LIMIT_CALLER_CONCURRENT_CALLS: Ending(
        says="This caller had as many calls at once as one caller may.",
        advice="`caller_concurrent_calls` in the limits.",
    ),
    EndReason.LIMIT_CALLER_CALLS_A_DAY: Ending(
        says="This caller had called as often as one caller may in a day.",
        advice="`caller_calls_a_day` in the limits.",
    ),
    EndReason.LIMIT_CALLER_MINUTES_A_DAY: Ending(
        says="This caller had talked as long as one caller may in a day.",
        advice="`caller_minutes_a_day` in the limits.",
    ),
    EndReason.LIMIT_CALL_MINUTES: Ending(
        says="The call had lasted as long as one call may.", advice="`call_minutes` in the limits."
    ),
    EndReason.LIMIT_CALL_DOLLARS: Ending(
        says="The call had cost as much as one call may.", advice="`call_dollars` in the limits."
    ),
    EndReason.SHIELD_BLOCKED: Ending(
        says="The caller is on the block list.", advice="Take the number off the list if that was a mistake."
    ),
    EndReason.SHIELD_RETURNED: Ending(
        says="The caller had called again and again within minutes.",
        advice="`returning_calls` and `returning_minutes` of the shield.",
    ),
    EndReason.SHIELD_UNVERIFIED: Ending(
        says="The carriers do not vouch for the caller's number.", advice="`unverified` of the shield."
    ),
    EndReason.SHIELD_NO_KEY: Ending(
        says="The caller was asked to press a key, and did not.",
        advice="`unverified` and `hidden` of the shield say who is asked.",
    ),
    EndReason.CARRIER_LEG_LOST: Ending(
        says="The carrier's media connection was lost and did not come back.",
        apologise=True,
        advice="When it is frequent, look at the network between the carrier and this server.",
    ),
    EndReason.PROVIDER_STT_FAILED: Ending(
        says="The transcriber failed, and no other could take its place.",
        apologise=True,
        advice="`offhook doctor` checks the transcriber; a fall-back list gives it a stand-by.",
    ),
    EndReason.PROVIDER_VOICE_FAILED: Ending(
        says="The voice failed, and no other could take its place.",
        apologise=True,
        advice="`offhook doctor` checks the voice; a fall-back list gives it a stand-by.",
    ),
    EndReason.PROVIDER_REPLY_FAILED: Ending(
        says="The language model failed again and again.",
        apologise=True,
        advice="`offhook doctor` checks the model; a fall-back list gives it a stand-by.",
    ),
    EndReason.OFFHOOK_DRAINED: Ending(says="The server was stopped, and the call did not end by itself in time."),
    EndReason.OFFHOOK_ERROR: Ending(
        says="A fault of Offhook itself.",
        apologise=True,
        advice="The traceback stands in the log. Please report it, with the call's journal.",
    ),
}
"""What each reason means: the reference page is made from it."""
