"""How a call's turns would have ended with another patience: the core's own rule, asked about what was recorded.

Where the caller fell silent, words and sound are known, and so is whether the caller went on. The rule says how long it
would have waited there. What would have been said after another ending nobody knows: each silence stands for itself.
"""

from typing import Final

import msgspec

from offhook.core import events as ev
from offhook.core.behaviour import Behaviour, Script
from offhook.core.commands import Command, CommitReply, Remember, StartReply
from offhook.core.dictation import asked_in
from offhook.core.endpointing import Ending, ending_of, silence_needed_s
from offhook.core.history import AgentSaid, AnyEntry, CallerSaid

WENT_ON_S: Final = 3.0
"""Who speaks again within so long, before having heard much of the agent, was not done."""
HEARD_S: Final = 0.7
"""So much of the agent's reply is heard by somebody who then answers it."""


class Silence(msgspec.Struct, frozen=True):
    """A place where the caller fell silent after words."""

    at_s: float
    turn: int
    """The caller's turn, counted from 1."""
    text: str
    ending: Ending
    probability: float | None
    words_s: float
    """How long after the silence began the last of its words came."""
    went_on_s: float | None
    """The caller spoke again after so long, and was not done; None: it was the end of the turn."""

    def waited_s(self, behaviour: Behaviour) -> float:
        """From the last sound to the turn's end. The pauses that a call learns of its caller are left out."""
        return max(silence_needed_s(behaviour, self.ending.evidence(self.probability, 0.0)), self.words_s)

    def is_cut_off(self, behaviour: Behaviour) -> bool:
        """The agent would have come in where the caller went on."""
        return self.went_on_s is not None and self.waited_s(behaviour) < self.went_on_s


class Silences:
    """Feed it a journal, in order; `all` is whole when the journal is over."""

    def __init__(self, script: Script) -> None:
        self.all: list[Silence] = []
        self._script = script
        self._history: list[AnyEntry] = []
        self._text = ""
        """Of the turn that is under way."""
        self._ended_at: float | None = None
        self._words_at = 0.0
        self._probability: float | None = None
        self._spurt = 0
        self._since = 0
        """Entries of the history when it began."""
        self._sounds_from: float | None = None
        """Where the agent's latest reply is heard from."""

    def add(self, what: ev.Event | Command, at: float) -> None:
        """One line."""
        match what:
            case ev.SpeechStarted(spurt=spurt, onset_at=onset_at):
                self._close(onset_at)
                self._spurt, self._probability = spurt, None
            case ev.SpeechStopped(spurt=spurt, ended_at=ended_at) if spurt == self._spurt:
                self._ended_at, self._words_at, self._since = ended_at, ended_at, len(self._history)
            case ev.TranscriptFinal(text=text) if text.strip():
                self._text, self._words_at = f"{self._text} {text}".strip(), at
            case ev.TurnPredicted(spurt=spurt, probability=probability) if spurt == self._spurt:
                self._probability = probability
            case ev.SegmentStarted(plays_at=plays_at):
                self._sounds_from = plays_at if self._sounds_from is None else self._sounds_from
            case ev.AgentEntered(script=script):
                self._script = script
            case StartReply() | CommitReply():
                self._sounds_from = None
            case Remember(entry=entry):
                if isinstance(entry, AgentSaid) and entry.text:
                    # What follows is another turn: the agent was heard.
                    self._close(None)
                    self._text = ""
                self._history.append(entry)
            case _:
                pass

    def end(self) -> list[Silence]:
        """The journal is over."""
        self._close(None)
        return self.all

    def _close(self, onset_at: float | None) -> None:
        """The silence that was open is over: the caller speaks again, or does not."""
        ended_at, self._ended_at = self._ended_at, None
        if ended_at is None or not self._text:
            return
        before, since = self._history[: self._since], self._history[self._since :]
        turn = max((entry.turn for entry in before if isinstance(entry, CallerSaid)), default=0) + 1
        went_on_s = None
        if onset_at is not None and 0.0 < onset_at - ended_at <= WENT_ON_S:
            heard_s = onset_at - self._sounds_from if self._sounds_from is not None else 0.0
            went_on_s = onset_at - ended_at if heard_s < HEARD_S else None
        if went_on_s is None and not any(isinstance(entry, CallerSaid) for entry in since):
            self._text = ""
            return  # It was nobody's turn: a word of listening, an echo.
        ending = ending_of(self._text, asked_in(before, self._script), self._script)
        words_s = max(0.0, self._words_at - ended_at)
        self.all.append(Silence(ended_at, turn, self._text, ending, self._probability, words_s, went_on_s))
        if went_on_s is None:
            self._text = ""
