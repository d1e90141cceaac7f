"""What a line says of opening hours: on which days, from when to when. A line is understood whole or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from offhook.platform.suggestions.hours_words import ALL_DAYS, MIDNIGHT, NOON, Sort, Token, tokens

WEEK: Final = 7
LONGEST_LINE: Final = 400


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From when to when, in minutes of the day; what ends behind midnight ends above 1440."""

    opens: int
    closes: int
    is_vague: bool = field(default=False, compare=False)
    """Nothing says whether of the morning or of the evening: it is told in the numbers that stand there."""


@dataclass(frozen=True, slots=True)
class Times:
    """When it is open on a day; no spans: closed."""

    spans: tuple[Span, ...] = ()
    is_all_day: bool = False


CLOSED: Final = Times()
ALL_DAY: Final = Times(is_all_day=True)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of some days."""

    days: frozenset[int]
    times: Times


class Shape(Enum):
    """What there is in a line, when it is nothing else."""

    BOTH = "both"
    DAYS = "days"
    TIMES = "times"
    NEITHER = "neither"


_Group = frozenset[int] | Times


def said(text: str, language: str) -> list[Said]:
    """All that a line says; empty when it says anything that is not understood."""
    groups = _understood(text, language)
    if not groups:
        return []
    if groups == [ALL_DAY]:
        return [Said(ALL_DAYS, ALL_DAY)]
    return list(_days_first(groups) if isinstance(groups[0], frozenset) else _times_first(groups))


def shape(text: str, language: str) -> Shape:
    """Which of days and times a line holds."""
    groups = _understood(text, language)
    has_days = any(isinstance(group, frozenset) for group in groups)
    has_times = any(isinstance(group, Times) for group in groups)
    if has_days:
        return Shape.BOTH if has_times else Shape.DAYS
    return Shape.TIMES if has_times else Shape.NEITHER


def speaks_of_hours(text: str, language: str) -> bool:
    """A day and a time, that it is closed or always open: also in a line that is not understood."""
    sorts = {token.sort for token in tokens(text[:LONGEST_LINE], language)}
    return Sort.ALL_DAY in sorts or (Sort.DAYS in sorts and bool(sorts & {Sort.TIME, Sort.CLOSED}))


def begins_with_days(text: str, language: str) -> bool:
    """ "Saturday: by appointment"."""
    first = next((token for token in tokens(text[:LONGEST_LINE], language) if token.sort is not Sort.FILLER), None)
    return first is not None and first.sort is Sort.DAYS


def _understood(text: str, language: str) -> list[_Group]:
    found = [token for token in tokens(text, language) if token.sort is not Sort.FILLER]
    if len(text) > LONGEST_LINE or not found or any(token.sort is Sort.OTHER for token in found):
        return []
    is_24h = any(token.minutes > NOON and not _has_half(token) for token in found if token.sort is Sort.TIME)
    is_24h = is_24h or language != "en" or any(token.text.startswith("0") for token in found)
    groups: list[_Group] = []
    at = 0
    while at < len(found):
        match found[at].sort:
            case Sort.DAYS:
                days, at = _run_of_days(found, at)
                groups.append(days)
            case Sort.TIME:
                if at + 2 >= len(found) or found[at + 1].sort is not Sort.TO or found[at + 2].sort is not Sort.TIME:
                    return []
                span = _span(found[at], found[at + 2], is_24h=is_24h)
                last = groups[-1] if groups else None
                if isinstance(last, Times) and last.spans:
                    groups[-1] = Times((*last.spans, span))
                else:
                    groups.append(Times((span,)))
                at += 3
            case Sort.CLOSED:
                groups.append(CLOSED)
                at += 1
            case Sort.ALL_DAY:
                groups.append(ALL_DAY)
                at += 1
            case Sort.JOIN:
                at += 1
            case _:
                return []
    return groups


def _run_of_days(found: Sequence[Token], at: int) -> tuple[frozenset[int], int]:
    """Days that stand together: "Mon to Fri, Sun"; and where they end."""
    days = set(found[at].days)
    at += 1
    while at < len(found):
        token = found[at]
        follows = found[at + 1] if at + 1 < len(found) else None
        if token.sort is Sort.TO and follows is not None and follows.sort is Sort.DAYS:
            (first, last) = (found[at - 1].days, follows.days)
            if len(first) != 1 or len(last) != 1 or max(first | last) >= WEEK:
                break
            days |= set(_between(min(first), min(last)))
            at += 2
        elif token.sort is Sort.DAYS:
            days |= token.days
            at += 1
        elif token.sort is Sort.JOIN and follows is not None and follows.sort is Sort.DAYS:
            at += 1
        else:
            break
    return frozenset(days), at


def _between(first: int, last: int) -> Iterator[int]:
    day = first
    while day != last:
        yield day
        day = (day + 1) % WEEK
    yield last


def _has_half(token: Token) -> bool:
    return token.text.lower().rstrip(". ").endswith("m")


def _span(opens: Token, closes: Token, *, is_24h: bool) -> Span:
    first, last = opens.minutes, closes.minutes
    if is_24h and not (_has_half(opens) or _has_half(closes)):
        return Span(first, last if last > first else last + MIDNIGHT)
    is_vague = opens.is_half and closes.is_half
    if opens.is_half and not closes.is_half:
        # "1 to 5 p.m." is the afternoon, "9 to 5 p.m." the whole day.
        later = first + NOON if first < NOON else first
        first = later if later < last else first
    elif closes.is_half and last <= first and last < NOON:
        last += NOON
    return Span(first, last if last > first else last + MIDNIGHT, is_vague)


def _days_first(groups: Sequence[_Group]) -> Iterator[Said]:
    """ "Mon to Fri 9 to 5, Sat closed", and "daily 9 to 5, closed on Sundays"."""
    found: list[Said] = []
    days: frozenset[int] | None = None
    is_told = True
    at = 0
    while at < len(groups):
        group = groups[at]
        if isinstance(group, frozenset):
            if not is_told:
                return
            days, is_told = group, False
        else:
            assert days is not None
            follows = groups[at + 1] if at + 1 < len(groups) else None
            beyond = groups[at + 2] if at + 2 < len(groups) else None
            if group == CLOSED and is_told and isinstance(follows, frozenset) and beyond in (None, CLOSED):
                found.append(Said(follows, CLOSED))
                at += 2
                continue
            if is_told:
                return
            found.append(Said(days, group))
            is_told = True
        at += 1
    yield from found if is_told else ()


def _times_first(groups: Sequence[_Group]) -> Iterator[Said]:
    """ "9 to 5 Mon to Fri"."""
    if len(groups) % 2:
        return
    pairs = list(zip(groups[::2], groups[1::2], strict=True))
    if all(isinstance(times, Times) and isinstance(days, frozenset) for times, days in pairs):
        yield from (
            Said(days, times) for times, days in pairs if isinstance(times, Times) and isinstance(days, frozenset)
        )
