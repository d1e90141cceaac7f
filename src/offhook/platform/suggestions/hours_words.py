"""The words of opening hours, cut into tokens: days, times, what joins them, and all the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

HOLIDAY: Final = 7
"""Behind Monday (0) to Sunday (6): public holidays."""
ALL_DAYS: Final = frozenset(range(7))
NOON: Final = 720
MIDNIGHT: Final = 1440


class Sort(Enum):
    """What a token is."""

    DAYS = auto()
    TIME = auto()
    TO = auto()
    JOIN = auto()
    CLOSED = auto()
    ALL_DAY = auto()
    FILLER = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One of them."""

    sort: Sort
    text: str
    days: frozenset[int] = frozenset()
    minutes: int = -1
    """Of the day, as far as it is said; 12 hours may have to be added where `is_half`."""
    is_half: bool = False
    """It may be of the morning or of the evening: nothing says which."""


def _days(words: str) -> dict[str, int]:
    return {name: number for number, names in enumerate(words.split("|")) for name in names.split()}


_NAMES: Final = {
    "en": _days(
        "monday mondays mon|tuesday tuesdays tue tues|wednesday wednesdays wed weds|"
        "thursday thursdays thu thur thurs|friday fridays fri|saturday saturdays sat|sunday sundays sun"
    ),
    "de": _days(
        "montag montags mo|dienstag dienstags di|mittwoch mittwochs mi|donnerstag donnerstags do|freitag freitags fr|"
        "samstag samstags sonnabend sonnabends sa|sonntag sonntags so"
    ),
    "schema": _days("mo monday|tu tuesday|we wednesday|th thursday|fr friday|sa saturday|su sunday"),
}
_GROUPS: Final[dict[str, dict[str, frozenset[int]]]] = {
    "en": {
        r"every\s+day|daily|(?:7|seven)\s+days(?:\s+(?:a|per)\s+week)?|all\s+week": ALL_DAYS,
        r"weekdays?|M\s*[-–]\s*F": frozenset(range(5)), r"weekends?": frozenset({5, 6}),
        r"(?:(?:public|bank|national)\s+)?holidays": frozenset({HOLIDAY}),
    },
    "de": {
        r"täglich|jeden\s+Tag|alle\s+Tage": ALL_DAYS, r"am\s+Wochenende|Wochenende[ns]?": frozenset({5, 6}),
        r"wochentags": frozenset(range(5)),
        r"Sonn-\s*(?:und|u\.|&|/)\s*Feiertag(?:en?|s)?": frozenset({6, HOLIDAY}),
        r"(?:gesetzlichen?\s+)?Feiertag(?:en?|s)?": frozenset({HOLIDAY}),
    },
    "schema": {},
}  # fmt: skip
_CLOSED: Final = {"en": r"closed", "de": r"geschlossen|Ruhetag|zu\b", "schema": r"closed"}
_ALL_DAY: Final = {
    "en": r"24\s*/\s*7|24\s*(?:hours|hrs|h)(?:\s+a\s+day)?|around\s+the\s+clock|day\s+and\s+night",
    "de": r"24\s*/\s*7|24\s*(?:Stunden|Std\.?|h)|rund\s+um\s+die\s+Uhr|Tag\s+und\s+Nacht", "schema": r"24\s*/\s*7",
}  # fmt: skip
_TO: Final = {"en": r"to|til+|'til+|until|through|thru", "de": r"bis", "schema": r"to"}
_JOIN: Final = {"en": r"and", "de": r"und|u\.|sowie", "schema": r"and"}
_FILLERS: Final = {
    "en": "we we're are open opened opens opening hours hour our the from on at is times business office shop "
    "store also each o'clock hrs please you can visit us times: local time trading",
    "de": "wir haben sind ist geöffnet offen öffnet öffnungszeiten öffnungszeit geschäftszeiten von am an der den "
    "jeweils uhr unsere unser auch zeiten bürozeiten ladenöffnungszeiten sprechzeiten sprechstunden sprechstunde "
    "durchgehend für sie jeden jeder und im",
    "schema": "",
}
_WORDS: Final = {
    "en": {r"(?:12\s+)?noon|midday": NOON, r"(?:12\s+)?midnight": MIDNIGHT},
    "de": {r"Mittags?": NOON, r"Mitternacht": MIDNIGHT}, "schema": {},
}  # fmt: skip
_CLOCK: Final = (
    r"(?P<hour>[01]?\d|2[0-4])(?:\s?[:.]\s?(?P<minute>[0-5]\d)(?!\d)|\s?h\s?(?P<after>[0-5]\d)(?!\d))?"
    r"(?::00)?(?:\s*(?P<half>[ap]\.?\s?m\b\.?)|\s*(?P<unit>Uhr\b|h\b|hrs\b|o'clock))?(?![\d%€$£])"
)
_DASH: Final = r"[-–—―‒−‐‑~]+"


def _pattern(language: str) -> re.Pattern[str]:
    groups = "|".join(f"(?:{one})" for one in _GROUPS[language])
    words = "|".join(f"(?:{one})" for one in _WORDS[language])
    parts = [
        rf"(?P<all_day>{_ALL_DAY[language]})(?!\w)",
        rf"(?P<group>{groups})(?!\w)" if groups else "",
        rf"(?P<word>{words})(?!\w)" if words else "",
        _CLOCK,
        rf"(?P<closed>{_CLOSED[language]})(?!\w)",
        rf"(?P<to>{_DASH}|(?:{_TO[language]})(?!\w))",
        rf"(?P<join>[,;:&/+|•·]|(?:{_JOIN[language]})(?!\w))",
        r"(?P<other>[^\W\d_][\w'’-]*\.?|\S)",
    ]
    return re.compile("|".join(filter(None, parts)), re.IGNORECASE)


_PATTERNS: Final = {language: _pattern(language) for language in _NAMES}
_FILLER_SETS: Final = {language: frozenset(words.split()) for language, words in _FILLERS.items()}


def tokens(text: str, language: str) -> list[Token]:
    """`language`: `en`, `de`, or `schema` for the short form of schema.org."""
    return list(_tokens(text, language))


def _tokens(text: str, language: str) -> Iterator[Token]:
    # "Mo.-Fr.", "Mon–Fri": a dash between letters parts words here.
    spaced = re.sub(rf"(?<=[^\W\d_])(\.?)\s*({_DASH})\s*(?=[^\W\d_])", r"\1 \2 ", text)
    # But a name of several days keeps its own: "Sonn- und Feiertage".
    spaced = re.sub(r"\b(Sonn) - (?=(?:und|u\.|&))", r"\1- ", spaced)
    for found in _PATTERNS[language].finditer(spaced):
        yield _token(found, language)


def _token(found: re.Match[str], language: str) -> Token:
    text, named = found[0], found.groupdict()
    if named["hour"] is not None:
        return _time(found)
    if named["all_day"]:
        return Token(Sort.ALL_DAY, text)
    if named.get("group"):
        days = next(days for one, days in _GROUPS[language].items() if re.fullmatch(one, text, re.IGNORECASE))
        return Token(Sort.DAYS, text, days)
    if named.get("word"):
        minutes = next(at for one, at in _WORDS[language].items() if re.fullmatch(one, text, re.IGNORECASE))
        return Token(Sort.TIME, text, minutes=minutes)
    for sort in (Sort.CLOSED, Sort.TO, Sort.JOIN):
        if named[sort.name.lower()]:
            return Token(sort, text)
    return _word(text, language)


def _word(text: str, language: str) -> Token:
    core = text.rstrip(".").casefold().replace("’", "'")
    number = _NAMES[language].get(core)
    # Short names of days are words too ("so", "do", "sat", "sun"): as days they are capitalized.
    if number is not None and (len(core) > 3 or text[:1].isupper()):
        return Token(Sort.DAYS, text, frozenset({number}))
    if core in _FILLER_SETS[language] or text in ".!()*":
        return Token(Sort.FILLER, text)
    return Token(Sort.OTHER, text)


def _time(found: re.Match[str]) -> Token:
    hour, minute = int(found["hour"]), int(found["minute"] or found["after"] or 0)
    half = (found["half"] or "").lower()[:1]
    if half:
        if not 1 <= hour <= 12:
            return Token(Sort.OTHER, found[0])
        hour = hour % 12 + (12 if half == "p" else 0)
    is_written_whole = len(found["hour"]) == 2 and found["hour"][0] == "0"
    is_half = not half and not found["unit"] and not is_written_whole and 1 <= hour <= 12
    if hour == 24 and minute:
        return Token(Sort.OTHER, found[0])
    return Token(Sort.TIME, found[0], minutes=hour * 60 + minute, is_half=is_half)
