"""Playout at the level of segments: what `core.playout` tells, without audio. Word times are even.

What is sent of a segment is one stretch of time, planned as a whole; a cut drops all plans of the generation before.
It also keeps the truth: how many words of each reply the caller has heard.
"""

from collections.abc import Callable
from typing import Final

from offhook.core.events import (
    Event,
    PlayoutCut,
    PlayoutDried,
    ReplyHeard,
    ReplySent,
    SegmentHeard,
    SegmentReady,
    SegmentStarted,
)
from offhook.simulator.events_heap import Heap

LEAD_S: Final = 0.14
"""A stretch begins to be sent so long before it is heard: the lead less one message."""
WORD_S: Final = 0.32


class _Segment:
    __slots__ = ("have_s", "is_heard", "is_whole", "length_s", "number", "started", "text", "words")

    def __init__(self, number: int, text: str, have_s: float | None) -> None:
        self.number, self.text, self.words = number, text, text.split()
        self.length_s = max(len(self.words), 1) * WORD_S
        self.have_s = self.length_s if have_s is None else have_s
        self.is_whole = have_s is None
        self.started = False
        self.is_heard = False

    def break_off(self) -> None:
        """What is there of it is all that there will be, and its words are those that it holds."""
        self.length_s, self.is_whole = self.have_s, True
        self.words = self.words[: int(self.have_s / WORD_S + 0.5)]
        self.text = " ".join(self.words)


class EventPlayout:
    """One call's outgoing audio. One reply at a time."""

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self.reply = 0
        """The reply that is open; 0 when there is none."""
        self._latest = 0
        """The reply that was opened last and not cancelled."""
        self._segments: list[_Segment] = []
        self._index = 0
        self._offset = 0.0
        """Sent so far: the segment, and where in it."""
        self._stretches: list[tuple[int, float, float, float]] = []
        """Of this generation: segment, where in it, when it is heard, until when."""
        self.plays_until = 0.0
        """The agent sounds until then, if nothing is cut."""
        self.tells_at = 0.0
        """When news of it was, or will be, told that needs nobody to ask for it."""
        self._is_open = self._is_finished = self._is_sent = self._is_hushed = False
        self._generation = 0
        self.is_attached = True
        self.truth: dict[int, list[str]] = {}
        """Of each reply that was sent: the words that were heard."""
        self.mark_s: Callable[[], float | None] = lambda: 0.08
        """How long a mark takes; None: it is lost."""
        self.on_sound: Callable[[float, float, str], None] = lambda begin, end, text: None
        """A stretch of the agent's voice: heard from, until, if nothing is cut, and in which words."""
        self.on_over: Callable[[int, float], None] = lambda reply, at: None
        """All of a reply was heard."""

    # ── what the reply's makers add ──────────────────────────────────────────────────────────────────────────

    def open(self, reply: int, *, held: bool) -> None:
        """A new reply; the last one is over."""
        self.reply, self._segments, self._index, self._offset = reply, [], 0, 0.0
        self._latest = reply
        self._stretches = []
        self._is_open, self._is_finished, self._is_sent, self._is_hushed = not held, False, False, False
        self._generation += 1

    def add(self, reply: int, number: int, text: str, have_s: float | None, at: float) -> None:
        """A segment: all of it is there, or (`have_s`) only its beginning."""
        if reply != self.reply:
            return
        self._segments.append(_Segment(number, text, have_s))
        self._heap.send(at, SegmentReady(reply, number, text))
        self._pump(at)

    def end_segments(self, reply: int, at: float) -> None:
        """No more audio of what hangs will come."""
        if reply == self.reply:
            for segment in self._segments:
                if not segment.is_whole:
                    segment.break_off()
            self._pump(at)

    def interject(self, reply: int, number: int, text: str, at: float) -> None:
        """A filler, before what is still unsent; not into another reply, nor into a segment that is being heard."""
        if reply != self.reply:
            return
        if self._offset > 0.0:
            if self.plays_until > at:
                return
            # It hangs: what follows of it would be the middle of a sentence.
            self._segments[self._index].break_off()
            self._index, self._offset = self._index + 1, 0.0
        self._segments.insert(self._index, _Segment(number, text, None))
        self._heap.send(at, SegmentReady(reply, number, text))
        self._pump(at)

    def finish(self, reply: int, at: float) -> None:
        """No more segments will come."""
        if reply == self.reply and not self._is_finished:
            self._is_finished = True
            self.end_segments(reply, at)

    # ── what the conversation commands ───────────────────────────────────────────────────────────────────────

    def commit(self, reply: int, at: float) -> None:
        """The held reply goes out."""
        if reply == self.reply and not self._is_hushed:
            self._is_open = True
            self._pump(at)

    def hush(self, at: float) -> None:
        """Fall silent and keep the rest."""
        if not self.reply:
            return
        was_sent = self._rewind(at)
        self._is_open, self._is_hushed = False, True
        if was_sent:
            self._post(self._cut(), at)

    def resume(self, at: float) -> None:
        """Go on from where it was heard."""
        self._is_hushed = False
        if self.reply and not self._is_open:
            self._is_open = True
            self._pump(at)

    def cancel(self, reply: int, at: float) -> None:
        """Drop the reply; tells what was heard, if any was sent."""
        if reply != self._latest:
            return
        if not self.reply:
            # It was heard to its end, and the news of that is on its way.
            self._post(PlayoutCut(reply, " ".join(self.truth[reply]), 0.0), at)
        elif self._rewind(at):
            self._post(self._cut(), at)
        self._latest = 0
        self._over()

    def detach(self, at: float) -> None:
        """The leg is gone: nothing that was sent and not heard will be."""
        self.is_attached = False
        if self.reply:
            self._rewind(at)

    def attach(self, at: float) -> None:
        """Another leg."""
        self.is_attached = True
        self._pump(at)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────

    def _pump(self, at: float) -> None:
        """Plan all that is there."""
        if not (self._is_open and self.reply and self.is_attached):
            return
        is_new = False
        while self._index < len(self._segments):
            segment = self._segments[self._index]
            if segment.have_s > self._offset:
                self._plan(segment, at)
                is_new = True
            if not segment.is_whole:
                break
            self._mark(segment)
            self._index, self._offset = self._index + 1, 0.0
        if self._is_finished and self._segments and not self._is_sent:
            self._is_sent = True
            self.tells_at = ends_at = max(self.plays_until, at)
            self._plan_event(ends_at - LEAD_S, ReplySent(self.reply, ends_at))
            self._heap.later(ends_at, self._heard_all, (self._generation, self.reply))
            if all(piece.is_heard for piece in self._segments):
                self._heap.later(ends_at, self._told, self._generation)
        elif is_new and not self._is_finished:
            self._heap.later(self.plays_until, self._dried, self._generation)

    def _plan(self, segment: _Segment, at: float) -> None:
        begin = max(at, self.plays_until)
        end = begin + segment.have_s - self._offset
        self._stretches.append((self._index, self._offset, begin, end))
        if not segment.started:
            self._heap.later(begin - LEAD_S, self._started, (self._generation, segment, begin))
        self._offset, self.plays_until, self.tells_at = segment.have_s, end, end
        self.on_sound(begin, end, segment.text)

    def _started(self, what: tuple[int, _Segment, float], at: float) -> None:
        generation, segment, begin = what
        if generation == self._generation and not segment.started:
            segment.started = True
            self._heap.deliver(SegmentStarted(self.reply, segment.number, begin), at)

    def _mark(self, segment: _Segment) -> None:
        mark_s = None if segment.is_heard else self.mark_s()
        if mark_s is not None:
            self._heap.later(self.plays_until + mark_s, self._marked, (self._generation, segment))

    def _marked(self, what: tuple[int, _Segment], at: float) -> None:
        generation, segment = what
        if generation != self._generation or segment.is_heard:
            return
        segment.is_heard = True
        self._heap.deliver(SegmentHeard(self.reply, segment.number), at)
        if self._is_sent and all(piece.is_heard for piece in self._segments):
            self._told(generation, at)

    def _told(self, generation: int, at: float) -> None:
        """By the marks too."""
        if generation == self._generation:
            heard = ReplyHeard(self.reply, " ".join(piece.text for piece in self._segments))
            self._note(len(self._segments), 0.0)
            self._over()
            self._post(heard, at)

    def _heard_all(self, what: tuple[int, int], at: float) -> None:
        """In truth, whatever the marks say."""
        generation, reply = what
        if generation == self._generation and reply == self.reply:
            self._note(len(self._segments), 0.0)
            self.on_over(reply, at)

    def _dried(self, generation: int, at: float) -> None:
        if generation == self._generation and not self._is_finished and self.plays_until <= at + 1e-9:
            self._heap.deliver(PlayoutDried(self.reply), at)

    def _plan_event(self, at: float, event: Event) -> None:
        self._heap.later(at, self._if_current, (self._generation, event))

    def _if_current(self, what: tuple[int, Event], at: float) -> None:
        if what[0] == self._generation:
            self._heap.deliver(what[1], at)

    def _post(self, event: Event, at: float) -> None:
        self.tells_at = max(self.tells_at, at)
        self._heap.send(at, event)

    def _over(self) -> None:
        self.reply, self._is_open, self._is_hushed = 0, False, False
        self._generation += 1

    def _rewind(self, at: float) -> bool:
        """Back to what is being heard; true when any of it was sent."""
        was_sent = bool(self._stretches) or self._index > 0 or self._offset > 0.0
        for index, offset, begin, end in self._stretches:
            if end > at:
                self._index, self._offset = index, offset + max(at - begin, 0.0)
                break
        for segment in self._segments[: self._index]:
            segment.is_heard = True
        for segment in self._segments[self._index + 1 :]:
            segment.started = False
        self._stretches = []
        self.plays_until = min(self.plays_until, at)
        self._generation += 1
        self._is_sent = False
        self._note(self._index, self._offset)
        return was_sent

    def _note(self, index: int, offset: float) -> None:
        self.truth[self.reply] = self._heard(index, offset)

    def _heard(self, index: int, offset: float) -> list[str]:
        words = [word for segment in self._segments[:index] for word in segment.words]
        if index < len(self._segments) and offset > 0.0:
            words += self._segments[index].words[: int(offset / WORD_S + 0.5)]
        return words

    def _cut(self) -> PlayoutCut:
        heard_s = sum(segment.have_s for segment in self._segments[: self._index]) + self._offset
        return PlayoutCut(self.reply, " ".join(self._heard(self._index, self._offset)), heard_s)
