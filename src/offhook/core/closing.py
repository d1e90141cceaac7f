"""The rules of the end: a goodbye that was heard, then the line; or the line first."""

from typing import Final

from offhook.core import speaking
from offhook.core.commands import EndCall, HangUp, RecordTurn, Say
from offhook.core.state import CallState, Known, Phase
from offhook.core.timers import Timer

OVER: Final = (Phase.ENDING, Phase.ENDED)


def close(c: CallState, goodbye: Say, reason: str, at: float, *, is_protected: bool = True) -> None:
    """Say goodbye and hang up once it was heard, or when it takes too long."""
    if c.phase in OVER or (c.phase is Phase.CLOSING and is_protected and c.reply and c.reply.is_protected):
        return
    if c.reply is not None:
        speaking.seal(c, c.reply)
        speaking.cancel(c)
    reply = speaking.start(c, goodbye, at)
    reply.ends_call = reason
    if is_protected:
        reply.known |= Known.PROTECTED
    if c.phase is not Phase.CLOSING:
        c.enter(Phase.CLOSING)
    c.timers.set(Timer.CLOSING, at + c.behaviour.closing_timeout_s)


def reopen(c: CallState) -> None:
    """The caller has spoken into the goodbye: the call goes on."""
    if c.phase is Phase.CLOSING:
        c.enter(Phase.OPEN)
        c.timers.cancel(Timer.CLOSING)


def end(c: CallState, reason: str, *, hang_up: bool) -> None:
    """The conversation is over. What was heard of the last reply is still awaited."""
    if c.phase in OVER:
        return
    c.enter(Phase.ENDING)
    c.end_reason = reason
    c.timers.clear()
    if c.reply is not None:
        speaking.seal(c, c.reply)
        speaking.cancel(c)
    if not c.turn.is_empty:
        # Words that nobody answered are part of the record all the same.
        c.do(RecordTurn(c.counts.turns + 1, "caller", c.turn.text, c.turn.text))
    if hang_up:
        c.do(HangUp(reason))
    if c.cut is None:
        finish(c)


def finish(c: CallState) -> None:
    """Nothing is open any more."""
    c.enter(Phase.ENDED)
    c.timers.clear()
    c.do(EndCall(c.end_reason))
