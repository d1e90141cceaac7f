"""Days and hours of a time zone, for databases that know none: where its clock is put forward or back."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from offhook import clock

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
_MINUTE_MS: Final = 60_000
_STEP_MS: Final = 20 * DAY_MS
"""Between two changes of a clock lies more than that."""


@dataclass(frozen=True, slots=True)
class Offsets:
    """By how much a zone's clocks are ahead of UTC in a stretch of time."""

    since: tuple[int, ...]
    """Moments from which each holds, in order; the first is the stretch's begin."""
    ms: tuple[int, ...]

    def at(self, at: int) -> int:
        """At this moment."""
        return self.ms[max(0, bisect_right(self.since, at) - 1)]

    @property
    def are_hours(self) -> bool:
        """An hour here is an hour there."""
        return all(offset % HOUR_MS == 0 for offset in self.ms)

    def local(self, column: str) -> str:
        """The local time of a moment's column, in milliseconds since 1970 there, as SQL."""
        first, *others = zip(self.since, self.ms, strict=True)
        if not others:
            return f"{column} + {first[1]}"
        held = " ".join(f"WHEN {column} >= {since} THEN {column} + {ms}" for since, ms in reversed(others))
        return f"CASE {held} ELSE {column} + {first[1]} END"

    def moment(self, local: int) -> int:
        """The moment of a local time; of one that is skipped, the moment of the jump; of one that is there twice, the
        first."""
        ends = (*self.since[1:], None)
        for since, end, ms in zip(self.since, ends, self.ms, strict=True):
            at = local - ms
            if at < since and since != self.since[0]:
                return since
            if end is None or at < end:
                return at
        return local - self.ms[-1]


@lru_cache(maxsize=256)
def offsets(zone: str, since: int, until: int) -> Offsets:
    """Those of a zone that is known, from a moment to another."""
    begins, found = [since], [clock.offset_ms(since, zone)]
    for begin, end in _steps(since, until):
        here, there = clock.offset_ms(begin, zone), clock.offset_ms(end, zone)
        if here == there:
            continue
        low, high = begin, end
        while high - low > _MINUTE_MS:
            middle = (low + high) // 2
            low, high = (middle, high) if clock.offset_ms(middle, zone) == here else (low, middle)
        begins.append(high - high % _MINUTE_MS)
        found.append(there)
    return Offsets(tuple(begins), tuple(found))


def _steps(since: int, until: int) -> Iterator[tuple[int, int]]:
    at = since
    while at < until:
        yield at, min(at + _STEP_MS, until)
        at += _STEP_MS
