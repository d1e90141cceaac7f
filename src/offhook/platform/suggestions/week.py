"""The week of a business, and how it is told on the telephone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from offhook.platform.suggestions.hours import ALL_DAY, CLOSED, Said, Span, Times
from offhook.platform.suggestions.hours_words import HOLIDAY, MIDNIGHT, NOON
from offhook.platform.suggestions.source import Quote

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holidays")
"""As the API names them."""
_EN: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "public holidays")
_DE: Final = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag", "Feiertagen")
FEWEST_IN_A_ROW: Final = 3


class Contradiction(Exception):
    """Two things are said of the same day."""


@dataclass(slots=True)
class Week:
    """When it is open, by day."""

    times: dict[int, Times] = field(default_factory=dict)
    quotes: dict[int, Quote] = field(default_factory=dict)

    def add(self, found: Iterable[Said], quote: Quote) -> None:
        """Of one line. Raises `Contradiction`, and is as before then."""
        new: dict[int, Times] = {}
        for one in found:
            for day in one.days:
                # In one line what comes later is the exception: "daily 9 to 5, closed on Sundays".
                new[day] = one.times
        together = {day: _together(self.times.get(day), times) for day, times in new.items()}
        self.times |= together
        self.quotes |= {day: quote for day in together if day not in self.quotes}

    @property
    def missing(self) -> list[int]:
        """Days of the week of which nothing is said, when something is said of others."""
        return [day for day in range(7) if day not in self.times] if self.times else []

    def sentences(self, language: str) -> list[tuple[str, Quote]]:
        """A sentence for each kind of day, as it is said, with where it comes from."""
        days_of: dict[Times, list[int]] = {}
        for day in sorted(self.times):
            days_of.setdefault(self.times[day], []).append(day)
        tell = _german if language == "de" else _english
        found: list[tuple[str, Quote]] = []
        # What is open comes first.
        for times, days in sorted(days_of.items(), key=lambda one: one[0] == CLOSED):
            week, holidays = [day for day in days if day != HOLIDAY], [day for day in days if day == HOLIDAY]
            # Holidays have a sentence of their own: callers ask for them by name.
            found += [(tell(group, times), self.quotes[group[0]]) for group in (week, holidays) if group]
        return found


def _together(before: Times | None, new: Times) -> Times:
    if before is None or before == new:
        # Of two that say the same, the one that says which half of the day.
        return before if before is not None and any(span.is_vague for span in new.spans) else new
    spans = sorted({*before.spans, *new.spans})
    is_apart = all(first.closes < second.opens for first, second in pairwise(spans))
    if CLOSED in (before, new) or ALL_DAY in (before, new) or not is_apart:
        raise Contradiction
    return Times(tuple(spans))


def _runs(days: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _named(days: Sequence[int], names: Sequence[str], to: str) -> list[str]:
    """ "Monday to Friday", "Monday", "Wednesday"."""
    found: list[str] = []
    for run in _runs(days):
        if len(run) >= FEWEST_IN_A_ROW:
            found.append(f"{names[run[0]]} {to} {names[run[-1]]}")
        else:
            found += [names[day] for day in run]
    return found


def _joined(parts: Sequence[str], conjunction: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


# ── English ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _english(days: Sequence[int], times: Times) -> str:
    named = _joined(_named(days, _EN, "to"), "and")
    when = f"from {named}" if " to " in named and len(_runs(days)) == 1 else f"on {named}"
    when = "every day" if len(days) == 7 else when
    if times == CLOSED:
        return f"We are closed {when}."
    if times == ALL_DAY:
        return "We are open day and night, every day." if len(days) == 7 else f"We are open day and night {when}."
    spans = _joined([_english_span(span) for span in times.spans], "and")
    return f"We are open {when}, {spans.removesuffix('.')}."


def _english_span(span: Span) -> str:
    told = _bare if span.is_vague else _english_time
    return f"from {told(span.opens)} to {told(span.closes)}"


def _english_time(minutes: int) -> str:
    at = minutes % MIDNIGHT
    if at in (0, NOON):
        return "midnight" if at == 0 else "noon"
    return f"{_bare(at)} {'a.m.' if at < NOON else 'p.m.'}"


def _bare(minutes: int) -> str:
    hour, minute = divmod(minutes % MIDNIGHT, 60)
    hour = (hour - 1) % 12 + 1
    return f"{hour}:{minute:02}" if minute else str(hour)


# ── German ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _german(days: Sequence[int], times: Times) -> str:
    named = _joined(_named(days, _DE, "bis"), "und")
    when = f"von {named}" if " bis " in named and len(_runs(days)) == 1 else f"am {named}"
    when = "an Feiertagen" if days[0] == HOLIDAY else "täglich" if len(days) == 7 else when
    if times == CLOSED:
        return f"Wir haben {when} geschlossen."
    if times == ALL_DAY:
        return f"Wir haben {when} rund um die Uhr geöffnet."
    spans = [f"von {_german_time(span.opens)} bis {_german_time(span.closes)} Uhr" for span in times.spans]
    return f"Wir haben {when} {_joined(spans, 'und')} geöffnet."


def _german_time(minutes: int) -> str:
    hour, minute = divmod(minutes, 60)
    hour = 24 if minutes == MIDNIGHT else hour % 24
    return f"{hour}:{minute:02}" if minute else str(hour)
