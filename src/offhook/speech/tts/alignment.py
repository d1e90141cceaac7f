"""Letters and their times, as ElevenLabs tells them: once, twice from the start, or not at all."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

LAST_LATIN: Final = 0x24F
"""Of Unicode's Latin letters. The vendor's normalized text of other scripts is written in Latin ones: of 你好 it tells
`Ni Hao`, which says nothing of our letters."""
WHOLE_S: Final = 0.1
"""Letters that reach so much beyond the audio that they came with are told from the segment's start."""


class Alignment(msgspec.Struct, frozen=True):
    """Times in ms. The vendor's specification and its wire spell two of the names differently."""

    chars: list[str] | None = None
    starts: list[float] | None = msgspec.field(default=None, name="charStartTimesMs")
    other_starts: list[float] | None = msgspec.field(default=None, name="charsStartTimesMs")
    lengths: list[float] | None = msgspec.field(default=None, name="charDurationsMs")
    other_lengths: list[float] | None = msgspec.field(default=None, name="charsDurationsMs")

    def times(self) -> list[tuple[str, float, float]]:
        """Each letter with its start and end in seconds of this message's own time; other signs have no letter."""
        starts, lengths = self.starts or self.other_starts or (), self.lengths or self.other_lengths or ()
        return [
            ("".join(filter(str.isalnum, sign)), start / 1000, (start + length) / 1000)
            for sign, start, length in zip(self.chars or (), starts, lengths, strict=False)
        ]


_DECODER: Final = msgspec.json.Decoder(Alignment | None)


def read(*alternatives: msgspec.Raw) -> list[tuple[str, float, float]]:
    """The times of the first that has any. What is no alignment has none: words without times are no reason to fail."""
    for raw in alternatives:
        try:
            found = _DECODER.decode(raw) if raw else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        times: list[tuple[str, float, float]] = found.times() if found is not None else []
        if times:
            return times
    return []


def is_latin(text: str) -> bool:
    """Whether all letters of it are."""
    return not any(sign.isalpha() and ord(sign) > LAST_LATIN for sign in text)


class Letters:
    """One text's letters: which of them a message is about, and when each is heard.

    Messages follow each other, and each counts its times from 0. Now and then the vendor begins again with the first
    letter and tells all of them once more; those that were told already are passed over then.
    """

    __slots__ = ("_heard", "_place", "_text", "_told", "_until_s")

    def __init__(self, said: str) -> None:
        self._text = "".join(filter(str.isalnum, said))
        self._heard = ""
        """As the vendor tells them."""
        self._place = self._told = 0
        """Letters before the next message, and letters that were told once."""
        self._until_s = 0.0
        """What was told of so far, with and without audio."""

    def hear(
        self, times: Sequence[tuple[str, float, float]], at_s: float, audio_s: float
    ) -> Iterator[tuple[str, float, float]]:
        """The new letters of a message whose audio begins at `at_s`, with times in the whole segment's audio."""
        letters, span_s = "".join(letter for letter, _, _ in times), max((end_s for _, _, end_s in times), default=0.0)
        # The times are about the audio that comes with them, or about more of it that follows without any.
        begin_s = max(at_s, self._until_s)
        if self._begins_again(letters):
            self._place = 0
            begin_s = 0.0 if span_s > audio_s + WHOLE_S else at_s
        self._heard = self._heard[: self._place] + letters + self._heard[self._place + len(letters) :]
        for letter, start_s, end_s in times:
            new = letter[max(0, self._told - self._place) :]
            self._place += len(letter)
            self._told = max(self._told, self._place)
            if new:
                yield new, begin_s + start_s, begin_s + end_s
        self._until_s = max(self._until_s, begin_s + span_s)

    def _begins_again(self, letters: str) -> bool:
        if len(letters) < 2 or not self._place or self._text.startswith(letters, self._place):
            return False
        return self._heard.startswith(letters) or letters.startswith(self._heard[: self._place])
