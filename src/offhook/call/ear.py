"""The ear: what happens to each 20 ms of the caller, in the leg's own callback and nowhere else."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from offhook.audio.spurts import Edge, SpurtDetector
from offhook.call.inbox import Inbox
from offhook.call.pacer import Pacer
from offhook.core.events import CallerHungUp, DigitPressed, LegLost, TranscriptFinal
from offhook.speech.ports import TellsOfWork, Transcriber, TranscriberEvent

_LOG: Final = logging.getLogger("offhook.calls")
KEPT_FRAMES: Final = 1500
"""30 s: what a transcriber that was lost can be given again."""
DEAD_LEG_S: Final = 6
"""A carrier sends silence too: a leg without any frame for so long is dead, whatever its socket says."""
RECENT_FRAMES: Final = 400
"""8 s: what the end-of-turn model looks at."""


class CallerRecorder(Protocol):
    """Keeps what the caller said."""

    def caller(self, frame: bytes) -> None:
        """The next 20 ms."""


class Ear:
    """The listener of a call's leg."""

    def __init__(self, inbox: Inbox, detector: SpurtDetector, recorder: CallerRecorder, pacer: Pacer) -> None:
        self._inbox, self._detector, self._recorder, self._pacer = inbox, detector, recorder, pacer
        detector.late = self._put
        self._transcriber: Transcriber | None = None
        self._kept: deque[bytes] = deque(maxlen=KEPT_FRAMES)
        """Frames that no final has covered yet."""
        self._asked: dict[int, tuple[int, int]] = {}
        """What each question to the transcriber was about: the spurt, and the frames heard until then."""
        self._questions = 0
        self._recent: deque[bytes] = deque(maxlen=RECENT_FRAMES)
        self._frames = 0
        self.dropped_digits = 0
        self._frames_seen = self._dead_s = 0
        self._alive_timer: asyncio.TimerHandle | None = None

    # ── from the leg ─────────────────────────────────────────────────────────────────────────────────────────

    def frame_received(self, frame: bytes) -> None:
        """20 ms of the caller: recorded, heard, and searched for edges."""
        self._frames += 1
        self._recorder.caller(frame)
        self._kept.append(frame)
        self._recent.append(frame)
        if self._transcriber is not None:
            self._transcriber.hear(frame)
        if edges := self._detector.hear(frame):
            self._put(edges)

    def _put(self, edges: tuple[Edge, ...]) -> None:
        for edge in edges:
            self._inbox.put(edge)

    def digit_pressed(self, digit: str) -> None:
        """A key. Nobody presses a hundred in a moment: a storm of them is dropped and counted."""
        if self._inbox.is_crowded:
            self.dropped_digits += 1
            if self.dropped_digits == 1:
                _LOG.warning("< a storm of keys: the rest of them is dropped")
            return
        self._inbox.put(DigitPressed(digit))

    def mark_reached(self, name: str) -> None:
        """Playout has reached a mark."""
        self._pacer.mark_reached(name)

    def leg_stopped(self) -> None:
        """The carrier ended the stream."""
        self._inbox.put(CallerHungUp())

    def leg_lost(self, cause: str) -> None:
        """The connection ended."""
        self._inbox.put(LegLost(cause))

    def watch_leg(self) -> None:
        """See once a second that frames keep coming, from now until `stop`."""
        self._alive_timer = asyncio.get_running_loop().call_later(1.0, self._look_at_leg)

    def stop(self) -> None:
        """Look no more."""
        if self._alive_timer is not None:
            self._alive_timer.cancel()

    def _look_at_leg(self) -> None:
        self._dead_s = self._dead_s + 1 if self._frames == self._frames_seen else 0
        self._frames_seen = self._frames
        if self._dead_s >= DEAD_LEG_S:
            self.leg_lost(f"no audio for {DEAD_LEG_S} s")
        else:
            self.watch_leg()

    # ── from the call ────────────────────────────────────────────────────────────────────────────────────────

    def watch_silence(self, spurt: int, silence_s: float) -> None:
        """Tell when so much silence was received."""
        self._detector.watch_silence(spurt, silence_s)

    def connect(self, make: Callable[[Callable[[TranscriberEvent], None]], Transcriber]) -> Transcriber:
        """A new transcriber: it gets at once what no final has covered, then everything that comes."""
        transcriber = make(self._transcribed)
        for frame in self._kept:
            transcriber.hear(frame)
        self._transcriber = transcriber
        return transcriber

    def disconnect(self, transcriber: Transcriber) -> None:
        """The transcriber is gone; frames are kept for the next one."""
        if self._transcriber is transcriber:
            self._transcriber = None

    @property
    def is_at_work(self) -> bool:
        """The transcriber is at work on an answer: another one would begin it once more, and be later."""
        transcriber: object = self._transcriber
        return isinstance(transcriber, TellsOfWork) and transcriber.is_at_work

    def finalize(self, spurt: int) -> None:
        """Ask for the words of the spurt, so far as it was heard. Of several questions only the last is the answer."""
        self._questions += 1
        self._asked[self._questions] = (spurt, self._frames)
        if self._transcriber is not None:
            self._transcriber.finalize(self._questions)

    def recent_audio(self) -> bytes:
        """The last seconds of the caller, mu-law."""
        return b"".join(self._recent)

    def _transcribed(self, event: TranscriberEvent) -> None:
        if isinstance(event, TranscriptFinal) and event.spurt is not None:
            if event.spurt in self._asked:
                self._answered(event.text, event.spurt)
        else:
            self._inbox.put(event)

    def _answered(self, text: str, question: int) -> None:
        """What was asked is answered: that audio need not be kept."""
        spurt, frames = self._asked.pop(question)
        for earlier in [known for known in self._asked if known < question]:
            del self._asked[earlier]
        for _ in range(len(self._kept) - (self._frames - frames)):
            self._kept.popleft()
        # When the voice went on and the spurt was asked about again, these are some of its words, not the answer.
        is_answer = all(known != spurt for known, _ in self._asked.values())
        self._inbox.put(TranscriptFinal(text, spurt if is_answer else None))
