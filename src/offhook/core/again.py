"""The same words again: the agent's own, come back by a loudspeaker, and another machine's menu that begins anew."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Final

from offhook.core.behaviour import Script
from offhook.core.figures import NumberWords, in_figures, lookup
from offhook.core.spellings import Spellings
from offhook.core.words import is_question, normalize

_MOST_CHARS: Final = 4000
"""Longer texts are judged by their last part."""
_INITIALS: Final = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)")
"""The dot within "p.m."."""
_ECHO_MISTAKES: Final = 5
"""One word in so many of an echo may be misheard, left out or added."""
_SHORT_WORD: Final = 3
"""Letters. So short a word is often misheard, and never alone makes a stretch another one."""
_EXACT_MISTAKES: Final = 3
"""One word in so many of an echo may be another one, short words counted too."""
_SURE_LENGTH: Final = 5
"""Fewer words of an echo are right at both ends."""
_PART_LETTERS: Final = 3
"""An echo begins and ends anywhere: so many letters of its first or last word show which word that is."""
_LONG: Final = 8
"""Words. Nobody says so many of the agent's and puts only a figure right: there it was misheard."""
_SAME_SHARE: Final = 0.9
"""Of the words of two utterances, when they are the same one."""


def is_echo(text: str, sounded: str, least_words: int, script: Script) -> bool:
    """True when the text is a stretch of what the agent said (`sounded`), heard back with a few words misheard.

    It has at least `least_words` words (0: never an echo), four in five of them stand side by side there, and it ends
    as the stretch does: a caller who says the agent's words and goes on is a caller, and so is one who says another
    figure. In doubt it is no echo, since an echo that is answered costs less than a caller who is not.
    """
    # Who repeats the agent's words as a question wants an answer.
    if not least_words or (is_question(text) and not is_question(sounded) and "?" not in sounded):
        return False
    if len(normalize(text).replace("-", " ").split()) < least_words:
        return False
    heard, said = text[-_MOST_CHARS:], sounded[-_MOST_CHARS:]
    if _is_stretch(as_said(heard, script), as_said(said, script)):
        return True
    # An echo that breaks off within "half past ten" is known by the words.
    told, words = as_told(heard, script), as_told(said, script)
    return (told, words) != (as_said(heard, script), as_said(said, script)) and _is_stretch(told, words)


def _is_stretch(heard: Sequence[str], said: Sequence[str]) -> bool:
    figures, count = _figures(heard), len(heard)
    # A figure of several digits is one word.
    words = sum(1 if is_figure else len(list(group)) for is_figure, group in groupby(heard, str.isdecimal))
    if not heard or (words < _LONG and figures not in _figures(said)):
        return False
    close = _mistakes(heard, said, are_short_alike=True)
    exact = _mistakes(heard, said, are_short_alike=False)
    allowed = words // _ECHO_MISTAKES
    return any(
        close[end] <= allowed
        and exact[end] <= max(allowed, words // _EXACT_MISTAKES)
        and _ends_match(heard, stretch := said[max(0, end + 1 - count - allowed) : end + 1], allowed)
        and (words >= _LONG or figures in _figures(stretch))
        for end in range(len(said))
    )


def said_again(a: str, b: str) -> bool:
    """True when the two are the same utterance but for small differences: a machine's menu that begins again."""
    one, other = normalize(a[-_MOST_CHARS:]).split(), normalize(b[-_MOST_CHARS:]).split()
    return bool(one) and bool(other) and _shared(one, other) >= _SAME_SHARE * max(len(one), len(other))


def as_said(text: str, script: Script) -> tuple[str, ...]:
    """The words of a text as they sound, whoever wrote them: "$45 at 10:30" and "forty-five dollars at half past ten"
    are the same. Each digit is a word.
    """
    return _timed(text, script.figures, script.spellings)


def as_told(text: str, script: Script) -> tuple[str, ...]:
    """The same with times of day as they were told: part of "half past ten" stands in it."""
    return _plain(text, script.figures, script.spellings)


@lru_cache(maxsize=64)
def _timed(text: str, figures: NumberWords, spellings: Spellings) -> tuple[str, ...]:
    return _digits(spellings.with_minutes(_numbered(text, figures, spellings)))


@lru_cache(maxsize=64)
def _plain(text: str, figures: NumberWords, spellings: Spellings) -> tuple[str, ...]:
    return _digits(_numbered(text, figures, spellings))


@lru_cache(maxsize=64)
def _numbered(text: str, figures: NumberWords, spellings: Spellings) -> tuple[str, ...]:
    text = _INITIALS.sub("", unicodedata.normalize("NFKC", text).replace("’", "'"))
    days = _days(figures.ordinals)
    return tuple(days.get(word, word) for word in in_figures(spellings.spread(text), figures))


@lru_cache(maxsize=32)
def _days(ordinals: tuple[str, ...]) -> dict[str, str]:
    return {word: str(day) for word, day in lookup(ordinals).items()}


def _digits(words: Sequence[str]) -> tuple[str, ...]:
    said: list[str] = []
    for word in words:
        if not word[:1].isdecimal():
            said.append(word.replace("'", ""))
        elif word != "00" or not said or not said[-1].isdecimal():  # "10:00" is ten.
            said += word
    return tuple(said)


def _figures(words: Sequence[str]) -> str:
    return "".join(word for word in words if word.isdecimal())


def _ends_match(heard: Sequence[str], stretch: Sequence[str], allowed: int) -> bool:
    """True when both ends are the stretch's own words, or parts of them that were cut off."""
    last, first = heard[-1], heard[0]
    if last != stretch[-1] and not (len(last) >= _PART_LETTERS and stretch[-1].startswith(last)):
        return False
    begins = stretch[: 2 * allowed + 1]
    if first in begins or any(len(first) >= _PART_LETTERS and word.endswith(first) for word in begins):
        return True
    if len(heard) < _SURE_LENGTH:
        return False
    # "No, it is open ...": a short word before the agent's own is the caller's answer to them, not a misheard one,
    # unless it stands in the place of one as short.
    return len(first) > _SHORT_WORD or any(
        word == heard[1] and len(before) <= _SHORT_WORD for before, word in pairwise(begins)
    )


def _places(words: Sequence[str]) -> dict[str, int]:
    """By word, a number whose bits are the word's places."""
    places: dict[str, int] = {}
    for index, word in enumerate(words):
        places[word] = places.get(word, 0) | (1 << index)
    return places


def _mistakes(heard: Sequence[str], said: Sequence[str], *, are_short_alike: bool) -> list[int]:
    """For each word of `said`: the fewest mistakes with which the whole of `heard` is a stretch that ends there.

    Words missing, added or replaced count one each. All places are counted at once, as the bits of one number
    (Myers, "A fast bit-vector algorithm for approximate string matching", 1999): a step per word of `said`.
    """
    places, count = _places(heard), len(heard)
    short = sum(bits for word, bits in places.items() if len(word) <= _SHORT_WORD and not word.isdecimal())
    whole, last, fewest = (1 << count) - 1, 1 << (count - 1), []
    rises, falls, score = whole, 0, count
    for word in said:
        equal = places.get(word, 0)
        if are_short_alike and len(word) <= _SHORT_WORD and not word.isdecimal():
            equal |= short
        same = (((equal & rises) + rises) ^ rises) | equal | falls
        up, down = falls | (~(same | rises) & whole), rises & same
        score += 1 if up & last else -1 if down & last else 0
        up, down = (up << 1) & whole, (down << 1) & whole
        rises, falls = down | (~(same | up) & whole), up & same
        fewest.append(score)
    return fewest


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words stand in the same order in both: their longest common subsequence, all places at once (Hyyrö,
    "Bit-parallel LCS-length computation revisited", 2004).
    """
    places, whole = _places(one), (1 << len(one)) - 1
    free = whole
    for word in other:
        taken = free & places.get(word, 0)
        free = ((free + taken) | (free - taken)) & whole
    return len(one) - free.bit_count()
