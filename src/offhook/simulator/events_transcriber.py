"""The transcriber of a simulated call, as `speech.ports` promises it: words by place, finals one behind the other.

Every word is told in one final, or in none when the call ends first. A question is answered by a final that reaches
its place, late, or never; a stream that was lost hears all audio since the last final again.
"""

from typing import Final

from offhook.core.events import (
    TranscriberLost,
    TranscriberReady,
    TranscriptChanged,
    TranscriptFinal,
    TurnEndExpected,
    TurnResumed,
)
from offhook.simulator.events_heap import Heap
from offhook.simulator.events_weather import Weather

LAG_S: Final = 0.12
"""From a sound to an interim that holds it."""
OWN_FINAL_S: Final = 0.35
"""Silence behind which a transcriber makes words final of its own accord."""


class Transcriber:
    """Hears the caller's words, and tells them."""

    def __init__(self, heap: Heap, weather: Weather) -> None:
        self._heap, self._weather = heap, weather
        self.words: list[tuple[float, str]] = []
        """All words that were spoken so far or will be, with the place where each ends."""
        self.told = 0
        """So many of them are final."""
        self._final_to = 0.0
        self._is_up = True
        self._stream = 0
        self._answers_at = 0.0
        """Answers come in order."""
        self._tells_interims = heap.chance(weather.interims)
        self._makes_final = heap.chance(weather.own_finals)
        self._expects = heap.chance(weather.expects_ends)
        self._expected = False

    # ── what is heard ────────────────────────────────────────────────────────────────────────────────────────

    def hear(self, words: list[tuple[float, str]], begin: float, end: float) -> None:
        """A spurt of the caller begins; its words end at these places."""
        self.words += words
        heap, weather = self._heap, self._weather
        if self._expected:
            self._expected = False
            heap.send(begin + LAG_S, TurnResumed())
        if not words:
            return
        if self._tells_interims:
            place = begin + heap.within((0.3, 0.9))
            while place < end + 0.6:
                heap.later(place + LAG_S, self._interim, (self._stream, min(place, end)))
                place += heap.within((0.4, 1.0))
        if self._makes_final and heap.chance(0.7):
            heap.later(end + OWN_FINAL_S, self._own_final, (self._stream, end))
        if self._makes_final and end - begin > 2.0 and heap.chance(0.5):
            heap.later(begin + 2.0, self._own_final, (self._stream, begin + 1.6))
        if self._expects:
            heap.later(end + heap.within((0.15, 0.5)), self._expect, (self._stream, end))
        if heap.chance(weather.loses_stream):
            heap.later(heap.within((begin, end + 1.0)), self._lose, self._stream)

    def forget_after(self, place: float) -> None:
        """The caller was cut off there: what was to be said behind it never will be."""
        self.words = [word for word in self.words if word[0] <= place]

    # ── what is asked ────────────────────────────────────────────────────────────────────────────────────────

    def finalize(self, at: float) -> None:
        """Make final what was heard until now."""
        heap, weather = self._heap, self._weather
        if not self._is_up or heap.chance(weather.unanswered):
            return
        span = weather.late_final_s if heap.chance(weather.late_finals) else weather.final_s
        self._answers_at = max(at + heap.within(span), self._answers_at)
        heap.later(self._answers_at, self._answer, (self._stream, at))

    def reopen(self, delay_s: float, at: float) -> None:
        """Open the stream again; it may fail."""
        if self._is_up:
            return
        self._stream += 1
        self._answers_at = 0.0
        act = self._refuse if self._heap.chance(self._weather.reopen_fails) else self._open
        self._heap.later(at + delay_s + self._heap.within(self._weather.reopens_s), act, self._stream)

    # ── what happens ─────────────────────────────────────────────────────────────────────────────────────────

    def _rest(self, place: float) -> list[str]:
        """The words between the last final and that place."""
        words, index = [], self.told
        while index < len(self.words) and self.words[index][0] <= place + 1e-6:
            words.append(self.words[index][1])
            index += 1
        return words

    def _tell(self, place: float, at: float) -> None:
        words, begin = self._rest(place), self._final_to
        self.told += len(words)
        self._final_to = place
        self._heap.deliver(TranscriptFinal(" ".join(words), begin, place), at)

    def _answer(self, what: tuple[int, float], at: float) -> None:
        stream, place = what
        if stream == self._stream and place > self._final_to:
            self._tell(place, at)

    def _own_final(self, what: tuple[int, float], at: float) -> None:
        stream, place = what
        if stream == self._stream and place > self._final_to and self._rest(place):
            self._tell(place, at)

    def _interim(self, what: tuple[int, float], at: float) -> None:
        stream, place = what
        if stream != self._stream or place <= self._final_to:
            return
        words = self._rest(place)
        if words and self._heap.chance(self._weather.revises):
            words[-1] += "x"
        if words:
            self._heap.deliver(TranscriptChanged(" ".join(words), place), at)

    def _expect(self, what: tuple[int, float], at: float) -> None:
        stream, place = what
        if stream == self._stream and place > self._final_to and (words := self._rest(place)):
            self._expected = True
            probability = self._heap.within((0.5, 1.0))
            self._heap.deliver(TurnEndExpected(" ".join(words), place, probability), at)

    def _lose(self, stream: int, at: float) -> None:
        if stream == self._stream and self._is_up:
            self._is_up = False
            self._stream += 1
            self._heap.deliver(TranscriberLost("reset"), at)

    def _refuse(self, stream: int, at: float) -> None:
        if stream == self._stream:
            self._heap.deliver(TranscriberLost("refused"), at)

    def _open(self, stream: int, at: float) -> None:
        if stream != self._stream:
            return
        self._is_up = True
        self._heap.deliver(TranscriberReady(), at)
        if self._tells_interims and at - self._final_to < 60.0:
            # What was not final is heard anew, faster than it was spoken.
            for share in (0.4, 1.0):
                place = self._final_to + (at - self._final_to) * share
                self._heap.later(at + 0.3 * share, self._interim, (stream, place))
