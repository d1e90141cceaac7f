"""The home in one answer: who is on the line, what needs somebody, how the last days went, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from offhook import clock
from offhook.platform.analytics import Asked, FigureRow, Group, Measure, read
from offhook.platform.calls import LISTED
from offhook.platform.figures import TEST
from offhook.platform.local_days import DAY_MS, HOUR_MS, offsets
from offhook.platform.questions import OPEN
from offhook.platform.snapshot import Snapshot
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.calls import CALLS
from offhook.store.tables.insight import QUESTIONS, SUMS, TASKS

DAYS: Final = 14
WEEK: Final = 7
LIVE: Final = ("ringing", "in_progress", "transferring")
MOST_LIVE: Final = 20
MOST_COUNTED: Final = 100
"""Of tasks and questions: with more of them the number says nothing."""
FIRST_TASKS: Final = 5
RECENT: Final = 200
"""So many calls are looked at for which steps were done."""
MEASURES: Final = (
    Measure.CALLS, Measure.MINUTES, Measure.COST, Measure.SUCCESS, Measure.GAP_P50, Measure.GAP_P95, Measure.CUT_INS,
    Measure.REFUSED, Measure.SAVED,
)  # fmt: skip
TRENDS: Final = (
    Measure.CALLS, Measure.MINUTES, Measure.COST, Measure.SUCCESS, Measure.GAP_P50, Measure.GAP_P95, Measure.CUT_INS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trend:
    """A week against the week before it; the day that runs is in neither."""

    measure: Measure
    now: int | float | None
    before: int | float | None

    @property
    def change(self) -> float | None:
        """0.25: a quarter more than before; None: there is nothing to compare with."""
        if self.now is None or not self.before:
            return None
        return round(self.now / self.before - 1, 4)


@dataclass(frozen=True, slots=True)
class Today:
    """What the home shows."""

    live: Sequence[Any]
    """Rows of calls, `MOST_LIVE` at most."""
    tasks: Sequence[Any]
    """The first ones: what is due first comes first."""
    open_tasks: int
    """`MOST_COUNTED` stands for that and more."""
    open_questions: int
    today: FigureRow
    days: list[FigureRow]
    """The last two weeks with today, a row each."""
    trends: list[Trend]
    steps: dict[str, bool]
    """What is to be done until the telephone is answered, in order; whether it was."""
    zone: str


class Home:
    """Of all workspaces."""

    def __init__(self, store: Store, snapshot: Snapshot) -> None:
        self._store, self._snapshot = store, snapshot

    async def today(self, workspace: str, zone: str) -> Today:
        """In one transaction. Raises `StoreError`."""
        at = clock.wall_ms()
        found: dict[str, Any] = await self._store.read(workspace, partial(_read, at=at, zone=zone))
        recent, agents = found.pop("recent"), self._snapshot.agents_of(workspace)
        kinds = {kind for kind, _ in self._snapshot.secrets(workspace)}
        steps = {
            "talk": bool(recent),
            "agent": any(not agent.is_sample for agent in agents),
            "keys": "provider_key" in kinds,
            "number": bool(self._snapshot.numbers_of(workspace)),
            "call": any(row.kind == "phone" for row in recent),
        }
        return Today(steps=steps, zone=zone, **found)


def _read(scope: Scope, at: int, zone: str) -> dict[str, Any]:
    day = clock.began_ms(at, zone)[0]
    begins = _days(day, zone)
    rows = {int(row.key[0]): row for row in read(Asked(MEASURES, begins[0], at + HOUR_MS, Group.DAY, "", zone), scope)}
    ahead = offsets(zone, begins[0], at + DAY_MS)
    ends = [*begins[1:], day + DAY_MS]
    days = [_of_day(rows, ahead.at(begin) + begin, begin, end) for begin, end in zip(begins, ends, strict=True)]
    now, before = _together(days[-1 - WEEK : -1]), _together(days[-1 - 2 * WEEK : -1 - WEEK])
    tasks = scope.all(scope.select(TASKS).where(TASKS.c.status == OPEN).order_by(TASKS.c.id.desc()).limit(MOST_COUNTED))
    questions = scope.select(QUESTIONS.c.id).where(QUESTIONS.c.status == OPEN).limit(MOST_COUNTED)
    recent = scope.select(CALLS.c.kind).where(CALLS.c.is_sample.is_(False)).order_by(CALLS.c.id.desc()).limit(RECENT)
    return {
        "live": _live(scope),
        "tasks": sorted(tasks, key=lambda row: (row.due_at is None, row.due_at or -row.created_at))[:FIRST_TASKS],
        "open_tasks": len(tasks),
        "open_questions": len(scope.all(questions)),
        "today": days[-1],
        "days": days,
        "trends": [Trend(measure, now.value(measure), before.value(measure)) for measure in TRENDS],
        "recent": scope.all(recent),
    }


def _live(scope: Scope) -> Sequence[Any]:
    """One status at a time: of several no index knows the order, and all calls would be looked through."""
    rows: list[Any] = []
    for status in LIVE:
        found = scope.select(*LISTED).where(CALLS.c.status == status, CALLS.c.kind != TEST)
        rows += scope.all(found.order_by(CALLS.c.id.desc()).limit(MOST_LIVE))
    return sorted(rows, key=lambda row: str(row.id), reverse=True)[:MOST_LIVE]


def _days(day: int, zone: str) -> list[int]:
    """When each of the days began, and a day before them, which the week before last needs."""
    begins = [day]
    while len(begins) <= DAYS:
        # In the middle of the day before, however long it was.
        begins.append(clock.began_ms(begins[-1] - DAY_MS // 2, zone)[0])
    return begins[::-1]


def _of_day(rows: dict[int, FigureRow], local: int, begin: int, end: int) -> FigureRow:
    found = rows.get(local // DAY_MS)
    return FigureRow((local // DAY_MS,), begin, end, found.sums if found is not None else _nothing())


def _together(days: Sequence[FigureRow]) -> FigureRow:
    sums = {name: sum(day.sums.get(name, 0) for day in days) for name in _nothing()}
    return FigureRow((), days[0].since, days[-1].until, sums)


def _nothing() -> dict[str, int]:
    return dict.fromkeys((*SUMS, str(Measure.REFUSED), str(Measure.SAVED)), 0)
