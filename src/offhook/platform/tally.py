"""How much was taken already: of a workspace, an agent, a caller. Asked without waiting, true across processes.

Calls of this process are counted here, to the second. What the store knows, of all processes, is read every few
seconds, together with the rows of our own calls: those are taken out of its sums again, so that none counts twice. What
other processes have begun since the last reading is not known: that, and what their live calls cost, is the slack.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, or_

from offhook import clock
from offhook.ids import id_at
from offhook.store.scope import Scope
from offhook.store.tables.calls import CALLS
from offhook.telephony.facts import HIDDEN_NUMBERS

MOST_TAKEN: Final = 20_000
"""Calls of this process that are remembered until the store has all of them."""
MOST_CALLERS: Final = 10_000
"""Callers of a day that are known by what other processes took: those with the most calls."""
KEPT_MS: Final = 900_000
"""A call that is over is forgotten so much later, whether its record was folded or not."""
LIVE_MS: Final = 4 * 3_600_000
"""A row that says that its call lives is not believed for longer: that is the longest call of a carrier."""
_LIVE: Final = ("ringing", "in_progress", "transferring")
_CHUNK: Final = 400


@dataclass(slots=True)
class Figures:
    """What adds up."""

    live: int = 0
    calls_day: int = 0
    ms_day: int = 0
    ms_month: int = 0
    nano_day: int = 0
    nano_month: int = 0

    def add(self, other: "Figures", sign: int = 1) -> None:
        """Put the other's to it, or take them away."""
        self.live += sign * other.live
        self.calls_day += sign * other.calls_day
        self.ms_day += sign * other.ms_day
        self.ms_month += sign * other.ms_month
        self.nano_day += sign * other.nano_day
        self.nano_month += sign * other.nano_month


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose figures: a workspace's, those of an agent of it, those of a caller in it."""

    workspace: str
    agent_id: str = ""
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What the store says of a call of ours."""

    is_live: bool
    began_at: int
    ms: int
    nano: int


@dataclass(slots=True)
class Taken:
    """A call that this process takes: expected, live, or over and not yet in the store with all that it cost."""

    workspace: str
    agent_id: str
    caller: str
    """Empty: hidden, or a call that we placed."""
    call_sid: str
    expected_until: int
    """Milliseconds; when its media have not come by then it was no call."""
    began_at: int
    call_id: str = ""
    """Empty until it has begun."""
    version: int = 0
    is_ending: bool = False
    """It was told to end."""
    ended_at: int = 0
    nano: int = 0
    cost: Callable[[float], int] | None = None
    """What it has cost so far, given its length in seconds."""
    row: Row | None = None

    def ms(self, at: int) -> int:
        """Its length so far."""
        return max(0, (self.ended_at or at) - self.began_at) if self.call_id else 0

    def figures(self, at: int, day: int, month: int) -> Figures:
        """What it adds to what the store knows."""
        own = _figures(self.ended_at == 0, self.began_at, self.ms(at), self.nano, day, month)
        if self.row is not None:
            own.add(_figures(self.row.is_live, self.row.began_at, self.row.ms, self.row.nano, day, month), -1)
        return own


def _figures(is_live: bool, began_at: int, ms: int, nano: int, day: int, month: int) -> Figures:
    is_today, is_of_month = began_at >= day, began_at >= month
    return Figures(
        int(is_live), int(is_today), ms * is_today, ms * is_of_month, nano * is_today, nano * is_of_month
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sums:
    """What the store knew of a subject."""

    figures: Figures
    day: int
    """When the day and the month began that they are of."""
    month: int


@dataclass(slots=True)
class Known:
    """What the store knew of one workspace at the last reading."""

    sums: dict[Subject, Sums] = field(default_factory=dict)


class Tally:
    """Of all workspaces whose calls are limited."""

    def __init__(self) -> None:
        self.taken: dict[str, Taken] = {}
        """By the carrier's id of the call."""
        self.known: dict[str, Known] = {}

    # ── this process ─────────────────────────────────────────────────────────────────────────────────────────

    def take(self, call: Taken) -> None:
        """One more call."""
        if len(self.taken) >= MOST_TAKEN:
            over = (sid for sid, one in self.taken.items() if one.ended_at)
            self.taken.pop(next(over, next(iter(self.taken))))
        self.taken[call.call_sid] = call

    def give_up(self, call_sid: str) -> None:
        """It was not taken after all."""
        found = self.taken.get(call_sid)
        if found is not None and not found.call_id:
            del self.taken[call_sid]

    def ended(self, call_sid: str, at: int) -> None:
        """It is over."""
        found = self.taken.get(call_sid)
        if found is not None and not found.ended_at:
            found.ended_at = at
            if found.cost is not None:
                found.nano = found.cost(found.ms(at) / 1000)
                found.cost = None

    def forget_old(self, at: int) -> None:
        """Those whose media never came, and those that were over long ago."""
        for call_sid, one in list(self.taken.items()):
            is_late = not one.call_id and one.expected_until < at
            if is_late or (one.ended_at and at - one.ended_at > KEPT_MS):
                del self.taken[call_sid]

    def live(self) -> Iterable[Taken]:
        """Calls that have begun and are not over."""
        return [one for one in self.taken.values() if one.call_id and not one.ended_at]

    def of(self, subject: Subject, at: int, zone: str) -> Figures:
        """What was taken."""
        day, month = clock.began_ms(at, zone)
        total = Figures()
        known = self.known.get(subject.workspace)
        if known is not None and (found := known.sums.get(subject)) is not None:
            total.add(found.figures)
            if found.day < day:
                # The day is new, and the store was not asked since.
                total.calls_day = total.ms_day = total.nano_day = 0
            if found.month < month:
                total.ms_month = total.nano_month = 0
        for one in self.taken.values():
            if one.workspace != subject.workspace:
                continue
            if subject.agent_id in ("", one.agent_id) and subject.caller in ("", one.caller):
                total.add(one.figures(at, day, month))
        return total

    # ── the store ────────────────────────────────────────────────────────────────────────────────────────────

    def own_ids(self, workspace: str) -> list[str]:
        """Of the calls whose rows are to be read along."""
        return [one.call_id for one in self.taken.values() if one.workspace == workspace and one.call_id]

    def learn(self, workspace: str, known: Known, rows: Mapping[str, tuple[Row, bool]]) -> None:
        """What was read."""
        self.known[workspace] = known
        for call_sid, one in list(self.taken.items()):
            if one.workspace != workspace:
                continue
            row, is_whole = rows.get(one.call_id, (None, False))
            one.row = row
            if is_whole and one.ended_at:
                del self.taken[call_sid]


def read(scope: Scope, at: int, zones: Mapping[str, str], own: Sequence[str], *, callers: bool) -> tuple[
    Known, dict[str, tuple[Row, bool]]
]:  # fmt: skip
    """Sums and own rows, of one moment. `zones`: of agents that have another than the workspace, whose is under ""."""
    day, month = clock.began_ms(at, zones[""])
    known, whole = Known(), Figures()
    for zone in dict.fromkeys(zones.values()):
        began = clock.began_ms(at, zone)
        for agent_id, figures in _sums(scope, at, *began, by=CALLS.c.agent_id):
            if zone == zones[""]:
                whole.add(figures)
            if zones.get(agent_id, zones[""]) == zone:
                known.sums[Subject(scope.workspace, agent_id=agent_id or "-")] = Sums(figures, *began)
    known.sums[Subject(scope.workspace)] = Sums(whole, day, month)
    if callers:
        # A caller has limits of the day alone.
        for caller, figures in _sums(scope, at, day, day, by=CALLS.c.from_number, most=MOST_CALLERS):
            if caller not in HIDDEN_NUMBERS:
                known.sums[Subject(scope.workspace, caller=caller)] = Sums(figures, day, day)
    return known, _own(scope, at, own)


def _sums(
    scope: Scope, at: int, day: int, month: int, *, by: ColumnElement[Any], most: int = 0
) -> Iterable[tuple[str, Figures]]:
    c = CALLS.c
    is_live = c.status.in_(_LIVE) & (c.created_at > at - LIVE_MS)
    ms = case((is_live, at - c.created_at), else_=func.coalesce(c.duration_ms, 0))
    nano, is_today = func.coalesce(c.cost_nano, 0), c.created_at >= day
    count = func.count().label("calls")
    statement = scope.select(
        by.label("subject"),
        count,
        func.sum(case((is_live, 1), else_=0)),
        func.sum(case((is_today, 1), else_=0)),
        func.sum(case((is_today, ms), else_=0)),
        func.sum(ms),
        func.sum(case((is_today, nano), else_=0)),
        func.sum(nano),
    )
    # What lives counts whenever it began; ids are time-ordered, and there is an index of them.
    statement = statement.where(c.id >= id_at("call", min(month, at - LIVE_MS)), c.is_sample.is_(False))
    statement = statement.where(or_(c.created_at >= month, is_live)).group_by(by)
    if most:
        statement = statement.where(c.direction == "inbound").order_by(count.desc()).limit(most)
    for row in scope.all(statement):
        values = tuple(row)
        yield values[0] or "", Figures(*(int(one or 0) for one in values[2:]))


def _own(scope: Scope, at: int, own: Sequence[str]) -> dict[str, tuple[Row, bool]]:
    c = CALLS.c
    found: dict[str, tuple[Row, bool]] = {}
    for start in range(0, len(own), _CHUNK):
        statement = scope.select(
            c.id, c.status, c.created_at, c.duration_ms, c.cost_nano, c.detail.is_not(None).label("is_whole")
        )
        for row in scope.all(statement.where(c.id.in_(own[start : start + _CHUNK]))):
            is_live = row.status in _LIVE
            ms = at - row.created_at if is_live else row.duration_ms or 0
            found[row.id] = Row(is_live, row.created_at, ms, row.cost_nano or 0), bool(row.is_whole) and not is_live
    return found
