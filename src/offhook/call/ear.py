"""The ear: the listener of a call's legs, one after another, and the way from them to the core.

leg ── frames ──▶ CallerAudio ──▶ taps, detector ──▶ edges
                      └─────────▶ Questions ──▶ transcriber ──▶ words
    ── keys ────▶ inbox
    ── marks ───▶ pacer
    ── its end ─▶ LegDetached
"""

import logging
from collections.abc import Callable
from typing import Final

from offhook.audio.spurts import SpurtDetector
from offhook.call.caller_audio import CallerAudio
from offhook.call.inbox import Inbox
from offhook.call.leg_watch import DEAD_LEG_S, LegWatch
from offhook.call.pacer import Pacer
from offhook.call.questions import Make, Questions
from offhook.call.taps import Tap
from offhook.core.events import Detachment, DigitPressed, LegAttached, LegDetached
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.speech.ports import Transcriber
from offhook.telephony.leg import Leg

__all__ = ["Ear"]

_LOG: Final = logging.getLogger("offhook.calls")


class Ear:
    """One call's ear."""

    def __init__(
        self, inbox: Inbox, detector: SpurtDetector, pacer: Pacer, *, hearing_format: AudioFormat = TELEPHONE
    ) -> None:
        """The call's format is the pacer's; `hearing_format` is what its transcribers want."""
        self._inbox, self._pacer, self.audio_format = inbox, pacer, pacer.audio_format
        self.questions: Final = Questions(inbox.put)
        self.audio: Final = CallerAudio(inbox.put, detector, self.questions, pacer.audio_format, hearing_format)
        self._detector = detector
        self._watch = LegWatch()
        self._attached: _Listener | None = None
        self.dropped_digits = 0

    # ── legs ─────────────────────────────────────────────────────────────────────────────────────────────────

    def attach(self, leg: Leg, number: int, origin_at: float) -> None:
        """This leg carries the call from now on; its first sample lies at `origin_at`. An earlier one is closed."""
        assert leg.format == self.audio_format, "a call has one format"
        if self._attached is not None:
            old = self._attached.leg
            self.ended(self._attached, Detachment.REPLACED)
            old.close()
        self.audio.leg_began(origin_at)
        listener = self._attached = _Listener(self, leg, number)
        self._inbox.put(LegAttached(number, origin_at))
        self._pacer.attach(leg, lambda: self.audio.heard_at)
        self._watch.begin(lambda: self.audio.frames, self._leg_is_dead)
        leg.listen(listener)

    def ended(self, listener: "_Listener", how: Detachment, cause: str = "") -> None:
        """The leg carries the call no more; of one that does not anyway, nothing is believed."""
        if listener is self._attached:
            self._attached = None
            listener.stop()
            self._watch.stop()
            self._pacer.detach()
            self.audio.leg_ended()
            self._inbox.put(LegDetached(listener.number, how, cause))

    def digit_pressed(self, digit: str) -> None:
        """A key. Nobody presses a hundred in a moment: a storm of them is dropped and counted."""
        if not self._inbox.is_crowded:
            self._inbox.put(DigitPressed(digit))
            return
        self.dropped_digits += 1
        if self.dropped_digits == 1:
            _LOG.warning("< a storm of keys: the rest of them is dropped")

    def mark_reached(self, name: str) -> None:
        """Playout has reached a mark."""
        self._pacer.mark_reached(name)

    def _leg_is_dead(self) -> None:
        if self._attached is not None:
            leg = self._attached.leg
            self.ended(self._attached, Detachment.LOST, f"no audio for {DEAD_LEG_S} s")
            leg.close()

    # ── from the call ────────────────────────────────────────────────────────────────────────────────────────

    def watch_silence(self, spurt: int, silence_s: float) -> None:
        """Tell when so much silence was received."""
        self._detector.watch_silence(spurt, silence_s)

    def follow(self, voice_edges_s: tuple[float, ...]) -> None:
        """Another agent is in charge: of spurts that begin from now on, these lengths of voice are told."""
        self._detector.follow(voice_edges_s)

    def tap(self, hear: Tap) -> Callable[[], None]:
        """Tell every frame of the caller and its place, as it comes; what is returned ends it."""
        return self.audio.taps.add(hear)

    def mute(self, is_muted: bool) -> None:
        """Keep the caller's audio from everybody, or not any more."""
        self.audio.mute(is_muted)

    def recent_audio(self) -> bytes:
        """The last seconds of the caller, mu-law at 8000 Hz."""
        return self.audio.recent_audio()

    def connect(self, make: Make) -> Transcriber:
        """A new transcriber in place of any other; see `Questions.connect`."""
        return self.questions.connect(make)

    def disconnect(self, transcriber: Transcriber) -> None:
        """The transcriber is gone."""
        self.questions.disconnect(transcriber)

    def finalize(self) -> None:
        """Ask the transcriber for the words of all that was heard so far."""
        self.questions.finalize()

    @property
    def is_at_work(self) -> bool:
        """The transcriber is at work on an answer: another one would begin it once more, and be later."""
        return self.questions.is_at_work

    @property
    def heard_at(self) -> float:
        """The end of the audio that has come, on the call's clock."""
        return self.audio.heard_at

    def stop(self) -> None:
        """The call is over: nothing is told any more, and what was kept is let go."""
        self._watch.stop()
        if self._attached is not None:
            self._attached.stop()
            self._attached = None
        self.audio.stop()
        self.questions.stop()


class _Listener:
    """Listens to one leg, as long as that carries the call."""

    def __init__(self, ear: Ear, leg: Leg, number: int) -> None:
        self.leg, self.number = leg, number
        self._ear: Ear | None = ear
        # The leg calls the audio's own method: a frame takes no step in between.
        self.frame_received = ear.audio.hear

    def digit_pressed(self, digit: str) -> None:
        """A key."""
        if self._ear is not None:
            self._ear.digit_pressed(digit)

    def mark_reached(self, name: str) -> None:
        """Playout has reached a mark."""
        if self._ear is not None:
            self._ear.mark_reached(name)

    def leg_stopped(self) -> None:
        """The carrier ended the stream."""
        if self._ear is not None:
            self._ear.ended(self, Detachment.STOPPED)

    def leg_lost(self, cause: str) -> None:
        """The connection ended."""
        if self._ear is not None:
            self._ear.ended(self, Detachment.LOST, cause)

    def stop(self) -> None:
        """Hear nothing any more."""
        self._ear, self.frame_received = None, _unheard


def _unheard(frame: bytes) -> None:
    del frame
