"""The agent's words as the caller hears them, each with its place in time, over the last seconds.

A segment's beginning is known, and at a cut which words were heard by then; between such points the words are spread by
their letters. Nobody asks for more than a tenth of a second.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from offhook.core.again import as_told
from offhook.core.behaviour import Script
from offhook.core.heard_words import GUESSED_CHARS_PER_S

KEPT_S: Final = 12.0
"""What the agent said longer ago does not come back by a loudspeaker."""


BEHIND_WORDS: Final = 4
SAME_S: Final = 0.1
"""Places that differ by less are the same."""


class _Piece(msgspec.Struct):
    """Words that are heard one behind the other."""

    reply: int
    segment: int
    words: list[str]
    from_s: float
    to_s: float | None = None
    """None while it is not known when the last of them was heard."""
    begins: list[float] = []
    """When each of the last words began, as far as that is known for certain."""

    @property
    def ends_at(self) -> float:
        """When the last of it is heard, as far as anybody can tell."""
        return self.to_s if self.to_s is not None else self.from_s + len(" ".join(self.words)) / GUESSED_CHARS_PER_S

    def places(self) -> list[tuple[str, float]]:
        """Each word, and when it begins."""
        span_s, whole, before = self.ends_at - self.from_s, max(len(" ".join(self.words)), 1), 0
        found = []
        for word in self.words:
            found.append((word, self.from_s + span_s * before / whole))
            before += len(word) + 1
        known = len(self.words) - len(self.begins)
        return found[:known] + list(zip(self.words[known:], self.begins, strict=True))


class Sounded:
    """What of the agent was heard lately, in one call."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._rest: list[_Piece] = []
        """Words of the hushed reply that are still to be heard."""

    def begins(self, reply: int, segment: int, text: str, at: float) -> None:
        """A segment is heard from then on."""
        self._pieces = [piece for piece in self._pieces if piece.ends_at > at - KEPT_S]
        if self._pieces and self._pieces[-1].to_s is None:
            self._pieces[-1].to_s = max(at, self._pieces[-1].from_s)
        self._pieces.append(_Piece(reply, segment, text.split(), at))

    def reworded(self, reply: int, segment: int, text: str) -> None:
        """What a segment says became known later than its sound."""
        for piece in self._pieces:
            if (piece.reply, piece.segment) == (reply, segment):
                piece.words = text.split()

    def told(self, text: str, at: float) -> None:
        """Words that were heard by then, of a reply that is over."""
        self._pieces.append(_Piece(0, 0, text.split(), at - len(text) / GUESSED_CHARS_PER_S, at))

    def ends(self, reply: int, at: float) -> None:
        """The last word of the reply is heard then."""
        if self._pieces and self._pieces[-1].reply == reply:
            self._pieces[-1].to_s = max(at, self._pieces[-1].from_s)

    def stops(self, reply: int, heard: int, ages_s: Sequence[float], at: float) -> None:
        """The reply falls silent when so many of its words were heard, the last of them so long ago."""
        self._rest, pieces = [], [piece for piece in self._pieces if piece.reply == reply]
        for piece in pieces:
            if heard < len(piece.words) or piece.from_s > at:
                self._rest.append(_Piece(reply, piece.segment, piece.words[heard:], at))
                piece.words, piece.begins = piece.words[:heard], []
                piece.to_s = max(min(at, piece.ends_at), piece.from_s)
            elif piece.to_s is None or piece.to_s > at:
                piece.to_s = max(at, piece.from_s)
            heard = max(heard - len(piece.words), 0)
        ages = list(ages_s)
        for piece in reversed(pieces):
            known = [at - age for age in ages[max(len(ages) - len(piece.words), 0) :]]
            ages = ages[: len(ages) - len(known)]
            # What was heard before an earlier silence was heard longer ago than its audio is long.
            piece.begins = [begin for begin in known if begin >= piece.from_s - SAME_S]
            if len(piece.begins) < len(piece.words):
                return

    def goes_on(self, at: float) -> None:
        """What is left of the hushed reply is heard from then on."""
        rest, self._rest = self._rest, []
        for piece in rest:
            self.begins(piece.reply, piece.segment, " ".join(piece.words), at)
            at = self._pieces[-1].ends_at

    def text_since(self, at: float) -> str:
        """All that was heard in a stretch of time that reaches back to then, and some seconds more."""
        return " ".join(word for piece in self._pieces if piece.from_s >= at - KEPT_S for word in piece.words)

    def between(self, from_s: float, to_s: float) -> str:
        """The words that began to be heard between two times; at a cut, those of which half was heard."""
        return " ".join(word for piece in self._pieces for word, at in piece.places() if from_s <= at <= to_s)

    @property
    def just_behind(self) -> str:
        """The words behind those that were heard of the hushed reply: a carrier may have played more than it told."""
        return " ".join(word for piece in self._rest for word in piece.words[:BEHIND_WORDS])


def stand_in(text: str, sounded: str, script: Script) -> bool:
    """The words of the text, side by side."""
    words, said = (as_told(part, script) for part in (text, sounded))
    return any(said[at : at + len(words)] == words for at in range(len(said) - len(words) + 1))
