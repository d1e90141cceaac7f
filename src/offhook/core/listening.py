"""The caller's side: talk spurts, their words, and the transcriber that tells them. Of the agent it knows nothing."""

from typing import Final

import msgspec

from offhook.core.commands import FinalizeTranscript, PredictTurn, ReconnectTranscriber
from offhook.core.events import (
    SpeechStarted,
    SpeechStopped,
    TranscriberLost,
    TranscriptChanged,
    TranscriptFinal,
    TurnEndExpected,
    VoicePaused,
)
from offhook.core.ledger import Ledger
from offhook.core.state import Call
from offhook.core.timers import Timer
from offhook.core.words import Shape, normalize, shape_of

MISSED_VOICE_S: Final = 0.3
"""So much voice for which the transcriber owes an answer and gives none shows that it is ill."""
WORDS_APART_S: Final = 1.0
"""Words that came so long ago are followed by no more of them; Nova tells what it has once a second."""
MOST_WORDS_S: Final = 8.0
"""So long after the caller's voice, the words so far have to do even if more still come."""
AHEAD_S: Final = 1.0
"""Audio may be that far before the clock; a place beyond it is a fault of whoever tells it."""
_BACK_OFF_S: Final = 0.1


class Spurt(msgspec.Struct):
    """The caller's latest talk spurt."""

    number: int
    onset_at: float
    is_over_agent: bool
    """The agent was sounding when it began."""
    pause_s: float = 0.0
    """Silence between the caller's last spurt and this one."""
    voice_s: float = 0.0
    ended_at: float | None = None
    silence_s: float = 0.0
    """Silence after it that was seen in received audio."""
    model_belief: float | None = None
    """The end-of-turn model's, that the turn is complete."""
    vendor_belief: float | None = None
    """The transcriber's own; its words stay as they are then."""
    is_open: bool = True
    """It belongs to no committed turn, and was not judged to be none."""
    asked_at: float = -1.0
    """Place up to which its final was asked for."""
    watched_s: float | None = None
    was_predicted: bool = False
    """The end-of-turn model was asked."""
    asked_again: bool = False
    """The end-of-turn model was asked a second time, or there was time for it."""
    was_reheard: bool = False
    """The transcriber was opened anew for it."""
    gave_up: bool = False
    """Its final is waited for no more: the words so far have to do."""
    was_bridged: bool = False
    """The caller was told to wait for it."""
    text_when_stuck: str = ""
    words_at: float = 0.0
    """When words of it came last."""

    @property
    def belief(self) -> float | None:
        """The mean of what the end-of-turn model and the transcriber believe."""
        if self.model_belief is None:
            return self.vendor_belief
        if self.vendor_belief is None:
            return self.model_belief
        return (self.model_belief + self.vendor_belief) / 2

    @property
    def is_voiced(self) -> bool:
        """True until it has stopped."""
        return self.ended_at is None


class Listening:
    """Spurts and words of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.ledger = Ledger()
        self.spurt: Spurt | None = None
        self.overtaken: Spurt | None = None
        """The one before, when the latest began before its words were final."""
        self.last_voice_at = 0.0
        """End of the caller's last spurt."""
        self.turn_voice_s = 0.0
        """Voice of the spurts that no turn has taken yet."""
        self.voice_s = 0.0
        """Voice of all spurts."""
        self.closed_to = 0.0
        """Place up to which the caller was answered, or judged to want no answer."""
        self.owed_to = 0.0
        """Place up to which words are owed of spurts that were closed without them."""
        self._reconnects = 0

    @property
    def open_spurt(self) -> Spurt | None:
        """The latest spurt, while it belongs to no committed turn."""
        return self.spurt if self.spurt is not None and self.spurt.is_open else None

    @property
    def is_voiced(self) -> bool:
        """The caller speaks just now."""
        spurt = self.open_spurt
        return spurt is not None and spurt.is_voiced

    def is_settled(self, spurt: Spurt) -> bool:
        """Its words are final, or are waited for no more."""
        if spurt.gave_up or self._call.hears_audio:
            return True
        return spurt.ended_at is not None and self.ledger.final_to >= spurt.ended_at

    @property
    def owes_words(self) -> bool:
        """The caller has fallen silent, and what was said is not known for certain."""
        spurt = self.open_spurt
        return spurt is not None and not spurt.is_voiced and not self.is_settled(spurt)

    # ── sound ────────────────────────────────────────────────────────────────────────────────────────────────

    def started(self, event: SpeechStarted, at: float, *, over_agent: bool) -> Spurt:
        """A spurt begins."""
        pause_s = max(event.onset_at - self.last_voice_at, 0.0) if self.last_voice_at else 0.0
        before = self.open_spurt
        self.overtaken = before if before is not None and self.owes_words else None
        self.spurt = Spurt(event.spurt, event.onset_at, over_agent, pause_s)
        timers = self._call.timers
        timers.cancel(Timer.IDLE, Timer.COMMIT, Timer.TRANSCRIPT, Timer.OWED, Timer.DECIDE)
        timers.set(Timer.STUCK, at + self._call.behaviour.stuck_voice_s)
        return self.spurt

    def paused(self, event: VoicePaused) -> None:
        """Perhaps the end: its words are asked for already, for the answer takes longer than to be sure."""
        spurt = self.open_spurt
        if spurt is not None and spurt.number == event.spurt and spurt.is_voiced:
            spurt.asked_at = event.heard_at
            self._call.do(FinalizeTranscript(spurt.number))

    def stopped(self, event: SpeechStopped, at: float) -> Spurt | None:
        """The spurt is over: ask for its words at once. None when another one has begun meanwhile."""
        spurt, timers = self.spurt, self._call.timers
        if spurt is None or spurt.number != event.spurt or not spurt.is_voiced:
            return None
        spurt.ended_at, spurt.voice_s = event.ended_at, event.voice_s
        self.last_voice_at = event.ended_at
        self.turn_voice_s += event.voice_s
        self.voice_s += event.voice_s
        timers.cancel(Timer.STUCK)
        if not self.is_settled(spurt):
            if spurt.asked_at < event.ended_at:
                # Not asked yet, or the voice went on after the question.
                spurt.asked_at = at
                self._call.do(FinalizeTranscript(spurt.number))
            if spurt.is_open:
                timers.set(Timer.TRANSCRIPT, at + self._call.behaviour.transcript_timeout_s)
                timers.set(Timer.OWED, at + self._call.behaviour.filler_s)
        return spurt

    def silence_lasted(self, number: int, silence_s: float) -> None:
        """Received audio has shown so much silence after the spurt."""
        spurt, b = self.spurt, self._call.behaviour
        if spurt is None or spurt.number != number or spurt.is_voiced:
            return
        spurt.silence_s = max(spurt.silence_s, silence_s)
        if not spurt.asked_again and silence_s >= b.second_opinion_s:
            spurt.asked_again = True
            if spurt.model_belief is not None and spurt.model_belief < b.complete_probability:
                self._call.do(PredictTurn(spurt.number))

    def turn_predicted(self, number: int, probability: float) -> None:
        """The end-of-turn model has answered; a second opinion counts as much as the first."""
        spurt = self.spurt
        if spurt is not None and spurt.number == number:
            first = spurt.model_belief if spurt.asked_again else None
            spurt.model_belief = probability if first is None else (first + probability) / 2

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────────

    def changed(self, event: TranscriptChanged | TurnEndExpected, at: float) -> None:
        """Words that may still change."""
        self._reconnects = 0
        self.ledger.change(event.text, min(event.to_s, at + AHEAD_S))
        spurt = self.open_spurt
        if spurt is not None:
            spurt.words_at = at
            if isinstance(event, TurnEndExpected):
                spurt.vendor_belief = event.probability

    def resumed(self) -> None:
        """The transcriber does not believe any more that the turn is over."""
        if self.spurt is not None:
            self.spurt.vendor_belief = None

    def final(self, event: TranscriptFinal, at: float) -> str:
        """Words that stay; those of them that are new."""
        self._reconnects = 0
        if normalize(event.text):
            so_far = shape_of(self.ledger.final_text, self._call.last_agent_text, self._call.script)
            if so_far in (Shape.OPEN, Shape.STRANDED, Shape.COLLECTING):
                self.ledger.go_on()
        new = self.ledger.add_final(event.text, event.from_s, min(event.to_s, at + AHEAD_S))
        spurt = self.open_spurt
        if spurt is not None:
            if new:
                spurt.words_at = at
            if not spurt.is_voiced and self.is_settled(spurt):
                self._call.timers.cancel(Timer.TRANSCRIPT, Timer.OWED)
        return new

    def close_spurt(self) -> None:
        """It is answered, or nothing that wants an answer."""
        self.turn_voice_s = 0.0
        if self.spurt is not None:
            self.spurt.is_open = False
            if self.spurt.ended_at is not None and self.ledger.final_to < self.spurt.ended_at:
                self.owed_to = self.spurt.ended_at
            self.closed_to = max(self.closed_to, self.spurt.ended_at or self.spurt.onset_at)
        self._call.timers.cancel(Timer.COMMIT, Timer.TRANSCRIPT, Timer.OWED, Timer.STUCK)

    def words_overdue(self, at: float) -> bool:
        """The final does not come: open the transcriber anew, once; True when the words so far have to do."""
        spurt, timers = self.open_spurt, self._call.timers
        if spurt is None or not self.owes_words:
            return False
        quiet_at = min(spurt.words_at + WORDS_APART_S, (spurt.ended_at or at) + MOST_WORDS_S)
        if self.ledger.interim and at < quiet_at:
            # They still come, as when a stream that was opened anew catches up.
            timers.set(Timer.TRANSCRIPT, quiet_at)
            return False
        if not self.ledger.interim and spurt.voice_s >= MISSED_VOICE_S and not spurt.was_reheard:
            spurt.was_reheard = True
            timers.set(Timer.TRANSCRIPT, at + self._call.behaviour.transcript_timeout_s)
            self._call.do(ReconnectTranscriber(0.0))
            return False
        spurt.gave_up = True
        timers.cancel(Timer.OWED)
        return True

    @property
    def is_deaf(self) -> bool:
        """The transcriber owes the latest spurt's words and has said nothing at all."""
        spurt = self.spurt
        return spurt is not None and spurt.gave_up and self.ledger.final_to < (spurt.ended_at or 0.0)

    # ── the transcriber ──────────────────────────────────────────────────────────────────────────────────────

    def lost(self, event: TranscriberLost) -> bool:
        """Open it again at once; False when that has not helped."""
        b, spurt = self._call.behaviour, self.spurt
        self._reconnects += 1
        self.ledger.lose_stream()
        if spurt is not None and not self.is_settled(spurt):
            # What it was asked, and what it believed, went with it.
            spurt.asked_at, spurt.vendor_belief = -1.0, None
        if not event.retryable or self._reconnects > b.reconnect_attempts:
            return False
        back_off_s = _BACK_OFF_S * 2 ** (self._reconnects - 2) if self._reconnects > 1 else 0.0
        self._call.do(ReconnectTranscriber(min(max(back_off_s, b.reconnect_first_s), b.reconnect_max_s)))
        return True

    def ready(self, at: float) -> None:
        """It hears again: ask once more for what is still owed."""
        spurt = self.open_spurt
        if spurt is None or spurt.gave_up or self.is_settled(spurt):
            return
        if self.owes_words:
            spurt.asked_at = at
            self._call.do(FinalizeTranscript(spurt.number))
            self._call.timers.set(Timer.TRANSCRIPT, at + self._call.behaviour.transcript_timeout_s)
        else:
            # A question that was asked while nobody heard is asked again when the voice stops.
            spurt.asked_at = -1.0
