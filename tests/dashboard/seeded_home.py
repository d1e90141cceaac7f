"""Two weeks of calls in figures, and what needs somebody: for the tests of the home."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from offhook import clock
from offhook.platform.gaps import counted
from offhook.platform.platform import Platform
from offhook.platform.tasks import TaskKind, open_task
from offhook.settings import Settings
from offhook.store.schema import WORKSPACES
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENTS
from offhook.store.tables.calls import CALLS
from offhook.store.tables.insight import COST_HOURS, FIGURE_HOURS, GAP_COLUMNS
from tests.dashboard_world import Aside, Desk, Server, serving, signed_in

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def seed_home(data: Path) -> None:
    """Fill the database of a server that does not run at the moment, and that has its samples."""
    aside = Aside()
    try:
        aside.do(_seed(data))
    finally:
        aside.stop()


async def _seed(data: Path) -> None:
    platform = await Platform.open(Settings(data_dir=data))
    workspace = await platform.store.read_wide(lambda connection: connection.execute(select(WORKSPACES.c.id)).scalar())
    assert isinstance(workspace, str)
    await platform.store.write(workspace, _keep)
    await platform.stop()


def _keep(scope: Scope) -> None:
    now = clock.wall_ms()
    agent = scope.all(scope.select(AGENTS.c.id))[0].id
    call = scope.all(scope.select(CALLS.c.id).order_by(CALLS.c.id.desc()))[0].id
    for day in range(14):
        calls, at = 31 - day if day % 6 else 9, now - day * DAY_MS
        scope.insert(FIGURE_HOURS, **_figures(at, agent, calls, day))
        for cost in _costs(at, agent, calls):
            scope.insert(COST_HOURS, **cost)
    owed: dict[str, Any] = {"agent_id": agent, "call_id": call}
    open_task(
        scope, TaskKind.CALL_BACK, "+15005550006", "+15005550006 asked to be called back.", due_at=now + 3 * HOUR_MS,
        detail={"number": "+15005550006", "said": "Could somebody call me back?", "at_ms": 21_400}, **owed,
    )  # fmt: skip
    open_task(
        scope, TaskKind.PROMISE, f"{call}:1", "The caller was told something.", due_at=now - HOUR_MS,
        detail={"said": "I have written that down for Tuesday at ten.", "at_ms": 30_000}, **owed,
    )  # fmt: skip


def _figures(at: int, agent: str, calls: int, day: int) -> dict[str, Any]:
    gaps = counted([560 + 9 * day + step for step in range(0, 300, 30)])
    return {
        "hour": at - at % HOUR_MS, "agent_id": agent, "calls": calls, "ms": calls * 94_000, "nano": calls * 13_000_000,
        "successes": calls - (day % 3), "turns": calls * 6, **dict(zip(GAP_COLUMNS, gaps, strict=True)),
    }  # fmt: skip


THINGS: Final = (
    ("carrier", "twilio inbound", "minute", 8_500_000, 2), ("stt", "deepgram nova-3", "second", 80_000, 94),
    ("llm", "openai gpt-5-mini", "token_in", 250, 9_000), ("llm", "openai gpt-5-mini", "token_out", 2_000, 400),
    ("tts", "cartesia sonic-3", "character", 38_000, 420), ("tts", "own voice", "character", -1, 12),
)  # fmt: skip
"""What one call uses of each, and what one unit costs in billionths; -1: nobody knows it."""


def _costs(at: int, agent: str, calls: int) -> list[dict[str, Any]]:
    return [
        {"hour": at - at % HOUR_MS, "agent_id": agent, "component": component, "item": item, "unit": unit,
         "price_nano": price, "is_own_price": component == "carrier", "quantity": used * calls,
         "nano": max(price, 0) * used * calls}
        for component, item, unit, price, used in THINGS
    ]  # fmt: skip


@dataclass
class House:
    """A server, and its owner's browser."""

    server: Server
    owner: Desk

    def open(self, path: str) -> Page:
        """A page of it, with what it asked for."""
        self.owner.go(path)
        return self.owner.page


@contextmanager
def seeded_house(browser: Browser, folder: Path) -> Iterator[House]:
    """With two weeks of calls beside the samples."""
    with serving(folder) as server:
        # The samples are there as soon as calls are taken.
        first = signed_in(browser, server)
        first.go("/")
        expect(first.page.get_by_text("sample", exact=True).first).to_be_visible()
        first.context.close()
        server.stop()
        seed_home(folder / "data")
        server.start()
        yield House(server, signed_in(browser, server))
