"""What the caller hears while waiting: an opener, a filler, and a question when nobody speaks for long."""

from typing import Final

from offhook.core.behaviour import Script
from offhook.core.closing import Closing
from offhook.core.commands import Ask, PlayFiller, Say
from offhook.core.endings import EndReason
from offhook.core.listening import Listening
from offhook.core.reply import FILLER, CallerTurn, Reply, ReplyState
from offhook.core.speaking import Speaking
from offhook.core.state import Call
from offhook.core.timers import Timer
from offhook.core.words import Shape, normalize, shape_of

_RETRY_WHEN_HUSHED_S: Final = 0.3


class Waiting:
    """Who waits for what in one call."""

    def __init__(self, call: Call, listening: Listening, speaking: Speaking, closing: Closing) -> None:
        self._call, self._listening, self._speaking, self._closing = call, listening, speaking, closing
        self.is_on_hold = False
        """The caller has asked for time."""
        self._is_muted = False
        self._idle_prompts = 0
        self._fillers = 0

    def caller_is_there(self, *, is_on_hold: bool = False) -> None:
        """Words were heard."""
        self._idle_prompts, self.is_on_hold = 0, is_on_hold

    def mute(self, is_muted: bool) -> None:
        """Nothing of the caller is heard, by somebody's wish: that is no silence."""
        self._is_muted = is_muted

    def opener_due(self, at: float) -> None:
        """No reply is ready: acknowledge what was said, and let the reply go on behind it."""
        reply, c = self._speaking.reply, self._call
        if reply is None or reply.state is not ReplyState.THINKING or reply.fillers:
            return
        if text := opener_for(c.script, reply.turn.text, reply.turn.number):
            c.do(PlayFiller(reply.number, text))
            if Timer.FILLER in c.timers:
                c.timers.set(Timer.FILLER, at + c.behaviour.filler_s)

    def filler_due(self, at: float) -> None:
        """The caller has waited: say something short, unless the caller speaks."""
        reply, c = self._speaking.reply, self._call
        if reply is None:
            if self._speaking.is_free and c.is_talking and c.script.filler:
                self._say_filler(at)
            return
        if reply.is_held or not isinstance(reply.content, Ask):
            return
        if reply.state is ReplyState.HUSHED:
            c.timers.set(Timer.FILLER, at + _RETRY_WHEN_HUSHED_S)
            return
        fillers = self._fillers_for(reply)
        if not fillers:
            return
        c.do(PlayFiller(reply.number, fillers[reply.fillers % len(fillers)]))
        reply.fillers += 1
        if reply.fillers < c.behaviour.fillers:
            # Playout tells when the filler is over; this is for a voice that does not even say that.
            c.timers.set(Timer.FILLER, at + 2 * c.behaviour.filler_again_s)

    def words_owed(self, at: float) -> None:
        """The caller has spoken and hears nothing, since the words are not known."""
        spurt, c, b = self._listening.open_spurt, self._call, self._call.behaviour
        if spurt is None or not (self._listening.owes_words and c.is_talking and c.script.filler):
            return
        assert spurt.ended_at is not None
        if not self._speaking.is_free:
            c.timers.set(Timer.OWED, at + _RETRY_WHEN_HUSHED_S)
        elif not self._listening.ledger.is_empty and at < spurt.ended_at + b.filler_s + b.filler_s / 4:
            # The words so far will soon have to do: an answer is better than a filler.
            c.timers.set(Timer.OWED, at + b.filler_s / 4)
        else:
            c.timers.set(Timer.OWED, at + b.filler_again_s)
            spurt.was_bridged = True
            self._say_filler(at)

    def idle_over(self, at: float) -> None:
        """Nobody has spoken for long."""
        c = self._call
        self._idle_prompts += 1
        if self._idle_prompts > c.behaviour.idle_prompts:
            goodbye = Say(c.script.idle_goodbye, "idle_goodbye")
            self._closing.say_goodbye(goodbye, EndReason.CALLER_SILENT, at, is_protected=False)
        else:
            text = c.script.idle[(self._idle_prompts - 1) % len(c.script.idle)]
            self._speaking.start(Say(text, "idle"), CallerTurn(c.turns), at)

    def watch_idle(self, at: float) -> None:
        """Nobody speaks, and nobody has to: from now on the silence counts."""
        c = self._call
        if self._is_muted:
            c.timers.cancel(Timer.IDLE)
        else:
            c.timers.set_first(Timer.IDLE, at + (c.behaviour.hold_s if self.is_on_hold else c.behaviour.idle_s))

    def _say_filler(self, at: float) -> None:
        c = self._call
        text = c.script.filler[self._fillers % len(c.script.filler)]
        self._fillers += 1
        self._speaking.start(Say(text, FILLER), CallerTurn(c.turns), at)

    def _fillers_for(self, reply: Reply) -> tuple[str, ...]:
        """The sentences of the first tool that runs and has its own, or the general ones."""
        script = self._call.script
        running = (script.tools.get(run.name) for run in self._speaking.tools.of(reply.number))
        return next((words.filler for words in running if words is not None and words.filler), script.filler)


def opener_for(script: Script, caller_text: str, turn: int) -> str:
    """What fits to the caller's turn: another one from turn to turn; empty when nothing does."""
    if shape_of(caller_text, "", script) is Shape.FAREWELL:
        return ""
    said = f"{normalize(caller_text)} "
    # "Could you ..." and "I would like ...?" ask for a deed, whatever their sign at the end.
    if any(said.startswith(f"{phrase} ") for phrase in script.request_words):
        fitting = script.opener_request
    elif caller_text.rstrip().endswith("?") or any(said.startswith(f"{word} ") for word in script.question_words):
        fitting = script.opener_question
    else:
        fitting = script.opener_statement
    return fitting[turn % len(fitting)] if fitting else ""
