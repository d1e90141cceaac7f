"""What becomes known of a reply when it is over: words that come later than their audio, and audio that a late `clear`
did not stop.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from offhook.core.events import MoreHeard
from offhook.core.far_end import LONGEST_STALL_S, Dropped
from offhook.core.formats import FRAME_S, AudioFormat
from offhook.core.heard_words import word_begins, words_until
from offhook.core.playout_parts import Flight, Segment

OVERRUN_S: Final = 0.3
"""A word or two beyond the cut are within what marks can tell."""


PLACED_WORDS: Final = 8
"""Of so many words at a cut the places are told: an echo of older ones is over."""


def heard_words(segments: Sequence[Segment], place: "Place", audio_format: AudioFormat) -> list[str]:
    """The words up to a place."""
    index, offset = place
    words: list[str] = []
    for number, segment in enumerate(segments[: index + 1]):
        size = len(segment.audio) if number < index else offset
        if number < index and not segment.is_broken:
            words += segment.text.split()
        elif size > 0:
            known_s, heard_s = audio_format.seconds(len(segment.audio)), audio_format.seconds(size)
            is_whole = segment.is_complete and not segment.is_broken
            words += words_until(segment.text, segment.words, known_s, heard_s, is_complete=is_whole).split()
    return words


def word_ages(segments: Sequence[Segment], place: "Place", audio_format: AudioFormat) -> tuple[float, ...]:
    """How many seconds of audio before the place each of the last heard words begins."""
    index, offset = place
    at_s, ages = 0.0, list[float]()
    for number, segment in enumerate(segments[: index + 1]):
        known_s = audio_format.seconds(len(segment.audio))
        is_whole = segment.is_complete and not segment.is_broken
        begins = word_begins(segment.text, segment.words, known_s, is_complete=is_whole)
        ages += [at_s + begin for begin in begins]
        at_s += known_s if number < index else audio_format.seconds(offset)
    heard = len(heard_words(segments, place, audio_format))
    return tuple(round(max(at_s - age, 0.0), 3) for age in ages[max(heard - PLACED_WORDS, 0) : heard])


Place = tuple[int, int]
"""In a reply: index of the segment, and bytes of its audio before that."""


@dataclass(slots=True)
class Former:
    """A reply of which something was sent and that is over."""

    segments: list[Segment]
    place: Place
    """So far it was heard."""


class Afterwards:
    """Replies that are over; and the last `clear`, until it has arrived."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._former: dict[int, Former] = {}
        """The last one, and that which a `clear` may have come late for."""
        self._overrun: Overrun | None = None

    def over(self, reply: int, segments: list[Segment], place: Place) -> None:
        """This reply was heard up to there."""
        if reply not in self._former:
            late = self._overrun.reply if self._overrun is not None else 0
            self._former = {number: former for number, former in self._former.items() if number == late}
            self._former[reply] = Former(segments, place)

    def cleared(self, reply: int, at: float, dropped: Dropped | None, flights: Iterable[Flight]) -> None:
        """A `clear` follows these flights. What is sent behind one that has not arrived is not heard in any case."""
        flights = tuple(flights)
        if dropped is not None and flights and (self._overrun is None or self._overrun.is_past(at)):
            self._overrun = Overrun(reply, at, dropped, flights)

    def leg_is_off(self) -> None:
        """What is under way arrives nowhere."""
        self._overrun = None

    def mark_returned(self, name: str, now: float) -> tuple[int, Place] | None:
        """A reply and the place up to which it was heard, beyond the cut: because a `clear` came late."""
        if self._overrun is None:
            return None
        place = self._overrun.dropped.mark_returned(name, now)
        if place is None:
            return None
        overrun, self._overrun = self._overrun, None
        if place - overrun.flights[0].plays_at < OVERRUN_S:
            return None
        last = next(flight for flight in reversed(overrun.flights) if flight.plays_at <= place)
        frames = round((min(place, last.ends_at) - last.plays_at) / FRAME_S)
        return overrun.reply, (last.index, last.offset + frames * self._format.frame_bytes)

    def reach(self, reply: int, place: Place) -> MoreHeard | None:
        """A reply was heard up to there, which may be further than was known."""
        former = self._former.get(reply)
        if former is None or place <= former.place:
            return None
        before = len(self._words(former))
        former.place = place
        return _more(reply, self._words(former)[before:])

    def retext(self, reply: int, number: int, text: str, words: list[tuple[float, float]]) -> MoreHeard | None:
        """A segment has words now; those of them that were heard, if it had none before."""
        former = self._former.get(reply)
        for index, segment in enumerate(former.segments if former is not None else ()):
            if former is not None and segment.number == number and not segment.text:
                before = len(self._words(former))
                segment.text, segment.words = text, list(words)
                known = self._words(former)
                begin = len(heard_words(former.segments, (index, 0), self._format))
                return _more(reply, known[begin : begin + len(known) - before])
        return None

    def _words(self, former: Former) -> list[str]:
        return heard_words(former.segments, former.place, self._format)


@dataclass(frozen=True, slots=True)
class Overrun:
    """What was on its way when a `clear` followed it: where the way has stalled, the far end plays on meanwhile."""

    reply: int
    at: float
    dropped: Dropped
    flights: tuple[Flight, ...]

    def is_past(self, at: float) -> bool:
        """The clear has arrived, or never will."""
        return at - self.at >= LONGEST_STALL_S


def _more(reply: int, words: list[str]) -> MoreHeard | None:
    return MoreHeard(reply, " ".join(words)) if words else None
