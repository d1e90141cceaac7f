"""What the words alone say about a turn: backchannel, unfinished, a number being spelled. Pure, and per language by
the lists of `Script`.
"""

import re
import unicodedata
from enum import Enum
from functools import lru_cache
from typing import Final

from offhook.core.behaviour import Script

_WORD: Final = re.compile(r"[^\W_]+(?:['’.@:-][^\W_]+)*")
_NUMBER_DIGITS: Final = 10
"""A telephone number is complete from here on; shorter runs may go on."""
_RUN_DIGITS: Final = 3
"""Fewer digits in a row are an amount or a time, not a number being dictated."""


class Shape(Enum):
    """How a turn's text ends."""

    COMPLETE = "complete"
    OPEN = "open"
    """It ends on a word or sign that nobody ends on."""
    FAREWELL = "farewell"
    """It ends with a goodbye: hardly anybody goes on after that, however it sounds."""
    COLLECTING = "collecting"
    """It ends inside a number, a code, an e-mail or a spelled name."""


@lru_cache(maxsize=512)
def normalize(text: str) -> str:
    """Lower case, no punctuation or accents of form, single spaces: what two equal utterances share."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_WORD.findall(folded.replace("’", "'")))


def is_backchannel(text: str, script: Script) -> bool:
    """True when the text is nothing, or only sounds of listening: it does not take the floor from the agent."""
    said = normalize(text)
    if not said or said in script.backchannels:
        return True
    quiet = set(script.backchannels) | set(script.hesitations)
    return all(word in quiet for word in said.replace("-", " ").split()) or said in quiet


def is_hesitation(text: str, script: Script) -> bool:
    """True when the caller has only said "um": a turn that has not begun."""
    said = normalize(text)
    return bool(said) and (said in script.hesitations or all(word in script.hesitations for word in said.split()))


def is_end_phrase(text: str, script: Script) -> bool:
    """True when the caller's whole turn is a goodbye."""
    return normalize(text) in script.end_phrases


def shape_of(text: str, agent_text: str, script: Script) -> Shape:
    """How the caller's text ends, given what the agent said last."""
    stripped = text.strip()
    tokens = normalize(stripped).split()
    if not tokens:
        return Shape.OPEN
    digits, letters = _spelled_tail(tokens, script)
    if _RUN_DIGITS <= digits < _NUMBER_DIGITS or letters > 1 or _mail_is_open(tokens, script):
        return Shape.COLLECTING
    if stripped.endswith((",", "...", "…", "-", "—")) or _ends_open(tokens, script):
        return Shape.OPEN
    if 0 < digits < _RUN_DIGITS and announces_collection(agent_text, script) and len(tokens) <= _RUN_DIGITS:
        return Shape.COLLECTING
    said = f" {' '.join(tokens)}"
    return Shape.FAREWELL if any(said.endswith(f" {phrase}") for phrase in script.end_phrases) else Shape.COMPLETE


def announces_collection(agent_text: str, script: Script) -> bool:
    """True when the agent asked for something that is dictated in parts."""
    asked = set(normalize(agent_text).replace("-", " ").split())
    return any(word in asked for word in script.collect_words)


def _ends_open(tokens: list[str], script: Script) -> bool:
    if tokens[-1] in script.hesitations or tokens[-1] in script.open_words:
        return True
    phrases = (" ".join(tokens[-2:]), " ".join(tokens[-3:]))
    return any(phrase in script.hesitations or phrase in script.open_words for phrase in phrases)


def _spelled_tail(tokens: list[str], script: Script) -> tuple[int, int]:
    """Digits and single letters in the run of such tokens at the end."""
    digits = letters = 0
    for token in reversed(tokens):
        bare = token.replace("-", "").replace(".", "")
        if bare.isdigit():
            digits += len(bare)
        elif token in script.number_words:
            digits += 1
        elif len(token) == 1 and token.isalpha():
            letters += 1
        else:
            break
    # "a" and "i" are words before they are letters: one of them alone is no spelling.
    return digits, letters


def _mail_is_open(tokens: list[str], script: Script) -> bool:
    """True inside an e-mail address: after its "at" and before its last dot."""
    del script
    if "@" in tokens[-1]:
        return "." not in tokens[-1].split("@", 1)[1]
    return tokens[-1] in ("dot", "at")
