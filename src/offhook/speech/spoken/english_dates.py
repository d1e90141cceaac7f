"""English dates and times."""

import re
from typing import Final

from offhook.speech.spoken.english_numbers import cardinal, ordinal, plain_number, plural, year
from offhook.speech.spoken.english_words import DAYS, MONTHS
from offhook.speech.spoken.language import Place

DAY_FIRST_REGIONS: Final = frozenset({
    "GB", "IE", "AU", "NZ", "IN", "ZA", "SG", "MT", "KE", "NG", "JM", "DE", "FR", "ES", "IT", "NL", "AT", "CH", "BE",
    "PT", "DK", "SE", "NO", "FI", "PL", "HK", "MY",
})  # fmt: skip
"""11/12 is the eleventh of December there."""
TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::(\d{2}))?(?:([ap])\.?m\.?)?", re.IGNORECASE)
ORDINAL: Final = re.compile(r"(\d{1,9}|\d{1,3}(?:,\d{3})+)(?:st|nd|rd|th)", re.IGNORECASE)
DECADE: Final = re.compile(r"'?(\d{0,2}\d0)'?s")
DAY: Final = re.compile(r"(\d{1,2})(st|nd|rd|th)?")
NUMBERS: Final = re.compile(r"(\d{1,4})'?s")
ISO_DATE: Final = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
SLASH_DATE: Final = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?")
MARKED_DATE: Final = re.compile(r"(\d{1,2})([-.])(\d{1,2})\2(\d{4})|(\d{2})\.(\d{2})\.(\d{2})")


def is_month(word: str) -> bool:
    """Whether a neighbour names a month, short or long."""
    return word.rstrip(".") in {*MONTHS, *MONTHS.values()}


def names_day(word: str) -> bool:
    """Whether a neighbour is a day of the week, short or long."""
    return word.rstrip(".") in {*DAYS, *DAYS.values()}


def date(core: str, place: Place) -> str | None:
    """2026-11-21 and 11/21 -> "November twenty first"."""
    if "/" not in core and "-" not in core and "." not in core:
        return None
    if match := ISO_DATE.fullmatch(core):
        said = _date(int(match[1]), int(match[3]), int(match[4]))
        return f"{said} at {_clock(int(match[5]), int(match[6]))}" if said and match[5] else said
    if match := MARKED_DATE.fullmatch(core):
        first, second = int(match[1] or match[5]), int(match[3] or match[6])
        full_year = int(match[4] or match[7])
        return _ordered(first, second, full_year if match[4] else 2000 + full_year, place, dotted=match[2] != "-")
    match = SLASH_DATE.fullmatch(core)
    if not match:
        return None
    if is_month(place.before) and not match[3]:
        return f"{ordinal(int(match[1]))} and {ordinal(int(match[2]))}"
    full_year = int(match[3]) if match[3] else 0
    full_year += 2000 if match[3] and len(match[3]) == 2 else 0
    said = _ordered(int(match[1]), int(match[2]), full_year, place)
    return said or (None if match[3] else f"{cardinal(int(match[1]))} over {cardinal(int(match[2]))}")


def _ordered(first: int, second: int, full_year: int, place: Place, dotted: bool = False) -> str | None:
    day_first = place.region in DAY_FIRST_REGIONS or (dotted and place.region != "US")
    month, day = (second, first) if (day_first and second <= 12) or first > 12 else (first, second)
    return _date(full_year, month, day)


def _date(full_year: int, month: int, day: int) -> str | None:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    said = f"{list(MONTHS.values())[month - 1]} {ordinal(day)}"
    return f"{said}, {year(full_year)}" if full_year else said


def time(core: str, place: Place, within_range: bool = False) -> str | None:
    """9:05 -> "nine oh five"; hours that can only be one half of the day get it."""
    if core.endswith("ish") and (match := re.fullmatch(r"(\d{1,2}(?::\d\d)?)-?ish", core)):
        return f"{time(match[1], place, within_range=True) or cardinal(int(match[1]))}ish"
    match = TIME.fullmatch(core)
    if not match or not (match[4] or ":" in core):
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour > 24 or minute > 59:
        return None
    half = f"{match[4]}m".upper() if match[4] else ""
    told_after = place.after.lower().replace(".", "") in ("am", "pm")
    if not half and not told_after and (hour > 12 or match[1][0] == "0"):
        half = "PM" if 12 <= hour < 24 else "AM"
    is_bare = not (half or told_after or within_range or place.after in ("-", "–", "—"))
    if match[3] and int(match[3]):
        seconds = f"and {cardinal(int(match[3]))} seconds"
        return f"{_clock_words(hour, minute)} {seconds} {half}".strip()
    said = _clock_words(hour, minute)
    return f"{said} o'clock" if is_bare and not minute else f"{said} {half}".strip()


def _clock(hour: int, minute: int) -> str:
    return f"{_clock_words(hour, minute)} {'PM' if 12 <= hour < 24 else 'AM'}"


def _clock_words(hour: int, minute: int) -> str:
    said = cardinal(hour % 12 or 12)
    return f"{said} {'oh ' if minute < 10 else ''}{cardinal(minute)}" if minute else said


def nth(core: str, place: Place) -> str | None:
    """21st -> "twenty first", 1990s -> "nineteen nineties", '98 -> "ninety eight"."""
    if match := ORDINAL.fullmatch(core):
        return ordinal(int(match[1].replace(",", "")))
    if match := DECADE.fullmatch(core) or NUMBERS.fullmatch(core):
        head, _, last = plain_number(match[1]).rpartition(" ")
        return f"{head} {plural(last)}".strip()
    if place.lead.endswith("'") and len(core) == 2 and core.isdecimal() and "'" not in place.tail:
        return f"oh {cardinal(int(core))}" if core[0] == "0" else cardinal(int(core))
    return None


def day_of_month(core: str, place: Place) -> str | None:
    """The 21 of "November 21" and of "21 November"."""
    match = DAY.fullmatch(core)
    if not match or not 1 <= int(match[1]) <= 31:
        return None
    if is_month(place.before):
        return None if _is_hour(place) else ordinal(int(match[1]))
    is_other = place.before.lower() in ("or", "and", "to", "until", "till")
    if is_month(place.after) and (is_other or not is_month(place.before_that)):
        article = "" if place.before.lower() == "the" else "the "
        return f"{article}{ordinal(int(match[1]))} of"
    return None


def _is_hour(place: Place) -> bool:
    """ "in March 5 people" is rare; "May 5 pm" is not said at all, but "on May 5 at noon" is."""
    return place.after.lower().replace(".", "") in ("am", "pm") and not place.tail
