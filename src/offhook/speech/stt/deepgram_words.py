"""Which words of a turn no final has told yet: Flux tells all words of a turn each time, and may revise them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from offhook.core.words import normalize

MOST_ALIGNED: Final = 40
"""Words from the first one that differs. Beyond that only their number counts: the work for each message is bounded."""


@dataclass(frozen=True, slots=True)
class TurnWord:
    """A word as it is written, and where it lies, in seconds of the connection's audio; None where that is not told."""

    text: str
    start_s: float | None = None
    end_s: float | None = None


def told_count(words: Sequence[TurnWord], told: Sequence[TurnWord]) -> int:
    """How many of `words`, from the first, say again what was told. Case and punctuation may differ.

    When words were revised, the shortest part of `words` that is most like the told ones, and behind it whatever lies
    in the told words' time. Without times the longest such part: rather a word too few than one twice.
    """
    now, known = [normalize(word.text) for word in words], [normalize(word.text) for word in told]
    shared = 0
    while shared < min(len(now), len(known)) and now[shared] == known[shared]:
        shared += 1
    if shared == len(known):
        return shared
    if len(known) - shared > MOST_ALIGNED:
        return min(len(now), len(known))
    end_s = told[-1].end_s
    count = shared + _most_alike(known[shared:], now[shared : shared + 2 * MOST_ALIGNED], longest=end_s is None)
    while end_s is not None and count < len(words) and _lies_before(words[count], end_s):
        count += 1
    return count


def _lies_before(word: TurnWord, end_s: float) -> bool:
    if word.start_s is None or word.end_s is None:
        return False
    return (word.start_s + word.end_s) / 2 <= end_s


def _most_alike(known: Sequence[str], now: Sequence[str], *, longest: bool) -> int:
    """Length of the part of `now`, from its start, with the fewest changes to `known` (Levenshtein)."""
    row = list(range(len(now) + 1))
    for i, word in enumerate(known, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(now, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    fewest = min(row)
    return len(row) - 1 - row[::-1].index(fewest) if longest else row.index(fewest)
