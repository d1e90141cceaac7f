"""Two processes behind one port: each shows the other's calls, and one that is killed takes nothing with it but its own
calls' last second."""

import asyncio
import json
import os
import secrets
import signal
import sys
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import select
from websockets.asyncio.client import connect

from offhook import clock
from offhook.cli.demo_command import free_port
from offhook.simulator.caller import Caller
from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier import STATUS_PATH, Carrier
from offhook.simulator.carrier_outcome import CallOptions, CallOutcome
from offhook.simulator.carrier_rest import RestServer
from offhook.simulator.carrier_web import Account, ServerWeb
from offhook.simulator.voices import TapeVoice, prepare
from offhook.store.engine import open_engine
from offhook.store.tables.calls import CALLS
from offhook.store.tables.processes import PROCESSES
from tests.served import ACCOUNT
from tests.stream_world import Tab, tab
from tests.wire.test_transfer_served import agent_that
from tests.workers_world import Server, serving

TURNS = 7
TURN: list[dict[str, Any]] = [{"say": "thanks"}, {"wait": {"silent_s": 2.0, "at_most_s": 8}}]
STEPS: list[dict[str, Any]] = [{"wait": {"silent_s": 0.5}}, *TURN * TURNS, {"hang_up": True}]
CLOSED_S = 30.0
LAST_S = 1.5
"""A second, and the time in which a test comes to kill."""


class Rows:
    """What the database has."""

    def __init__(self, server: Server) -> None:
        self._engine = open_engine(server.url, connections=1)

    def live(self) -> dict[str, list[Any]]:
        """Live calls by their process."""
        wanted = select(CALLS.c.id, CALLS.c.process_id, CALLS.c.created_at).where(CALLS.c.status == "in_progress")
        with self._engine.connect() as connection:
            found: dict[str, list[Any]] = {}
            for row in connection.execute(wanted.order_by(CALLS.c.id.desc())):
                found.setdefault(row.process_id, []).append(row)
            return found

    def processes(self) -> dict[str, Any]:
        """By their ids, those that take calls."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(PROCESSES).where(PROCESSES.c.address != "", PROCESSES.c.lease_until > 0))
            return {row.id: row for row in rows}


async def key_of(server: Server) -> str:
    command = [sys.executable, "-m", "offhook", "admin", "api-key", "--name", "test"]
    made = await asyncio.create_subprocess_exec(*command, env=server.environment, stdout=asyncio.subprocess.PIPE)
    told, _ = await made.communicate()
    return told.decode().strip()


def test_one_of_two_is_killed_in_mid_call(tmp_path: Path) -> None:
    async def main() -> None:
        port, token = free_port(), secrets.token_hex(16)
        address = f"http://127.0.0.1:{port}"
        steps = await prepare(script_from({"voice": "tape", "steps": STEPS}), TapeVoice(), tmp_path)
        carrier = Carrier(ServerWeb(Account(ACCOUNT, token), address), CallOptions(status_url=address + STATUS_PATH))
        async with (
            RestServer(carrier) as rest, serving(tmp_path, agent_that(), rest.base_url, port, token) as server,
        ):  # fmt: skip
            key, rows = await key_of(server), Rows(server)
            calls: list[asyncio.Task[CallOutcome]] = []
            while len(live := rows.live()) < 2:
                assert len(calls) < 8, "all calls reached one of two processes"
                calls.append(asyncio.create_task(carrier.call(Caller(steps))))
                await asyncio.sleep(1.5)
            (dead, (lost, *_)), (survivor, (kept, *_)) = live.items()
            processes = rows.processes()
            there = int(processes[survivor].address.rpartition(":")[2])
            async with tab(there, key) as open_tab:
                await _is_watched_from_the_other(open_tab, there, key, lost.id)
                os.kill(processes[dead].pid, signal.SIGKILL)
                killed_ms = clock.wall_ms()
                ended = await open_tab.until(
                    lambda one: one.get("type") == "call.ended" and one["data"]["id"] == lost.id, CLOSED_S
                )
                assert clock.wall_ms() - killed_ms < CLOSED_S * 1000
                assert ended["data"]["end_reason"] == "offhook.died"
            await _nothing_is_lost(there, key, lost, killed_ms)
            outcomes = await asyncio.gather(*calls, return_exceptions=True)
            await _is_undisturbed(there, key, kept.id)
            heard = [one.report.heard_text for one in outcomes if isinstance(one, CallOutcome)]
            assert any(text.count("You are welcome.") == TURNS for text in heard), heard
        await carrier.close()

    asyncio.run(asyncio.wait_for(main(), 240))


async def _is_watched_from_the_other(open_tab: Tab, there: int, key: str, call_id: str) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    await open_tab.say(subscribe="calls")
    await open_tab.say(subscribe=f"call:{call_id}")
    topics = {"calls", f"call:{call_id}"}
    while topics:
        topics.discard((await open_tab.next())["topic"])
    address = f"ws://127.0.0.1:{there}/v1/calls/{call_id}/listen"
    async with connect(address, additional_headers=headers, proxy=None) as listening, asyncio.timeout(10):
        began = json.loads(await listening.recv())
        sides: set[int | str] = set()
        assert began == {"told": "began", "encoding": "mulaw", "rate": 8000}
        while sides != {0, 1}:
            sides.add((await listening.recv())[0])
    client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{there}/v1", headers=headers, trust_env=False)
    async with client, client.stream("GET", f"/calls/{call_id}/events") as events, asyncio.timeout(10):
        told = 0
        async for line in events.aiter_lines():
            told += line.startswith("event: agent_turn")
            if told == 2:
                break  # The second comes while it is watched.
    # What follows is told as it happens, also to who is not where the call lives.
    await open_tab.until(lambda one: one.get("type") == "agent_turn")


async def _nothing_is_lost(there: int, key: str, lost: Any, killed_ms: int) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{there}/v1", trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        async with asyncio.timeout(20):
            while not (record := (await client.get(f"/calls/{lost.id}")).json())["is_whole"]:
                await asyncio.sleep(0.2)
        assert record["end_reason"] == "offhook.died" and record["turns"]
        lines = (await client.get(f"/calls/{lost.id}/journal")).text.splitlines()
    last_s = max(json.loads(line).get("at", 0.0) for line in lines[1:])
    # Of a quiet moment there is nothing to keep: then the last thing that happened is older.
    talked_s = (killed_ms - lost.created_at) / 1000
    assert last_s > talked_s - LAST_S - 2.0, (last_s, talked_s)


async def _is_undisturbed(there: int, key: str, call_id: str) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{there}/v1", trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {key}"
        async with asyncio.timeout(20):
            while not (record := (await client.get(f"/calls/{call_id}")).json())["is_whole"]:
                await asyncio.sleep(0.2)
    assert record["end_reason"] == "caller.hung_up", record["ending"]
    assert len([turn for turn in record["turns"] if turn["role"] == "caller"]) == TURNS
