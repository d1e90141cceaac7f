"""E-mail addresses as people say and transcribers write them: "john dot smith at gmail dot com"."""

import re
from functools import lru_cache
from typing import Final

from offhook.core.announced import is_asking
from offhook.core.behaviour import Script
from offhook.core.figures import plain, plain_words
from offhook.core.numbers import Wholeness

_ENDINGS: Final = frozenset(
    "com net org edu gov info biz name app dev online shop store cloud email blog berlin bayern koeln hamburg wien cat "
    "eus gal paris bzh london scot wales amsterdam".split()
)
"""Last parts of addresses that are longer than a country's two letters (IANA), the ones that callers have."""
_UNSURE_ENDINGS: Final = frozenset({"co", "ne", "or"})
"""Countries, and the beginnings of ".co.uk", ".com", ".net", ".org"."""
_MOST_DOMAIN_WORDS: Final = 5
_SHORT_NAME: Final = 3
_COUNTRY: Final = 2
"""Letters."""
_MAIL_SIGN: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.@_+-](?=\S)|@")


def mail(text: str, script: Script, *, is_wanted: bool) -> Wholeness:
    """Of an address, spoken or written; `NONE` when the text does not end in one."""
    at, dot = _as_compared(script.figures.at), _as_compared(script.figures.dot)
    signs = [_sign(part, at, dot) for part in _MAIL_SIGN.findall(text)]
    last = max((index for index, sign in enumerate(signs) if sign == "@"), default=-1)
    if last < 0:
        return _name(signs, text, script) if is_wanted else Wholeness.NONE
    found = _domain(signs[last + 1 :])
    if is_wanted or "@" in text:
        return found
    # "Tomorrow at 7.30": a word alone makes no address.
    is_one = len(signs) > last + 1 and found is Wholeness.WHOLE and signs[-1] in _ENDINGS
    if is_one:
        return Wholeness.WHOLE
    # "That is where I live at": behind many words that spell nothing, it is one of them.
    is_begun = signs[-1] in ("@", ".") and (last < _SHORT_NAME or bool({"_", "-", "+", "."} & set(signs)))
    return Wholeness.PERHAPS if is_begun else Wholeness.NONE


def _domain(signs: list[str]) -> Wholeness:
    """Of what stands behind the "at"."""
    if not signs or signs[-1] in (".", "-"):
        return Wholeness.GROWING
    if "." not in signs:
        return Wholeness.GROWING if len(signs) <= _MOST_DOMAIN_WORDS else Wholeness.NONE
    ending = signs[len(signs) - signs[::-1].index(".") :]
    spelled = "".join(ending)
    if not spelled.isalpha() or (len(ending) > 1 and any(len(part) > 1 for part in ending)):
        return Wholeness.NONE
    if len(spelled) == 1:
        return Wholeness.GROWING
    if spelled in _UNSURE_ENDINGS:
        return Wholeness.PERHAPS
    return Wholeness.WHOLE if len(spelled) == _COUNTRY or spelled in _ENDINGS else Wholeness.PERHAPS


@lru_cache(maxsize=64)
def _as_compared(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(plain, words))


def _sign(part: str, at: frozenset[str], dot: frozenset[str]) -> str:
    said = plain(part)
    return "@" if said in at else "." if said in dot else said


def _name(signs: list[str], text: str, script: Script) -> Wholeness:
    """Of what stands before the "at": nothing that was asked for ends there, but a short answer may be another one."""
    said = plain_words(text).split()
    if {"_", "-", "+", "."} & set(signs):
        return Wholeness.GROWING
    known = set(map(plain, (*script.backchannels, *script.denials, *script.negations, *script.hesitations)))
    is_answer = bool(known & set(said)) or is_asking(text)
    return Wholeness.PERHAPS if 0 < len(said) <= _SHORT_NAME and not is_answer else Wholeness.NONE
