"""Playout: what of the reply was sent, what of it the caller has heard, and what is still to be sent.

The carrier plays what we send without a gap, so our own send clock says which sample is being heard: a `clear` that we
send now reaches the carrier when it plays just that sample, because both have the same way to go. Marks are the ground
truth for whole segments; word times (or an even spread) tell the words in between. Time is an argument.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Final, Protocol

from offhook.core.events import (
    Event,
    PlayoutCut,
    PlayoutDried,
    PlayoutRefilled,
    ReplyHeard,
    ReplySent,
    SegmentHeard,
    SegmentReady,
    SegmentStarted,
)

BYTES_PER_S: Final = 8000
FRAME_BYTES: Final = 160
SILENCE: Final = b"\xff"
LEAD_S: Final = 0.2
"""Audio is sent so far ahead of what is heard: a stalled loop is not heard, and little has to be cleared."""
MESSAGE_FRAMES: Final = 3
GUESSED_CHARS_PER_S: Final = 15.0
"""Speed of speech, for a segment whose audio is not complete and has no word times."""


class Sink(Protocol):
    """Where playout goes."""

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        """Send mu-law that will be heard at `plays_at`."""

    def send_mark(self, name: str) -> None:
        """Ask to be told when all before it was played."""

    def send_clear(self, at: float) -> None:
        """Drop what the carrier has and has not played by `at`."""

    def post(self, event: Event) -> None:
        """Tell the conversation."""


class _Gate(Enum):
    """What lets audio out."""

    SHUT = "there is no reply"
    HELD = "the reply is not committed"
    HUSHED = "the caller's sound is being judged"
    OPEN = "audio goes out"


class _End(Enum):
    """How far the end of the reply is."""

    OPEN = "more may come"
    MADE = "no more will come"
    SENT = "the last frame was sent"


class _Stage(IntEnum):
    """How far a segment is on its way to the caller."""

    WAITING = 0
    STARTED = 1
    MARKED = 2
    """All of it was sent, and a mark behind it."""
    HEARD = 3


@dataclass(slots=True)
class _Segment:
    number: int
    text: str
    audio: bytearray = field(default_factory=bytearray)
    words: list[tuple[float, float]] = field(default_factory=list)
    """Start and end of each word of the text, as far as the voice told them, in seconds."""
    is_complete: bool = False
    stage: _Stage = _Stage.WAITING


@dataclass(slots=True)
class _Flight:
    """A piece that was sent and may not yet have been heard."""

    index: int
    offset: int
    size: int
    plays_at: float


class Playout:
    """One call's outgoing audio. One reply at a time."""

    def __init__(self, sink: Sink, *, lead_s: float = LEAD_S, message_frames: int = MESSAGE_FRAMES) -> None:
        self._sink = sink
        self._lead_s = lead_s
        self._message_bytes = message_frames * FRAME_BYTES
        self._reply = 0
        self._segments: list[_Segment] = []
        self._index = 0
        """The segment to send from, and where in it."""
        self._offset = 0
        self._flights: deque[_Flight] = deque()
        self._plays_until = 0.0
        self._gain: bytes | None = None
        self._gate = _Gate.SHUT
        self._end = _End.OPEN
        self._dry = True
        """Nothing plays, and that was told."""
        self._marks: dict[str, int] = {}
        self._generation = 0

    # ── what the reply's makers add ──────────────────────────────────────────────────────────────────────────

    def open(self, reply: int, *, held: bool) -> None:
        """A new reply; the last one is over."""
        self._reply, self._segments, self._index, self._offset = reply, [], 0, 0
        self._flights.clear()
        self._marks.clear()
        self._gain, self._end, self._dry = None, _End.OPEN, True
        self._gate = _Gate.HELD if held else _Gate.OPEN

    @property
    def reply(self) -> int:
        """The reply that is open; 0 when there is none."""
        return self._reply if self._gate is not _Gate.SHUT else 0

    def add(self, segment: int, text: str, audio: bytes, words: list[tuple[float, float]], at: float) -> None:
        """Audio of the segment that is being made; the first of a segment says its text."""
        last = self._segments[-1] if self._segments else None
        if last is None or last.number != segment:
            last = _Segment(segment, text)
            self._segments.append(last)
            self._sink.post(SegmentReady(self._reply, segment, text))
        last.audio += audio
        last.words += words
        self.due(at)

    def end_segment(self, segment: int, at: float) -> None:
        """The segment has all its audio; it is filled up to whole frames."""
        for piece in self._segments:
            if piece.number == segment and not piece.is_complete:
                piece.audio += SILENCE * (-len(piece.audio) % FRAME_BYTES)
                piece.is_complete = True
        self.due(at)

    def interject(self, number: int, text: str, audio: bytes, words: list[tuple[float, float]], at: float) -> bool:
        """Put a whole filler before what is still unsent; False when a segment is being said just now."""
        if self._gate is _Gate.SHUT or self._offset > 0:
            return False
        padded = bytearray(audio + SILENCE * (-len(audio) % FRAME_BYTES))
        self._segments.insert(self._index, _Segment(number, text, padded, list(words), is_complete=True))
        self._sink.post(SegmentReady(self._reply, number, text))
        self.due(at)
        return True

    def finish(self, at: float) -> None:
        """No more segments will come."""
        self._end = _End.MADE
        for segment in self._segments:
            segment.is_complete = True
        self.due(at)

    @property
    def unsent_s(self) -> float:
        """Audio that waits, in seconds: the makers wait while it is much."""
        waiting = sum(len(segment.audio) for segment in self._segments[self._index :]) - self._offset
        return waiting / BYTES_PER_S

    # ── what the conversation commands ───────────────────────────────────────────────────────────────────────

    def commit(self, at: float) -> None:
        """The held reply goes out now."""
        if self._gate is _Gate.HELD:
            self._gate = _Gate.OPEN
            self.due(at)

    def duck(self, gain: bytes, at: float) -> None:
        """Go on quieter from the sample being heard; `gain` maps a mu-law byte to a quieter one."""
        self._rewind(at)
        self._gain = gain
        self.due(at)

    def hush(self, at: float) -> None:
        """Fall silent and keep the rest."""
        sent = bool(self._flights) or self._index > 0 or self._offset > 0
        self._rewind(at)
        self._gate = _Gate.HUSHED
        if sent:
            self._sink.post(self._cut_event())

    def resume(self, at: float) -> None:
        """Go on at full volume from where it was heard."""
        if self._gate is not _Gate.HUSHED:
            self._rewind(at)
        self._gain = None
        self._gate = _Gate.OPEN
        self.due(at)

    def cancel(self, at: float) -> None:
        """Drop the reply; tells what was heard, if any was sent."""
        if self._gate is _Gate.SHUT:
            return
        sent = bool(self._flights) or self._index > 0 or self._offset > 0
        self._rewind(at)
        self._gate = _Gate.SHUT
        if sent:
            self._sink.post(self._cut_event())

    # ── the clock ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def wakeup_at(self) -> float | None:
        """When `due` is wanted next."""
        if self._gate is not _Gate.OPEN:
            return None
        if self._has_audio():
            return self._plays_until - self._lead_s + self._message_bytes / BYTES_PER_S
        return self._plays_until if self._end is _End.OPEN and not self._dry else None

    def due(self, at: float) -> None:
        """Send all that is due: whole messages, as long as no more than the lead is ahead of what is heard."""
        if self._gate is not _Gate.OPEN:
            return
        if self._plays_until < at:
            self._plays_until = at
        horizon = at + self._lead_s + 1e-9
        message_s = self._message_bytes / BYTES_PER_S
        while self._has_audio():
            if self._plays_until + message_s > horizon:
                return
            self._send_message()
        if self._end is not _End.OPEN:
            self._tell_end()
        elif not self._dry and self._plays_until <= at + 1e-9:
            self._dry = True
            self._sink.post(PlayoutDried(self._reply))

    def mark_reached(self, name: str) -> None:
        """A mark came back. One that was pending at a `clear` was not played and says nothing."""
        index = self._marks.pop(name, None)
        if index is None or index >= len(self._segments):
            return
        segment = self._segments[index]
        if segment.stage is _Stage.HEARD:
            return
        segment.stage = _Stage.HEARD
        while self._flights and self._flights[0].index <= index:
            self._flights.popleft()
        self._sink.post(SegmentHeard(self._reply, segment.number))
        if self._gate is _Gate.OPEN and self._end is _End.SENT:
            self._tell_end()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    def _has_audio(self) -> bool:
        """Skip what is sent; true when a message can be filled, or a segment's tail is here."""
        while self._index < len(self._segments):
            segment = self._segments[self._index]
            left = len(segment.audio) - self._offset
            if left >= FRAME_BYTES or (segment.is_complete and left > 0):
                return True
            if not segment.is_complete:
                return False
            self._mark(self._index)
            self._index, self._offset = self._index + 1, 0
        return False

    def _send_message(self) -> None:
        segment = self._segments[self._index]
        if segment.stage is _Stage.WAITING:
            segment.stage = _Stage.STARTED
            self._sink.post(SegmentStarted(self._reply, segment.number, self._plays_until))
        size = min(self._message_bytes, (len(segment.audio) - self._offset) // FRAME_BYTES * FRAME_BYTES)
        size = size or len(segment.audio) - self._offset
        audio = bytes(segment.audio[self._offset : self._offset + size])
        if self._gain is not None:
            audio = audio.translate(self._gain)
        self._sink.send_audio(audio, self._plays_until)
        if self._dry and self._flights:
            self._sink.post(PlayoutRefilled(self._reply))
        self._flights.append(_Flight(self._index, self._offset, size, self._plays_until))
        self._dry = False
        self._offset += size
        self._plays_until += size / BYTES_PER_S
        if len(self._flights) > 64:
            # Long heard: the lead holds far fewer.
            self._flights.popleft()
        if segment.is_complete and self._offset >= len(segment.audio):
            self._mark(self._index)
            self._index, self._offset = self._index + 1, 0

    def _mark(self, index: int) -> None:
        segment = self._segments[index]
        if segment.stage >= _Stage.MARKED:
            return
        segment.stage = _Stage.MARKED
        name = f"{self._reply}:{segment.number}:{self._generation}"
        self._marks[name] = index
        self._sink.send_mark(name)

    def _tell_end(self) -> None:
        """All is sent; once every segment was heard, the reply is over."""
        if not self._segments or self._has_audio():
            return
        if self._end is _End.MADE:
            self._end = _End.SENT
            self._sink.post(ReplySent(self._reply, self._plays_until))
        if all(segment.stage is _Stage.HEARD for segment in self._segments):
            self._gate = _Gate.SHUT
            self._sink.post(ReplyHeard(self._reply, " ".join(segment.text for segment in self._segments)))

    def _rewind(self, at: float) -> None:
        """`clear`, and go back to the sample that is being heard."""
        ahead = [flight for flight in self._flights if flight.plays_at + flight.size / BYTES_PER_S > at]
        if ahead:
            first = ahead[0]
            played = round(max(at - first.plays_at, 0.0) * BYTES_PER_S / FRAME_BYTES) * FRAME_BYTES
            self._index, self._offset = first.index, first.offset + min(played, first.size)
            for segment in self._segments[self._index :]:
                segment.stage = min(segment.stage, _Stage.STARTED)
        if ahead or self._marks:
            self._sink.send_clear(at)
        # The carrier returns every pending mark at a clear: those are not news of playout.
        for index in self._marks.values():
            if index < self._index:
                self._segments[index].stage = _Stage.HEARD
        self._marks.clear()
        self._generation += 1
        self._flights.clear()
        self._plays_until = at
        self._dry = not ahead
        if self._end is _End.SENT:
            self._end = _End.MADE

    def _cut_event(self) -> PlayoutCut:
        heard_s = sum(len(s.audio) for s in self._segments[: self._index]) / BYTES_PER_S + self._offset / BYTES_PER_S
        return PlayoutCut(self._reply, self.heard_text(), heard_s)

    def heard_text(self) -> str:
        """The words up to the place from which playout would go on."""
        parts = [segment.text for segment in self._segments[: self._index]]
        if self._index < len(self._segments) and self._offset > 0:
            parts.append(_words_until(self._segments[self._index], self._offset / BYTES_PER_S))
        return " ".join(part for part in parts if part)


def _words_until(segment: _Segment, heard_s: float) -> str:
    """The segment's words of which at least half was heard: by their times as far as those are known, then evenly."""
    words = segment.text.split()
    times = segment.words[: len(words)]
    heard = sum(1 for start, end in times if (start + end) / 2 <= heard_s)
    if heard < len(times) or len(times) == len(words):
        return " ".join(words[:heard])
    known_s = len(segment.audio) / BYTES_PER_S
    whole_s = known_s if segment.is_complete else max(known_s, len(segment.text) / GUESSED_CHARS_PER_S)
    spread_from_s = times[-1][1] if times else 0.0
    weights = [len(word) + 1 for word in words[heard:]]
    share, total = 0.0, float(sum(weights))
    for weight in weights:
        if spread_from_s + (share + weight / 2) / total * (whole_s - spread_from_s) > heard_s:
            break
        heard += 1
        share += weight
    return " ".join(words[:heard])
