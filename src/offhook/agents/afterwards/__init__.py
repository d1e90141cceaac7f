"""What is looked for in a call that is over, one TOML file per language: promises, wishes to be called back, answers
that were none.

Phrases are written as they are said; `...` is a gap of a few words. Nothing of it is read while a call lives.
"""

import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from offhook.agents.languages import primary_tag
from offhook.core.promises import as_phrase

Phrases = tuple[str, ...]


class Promised(StrEnum):
    """What the agent said that was done, or would be."""

    BOOKED = "booked"
    CHANGED = "changed"
    CANCELED = "canceled"
    ORDERED = "ordered"
    SENT = "sent"
    NOTED = "noted"
    CALL_BACK = "call_back"


class Afterwards(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One language's file, as `core.promises.as_phrase` leaves its phrases. Every list must be there."""

    unknown: Phrases
    """The agent says that it does not know."""
    unknown_of_words: Phrases
    """The same, and it means what the caller said: it did not hear, or asks which of several."""
    call_back_wishes: Phrases
    """The caller wants to be called."""
    promises: dict[Promised, Phrases]
    """By what is promised: how the agent says it."""


_NONE: Final = Afterwards(unknown=(), unknown_of_words=(), call_back_wishes=(), promises={})


@cache
def afterwards(language: str) -> Afterwards:
    """The lists of a language, by its whole tag; empty ones where nobody has written any."""
    file = files(__name__).joinpath(f"{primary_tag(language)}.toml")
    if not primary_tag(language).isalpha() or not file.is_file():
        return _NONE
    fields: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    found = msgspec.convert(fields, Afterwards)
    return Afterwards(
        unknown=_phrases(found.unknown),
        unknown_of_words=_phrases(found.unknown_of_words),
        call_back_wishes=_phrases(found.call_back_wishes),
        promises={kind: _phrases(phrases) for kind, phrases in found.promises.items()},
    )


def _phrases(said: Phrases) -> Phrases:
    return tuple(dict.fromkeys(as_phrase(phrase) for phrase in said))
