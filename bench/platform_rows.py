"""A million calls, ten thousand agents with their numbers, and what folding adds up of them, made by SQL."""

import json
import random
import secrets
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert, text

from offhook import clock
from offhook.ids import id_at, new_id
from offhook.platform.agent_rows import insert_agent, put_version
from offhook.platform.platform import Platform
from offhook.platform.tasks import TaskKind, open_task
from offhook.platform.vault import SecretKind
from offhook.settings import Secret
from offhook.store.scope import Scope
from offhook.store.search import place_of
from offhook.store.tables.calls import CALL_TURNS
from offhook.store.tables.calls import CALLS as CALLS_TABLE
from offhook.store.tables.insight import CALL_FIGURES, COST_HOURS, FIGURE_DAYS, FIGURE_HOURS, QUESTIONS, SUMS
from offhook.store.tables.numbers import CARRIER_ACCOUNTS, PHONE_NUMBERS

AGENTS: Final = 10_000
WITH_WORDS: Final = 0.05
"""Of the calls this share has turns and stands in the index: a search looks through so many."""
DAYS: Final = 365
DAY_MS: Final = 86_400_000
TOGETHER: Final = 20_000
AGENTS_TOGETHER: Final = 500
CALLERS: Final = 10_000
REASONS: Final = ("caller.hung_up", "caller.said_goodbye", "agent.ended", "agent.transferred", "caller.silent")
WORDS: Final = ("room", "table", "tomorrow", "friday", "price", "breakfast", "cancel", "invoice", "parking", "dog")
DOCUMENT: Final = {
    "name": "bench", "greeting": "Hello, this is the harbour hotel.", "stt": {"provider": "scripted"},
    "llm": {"provider": "grounded"}, "tts": {"provider": "scripted"}, "voice_detector": "energy",
    "end_of_turn": "scripted",
}  # fmt: skip
INDEXED: Final = {
    "sqlite": "INSERT INTO call_search(rowid, words) VALUES (:place, :words)",
    "postgresql": "INSERT INTO call_search(place, words) VALUES (:place, to_tsvector('simple', :words))",
}
"""As `store.search` does it call by call."""
MADE: Final = "made.json"


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made."""

    calls: int
    agents: int
    ids: list[str]
    """Of calls with turns."""
    account_sid: str
    auth_token: str
    """With which the numbers' webhooks are signed."""
    took_s: float


def number_of(agent: int) -> str:
    """The telephone number of the agent with this number."""
    return f"+1{5_000_000_000 + agent}"


async def filled(platform: Platform, workspace: str, calls: int, agents: int, seed: int, folder: Path) -> Filled:
    """The rows; those of an earlier run in this folder, where there were as many."""
    kept = folder / MADE
    if kept.exists():
        found = Filled(**json.loads(kept.read_text("utf-8")))
        if (found.calls, found.agents) == (calls, agents):
            return found
    began = clock.machine()
    sid, token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
    await _answer(platform, workspace, agents, sid, token)
    ids = await _fill(platform, workspace, calls, random.Random(seed))
    made = Filled(calls, agents, ids, sid, token, clock.machine() - began)
    kept.write_text(json.dumps(asdict(made)), "utf-8")
    return made


async def _answer(platform: Platform, workspace: str, agents: int, sid: str, token: str) -> None:
    """Agents, published, each with its number, all of one carrier account."""
    account = new_id("carrier")

    def connect(scope: Scope) -> None:
        scope.insert(CARRIER_ACCOUNTS, id=account, carrier="twilio", account_sid=sid, status="ok", created_at=1)

    def some(first: int, scope: Scope) -> None:
        for number in range(first, min(first + AGENTS_TOGETHER, agents)):
            agent_id = new_id("agent")
            insert_agent(scope, agent_id, f"bench {number}", DOCUMENT)
            put_version(scope, agent_id, DOCUMENT, {}, "", "agent.published")
            scope.insert(
                PHONE_NUMBERS, id=new_id("num"), carrier_account_id=account, number=number_of(number),
                carrier_sid=f"PN{number:032d}", agent_id=agent_id, previous={}, connected_at=1,
            )  # fmt: skip

    await platform.store.write(workspace, connect)
    await platform.vault.put(workspace, SecretKind.CARRIER_TOKEN, account, Secret(token))
    for first in range(0, agents, AGENTS_TOGETHER):
        await platform.store.write(workspace, partial(some, first), within_s=120)


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
        "from_number": f"+1500555{chance.randrange(CALLERS):04d}", "to_number": "+15005550001",
        "carrier_sid": f"CA{number:032d}", "process_id": "proc_1", "place": place_of(call_id), "created_at": at_ms,
        "answered_at": at_ms, "ended_at": at_ms + 90_000, "duration_ms": 90_000, "end_reason": chance.choice(REASONS),
        "turns": 12, "gap_p50_ms": 600, "gap_p95_ms": 1_000, "cost_nano": 13_200_000, "variables": {},
        "metadata": {}, "warnings": [], "detail": {}, "is_sample": False, "said": said,
    }  # fmt: skip


def _one_of(number: str, many: int) -> str:
    """1 for one call of so many, as SQL."""
    return f"CASE WHEN {number} % {many} = 0 THEN 1 ELSE 0 END"


def _sum_up(connection: Connection) -> None:
    """As folding counts and adds up call by call, in one go."""
    number = "CAST(substr(carrier_sid, 3) AS INTEGER)"
    counts = {
        "calls": "1", "ms": "duration_ms", "nano": "cost_nano", "successes": f"{number} % 2", "turns": "6",
        "cut_ins": _one_of(number, 50), "barge_ins": _one_of(number, 7), "unkept": _one_of(number, 200_000),
        "gap_7": f"{number} % 3",
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
        connection.execute(text(INDEXED[connection.dialect.name]), words)
    return [call["id"] for call in told]
