"""How it goes: figures of calls by agent, day, model and more, added up from what folding has counted.

Whole hours (UTC) come from the sums of hours and agents, or whole days from those that are told apart by all else; what
sticks out at either end comes from the figures of single calls. So do the hours in which a zone's day ends, where it is
ahead by half an hour. So nothing is estimated but percentiles, which are made of counts (`gaps`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final

from offhook.ids import id_at
from offhook.platform.figures import DAY_MS, HOUR_MS
from offhook.platform.gaps import percentile
from offhook.platform.local_days import Offsets, offsets
from offhook.platform.problems import Flaw, Invalid
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.calls import REFUSED_CALLS
from offhook.store.tables.insight import CALL_FIGURES, FIGURE_DAYS, FIGURE_HOURS, GAP_COLUMNS

LONGEST_MS: Final = 735 * DAY_MS
LONGEST_BY_HOUR_MS: Final = 32 * DAY_MS
MOST_ROWS: Final = 1_000


class Measure(StrEnum):
    """What is asked for."""

    CALLS = "calls"
    MINUTES = "minutes"
    COST = "cost"
    SUCCESS = "success"
    GAP_P50 = "gap_p50_ms"
    GAP_P95 = "gap_p95_ms"
    TURNS = "turns"
    CUT_INS = "cut_ins"
    BARGE_INS = "barge_ins"
    FALSE_STOPS = "false_stops"
    SILENCES = "silences"
    TOOL_RUNS = "tool_runs"
    TOOL_FAILURES = "tool_failures"
    QUESTIONS = "questions"
    UNKEPT = "unkept"
    REFUSED = "refused"
    SAVED = "saved"


class Group(StrEnum):
    """By what it is told apart."""

    AGENT = "agent"
    VERSION = "version"
    PROVIDER = "provider"
    TRANSCRIBER = "transcriber"
    MODEL = "model"
    VOICE = "voice"
    DIRECTION = "direction"
    END_REASON = "end_reason"
    DAY = "day"
    HOUR = "hour"
    HOUR_OF_DAY = "hour_of_day"


_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    Measure.MINUTES: ("ms",), Measure.COST: ("nano", "unpriced"), Measure.SUCCESS: ("successes",),
    Measure.GAP_P50: GAP_COLUMNS, Measure.GAP_P95: GAP_COLUMNS, Measure.REFUSED: (), Measure.SAVED: (),
}  # fmt: skip
"""What each is made of; others are columns of their own."""
_OF_REFUSED: Final = frozenset({Measure.REFUSED, Measure.SAVED})
_IN_TIME: Final = frozenset({Group.DAY, Group.HOUR, Group.HOUR_OF_DAY})
_BY_HOURS: Final = _IN_TIME | {Group.AGENT, None}
_SINGLE: Final = (CALL_FIGURES.name, "at")
"""Figures of single calls, with their column of time."""
_BY_KIND: Final[Mapping[Group, tuple[str, ...]]] = {
    Group.AGENT: ("agent_id",), Group.VERSION: ("agent_id", "agent_version"), Group.PROVIDER: ("model",),
    Group.TRANSCRIBER: ("transcriber",), Group.MODEL: ("model",), Group.VOICE: ("voice",),
    Group.DIRECTION: ("direction",), Group.END_REASON: ("end_reason",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """What a stretch of time is asked of."""

    table: str
    time: str
    """Its column."""
    since: int
    until: int
    more: str = ""
    """What has to hold beside, as SQL."""
    hours: tuple[int, ...] = ()
    """When single hours begin that are asked for alone."""

    @property
    def source(self) -> str:
        """As SQL. The hours are numbers of ours; they come first, so that each is looked up in the index of times."""
        if not self.hours:
            return self.table
        hours = ", ".join(f"({hour})" for hour in self.hours)
        cut = f"WITH cut(began) AS (VALUES {hours}) SELECT began FROM cut"  # noqa: S608 - numbers of ours
        return f"({cut}) AS hours CROSS JOIN {self.table}"

    @property
    def bounds(self) -> str:
        """As SQL: of single hours each has its own, and no other, which an index would rather begin at."""
        if self.hours:
            return f"{self.time} >= began AND {self.time} < began + {HOUR_MS}"
        return f"{self.time} >= :since AND {self.time} < :until{self.more}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about figures."""

    measures: tuple[Measure, ...]
    since: int
    until: int
    group: Group | None = None
    agent_id: str = ""
    zone: str = "UTC"


Key = tuple[Any, ...]


@dataclass(slots=True)
class FigureRow:
    """What was found of one group."""

    key: Key
    """Values of the group's columns; of a group in time the local time of its begin; empty: all."""
    since: int
    until: int
    sums: dict[str, int] = field(default_factory=dict)

    def value(self, measure: Measure) -> int | float | None:
        """What a measure comes to: money in nano-dollars, success as a share; None: nobody can tell."""
        sums, calls = self.sums, self.sums.get("calls", 0)
        match measure:
            case Measure.MINUTES:
                return round(sums["ms"] / 60_000, 2)
            case Measure.COST:
                return sums["nano"]
            case Measure.SUCCESS:
                return round(sums["successes"] / calls, 4) if calls else None
            case Measure.GAP_P50 | Measure.GAP_P95:
                share = 0.5 if measure is Measure.GAP_P50 else 0.95
                return percentile([sums[name] for name in GAP_COLUMNS], share)
        return sums.get(measure)


class Analytics:
    """Of all workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def query(self, workspace: str, asked: Asked) -> list[FigureRow]:
        """Rows: in order of time, or those with the most calls first. Raises `Invalid`, `StoreBusy`."""
        _check(asked)
        return await self._store.read(workspace, partial(read, asked))


def _check(asked: Asked) -> None:
    if asked.until <= asked.since:
        raise Invalid([Flaw("/to", "it has to be behind `from`")])
    if asked.until - asked.since > LONGEST_MS:
        raise Invalid([Flaw("/from", "two years at most")])
    if asked.group is Group.HOUR and asked.until - asked.since > LONGEST_BY_HOUR_MS:
        raise Invalid([Flaw("/group_by", "by hour for 32 days at most: by `day`, or by `hour_of_day`")])


def read(asked: Asked, scope: Scope) -> list[FigureRow]:
    """In a transaction."""
    zone = offsets(asked.zone, asked.since, asked.until)
    wanted = {name: None for measure in asked.measures for name in _COLUMNS.get(measure, (str(measure),))}
    names = list(dict.fromkeys(["calls", *wanted]))
    sums = [f"SUM({name})" for name in names]
    found: dict[Key, FigureRow] = {}
    for part in _parts(asked, zone):
        for row in _summed(scope, asked, zone, part, sums):
            _add(asked, zone, found, row, names)
    if _OF_REFUSED & set(asked.measures):
        _add_refused(asked, zone, scope, found, names)
    rows = [row for row in found.values() if any(row.sums.values())]
    if asked.group in _IN_TIME:
        return sorted(rows, key=lambda row: row.key)[:MOST_ROWS]
    return sorted(rows, key=lambda row: (-row.sums["calls"], str(row.key)))[:MOST_ROWS]


def _parts(asked: Asked, zone: Offsets) -> Iterator[_Part]:
    """Together they are the whole, and no call is in two of them."""
    is_hourly = asked.group in _BY_HOURS
    table, time = (FIGURE_HOURS.name, "hour") if is_hourly else (FIGURE_DAYS.name, "day")
    grain = HOUR_MS if is_hourly else DAY_MS
    begin, end = -(-asked.since // grain) * grain, asked.until // grain * grain
    are_cut = asked.group in _IN_TIME and not zone.are_hours
    if begin >= end or (are_cut and asked.group is not Group.DAY):
        yield _Part(*_SINGLE, asked.since, asked.until)
        return
    if asked.since < begin:
        yield _Part(*_SINGLE, asked.since, begin)
    whole = f" AND ({zone.local(time)}) % {DAY_MS} <= {DAY_MS - HOUR_MS}" if are_cut else ""
    yield _Part(table, time, begin, end, whole)
    if are_cut and (hours := tuple(_cut(zone, begin, end))):
        yield _Part(*_SINGLE, begin, end, hours=hours)
    if end < asked.until:
        yield _Part(*_SINGLE, end, asked.until)


def _cut(zone: Offsets, begin: int, end: int) -> Iterator[int]:
    """The hours (UTC) in which a day of the zone ends and the next begins."""
    return (hour for hour in range(begin, end, HOUR_MS) if (hour + zone.at(hour)) % DAY_MS > DAY_MS - HOUR_MS)


def _summed(scope: Scope, asked: Asked, zone: Offsets, part: _Part, sums: Sequence[str]) -> Iterator[Key]:
    """Keys and sums. As text: to put forty sums together as expressions costs more than to run them."""
    keys = _keys(asked, zone, part.time)
    of_agent = " AND agent_id = :agent" if asked.agent_id else ""
    group = f" GROUP BY {', '.join(keys)}" if keys else ""
    # All names are ours; what was sent stands in the values alone.
    sql = (
        f"SELECT {', '.join([*keys, *sums])} FROM {part.source} WHERE workspace_id = :workspace "  # noqa: S608
        f"AND {part.bounds}{of_agent}{group}"
    )
    values: dict[str, Any] = {} if part.hours else {"since": part.since, "until": part.until}
    values |= {"agent": asked.agent_id} if asked.agent_id else {}
    values |= {"first": id_at("ref", max(0, part.since - HOUR_MS))} if ":first" in part.more else {}
    yield from (tuple(row) for row in scope.text(sql, **values))


def _keys(asked: Asked, zone: Offsets, time: str) -> Sequence[str]:
    match asked.group:
        case None:
            return ()
        case Group.DAY:
            return (f"({zone.local(time)}) / {DAY_MS}",)
        case Group.HOUR:
            return (f"({zone.local(time)}) / {HOUR_MS}",)
        case Group.HOUR_OF_DAY:
            return (f"({zone.local(time)}) / {HOUR_MS} % 24",)
        case group:
            return _BY_KIND[group]


def _add(asked: Asked, zone: Offsets, found: dict[Key, FigureRow], values: Key, names: Sequence[str]) -> None:
    width = len(values) - len(names)
    key, sums = values[:width], values[width:]
    if asked.group is Group.PROVIDER:
        key = (str(key[0]).partition(" ")[0],)
    row = found.get(key)
    if row is None:
        row = found[key] = FigureRow(key, *_span(asked, zone, key))
    for name, value in zip(names, sums, strict=True):
        row.sums[name] = row.sums.get(name, 0) + int(value or 0)


def _span(asked: Asked, zone: Offsets, key: Key) -> tuple[int, int]:
    """When a row's calls began, within what is asked for."""
    length = {Group.DAY: DAY_MS, Group.HOUR: HOUR_MS}.get(asked.group) if asked.group is not None else None
    if length is None:
        return asked.since, asked.until
    local = int(key[0]) * length
    return max(asked.since, zone.moment(local)), min(asked.until, zone.moment(local + length))


def _add_refused(asked: Asked, zone: Offsets, scope: Scope, found: dict[Key, FigureRow], names: Sequence[str]) -> None:
    """Calls that were not taken belong to no agent: they are told by time alone."""
    if asked.agent_id or (asked.group is not None and asked.group not in _IN_TIME):
        return
    part = _Part(REFUSED_CALLS.name, "at", asked.since, asked.until, " AND id >= :first")
    for row in _summed(scope, asked, zone, part, ("COUNT(*)", "SUM(saved_nano)")):
        *key, refused, saved = row
        if refused:
            _add(asked, zone, found, (*key, *(0 for _ in names)), names)
            found[tuple(key)].sums |= {str(Measure.REFUSED): int(refused), str(Measure.SAVED): int(saved or 0)}
    for figures in found.values():
        figures.sums.setdefault(str(Measure.REFUSED), 0)
        figures.sums.setdefault(str(Measure.SAVED), 0)
