"""Which words of a text lie before a place in its audio."""

from collections.abc import Sequence
from typing import Final

GUESSED_CHARS_PER_S: Final = 15.0
"""Speed of speech, for a segment whose audio is not complete and has no word times."""


def words_until(
    text: str, times: Sequence[tuple[float, float]], known_s: float, heard_s: float, *, is_complete: bool
) -> str:
    """The words of which at least half was heard in the first `heard_s` seconds: by their times as far as those are
    known, then evenly over the rest of the audio, of which `known_s` seconds are there.
    """
    words = text.split()
    times = times[: len(words)]
    heard = sum(1 for start, end in times if (start + end) / 2 <= heard_s)
    if heard < len(times) or len(times) == len(words):
        return " ".join(words[:heard])
    whole_s = known_s if is_complete else max(known_s, len(text) / GUESSED_CHARS_PER_S)
    spread_from_s = times[-1][1] if times else 0.0
    weights = [len(word) + 1 for word in words[heard:]]
    share, total = 0.0, float(sum(weights))
    for weight in weights:
        if spread_from_s + (share + weight / 2) / total * (whole_s - spread_from_s) > heard_s:
            break
        heard += 1
        share += weight
    return " ".join(words[:heard])


def word_begins(text: str, times: Sequence[tuple[float, float]], known_s: float, *, is_complete: bool) -> list[float]:
    """When each word begins in the audio, in seconds; in the same way."""
    words = text.split()
    begins = [start for start, _ in times[: len(words)]]
    whole_s = known_s if is_complete else max(known_s, len(text) / GUESSED_CHARS_PER_S)
    from_s = times[len(begins) - 1][1] if begins else 0.0
    weights = [len(word) + 1 for word in words[len(begins) :]]
    share, total = 0, float(sum(weights))
    for weight in weights:
        begins.append(from_s + share / total * (whole_s - from_s))
        share += weight
    return begins
