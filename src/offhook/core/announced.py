"""What is going to be dictated, by the words with which somebody asks for it or says that it comes."""

import re
from functools import lru_cache
from typing import Final

import msgspec

from offhook.core.behaviour import Script
from offhook.core.collects import Collects, Kind
from offhook.core.figures import NumberWords, length_asked, plain_words

_SENTENCE: Final = re.compile(r"[^.?!？！。]+[.?!？！。]*")
_MOST_CHARS: Final = 4000
_GENERAL: Final = (Kind.CODE, Kind.NUMBER)
"""Any special kind beside these is meant: a zip code, a card number."""


class Wanted(msgspec.Struct, frozen=True):
    """What somebody has announced."""

    kinds: frozenset[Kind] = frozenset()
    length: int | None = None
    """In digits or letters, when it was told."""


# ── what is asked for ────────────────────────────────────────────────────────────────────────────────────────────


def wanted(text: str, script: Script) -> Wanted:
    """What the text speaks of as dictated, by the language's words."""
    return _wanted(text[-_MOST_CHARS:], script.collects, script.collect_words, script.figures)


@lru_cache(maxsize=256)
def _wanted(text: str, collects: Collects, others: tuple[str, ...], figures: NumberWords) -> Wanted:
    said, (never, kinds, general_words) = plain_words(text), _patterns(collects, others)
    if never is not None and never.search(said):
        return Wanted()
    found = {kind for kind, pattern in kinds if pattern.search(said)}
    if not found and general_words is not None and general_words.search(said):
        found = {Kind.NUMBER}
    length = length_asked(text, figures)
    if length is not None:
        return Wanted(frozenset(found or {Kind.CODE}), length)
    for general in _GENERAL:
        if len(found) > 1:
            found.discard(general)
    return Wanted(frozenset(found))


@lru_cache(maxsize=64)
def _patterns(
    collects: Collects, others: tuple[str, ...]
) -> tuple[re.Pattern[str] | None, tuple[tuple[Kind, re.Pattern[str]], ...], re.Pattern[str] | None]:
    """A language's own: of what asks for nothing, of each kind that it has words for, of any number."""
    kinds = tuple((kind, pattern) for kind, phrases in collects.by_kind() if (pattern := _pattern(phrases)) is not None)
    return _pattern(collects.never), kinds, _pattern(others)


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    """Any of the phrases, within words as `plain_words` leaves them; None where there is none."""
    return re.compile("|".join(_as_pattern(phrase) for phrase in phrases)) if phrases else None


def _as_pattern(phrase: str) -> str:
    begin, end = "" if phrase.startswith("-") else " ", "" if phrase.endswith("-") else " "
    return re.escape(f"{begin}{plain_words(phrase).strip()}{end}")


def asks_for(text: str, script: Script) -> Wanted:
    """What the agent's text asks for: by its last question, else by any of its sentences.

    "I have your telephone number. What time shall I note?" asks for no number.
    """
    return _asked_for(text[-_MOST_CHARS:], script.collects, script.collect_words, script.figures)


@lru_cache(maxsize=256)
def _asked_for(text: str, collects: Collects, others: tuple[str, ...], figures: NumberWords) -> Wanted:
    sentences = _SENTENCE.findall(text)
    last = max((index for index, sentence in enumerate(sentences) if is_asking(sentence)), default=-1)
    if last < 0:
        return _wanted(text, collects, others, figures)
    # What comes behind a question often says more of it: "Could I have your card? Just the last four digits."
    whole = " ".join(sentences[last:])
    return max((_wanted(part, collects, others, figures) for part in (sentences[last], whole)), key=_tells)


def is_asking(sentence: str) -> bool:
    """True when the sentence ends as a question does."""
    return sentence.rstrip()[-1:] in ("?", "？")


def _tells(found: Wanted) -> tuple[bool, bool]:
    return found.length is not None, bool(found.kinds)
