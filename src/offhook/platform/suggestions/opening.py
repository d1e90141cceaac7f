"""When a business is open, by all that its pages say: what belongs to it, and what is of its kitchen or of a season."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from offhook.platform.suggestions.business import Business
from offhook.platform.suggestions.hours import Shape, Times, begins_with_days, said, shape, speaks_of_hours
from offhook.platform.suggestions.source import Line, LineKind, Page, Quote
from offhook.platform.suggestions.week import Contradiction, Week
from offhook.platform.suggestions.words import Words

FEWEST_DAYS: Final = 4
"""So many days without a word of hours above them are those of the business all the same."""
LONGEST_NOTE: Final = 220
MOST_LABEL: Final = 60
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*|&")
_LABEL: Final = re.compile(r"^([^:|\d]{3,40}?)\s*[:|]\s*(.+)$")


@dataclass(slots=True)
class Opening:
    """What was found."""

    week: Week = field(default_factory=Week)
    notes: list[tuple[str, Quote]] = field(default_factory=list)
    """What stands beside it, as it stands there."""
    taken: dict[str, frozenset[int]] = field(default_factory=dict)
    """By page the numbers of the lines that are told so."""
    differs: list[tuple[Quote, Quote]] = field(default_factory=list)
    """Two places that say another thing of the same day."""
    has_several: bool = False
    """Several places have hours of their own: they stand among the notes."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A line, or two that belong together, with what it says."""

    text: str
    lines: tuple[Line, ...]
    is_plain: bool
    """It stands where the hours of the business stand."""


def opening_of(pages: Sequence[Page], businesses: Sequence[Business], words: Words, name: str) -> Opening:
    """All pages together: what people see first, then what stands there for machines."""
    found = Opening()
    weeks: list[Week] = []
    for page in pages:
        week, notes, taken, has_several = _of_page(page, words, name)
        found.taken[page.url] = taken
        found.has_several = found.has_several or has_several
        found.notes += [note for note in notes if note[0] not in (told for told, _ in found.notes)]
        if week.times:
            weeks.append(week)
    if not found.has_several:
        weeks += _for_machines(businesses)
        if weeks:
            found.week = max(weeks, key=lambda week: len(week.times))
            found.differs = list(_differing(found.week, weeks))
    return found


def _for_machines(businesses: Sequence[Business]) -> Iterator[Week]:
    for business in businesses:
        week = Week()
        try:
            for told, quote in business.hours:
                week.add(told, quote)
        except Contradiction:
            continue
        if week.times:
            yield week


def _differing(chosen: Week, weeks: Sequence[Week]) -> Iterator[tuple[Quote, Quote]]:
    seen: set[tuple[int, Times]] = set()
    for week in weeks:
        for day, times in week.times.items():
            if day in chosen.times and chosen.times[day] != times and (day, times) not in seen:
                seen.add((day, times))
                yield chosen.quotes[day], week.quotes[day]


def _of_page(page: Page, words: Words, name: str) -> tuple[Week, list[tuple[str, Quote]], frozenset[int], bool]:
    statements = list(_statements(page, words, name))
    plain = [one for one in statements if one.is_plain and said(one.text, words.tag)]
    others = [one for one in statements if not one.is_plain and said(one.text, words.tag)]
    week = Week()
    if own := _own(others, words, has_plain=any(_is_headed(one, words) for one in plain)):
        plain += own
        others = [one for one in others if one not in own]
    try:
        for one in plain:
            week.add(said(one.text, words.tag), one.lines[0].quote)
    except Contradiction:
        told = [(_labelled(one, words), one.lines[0].quote) for one in plain]
        return Week(), told, _numbers(plain), True
    # What is no heading of hours has its lines among the other facts, under its own heading.
    headed = [one for one in others if _is_headed(one, words)]
    beside = [one for one in statements if one.is_plain and not said(one.text, words.tag)]
    notes = [(_labelled(one, words), one.lines[0].quote) for one in headed]
    notes += [(one.text, one.lines[0].quote) for one in beside]
    has_several = (
        len({one.lines[0].heading for one in headed if not words.other_hours.search(one.lines[0].heading)}) > 1
    )
    return week, notes, _numbers([*plain, *headed, *beside]), has_several


def _is_headed(one: _Statement, words: Words) -> bool:
    return bool(words.hours.search(one.lines[0].heading))


def _own(others: Sequence[_Statement], words: Words, *, has_plain: bool) -> list[_Statement]:
    """The hours of the business under a heading that says more than that; a footer may have no heading of its own."""
    if has_plain:
        return []
    usual = [one for one in others if not words.other_hours.search(one.lines[0].heading)]
    headed = [one for one in usual if _is_headed(one, words)]
    if headed:
        return headed if len({one.lines[0].heading for one in headed}) == 1 else []
    days = {day for one in usual for told in said(one.text, words.tag) for day in told.days}
    return usual if len(days) >= FEWEST_DAYS else []


def _numbers(statements: Sequence[_Statement]) -> frozenset[int]:
    return frozenset(line.number for one in statements for line in one.lines)


def _statements(page: Page, words: Words, name: str) -> Iterator[_Statement]:
    """Lines that say something of hours; days and times in lines of their own are put together."""
    lines = [line for line in page.lines if line.kind is not LineKind.HEADING]
    at, last = 0, -1
    while at < len(lines):
        line = lines[at]
        is_plain = is_plain_heading(line.heading, words, name)
        pairs = _pairs(lines[at:], words.tag)
        if pairs:
            yield from (_Statement(text, both, is_plain) for text, both in pairs)
            at += 2 * len(pairs)
            last = at - 1
            continue
        one = _statement(line, words, name, is_plain=is_plain)
        if one is None and last == at - 1 and last >= 0 and _goes_on(line, lines[last], words):
            one = _Statement(line.text, (line,), is_plain)
        if one is not None:
            last = at
            yield one
        at += 1


def _statement(line: Line, words: Words, name: str, *, is_plain: bool) -> _Statement | None:
    text, is_headed = line.text, bool(words.hours.search(line.heading))
    if said(text, words.tag):
        has_own = bool(words.hours.search(text)) and not is_headed and not words.other_hours.search(line.heading)
        return _Statement(text, (line,), is_plain or has_own)
    if not speaks_of_hours(text, words.tag) or len(text) > LONGEST_NOTE:
        return None
    if (label := _LABEL.match(text)) and said(label[2], words.tag):
        is_own = is_plain_heading(label[1], words, name)
        return _Statement(label[2] if is_own else text, (line,), True)
    return _Statement(text, (line,), True) if words.hours.search(f"{line.heading} {text}") else None


def _goes_on(line: Line, before: Line, words: Words) -> bool:
    """ "Saturday: by appointment", right behind the other days."""
    is_near = line.heading == before.heading and len(line.text) <= LONGEST_NOTE
    return is_near and begins_with_days(line.text, words.tag)


def _pairs(lines: Sequence[Line], language: str) -> list[tuple[str, tuple[Line, ...]]]:
    """Days in lines of their own with the times behind them: one after the other, or all days first."""
    shapes: list[Shape] = []
    for line in lines[:16]:
        found = shape(line.text, language)
        if found not in (Shape.DAYS, Shape.TIMES) or line.heading != lines[0].heading:
            break
        shapes.append(found)
    count = next((at for at, one in enumerate(shapes) if one is not Shape.DAYS), len(shapes))
    if not count or shapes[count : 2 * count] != [Shape.TIMES] * count:
        return []
    pairs = zip(lines[:count], lines[count : 2 * count], strict=True)
    return [(f"{days.text.rstrip(' :')}: {times.text}", (days, times)) for days, times in pairs]


def is_plain_heading(heading: str, words: Words, name: str) -> bool:
    """Under it stand the hours of the business itself."""
    if not heading:
        return True
    own = {word.casefold() for word in _WORD.findall(name)}
    if {word.casefold() for word in _WORD.findall(heading)} <= own:
        return True
    if words.other_hours.search(heading):
        return False
    rest = words.place.sub(" ·", words.hours.sub(" ·", heading))
    # What stands behind the mark is the end of such a word.
    left = [word for word in _WORD.findall(re.sub(r"·\w*", " ", rest)) if word.casefold() not in words.small | own]
    has_any = rest != heading
    return not left or (has_any and bool(words.place.search(heading)) and len(left) <= 1)


def _labelled(one: _Statement, words: Words) -> str:
    heading = one.lines[0].heading
    is_said = not heading or heading.casefold() in one.text.casefold()
    return one.text if is_said or len(heading) > MOST_LABEL else f"{heading}: {one.text}"
