"""Lists and records among a million calls, on SQLite: what the page of calls waits for."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx2
from sqlalchemy import Connection, insert, text

from bench.table import Goal, Outcome, Row
from offhook import clock
from offhook.api.app import create_api
from offhook.ids import id_at, new_id
from offhook.platform.callers import SCOPES
from offhook.platform.platform import Platform
from offhook.platform.tasks import TaskKind, open_task
from offhook.settings import Settings
from offhook.store.scope import SYSTEM, Scope
from offhook.store.search import place_of
from offhook.store.tables.calls import CALL_TURNS
from offhook.store.tables.calls import CALLS as CALLS_TABLE
from offhook.store.tables.insight import (
    CALL_FIGURES,
    COST_HOURS,
    FIGURE_DAYS,
    FIGURE_HOURS,
    QUESTIONS,
    SUMS,
)

CALLS: Final = 1_000_000
WITH_WORDS: Final = 0.05
"""Of the calls this share has turns and stands in the index: a search looks through so many."""
DAYS: Final = 365
DAY_MS: Final = 86_400_000
TOGETHER: Final = 20_000
PAGE_MS: Final = 100.0
REASONS: Final = ("caller.hung_up", "caller.said_goodbye", "agent.ended", "agent.transferred", "caller.silent")
FIGURES: Final = (
    (30, "day"), (30, "agent"), (30, "version"), (30, "model"), (30, "end_reason"), (90, "day"), (90, "model"),
    (365, "day"), (365, "agent"), (365, "end_reason"),
)  # fmt: skip
MEASURES: Final = ["calls", "minutes", "cost", "success", "gap_p50_ms", "gap_p95_ms", "cut_ins", "barge_ins"]
WORDS: Final = ("room", "table", "tomorrow", "friday", "price", "breakfast", "cancel", "invoice", "parking", "dog")


async def measure(calls: int, asked: int, seed: int, folder: Path) -> Outcome:
    """Make the rows and ask for pages and records."""
    chance = random.Random(seed)
    await asyncio.to_thread(lambda: folder.mkdir(parents=True, exist_ok=True))
    platform = await Platform.open(Settings(data_dir=folder))
    try:
        workspace = await platform.first_workspace()
        began = clock.machine()
        ids = await _fill(platform, workspace, calls, chance)
        filled_s = clock.machine() - began
        key = await platform.api_keys.create(workspace, "bench", sorted(SCOPES), SYSTEM)
        transport = httpx2.ASGITransport(app=create_api(platform))
        headers = {"Authorization": f"Bearer {key.text}"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as client:
            rows = [await _timed(client, name, what, asked, path) for name, what, path in _questions(ids, chance)]
        size = await asyncio.to_thread(lambda: sum(path.stat().st_size for path in folder.glob("offhook.db*")))
    finally:
        await platform.stop()
    note = f"platform: {calls:,} calls in {size / 1e6:,.0f} MB of SQLite, made in {filled_s:.0f} s; API in this process"
    return Outcome(rows, [note])


def _questions(ids: list[str], chance: random.Random) -> Iterator[tuple[str, str, Callable[[], str]]]:
    yield "page of calls", "newest 50", lambda: "/calls"
    yield "page of calls", "50 from anywhere", lambda: f"/calls?after={chance.choice(ids)}"
    yield "page of calls", "of one agent and reason", lambda: "/calls?agent_id=agent_3&end_reason=agent.transferred"
    yield "page of calls", "of one caller", lambda: f"/calls?from=%2B1500555{chance.randrange(10_000):04d}"
    yield "page of calls", "of one day", lambda: f"/calls?started_at.lt={_day(chance)}"
    yield "page of calls", "in which a word was said", lambda: f"/calls?q={chance.choice(WORDS)}"
    yield "page of calls", "in which two words were said", lambda: f"/calls?q={'+'.join(chance.sample(WORDS, 2))}"
    yield "page of calls", "with cut-ins, of one model", lambda: "/calls?has=cut_ins&model=openai+m1"
    yield "record of a call", "with 12 turns", lambda: f"/calls/{chance.choice(ids)}"
    yield "home", "today and 14 days", lambda: "/today?tz=Europe/Berlin"
    yield "money", "a month's statement", lambda: f"/usage?month={clock.rfc3339(clock.wall_ms())[:7]}"
    yield "needs a person", "open tasks", lambda: "/tasks"
    yield "questions", "asked most often", lambda: "/questions"
    for days, group in FIGURES:
        yield "figures", f"of {days} days by {group}", partial(_query, days, group)


def _query(days: int, group: str) -> str:
    """A question of analytics, as `POST path body`."""
    now = clock.wall_ms()
    body = {"measures": MEASURES, "group_by": group, "tz": "Europe/Berlin", "from": clock.rfc3339(now - days * DAY_MS),
            "to": clock.rfc3339(now)}  # fmt: skip
    return f"POST /analytics/query {json.dumps(body)}"


def _day(chance: random.Random) -> str:
    return clock.rfc3339(clock.wall_ms() - chance.randrange(DAYS) * DAY_MS)


def _request(asked: str) -> tuple[str, str, str]:
    if not asked.startswith("POST "):
        return "GET", asked, ""
    method, path, body = asked.split(" ", 2)
    return method, path, body


async def _timed(client: httpx2.AsyncClient, name: str, what: str, asked: int, path: Callable[[], str]) -> Row:
    took_ms = []
    for _ in range(asked):
        began = clock.machine()
        method, where, body = _request(path())
        headers = {"Content-Type": "application/json"} if body else {}
        answer = await client.request(method, where, content=body or None, headers=headers)
        took_ms.append((clock.machine() - began) * 1000)
        answer.raise_for_status()
    return Row(name, what, "ms", took_ms, (Goal("p99", PAGE_MS),))


async def _fill(platform: Platform, workspace: str, calls: int, chance: random.Random) -> list[str]:
    """Rows as folding makes them, by SQL; ids of those with turns."""
    ids: list[str] = []
    now, step_ms = clock.wall_ms(), DAYS * DAY_MS // calls
    for begin in range(0, calls, TOGETHER):
        numbers = range(begin, min(begin + TOGETHER, calls))
        made = [_call(workspace, now - (calls - number) * step_ms, number, chance) for number in numbers]
        ids += await platform.store.write_wide(partial(_insert, made), within_s=120)
    await platform.store.write_wide(_sum_up, within_s=300)
    await platform.store.write(workspace, partial(_owe, ids), within_s=120)
    await platform.store.write_wide(lambda connection: connection.execute(text("ANALYZE")), within_s=300)
    return ids


def _call(workspace: str, at_ms: int, number: int, chance: random.Random) -> dict[str, Any]:
    call_id = id_at("call", at_ms) + new_id("x")[-16:]
    said = [" ".join(chance.choices(WORDS, k=8)) for _ in range(12)] if number % round(1 / WITH_WORDS) == 0 else []
    return {
        "workspace_id": workspace, "id": call_id, "agent_id": f"agent_{number % 20}", "agent_version": 1,
        "kind": "phone", "direction": "inbound", "status": "ended",
        "from_number": f"+1500555{chance.randrange(10_000):04d}", "to_number": "+15005550001",
        "carrier_sid": f"CA{number:032d}", "process_id": "proc_1", "place": place_of(call_id), "created_at": at_ms,
        "answered_at": at_ms, "ended_at": at_ms + 90_000, "duration_ms": 90_000, "end_reason": chance.choice(REASONS),
        "turns": 12, "gap_p50_ms": 600, "gap_p95_ms": 1_000, "cost_nano": 13_200_000, "variables": {},
        "metadata": {}, "warnings": [], "detail": {}, "is_sample": False, "said": said,
    }  # fmt: skip


def _sum_up(connection: Connection) -> None:
    """As folding counts and adds up call by call, in one go."""
    number = "CAST(substr(carrier_sid, 3) AS INTEGER)"
    counts = {
        "calls": "1", "ms": "duration_ms", "nano": "cost_nano", "successes": f"{number} % 2", "turns": "6",
        "cut_ins": f"{number} % 50 = 0", "barge_ins": f"{number} % 7 = 0", "gap_7": f"{number} % 3",
        "gap_9": "2", "gap_10": f"{number} % 5", "gap_12": "1",
    }  # fmt: skip
    connection.execute(text(
        f"INSERT INTO {CALL_FIGURES.name} (workspace_id, call_id, at, agent_id, agent_version, direction, "  # noqa: S608
        f"end_reason, transcriber, model, voice, {', '.join(counts)}) SELECT workspace_id, id, created_at, agent_id, "
        f"1 + {number} % 3, direction, end_reason, 'deepgram nova-3', 'openai m' || ({number} % 3), 'aura', "
        f"{', '.join(counts.values())} FROM calls"
    ))  # fmt: skip
    sums = ", ".join(f"SUM({name})" for name in SUMS)
    kinds = "agent_id, agent_version, direction, end_reason, transcriber, model, voice"
    for table, time, grain, keys in (
        (FIGURE_HOURS, "hour", DAY_MS // 24, "agent_id"), (FIGURE_DAYS, "day", DAY_MS, kinds),
    ):  # fmt: skip
        connection.execute(text(
            f"INSERT INTO {table.name} (workspace_id, {time}, {keys}, {', '.join(SUMS)}) "  # noqa: S608 - our own names
            f"SELECT workspace_id, at / {grain} * {grain} AS span, {keys}, {sums} FROM call_figures "
            f"GROUP BY workspace_id, span, {keys}"
        ))  # fmt: skip
    for component, item, unit, price in (("stt", "deepgram nova-3", "second", 80_000), ("llm", "m1", "token_in", 100)):
        connection.execute(text(
            f"INSERT INTO {COST_HOURS.name} (workspace_id, hour, agent_id, component, item, unit, price_nano, "  # noqa: S608
            "is_own_price, quantity, nano) SELECT workspace_id, hour, agent_id, :component, :item, :unit, :price, "
            "false, calls * 100, calls * 100 * :price FROM figure_hours"
        ), {"component": component, "item": item, "unit": unit, "price": price})  # fmt: skip


def _owe(ids: list[str], scope: Scope) -> None:
    """Questions and tasks, as many as nobody has."""
    for number in range(5_000):
        call_id = ids[number % len(ids)]
        key = new_id("question")
        scope.insert(
            QUESTIONS, id=key, agent_id=f"agent_{number % 20}", status="open", text=f"What about {number}?",
            words=f"what{number}", language="en-US", times=number % 40, first_at=1, last_at=number, is_sample=False,
        )  # fmt: skip
        open_task(scope, TaskKind.QUESTION, key, f"Callers asked {number}", call_id=call_id, question_id=key)


def _insert(made: list[dict[str, Any]], connection: Connection) -> list[str]:
    connection.execute(insert(CALLS_TABLE), [{name: call[name] for name in call if name != "said"} for call in made])
    told = [call for call in made if call["said"]]
    turn = {"at_s": 1.0, "until_s": 2.0, "turn": 1, "unheard": "", "interrupted": False, "latency": None}
    turns = [
        {"workspace_id": call["workspace_id"], "call_id": call["id"], "number": number, "text": said, "detail": turn,
         "role": "agent" if number % 2 else "caller"}
        for call in told for number, said in enumerate(call["said"], start=1)
    ]  # fmt: skip
    if told:
        connection.execute(insert(CALL_TURNS), turns)
        words = [{"place": call["place"], "words": " ".join(call["said"])} for call in told]
        connection.execute(text("INSERT INTO call_search(rowid, words) VALUES (:place, :words)"), words)
    return [call["id"] for call in told]
