"""What was used and what it cost, by month and agent: sums of the lines of the calls' own costs, so that they add up.

A month is the workspace's own, in whole hours of UTC: in zones that are ahead by half an hour it begins at the hour
before. No call is in two months, and none is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import func

from offhook import clock
from offhook.platform.figures import HOUR_MS, UNKNOWN_PRICE
from offhook.platform.price_book import Component
from offhook.platform.problems import Flaw, Invalid
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.agents import AGENTS
from offhook.store.tables.insight import COST_HOURS, FIGURE_HOURS

_C: Final = COST_HOURS.c
_F: Final = FIGURE_HOURS.c


@dataclass(frozen=True, slots=True)
class Month:
    """A stretch that is paid for."""

    name: str
    """`2026-11`."""
    since: int
    until: int
    zone: str


@dataclass(frozen=True, slots=True)
class UsageLine:
    """What was used of one thing at one price."""

    agent_id: str
    component: str
    item: str
    unit: str
    quantity: int
    price_nano: int | None
    """Of one unit; None: nobody knows it."""
    nano: int | None
    is_own_price: bool

    @property
    def is_estimate(self) -> bool:
        """It was counted at a list price: what the vendor takes may be another sum."""
        return self.nano is not None and not self.is_own_price and self.price_nano != 0


@dataclass(frozen=True, slots=True)
class AgentUsage:
    """Of one agent; its id is empty for calls of none."""

    agent_id: str
    name: str
    calls: int
    ms: int
    nano: int
    unpriced: int
    """Calls with something whose price nobody knows."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A statement."""

    month: Month
    agents: list[AgentUsage]
    lines: list[UsageLine]

    @property
    def nano(self) -> int:
        """All of which a price is known."""
        return sum(line.nano or 0 for line in self.lines)


class Usages:
    """Of all workspaces."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of_month(self, workspace: str, month: Month, agent_id: str = "") -> Usage:
        """A month's statement, of one agent or all. Raises `StoreError`."""
        return await self._store.read(workspace, partial(_read, month, agent_id))


def month_of(name: str, zone: str) -> Month:
    """A month as `2026-11`; empty: this one. Raises `Invalid`."""
    if not name:
        name = f"{clock.wall_in(zone):%Y-%m}"
    year, _, month = name.partition("-")
    if not (
        len(name) == 7 and year.isdecimal() and month.isdecimal() and 1970 < int(year) < 3000 and 0 < int(month) < 13
    ):
        raise Invalid([Flaw("/month", "a month is wanted, as 2026-11")])
    following = (int(year) + int(month) // 12, int(month) % 12 + 1)
    return Month(name, _began(int(year), int(month), zone), _began(*following, zone), zone)


def _began(year: int, month: int, zone: str) -> int:
    at = clock.month_began_ms(year, month, zone)
    return at - at % HOUR_MS


def _read(month: Month, agent_id: str, scope: Scope) -> Usage:
    def of_month(statement: Any, columns: Any) -> Any:
        statement = statement.where(columns.hour >= month.since, columns.hour < month.until)
        return statement.where(columns.agent_id == agent_id) if agent_id else statement

    keys = (_C.agent_id, _C.component, _C.item, _C.unit, _C.price_nano, _C.is_own_price)
    costs = of_month(scope.select(*keys, func.sum(_C.quantity), func.sum(_C.nano)), _C).group_by(*keys)
    sums = (func.sum(_F.calls), func.sum(_F.ms), func.sum(_F.nano), func.sum(_F.unpriced))
    figures = of_month(scope.select(_F.agent_id, *sums), _F).group_by(_F.agent_id)
    rows = scope.all(figures)
    ids = [row[0] for row in rows]
    names = {
        row.id: row.name for row in scope.all(scope.select(AGENTS.c.id, AGENTS.c.name).where(AGENTS.c.id.in_(ids)))
    }
    agents = [
        AgentUsage(agent, names.get(agent, agent), int(calls), int(ms), int(nano), int(unpriced))
        for agent, calls, ms, nano, unpriced in map(tuple, rows)
    ]
    agents = [one for one in agents if one.calls]
    return Usage(month, sorted(agents, key=lambda one: (-one.nano, one.agent_id)), _lines(scope.all(costs)))


def _lines(rows: Sequence[Any]) -> list[UsageLine]:
    found = []
    for agent_id, component, item, unit, price, is_own, quantity, nano in rows:
        is_known = price != UNKNOWN_PRICE
        if quantity or nano:
            found.append(
                UsageLine(agent_id, component, item, unit, int(quantity), price if is_known else None,
                          int(nano) if is_known else None, bool(is_own))
            )  # fmt: skip
    order = {str(component): number for number, component in enumerate(Component)}
    return sorted(
        found, key=lambda one: (one.agent_id, order.get(one.component, 9), one.item, one.unit, one.price_nano or 0)
    )
