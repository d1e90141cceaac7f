"""Whether a sentence stands in its source: what a model has put into other words is looked through once more.

Figures, times, prices, addresses and whether a thing is denied are compared exactly; of the other words most have to be
the source's own. What is in doubt is taken out: then the source's own words stand.
"""

import re
from typing import Final

from offhook.platform.suggestions.hours_words import MIDNIGHT, NOON, Sort, tokens

SHARE: Final = 0.6
"""Of the longer words, that the source has too, by their beginnings."""
STEM: Final = 4
_WORD: Final = re.compile(r"[^\W\d_]+")
_FIGURE: Final = re.compile(r"\d+")
_ADDRESS: Final = re.compile(
    r"[\w.+-]+@[\w.-]+\w|(?:https?://|www\.)\S+\w|\b[\w-]+\.(?:com|de|org|net|at|ch|uk|co\.uk|example)\b"
)
_SIGN: Final = re.compile(r"[€$£%]|\b(?:euros?|dollars?|pounds?|cents?|percent|prozent|franken)\b", re.IGNORECASE)
_SIGNS: Final = {
    "€": "euro", "euros": "euro", "eur": "euro", "$": "dollar", "dollars": "dollar", "usd": "dollar", "£": "pound",
    "pounds": "pound", "gbp": "pound", "cents": "cent", "%": "percent", "prozent": "percent", "chf": "franken",
}  # fmt: skip
_DENIALS: Final = frozenset(
    "no not never none without cannot can't don't doesn't isn't aren't won't closed kein keine keinen keiner keinem "
    "keines "
    "nicht nie ohne geschlossen".split()
)
_PROMISES: Final = frozenset(
    "free always all every any only must guarantee guaranteed included kostenlos gratis immer alle jede jeder jedes "
    "jederzeit nur "
    "muss müssen garantiert inklusive".split()
)
"""Small words that make another thing of a sentence."""
_NUMBERS: Final = {
    word: number
    for number, words in enumerate(
        "zero null|one eins|two zwei|three drei|four vier|five fünf|six sechs|seven sieben|eight acht|nine neun|ten "
        "zehn|eleven elf|"
        "twelve zwölf|thirteen dreizehn|fourteen vierzehn|fifteen fünfzehn|sixteen sechzehn|seventeen "
        "siebzehn|eighteen achtzehn|"
        "nineteen neunzehn|twenty zwanzig".split("|")
    )
    for word in words.split()
    if number > 1
} | {"thirty": 30, "dreißig": 30, "forty": 40, "vierzig": 40, "fifty": 50, "fünfzig": 50, "sixty": 60, "sechzig": 60,
     "seventy": 70, "siebzig": 70, "eighty": 80, "achtzig": 80, "ninety": 90, "neunzig": 90, "hundred": 100,
     "hundert": 100, "dozen": 12, "dutzend": 12, "half": 30, "halb": 30}  # fmt: skip


def unsupported(text: str, source: str, language: str) -> str:
    """What of the text the source does not say, in words; empty when it says all of it."""
    if strange := _strange_address(text, source):
        return strange
    if strange := _strange_figure(text, source, language):
        return strange
    mine, theirs = _lower(text), _lower(source)
    if bool(_DENIALS & set(mine)) != bool(_DENIALS & set(theirs)):
        return "a thing is denied in one of them and not in the other"
    if more := sorted((_PROMISES & set(mine)) - set(theirs)):
        return more[0]
    beginnings = {word[:STEM] for word in theirs}
    longer = [word for word in mine if len(word) >= STEM]
    known = [word for word in longer if word[:STEM] in beginnings or word in _NUMBERS or _SIGN.fullmatch(word)]
    if longer and len(known) < SHARE * len(longer):
        return next(word for word in longer if word not in known)
    return ""


def _lower(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[^\W\d_]+(?:['’]t)?", text.replace("’", "'"))]


def _strange_address(text: str, source: str) -> str:
    told = source.casefold()
    return next((one for one in _ADDRESS.findall(text) if one.casefold() not in told), "")


def _strange_figure(text: str, source: str, language: str) -> str:
    known = _figures(source, language)
    for match in _FIGURE.finditer(text):
        if int(match[0]) not in known:
            return match[0]
    words = set(_lower(source))
    for word in _lower(text):
        if word in _NUMBERS and _NUMBERS[word] not in known and word not in words:
            return word
    strange = _signs(text) - _signs(source)
    if strange:
        return sorted(strange)[0]
    times = _times(source, language)
    for at, is_half, said in _clock(text, language):
        if not is_half and times and at % MIDNIGHT not in times and _is_time(said):
            return said
    return ""


def _signs(text: str) -> set[str]:
    found = {one.casefold() for one in _SIGN.findall(text)}
    return {_SIGNS.get(one, one) for one in found}


def _figures(source: str, language: str) -> set[int]:
    """Those that stand there, and those of its times as others write them: 17:30 and half past five."""
    found = {int(one) for one in _FIGURE.findall(source)}
    found |= {_NUMBERS[word] for word in _lower(source) if word in _NUMBERS}
    for at, _, _ in _clock(source, language):
        hour, minute = divmod(at, 60)
        found |= {hour % 24, (hour - 1) % 12 + 1, minute}
    return found


def _clock(text: str, language: str) -> list[tuple[int, bool, str]]:
    return [(token.minutes, token.is_half, token.text) for token in tokens(text, language) if token.sort is Sort.TIME]


def _times(source: str, language: str) -> set[int]:
    found: set[int] = set()
    for at, is_half, _ in _clock(source, language):
        found.add(at % MIDNIGHT)
        if is_half:
            found |= {at % NOON, at % NOON + NOON}
    return found


def _is_time(said: str) -> bool:
    """Not any number: it says itself that it is a time."""
    return ":" in said or bool(re.search(r"[ap]\.?\s?m|uhr|noon|midnight|mittag|mitternacht", said, re.IGNORECASE))
