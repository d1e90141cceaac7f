"""What the transcriber was given, what it was asked, and where its words lie on the call's clock.

A transcriber counts seconds from its own first frame; it may be opened again in mid-call, and legs come and go. So
every frame has a number, each leg and each transcriber begins at a number, and places are moved over those. Frames that
no final has covered are kept, for a transcriber that must be given them again.
"""

import logging
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Final

import msgspec

from offhook.core.events import Event, TranscriptChanged, TranscriptFinal, TurnEndExpected
from offhook.core.formats import FRAME_S
from offhook.speech.ports import TellsOfWork, Transcriber, TranscriberEvent

_LOG: Final = logging.getLogger("offhook.calls")
KEPT_FRAMES: Final = 1500
"""30 s: what a transcriber that was lost can be given again."""
BELIEVED_AHEAD_S: Final = 0.1
"""A transcriber may round up; words that lie further ahead of what it was given are not believed."""
_SAME_S: Final = 1e-6
Make = Callable[[Callable[[TranscriberEvent], None]], Transcriber]


class _Stream:
    """One transcriber's life; `first` is the number of the first frame that it was given."""

    __slots__ = ("first", "told_s")

    def __init__(self, first: int) -> None:
        self.first = first
        self.told_s = 0.0
        """End of its last final, on its own clock."""


class Questions:
    """Everything between the caller's frames and the transcriber's words."""

    def __init__(self, put: Callable[[Event], None]) -> None:
        self._put = put
        self._transcriber: Transcriber | None = None
        self._hear: Callable[[bytes], None] | None = None
        self._stream: _Stream | None = None
        self._kept: deque[bytes] = deque(maxlen=KEPT_FRAMES)
        self._count = 0
        """Frames so far."""
        self._legs: deque[tuple[int, float]] = deque([(0, 0.0)])
        """Of each leg that kept frames may be of: number of its first frame, and where that lies."""
        self._asked: int | None = None
        """Number of frames that the last question without an answer was about."""
        self._told: tuple[float, float] | None = None
        """End of the last final: in frames, and on the call's clock."""

    # ── frames ───────────────────────────────────────────────────────────────────────────────────────────────

    def leg_began(self, origin_at: float) -> None:
        """The next frame lies at `origin_at`."""
        if self._legs[-1][0] == self._count:
            self._legs.pop()
        self._legs.append((self._count, origin_at))
        while len(self._legs) > 1 and self._legs[1][0] <= self._count - KEPT_FRAMES:
            self._legs.popleft()

    def hear(self, frame: bytes) -> None:
        """The caller's next 20 ms, in the transcriber's format."""
        self._count += 1
        self._kept.append(frame)
        if self._hear is not None:
            self._hear(frame)

    # ── transcribers ─────────────────────────────────────────────────────────────────────────────────────────

    def connect(self, make: Make) -> Transcriber:
        """A new transcriber: it gets at once what no final has covered, then everything that comes. What was asked
        and not answered is asked again at its place.
        """
        first = self._count - len(self._kept)
        stream = self._stream = _Stream(first)
        transcriber = make(lambda event: self._take(stream, event))
        for number, frame in enumerate(tuple(self._kept), first + 1):
            transcriber.hear(frame)
            if number == self._asked:
                transcriber.finalize((number - first) * FRAME_S)
        self._transcriber, self._hear = transcriber, transcriber.hear
        return transcriber

    def disconnect(self, transcriber: Transcriber) -> None:
        """The transcriber is gone; frames are kept for the next one, and what it still says is not heard."""
        if self._transcriber is transcriber:
            self._transcriber = self._hear = self._stream = None

    @property
    def is_at_work(self) -> bool:
        """The transcriber is at work on an answer: another one would begin it once more, and be later."""
        transcriber: object = self._transcriber
        return isinstance(transcriber, TellsOfWork) and transcriber.is_at_work

    def finalize(self) -> None:
        """Ask for the words of all that was heard so far."""
        self._asked = self._count
        if self._transcriber is not None and self._stream is not None:
            self._transcriber.finalize((self._count - self._stream.first) * FRAME_S)

    def stop(self) -> None:
        """The call is over: let go of everything."""
        self._transcriber = self._hear = self._stream = None
        self._kept.clear()
        self._put = _to_nobody

    # ── words ────────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, stream: _Stream, event: TranscriberEvent) -> None:
        if stream is not self._stream:
            return
        if not isinstance(event, TranscriptFinal | TranscriptChanged | TurnEndExpected):
            self._put(event)
        elif event.to_s > (self._count - stream.first) * FRAME_S + BELIEVED_AHEAD_S:
            _LOG.warning("< words beyond the audio that the transcriber was given are dropped")
        elif isinstance(event, TranscriptFinal):
            self._take_final(stream, event)
        else:
            self._put(msgspec.structs.replace(event, to_s=self._place(stream, event.to_s)))

    def _take_final(self, stream: _Stream, event: TranscriptFinal) -> None:
        if abs(event.from_s - stream.told_s) > _SAME_S or event.from_s > event.to_s:
            _LOG.warning("< a final that does not follow the one before it is dropped")
            return
        from_s, to_s = self._place(stream, event.from_s), self._place(stream, event.to_s)
        if self._told is not None and abs(stream.first + event.from_s / FRAME_S - self._told[0]) <= 1:
            # A stream that was opened again begins at a whole frame, perhaps a part of one from the last final's end.
            from_s, to_s = self._told[1], max(self._told[1], to_s)
        stream.told_s, self._told = event.to_s, (stream.first + event.to_s / FRAME_S, to_s)
        covered = stream.first + round(event.to_s / FRAME_S)
        for _ in range(min(len(self._kept), covered - (self._count - len(self._kept)))):
            self._kept.popleft()
        if self._asked is not None and covered >= self._asked:
            self._asked = None
        self._put(TranscriptFinal(event.text, from_s, to_s))

    def _place(self, stream: _Stream, stream_s: float) -> float:
        """On the call's clock. The end of one leg's audio is not the beginning of the next one's."""
        number = stream.first + stream_s / FRAME_S
        legs = self._legs
        last = next((leg for leg in islice(reversed(legs), len(legs)) if leg[0] < number - 1e-6), legs[0])
        return round(last[1] + (number - last[0]) * FRAME_S, 6)


def _to_nobody(event: Event) -> None:
    del event
