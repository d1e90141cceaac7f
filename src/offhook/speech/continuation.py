"""Going on where another broke off, without a word too many or too few. Pure: text and times, no clock."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from offhook.core.formats import TELEPHONE
from offhook.speech.ports import SpokenAudio, WordTime

CHARS_PER_S: Final = 15.0
"""Speed of speech, for a voice that tells no word times."""
VOICED_SHARE: Final = 0.5
"""A word of which so much was voiced counts as heard, here as in the playout, and is not said again."""
_UNFINISHED: Final = re.compile(r"[^\s\u3000-\u9fff\uff00-\uffef]{1,40}(?<![^\W\d_][,;])$")
"""A word that may go on: not behind its comma. Writing without spaces, and what is longer than a word, is not held."""
_WORD: Final = re.compile(r"\s*\S+")


class WholeWords:
    """Text in as it streams, whole words out: what was given ends where a continuation can begin."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Take a piece; what is whole now, its spaces included."""
        text = self._held + text
        unfinished = _UNFINISHED.search(text)
        cut = unfinished.start() if unfinished else len(text)
        self._held = text[cut:]
        return text[:cut]

    def finish(self) -> str:
        """The last word."""
        text, self._held = self._held, ""
        return text


class Joint:
    """Joins a continuation to what was said: one space between them, and nothing of `said` once more.

    A model that was asked to go on may repeat the last words, or begin anew. So its first words are held back while
    they could be the end of `said`. One word alone that comes twice is kept, it may be a digit of a number.
    """

    __slots__ = ("_candidates", "_given", "_held", "_said", "_space")

    def __init__(self, said: str) -> None:
        self._said = [_plain(word) for word in said.split()]
        self._space = said[-1:]
        self._candidates = list(range(1, len(self._said) + 1))
        """Lengths of an overlap, in words, that the words so far allow."""
        self._held = ""
        self._given = not said

    def feed(self, text: str) -> str:
        """Take whole words; what is to be said now."""
        self._held += text
        if self._candidates:
            # The last word is whole only with the space behind it.
            words = [_plain(match[0]) for match in _WORD.finditer(self._held) if match.end() < len(self._held)]
            self._candidates = [count for count in self._candidates if self._fits(count, words)]
            if any(count > len(words) for count in self._candidates):
                return ""
            self._cut(words)
        return self._give()

    def finish(self) -> str:
        """The rest, when the continuation is over."""
        if self._candidates:
            words = [_plain(match[0]) for match in _WORD.finditer(self._held)]
            self._candidates = [count for count in self._candidates if self._fits(count, words)]
            self._cut(words)
        return self._give()

    def _fits(self, count: int, words: list[str]) -> bool:
        compared = min(count, len(words))
        start = len(self._said) - count
        return self._said[start : start + compared] == words[:compared]

    def _cut(self, words: list[str]) -> None:
        found = [n for n in self._candidates if n <= len(words) and (n > 1 or n == len(self._said))]
        ends = [match.end() for match in _WORD.finditer(self._held)]
        if found:
            self._held = self._held[ends[max(found) - 1] :]
        self._candidates = []

    def _give(self) -> str:
        if not self._given and not self._held.strip():
            return ""
        text, self._held = self._held, ""
        is_first, self._given = not self._given, True
        return text.lstrip() if is_first and self._space.isspace() else text


def _plain(word: str) -> str:
    """As it sounds: without case and punctuation."""
    return "".join(sign for sign in word.casefold() if sign.isalnum()) or word.strip()


class Voiced:
    """One segment, spoken by one voice or by several after one another."""

    __slots__ = ("_audio", "_held", "_offset_s", "_told", "rest")

    def __init__(self, text: str) -> None:
        self.rest = text
        """What the present voice was asked to say."""
        self._offset_s = 0.0
        """Audio of the voices before it."""
        self._audio = 0
        self._held: list[WordTime] = []
        """Told ahead of their audio: they are passed on once they were voiced, for a voice may break off before."""
        self._told = 0

    @property
    def has_begun(self) -> bool:
        """Whether any voice has given audio."""
        return self._audio > 0 or self._offset_s > 0.0

    def take(self, piece: SpokenAudio) -> SpokenAudio:
        """The piece with its words at their times in the segment."""
        self._audio += len(piece.audio)
        self._held += piece.words
        count = 0
        while count < len(self._held) and _is_voiced(self._held[count], TELEPHONE.seconds(self._audio)):
            count += 1
        return replace(piece, words=self._tell(count))

    def finish(self) -> tuple[WordTime, ...]:
        """The words that are left when the voice is done."""
        return self._tell(len(self._held))

    def cut(self) -> None:
        """The voice broke off: `rest` begins with the first word that it did not voice."""
        voiced_s, words = TELEPHONE.seconds(self._audio), self.rest.split()
        voiced = self._told if self._told or self._held else _guess(words, voiced_s)
        self.rest = " ".join(words[voiced:])
        self._offset_s += voiced_s
        self._audio, self._told = 0, 0
        self._held.clear()

    def _tell(self, count: int) -> tuple[WordTime, ...]:
        told, self._held = self._held[:count], self._held[count:]
        self._told += count
        by = self._offset_s
        return tuple(replace(word, start_s=word.start_s + by, end_s=word.end_s + by) if by else word for word in told)


def _is_voiced(word: WordTime, voiced_s: float) -> bool:
    return word.start_s + VOICED_SHARE * (word.end_s - word.start_s) <= voiced_s + 1e-9


def _guess(words: Iterable[str], voiced_s: float) -> int:
    """How many of the words so much audio holds, by their letters."""
    count, chars = 0, 0.0
    for word in words:
        chars += len(word) + 1
        if (chars - (1.0 - VOICED_SHARE) * len(word)) / CHARS_PER_S > voiced_s:
            break
        count += 1
    return count
