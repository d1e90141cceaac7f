"""The end of a call: a goodbye that was heard and not answered, then the line."""

from offhook.core.commands import EndCall, HangUp, Say
from offhook.core.endings import EndReason
from offhook.core.events import EndRequested
from offhook.core.history import CallerSaid, KeysPressed
from offhook.core.listening import Listening
from offhook.core.reply import CallerTurn
from offhook.core.speaking import Speaking
from offhook.core.state import OVER, Call, Phase
from offhook.core.timers import Timer
from offhook.core.words import normalize, without_fillers


class Closing:
    """How one call ends."""

    def __init__(self, call: Call, listening: Listening, speaking: Speaking) -> None:
        self._call, self._listening, self._speaking = call, listening, speaking
        self.heard: EndReason | None = None
        """A goodbye was heard, and the line is cut for this reason, unless the caller says something after all."""
        self._detail = ""

    def say_goodbye(
        self,
        goodbye: Say,
        reason: EndReason,
        at: float,
        *,
        is_protected: bool = True,
        turn: CallerTurn | None = None,
        detail: str = "",
    ) -> None:
        """Say it, and hang up once it was heard, or when it takes too long."""
        c, reply = self._call, self._speaking.reply
        if c.phase in OVER or (c.phase is Phase.CLOSING and is_protected and reply and reply.is_protected):
            return
        if c.phase is Phase.PARKED:
            c.end(reason, detail)
            return
        if reply is not None:
            self._speaking.seal(reply)
        self._speaking.say_instead(goodbye, at, ends_call=reason, is_protected=is_protected, turn=turn)
        self._detail = detail
        self._close(at)

    def requested(self, wish: EndRequested, at: float) -> None:
        """Somebody other than the two parties wants the call over."""
        c = self._call
        if c.phase is Phase.RINGING:
            c.end(wish.reason, wish.detail)
        else:
            goodbye = Say(wish.sentence or c.script.goodbye, "goodbye")
            self.say_goodbye(goodbye, wish.reason, at, detail=wish.detail)

    def was_heard(self, reason: EndReason, at: float, *, is_protected: bool) -> None:
        """The agent's last words are over: the caller has a moment to say something after all."""
        if is_protected or self._call.behaviour.goodbye_grace_s == 0.0:
            self._call.end(reason, self._detail)
            return
        self.heard = reason
        self._close(at)

    def wait(self, at: float) -> None:
        """After each step: the moment begins when nothing of the caller is being judged."""
        c, listening = self._call, self._listening
        if self.heard is None or not self._speaking.is_free:
            return
        if listening.is_voiced or listening.owes_words or not listening.ledger.is_empty:
            c.timers.cancel(Timer.GRACE)
        else:
            c.timers.set_first(Timer.GRACE, at + c.behaviour.goodbye_grace_s)

    def hang_up(self) -> None:
        """The moment is over, or the goodbye takes too long."""
        reply = self._speaking.reply
        said = reply.ends_call if reply is not None else None
        self._call.end(self.heard or said or EndReason.AGENT_ENDED, self._detail)

    def reopen(self) -> None:
        """The caller has spoken into the goodbye: the call goes on."""
        self.heard, self._detail = None, ""
        if self._call.phase is Phase.CLOSING:
            self._call.enter(Phase.OPEN)
            self._call.timers.cancel(Timer.CLOSING, Timer.GRACE)

    def finish_step(self) -> None:
        """Carry out an end that was decided in this step; what was heard of the last reply is still awaited."""
        c, speaking = self._call, self._speaking
        if c.ended is None:
            return
        if c.phase not in OVER:
            c.enter(Phase.ENDING)
            c.timers.clear()
            speaking.next = None
            if (reply := speaking.reply) is not None:
                speaking.seal(reply)
                speaking.cancel(reply)
            said = without_fillers(self._listening.ledger.text, c.script)
            if normalize(said):
                # Words that nobody answered are part of the record all the same.
                c.remember(CallerSaid(c.turns + 1, said))
            speaking.keys.finish(is_whole=False)
            if keys := speaking.keys.take():
                c.remember(KeysPressed(c.turns + 1, keys))
            if c.ended.hang_up:
                c.do(HangUp(c.ended.reason))
        if c.phase is Phase.ENDING and speaking.cut is None:
            c.enter(Phase.ENDED)
            c.timers.clear()
            c.do(EndCall(c.ended.reason, c.ended.detail))

    def _close(self, at: float) -> None:
        c = self._call
        if c.phase is not Phase.CLOSING:
            c.enter(Phase.CLOSING)
        c.timers.set(Timer.CLOSING, at + c.behaviour.closing_timeout_s)
