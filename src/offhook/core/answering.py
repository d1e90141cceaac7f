"""How a call begins: the opening, and for a call that was placed, who has answered it."""

from offhook.core.closing import Closing
from offhook.core.commands import Say
from offhook.core.endings import EndReason
from offhook.core.events import AnsweredBy, Answerer, CallAnswered
from offhook.core.ledger import PASSED
from offhook.core.listening import Listening
from offhook.core.making import Making
from offhook.core.reply import CallerTurn
from offhook.core.speaking import Speaking
from offhook.core.state import Call, Phase
from offhook.core.timers import Timer
from offhook.core.turns import Turns
from offhook.core.words import without_fillers


class Answering:
    """The first moments of one call."""

    def __init__(
        self, call: Call, listening: Listening, speaking: Speaking, making: Making, closing: Closing, turns: Turns
    ) -> None:
        self._call, self._listening, self._speaking, self._making = call, listening, speaking, making
        self._closing, self._turns = closing, turns
        self._is_screening = False
        self._waits_for_beep = False

    def answered(self, event: CallAnswered, at: float) -> None:
        """The call stands."""
        c, b = self._call, self._call.behaviour
        if c.phase is not Phase.RINGING:
            return
        c.enter(Phase.OPEN)
        c.timers.set(Timer.MAX_CALL, at + b.max_call_s)
        if 0.0 < b.warn_before_s < b.max_call_s:
            c.timers.set(Timer.WARNING, at + b.max_call_s - b.warn_before_s)
        if event.is_screened:
            # The greeting is made, and waits for whom it greets.
            self._is_screening = self._turns.is_suspended = True
            c.timers.set(Timer.SCREEN, at + b.screen_s)
        if c.script.opening == "wait":
            c.timers.set(Timer.IDLE, at + b.opening_wait_s)
        else:
            self._open(at, held=event.is_screened)

    def answered_by(self, event: AnsweredBy, at: float) -> None:
        """It is known who has answered, perhaps only when the greeting is being said."""
        c = self._call
        if c.phase is not Phase.OPEN or self._waits_for_beep:
            return
        if event.who is not Answerer.MACHINE:
            self.greet(at)
            return
        self._is_screening = False
        if not c.script.machine_message:
            c.end(EndReason.MACHINE_ANSWERED)
            return
        if self._speaking.reply is not None:
            self._speaking.cancel(self._speaking.reply)
        self._waits_for_beep = self._turns.is_suspended = True
        c.timers.set(Timer.SCREEN, at + c.behaviour.beep_s)

    def screen_over(self, at: float) -> None:
        """Nobody has told who it is: a human, as far as that goes; or the beep does not come."""
        if self._waits_for_beep:
            self.beep_heard(at)
        else:
            self.greet(at)

    def beep_heard(self, at: float) -> None:
        """The machine records."""
        c = self._call
        if c.phase is not Phase.OPEN or not self._waits_for_beep:
            return
        self._waits_for_beep = False
        c.timers.cancel(Timer.SCREEN)
        self._listening.ledger.take(PASSED)
        message = Say(c.script.machine_message, "machine_message")
        self._closing.say_goodbye(message, EndReason.MACHINE_MESSAGE_LEFT, at)

    def greet(self, at: float) -> None:
        """A person is there: the greeting that waits is said."""
        if not self._is_screening:
            return
        c, speaking = self._call, self._speaking
        self._is_screening = self._turns.is_suspended = False
        c.timers.cancel(Timer.SCREEN)
        if c.script.opening == "wait" or (speaking.reply is not None and not speaking.reply.is_held):
            return
        if not speaking.is_free and speaking.reply is None:
            return
        if speaking.reply is None:
            self._open(at, held=True)  # The voice has failed meanwhile.
        reply = speaking.reply
        assert reply is not None
        if not self._listening.is_voiced:
            self._listening.close_spurt()
        if not self._listening.ledger.is_empty:
            # "Hello?" is what it answers.
            c.turns += 1
            reply.turn = CallerTurn(c.turns, without_fillers(self._listening.ledger.take(c.turns), c.script))
        self._making.commit(reply, at)

    def _open(self, at: float, *, held: bool) -> None:
        c = self._call
        is_fixed = c.script.opening == "fixed"
        content = Say(c.script.greeting, "greeting") if is_fixed else self._speaking.ask(CallerTurn(0))
        opening = self._speaking.start(content, CallerTurn(0), at, held=held)
        opening.is_protected = c.behaviour.protect_opening
