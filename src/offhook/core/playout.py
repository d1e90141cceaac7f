"""Playout: what of the reply was sent, what of it the caller has heard, and what is still to be sent.

The carrier plays what we send without a gap, so our own send clock says which sample is being heard: a `clear` that we
send now reaches the carrier when it plays just that sample, because both have the same way to go. Marks are the ground
truth: for whole segments, and each quarter of a second for the clock itself (`core.far_end`). Word times, or an even
spread, tell the words in between. Time is an argument.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from offhook.core.afterwards import Afterwards, Place, heard_words, word_ages
from offhook.core.events import (
    PlayoutCut,
    PlayoutDried,
    PlayoutRefilled,
    ReplyHeard,
    ReplySent,
    SegmentHeard,
    SegmentReady,
    SegmentReworded,
    SegmentStarted,
)
from offhook.core.far_end import FarEnd
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.core.playout_parts import End, Flight, Gate, Nowhere, Segment, Sink, Stage

LEAD_S: Final = 0.2
"""Audio is sent so far ahead of what is heard: a stalled loop is not heard, and little has to be cleared."""
MESSAGE_FRAMES: Final = 3
MARK_S: Final = 0.24
"""Audio without a mark: a stall is noticed so much, and the way there and back, after the caller hears nothing more."""
FLIGHTS_S: Final = 8.0
"""What was sent longer ago was heard, whatever stalled."""
_GRAIN_S: Final = 1e-9


class Playout:
    """One call's outgoing audio. One reply at a time."""

    def __init__(
        self,
        sink: Sink,
        audio_format: AudioFormat = TELEPHONE,
        *,
        carrier_now: Callable[[], float] | None = None,
        lead_s: float = LEAD_S,
        message_frames: int = MESSAGE_FRAMES,
    ) -> None:
        """`carrier_now` tells the time by the audio that comes from the carrier, where that is known: marks come
        between its frames, so that a way from there which stalls does not make them late.
        """
        self._sink, self._format, self._carrier_now = sink, audio_format, carrier_now
        self._frame_bytes, self._bytes_per_s = audio_format.frame_bytes, audio_format.bytes_per_s
        self._lead_s = lead_s
        self._message_bytes = message_frames * self._frame_bytes
        self._message_s = audio_format.seconds(self._message_bytes)
        self._reply = 0
        self._segments: list[Segment] = []
        self._index = 0
        """The segment to send from, and where in it."""
        self._offset = 0
        self._flights: deque[Flight] = deque()
        self._plays_until = 0.0
        self._gain: Callable[[bytes], bytes] | None = None
        self._gate = Gate.SHUT
        self._end = End.OPEN
        self._dry = True
        """Nothing plays that could run out."""
        self._is_missed = False
        """`PlayoutDried` was told, and nothing was sent since."""
        self._is_stopped = False
        """There is no leg, or it carries somebody else's voice."""
        self._marks: dict[str, int] = {}
        """Marks under way behind whole segments."""
        self._unmarked_bytes = 0
        self._mark_bytes = round(MARK_S * self._bytes_per_s)
        self._mark_number = 0
        self._far_end = FarEnd()
        self._afterwards = Afterwards(audio_format)

    # ── what the reply's makers add ──────────────────────────────────────────────────────────────────────────

    def open(self, reply: int, *, held: bool) -> None:
        """A new reply; the last one is over."""
        self._reply, self._segments, self._index, self._offset = reply, [], 0, 0
        self._flights.clear()
        self._marks.clear()
        self._gain, self._end, self._dry, self._unmarked_bytes = None, End.OPEN, True, 0
        self._is_missed = False
        self._gate = Gate.HELD if held else Gate.OPEN

    @property
    def reply(self) -> int:
        """The reply that is open; 0 when there is none."""
        return 0 if self._gate in (Gate.SHUT, Gate.HEARD) else self._reply

    @property
    def latest(self) -> int:
        """The reply that was opened last, open or over."""
        return self._reply

    def add(self, segment: int, text: str, audio: bytes, words: list[tuple[float, float]], at: float) -> None:
        """Audio of the segment that is being made; the first of a segment says its text, or nothing as yet."""
        last = self._segments[-1] if self._segments else None
        if last is None or last.number != segment:
            last = Segment(segment, text)
            self._segments.append(last)
            self._sink.post(SegmentReady(self._reply, segment, text))
        last.audio += audio
        last.words += words
        self.due(at)

    def retext(self, reply: int, segment: int, text: str, words: list[tuple[float, float]]) -> None:
        """The segment's words, all of them, that became known later than its audio, perhaps than the reply's end."""
        if reply == self.reply:
            for piece in self._segments:
                if piece.number == segment:
                    piece.text, piece.words = text, list(words)
                    self._sink.post(SegmentReworded(self._reply, segment, text))
        elif (more := self._afterwards.retext(reply, segment, text, words)) is not None:
            self._sink.post(more)

    def end_segment(self, segment: int, at: float) -> None:
        """The segment has all its audio; it is filled up to whole frames."""
        for piece in self._segments:
            if piece.number == segment and not piece.is_complete:
                self._complete(piece)
        self.due(at)

    def interject(
        self, reply: int, number: int, text: str, audio: bytes, words: list[tuple[float, float]], at: float
    ) -> bool:
        """Put a whole filler before what is still unsent; False when it is for another reply than the one that is
        open, or a segment is being said just now.
        """
        if reply != self.reply or self._offset > 0:
            return False
        filler = Segment(number, text, bytearray(audio), list(words))
        self._complete(filler)
        self._segments.insert(self._index, filler)
        self._sink.post(SegmentReady(self._reply, number, text))
        self.due(at)
        return True

    def finish(self, at: float) -> None:
        """No more segments will come. One that has not ended by now has broken off."""
        self._end = End.MADE
        for segment in self._segments:
            if not segment.is_complete:
                segment.is_complete = segment.is_broken = True
        self.due(at)

    @property
    def unsent_s(self) -> float:
        """Audio that waits, in seconds: the makers wait while it is much."""
        waiting = sum(len(segment.audio) for segment in self._segments[self._index :]) - self._offset
        return waiting / self._bytes_per_s

    @property
    def plays_until(self) -> float:
        """When all that was sent so far will have been heard, as far as marks have told."""
        return self._plays_until + self._far_end.late_s

    # ── what the conversation commands ───────────────────────────────────────────────────────────────────────

    def commit(self, at: float) -> None:
        """The held reply goes out now."""
        if self._gate is Gate.HELD:
            self._gate = Gate.OPEN
            self.due(at)

    def duck(self, gain: Callable[[bytes], bytes], at: float) -> None:
        """Go on quieter from the sample being heard; `gain` makes any piece of audio quieter."""
        if self.reply:
            if self._gate is Gate.OPEN:
                self._rewind(at)
            self._gain = gain
            self.due(at)

    def hush(self, at: float) -> None:
        """Fall silent and keep the rest; tells what was heard, if any was sent. A reply that is over stays over."""
        if self._gate is Gate.SHUT:
            return
        sent = self._was_sent
        if self._gate is not Gate.HEARD:
            self._rewind(at)
            self._gate = Gate.HUSHED
        if sent:
            self._sink.post(self._cut_event())

    def resume(self, at: float) -> None:
        """Go on at full volume from where it was heard."""
        if self._gate is Gate.OPEN:
            self._rewind(at)
        if self.reply:
            self._gain = None
            self._gate = Gate.HELD if self._gate is Gate.HELD else Gate.OPEN
            self.due(at)

    def cancel(self, at: float) -> None:
        """Drop the reply; tells what was heard, if any was sent, also when all of it was heard."""
        if self._gate is Gate.SHUT:
            return
        sent = self._was_sent
        if self._gate is not Gate.HEARD:
            self._rewind(at)
        self._gate = Gate.SHUT
        if sent:
            self._afterwards.over(self._reply, self._segments, (self._index, self._offset))
            self._sink.post(self._cut_event())

    # ── the leg ──────────────────────────────────────────────────────────────────────────────────────────────

    def stop(self, at: float, *, clears: bool) -> None:
        """The leg is gone, or carries another voice (`clears`): stand still where the caller is, and tell nothing."""
        if not self._is_stopped:
            self._rewind(at, clears=clears)
            self._is_stopped = True
            self._afterwards.leg_is_off()

    def go_on(self, at: float) -> None:
        """A leg is there (again), perhaps another one: go on from where the caller has heard it."""
        self._is_stopped, self._far_end = False, FarEnd()
        self.due(at)

    def close(self) -> None:
        """The call is over: let go of the sink, of the reply and of its audio."""
        self._sink, self._carrier_now, self._gain = Nowhere(), None, None
        self.open(0, held=False)
        self._gate, self._afterwards = Gate.SHUT, Afterwards(self._format)

    def heard_until(self, at: float) -> float:
        """The place on the send clock that the caller is hearing at `at`; later than `at` it never is."""
        return self._far_end.heard_until(at, self._carrier_now() if self._carrier_now else at)

    def mark_reached(self, name: str, at: float) -> None:
        """A mark came back. One that was pending at a `clear` was not played and says nothing."""
        now = self._carrier_now() if self._carrier_now else at
        if (beyond := self._afterwards.mark_returned(name, now)) is not None:
            self._overran(*beyond)
        place = self._far_end.mark_returned(name, now)
        while place is not None and self._flights and self._flights[0].ends_at <= place + _GRAIN_S:
            self._flights.popleft()
        index = self._marks.pop(name, None)
        if index is None or index >= len(self._segments):
            return
        segment = self._segments[index]
        if segment.stage is Stage.HEARD:
            return
        segment.stage = Stage.HEARD
        self._sink.post(SegmentHeard(self._reply, segment.number))
        if self._gate is Gate.OPEN and self._end is End.SENT:
            self._tell_end()

    # ── the clock ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def wakeup_at(self) -> float | None:
        """When `due` is wanted next."""
        if self._gate is not Gate.OPEN or self._is_stopped:
            return None
        if self._has_audio():
            return self._plays_until - self._lead_s + self._message_s
        return self._plays_until if self._end is End.OPEN and not self._dry else None

    def due(self, at: float) -> None:
        """Send all that is due: whole messages, as long as no more than the lead is ahead of what is heard."""
        if self._gate is not Gate.OPEN or self._is_stopped:
            return
        if self._plays_until < at:
            self._far_end.paused(at - self._plays_until)
            self._plays_until = at
        horizon = at + self._lead_s + _GRAIN_S
        while self._has_audio():
            if self._plays_until + self._message_s > horizon:
                return
            self._send_message()
        if self._end is not End.OPEN:
            self._tell_end()
        elif not self._dry and self._plays_until <= at + _GRAIN_S:
            self._dry = self._is_missed = True
            self._sink.post(PlayoutDried(self._reply))

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _was_sent(self) -> bool:
        return bool(self._flights) or self._index > 0 or self._offset > 0

    def _complete(self, segment: Segment) -> None:
        segment.audio += self._format.silence(-len(segment.audio) % self._frame_bytes)
        segment.is_complete = True

    def _has_audio(self) -> bool:
        """Skip what is sent; true when a message can be filled, or a segment's tail is here."""
        while self._index < len(self._segments):
            segment = self._segments[self._index]
            left = len(segment.audio) - self._offset
            if left >= self._frame_bytes or (segment.is_complete and left > 0):
                return True
            if not segment.is_complete:
                return False
            self._mark(self._index)
            self._index, self._offset = self._index + 1, 0
        return False

    def _send_message(self) -> None:
        segment, plays_at = self._segments[self._index], self._plays_until
        if segment.stage is Stage.WAITING:
            segment.stage = Stage.STARTED
            self._sink.post(SegmentStarted(self._reply, segment.number, plays_at + self._far_end.late_s))
        left = len(segment.audio) - self._offset
        size = min(self._message_bytes, left // self._frame_bytes * self._frame_bytes) or left
        audio = bytes(segment.audio[self._offset : self._offset + size])
        self._sink.send_audio(self._gain(audio) if self._gain is not None else audio, plays_at)
        if self._is_missed:
            self._is_missed = False
            self._sink.post(PlayoutRefilled(self._reply))
        self._plays_until = plays_at + size / self._bytes_per_s
        self._flights.append(Flight(self._index, self._offset, plays_at, self._plays_until))
        if self._flights[0].ends_at < plays_at - FLIGHTS_S:
            self._flights.popleft()
        self._dry = False
        self._offset += size
        self._unmarked_bytes += size
        if segment.is_complete and self._offset >= len(segment.audio):
            self._mark(self._index)
            self._index, self._offset = self._index + 1, 0
        elif self._unmarked_bytes >= self._mark_bytes:
            self._send_mark(segment)

    def _mark(self, index: int) -> None:
        segment = self._segments[index]
        if segment.stage < Stage.MARKED:
            segment.stage = Stage.MARKED
            self._marks[self._send_mark(segment)] = index

    def _send_mark(self, segment: Segment) -> str:
        self._unmarked_bytes = 0
        self._mark_number += 1
        name = f"{self._reply}:{segment.number}:{self._mark_number}"
        self._far_end.mark_sent(name, self._plays_until)
        self._sink.send_mark(name)
        return name

    def _tell_end(self) -> None:
        """All is sent; once every segment was heard, the reply is over."""
        if not self._segments or self._has_audio():
            return
        if self._end is End.MADE:
            self._end = End.SENT
            self._sink.post(ReplySent(self._reply, self.plays_until))
        if all(segment.stage is Stage.HEARD for segment in self._segments):
            self._gate = Gate.HEARD
            self._afterwards.over(self._reply, self._segments, (self._index, self._offset))
            words = heard_words(self._segments, (len(self._segments), 0), self._format)
            self._sink.post(ReplyHeard(self._reply, " ".join(words)))

    def _rewind(self, at: float, *, clears: bool = True) -> None:
        """`clear`, and go back to the sample that is being heard."""
        until = self.heard_until(at)
        while self._flights and self._flights[0].ends_at <= until:
            self._flights.popleft()
        first = self._flights[0] if self._flights else None
        if first is not None:
            frames = round(max(until - first.plays_at, 0.0) * 50)
            size = round((first.ends_at - first.plays_at) * self._bytes_per_s)
            self._index, self._offset = first.index, first.offset + min(frames * self._frame_bytes, size)
            for segment in self._segments[self._index :]:
                segment.stage = min(segment.stage, Stage.STARTED)
        if clears and (first is not None or self._marks):
            self._sink.send_clear(at)
        # The carrier returns every pending mark at a clear: those are not news of playout.
        for index in self._marks.values():
            if index < self._index:
                self._segments[index].stage = Stage.HEARD
        self._marks.clear()
        self._afterwards.cleared(self._reply, at, self._far_end.cleared(at), self._flights)
        self._flights.clear()
        self._unmarked_bytes = 0
        self._plays_until = at
        self._dry = first is None
        if self._end is End.SENT:
            self._end = End.MADE

    def _cut_event(self) -> PlayoutCut:
        sizes = sum(len(segment.audio) for segment in self._segments[: self._index]) + self._offset
        heard = self._segments, (self._index, self._offset), self._format
        return PlayoutCut(self._reply, " ".join(heard_words(*heard)), sizes / self._bytes_per_s, word_ages(*heard))

    def _overran(self, reply: int, place: Place) -> None:
        """It was heard further than its cut: what is hushed does not say that again."""
        if reply == self._reply and self._gate is Gate.HUSHED:
            self._index, self._offset = max((self._index, self._offset), place)
            for segment in self._segments[: self._index]:
                segment.stage = Stage.HEARD
        elif (more := self._afterwards.reach(reply, place)) is not None:
            self._sink.post(more)
