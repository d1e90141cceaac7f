"""How a language writes what sounds the same: "it's" and "it is", "10:30" and "half past ten", "$45" and "forty-five
dollars". The agent's text, its voice and a transcriber each have their own way.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

_HOURS: Final = 12


class Spellings(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """The spellings of one language."""

    same: tuple[str, ...] = ()
    """A word, and the words that it is written as too: "cannot can not". Alone it is often written as a sign, or not
    at all: "dollars", "o'clock".
    """
    suffixes: tuple[str, ...] = ()
    """The end of a word, and the word that it stands for: "'re are"."""
    clock: tuple[str, ...] = ()
    """How minutes are told with words, and how many they are: "half past # 30", "quarter to # -15"; # is the hour."""

    def spread(self, text: str) -> str:
        """The text with each word in the longer spelling, and without signs in words."""
        same, suffixes = _parted(self.same), _parted(self.suffixes)
        words: list[str] = []
        for word in text.casefold().split():
            bare = word.strip('.,!?;:…"“”„()¿¡-–—')
            if (longer := same.get(bare)) is not None:
                words.append(longer)
                continue
            suffix = next((end for end in suffixes if bare.endswith(end) and bare != end), "")
            words.append(f"{bare.removesuffix(suffix)} {suffixes[suffix]}" if suffix else word)
        return " ".join(words)

    def with_minutes(self, words: Sequence[str]) -> list[str]:
        """Words and figures, and every time of day in figures."""
        told: list[str] = []
        at = 0
        while at < len(words):
            for phrase, minutes in _clock(self.clock):
                hour = _hour(words[at : at + len(phrase)], phrase)
                if hour is not None:
                    hour = hour if minutes > 0 else (hour - 2) % _HOURS + 1
                    told += [str(hour), str(minutes % 60)]
                    at += len(phrase)
                    break
            else:
                told.append(words[at])
                at += 1
        return told


def _hour(words: Sequence[str], phrase: tuple[str, ...]) -> int | None:
    if len(words) < len(phrase):
        return None
    hour = None
    for word, expected in zip(words, phrase, strict=True):
        if expected == "#" and word.isdecimal() and 0 < len(word) <= 2:
            hour = int(word)
        elif word != expected:
            return None
    return hour


@lru_cache(maxsize=64)
def _parted(entries: tuple[str, ...]) -> Mapping[str, str]:
    return {first: rest for first, _, rest in (entry.partition(" ") for entry in entries)}


@lru_cache(maxsize=32)
def _clock(entries: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], int], ...]:
    parts = (entry.rpartition(" ") for entry in entries)
    return tuple((tuple(phrase.split()), int(minutes)) for phrase, _, minutes in parts)
