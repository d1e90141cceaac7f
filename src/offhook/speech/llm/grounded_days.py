"""Which day a caller means, as a date. The text is in figures (`grounded_slots.normalized`), the day of the call is
given."""

import re
from typing import Final

from offhook.clock import Date
from offhook.speech.llm.grounded_slots import DAYS, MONTHS, normalized

_MONTH: Final = "|".join(MONTHS)
_MONTH_FIRST: Final = re.compile(
    rf"\b({_MONTH}) (?:the )?(\d{{1,2}})(?:th)?\b(?!:)(?: (?:of )?((?:19|20)\d\d|\d\d \d\d))?"
)
_DAY_FIRST: Final = re.compile(rf"\b(\d{{1,2}})(?:th)?\.? (?:of )?({_MONTH})\b(?: (?:of )?((?:19|20)\d\d|\d\d \d\d))?")
_NTH: Final = re.compile(r"\b(?:the|on) (\d{1,2})th\b")
_ISO: Final = re.compile(r"\b(\d{4})[ -](\d{1,2})[ -](\d{1,2})\b")
_POINTS: Final = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.?(\d{4}|\d{2})?(?!\d)")
_SLASHES: Final = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?\b")
_WEEKDAY: Final = re.compile(rf"\b(?:(this|next|coming) )?({'|'.join(DAYS)})s?\b(?P<week> (?:next )?week)?")
_IN: Final = re.compile(r"\bin (\d{1,2}|a) (day|week)s?\b")
_FEASTS: Final = ((r"christmas eve", 12, 24), (r"christmas(?: day)?", 12, 25), (r"new year'?s eve", 12, 31),
                  (r"new year'?s(?: day)?", 1, 1), (r"valentine'?s(?: day)?", 2, 14))  # fmt: skip
CENTURY: Final = 100


def day_of(text: str, today: Date) -> Date | None:
    """The day that is meant, today or later unless a year was said."""
    said = normalized(text)
    for read in (_named_month, _numeric, _feast, _relative, _weekday, _nth):
        found = read(said, today)
        if found is not None:
            return found
    return None


def birth_of(text: str, today: Date) -> Date | None:
    """A day with its year, in the past."""
    said = normalized(text)
    found = re.search(r"\b(\d\d) (\d\d)$", said)
    if found:
        said = f"{said[: found.start()]}{found[1]}{found[2]}"
    if not re.search(r"(?:19|20)\d\d|[./]\d\d$", said):
        return None
    day = _named_month(said, today) or _numeric(said, today)
    if day is not None and day > today:
        day = _day(day.year - CENTURY, day.month, day.day)
    return day


def _day(year: int, month: int, day: int) -> Date | None:
    try:
        return Date(year, month, day)
    except ValueError:
        return None


def _next(month: int, day: int, today: Date, year: str = "") -> Date | None:
    if year:
        number = int(year.replace(" ", ""))
        return _day(number if number >= CENTURY else 2000 + number, month, day)
    found = _day(today.year, month, day)
    return found if found is not None and found >= today else _day(today.year + 1, month, day)


def _named_month(said: str, today: Date) -> Date | None:
    if match := _MONTH_FIRST.search(said):
        return _next(MONTHS.index(match[1]) + 1, int(match[2]), today, match[3] or "")
    if match := _DAY_FIRST.search(said):
        return _next(MONTHS.index(match[2]) + 1, int(match[1]), today, match[3] or "")
    return None


def _numeric(said: str, today: Date) -> Date | None:
    if match := _ISO.search(said):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _POINTS.search(said):
        # `7.30` is a time: with points the second is a month.
        return _next(int(match[2]), int(match[1]), today, match[3] or "") if 1 <= int(match[2]) <= 12 else None
    if match := _SLASHES.search(said):
        return _next(int(match[1]), int(match[2]), today, match[3] or "")
    return None


def _feast(said: str, today: Date) -> Date | None:
    for name, month, day in _FEASTS:
        if re.search(rf"\b{name}\b", said):
            return _next(month, day, today)
    return None


def _relative(said: str, today: Date) -> Date | None:
    if "day after tomorrow" in said:
        return Date.fromordinal(today.toordinal() + 2)
    if match := _IN.search(said):
        number = 1 if match[1] == "a" else int(match[1])
        return Date.fromordinal(today.toordinal() + number * (7 if match[2] == "week" else 1))
    if re.search(r"\btomorrow\b", said):
        return Date.fromordinal(today.toordinal() + 1)
    if re.search(r"\b(?:today|tonight|this (?:evening|afternoon|morning))\b", said):
        return today
    return None


def _weekday(said: str, today: Date) -> Date | None:
    match = _WEEKDAY.search(said)
    if match is None:
        return None
    ahead = (DAYS.index(match[2]) - today.weekday()) % 7
    is_next_week = bool(match["week"]) or re.search(rf"\bnext week (?:on )?{match[2]}", said)
    if is_next_week or (match[1] == "next" and ahead + today.weekday() < 7):
        # "Next Friday", said in the same week, is the one after this.
        ahead = 7 - today.weekday() + DAYS.index(match[2])
    elif ahead == 0 and match[1] != "this":
        ahead = 7
    return Date.fromordinal(today.toordinal() + ahead)


def _nth(said: str, today: Date) -> Date | None:
    match = _NTH.search(said)
    if match is None:
        return None
    day, year, month = int(match[1]), today.year, today.month
    for _ in range(12):
        found = _day(year, month, day)
        if found is not None and found >= today:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None
