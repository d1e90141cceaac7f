"""The record of a call on the real server: heard while it lives, read when it is over, kept when it was killed."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from offhook.platform.callers import SCOPES
from offhook.platform.keys import ApiKeys
from offhook.store.engine import database_url
from offhook.store.schema import WORKSPACES
from offhook.store.scope import SYSTEM
from offhook.store.store import Store
from tests.wire.test_process import Running, running

POLITE: dict[str, Any] = {"wait": {"silent_s": 0.5}}


@asynccontextmanager
async def api_of(server: Running) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with a key that was made beside the server."""
    store = Store(database_url("", server.folder))
    workspace = await store.read_wide(lambda connection: connection.execute(WORKSPACES.select()).scalar())
    assert isinstance(workspace, str)
    key = await ApiKeys(store).create(workspace, "test", sorted(SCOPES), SYSTEM)
    await asyncio.to_thread(store.close)
    headers = {"Authorization": f"Bearer {key.text}"}
    async with httpx2.AsyncClient(base_url=f"{server.address}/v1", headers=headers, trust_env=False) as client:
        yield client


async def the_call(client: httpx2.AsyncClient, **wanted: Any) -> dict[str, Any]:
    """The one call, once it is as wanted."""
    async with asyncio.timeout(30):
        while True:
            listed = await client.get("/calls")
            assert listed.status_code == 200, listed.text
            for call in listed.json()["data"]:
                record: dict[str, Any] = (await client.get(f"/calls/{call['id']}")).json()
                if all(record[name] == value for name, value in wanted.items()):
                    return record
            await asyncio.sleep(0.1)


async def heard(server: Running, client: httpx2.AsyncClient, call_id: str) -> list[str | bytes]:
    """All that a listener is sent."""
    address = f"{server.address.replace('http', 'ws')}/v1/calls/{call_id}/listen"
    key = {"Authorization": client.headers["authorization"]}
    async with connect(address, additional_headers=key, compression=None, proxy=None) as socket:
        return [message async for message in socket]


def test_a_live_call_is_watched_heard_and_controlled_and_its_record_is_whole_at_last(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, OFFHOOK_MAX_LOOP_LAG_MS="5000") as server, api_of(server) as client:
            steps = (POLITE, {"say": "what time do you open"}, {"silence": 20.0})
            calling = asyncio.ensure_future(server.call(*steps))
            call = await the_call(client, status="in_progress")
            path = f"/calls/{call['id']}"
            listening = asyncio.ensure_future(heard(server, client, call["id"]))
            watching = asyncio.ensure_future(client.get(f"{path}/events", timeout=60))
            await server.journal_with("You said: what time do you open.")
            say = {"action": "say", "text": "We close in a minute.", "at_once": True}
            assert (await client.post(f"{path}/control", json=say)).status_code == 202
            await server.journal_with("SayRequested")
            await asyncio.sleep(1.0)
            assert (await client.post(f"{path}/control", json={"action": "end"})).status_code == 202
            await calling
            record = await the_call(client, is_whole=True)
            assert record["end_reason"] == "operator.ended" and record["warnings"] == []
            assert any("We close in a minute" in turn["text"] for turn in record["turns"])

            first, *pieces, last = await listening
            assert isinstance(first, str) and json.loads(first) == {"told": "began", "encoding": "mulaw", "rate": 8000}
            assert isinstance(last, str) and json.loads(last)["told"] == "ended"
            sides = [piece[0] for piece in pieces if isinstance(piece, bytes)]
            assert sides.count(0) > 20 and sides.count(1) > 2
            assert any(set(piece[5:]) != {255} for piece in pieces if isinstance(piece, bytes) and piece[0] == 1)

            told = (await watching).text
            assert "event: caller_turn" in told and told.endswith("event: end\ndata: {}\n\n")
            wav = (await client.get(f"{path}/recording")).content
            assert len(wav) == record["recording_bytes"]
            assert (await client.get(f"{path}/events", headers={"Last-Event-ID": "999999"})).status_code == 204
            found = (await client.get("/calls", params={"q": "what time open"})).json()["data"]
            assert [one["id"] for one in found] == [call["id"]]

    asyncio.run(main())


def test_who_has_no_key_hears_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, OFFHOOK_MAX_LOOP_LAG_MS="5000") as server, api_of(server) as client:
            calling = asyncio.ensure_future(server.call(POLITE, {"hang_up": True}))
            call = await the_call(client)
            stranger = httpx2.AsyncClient(headers={"Authorization": "Bearer oh_nothing"})
            for who, call_id, code in ((stranger, call["id"], 4403), (client, "call_nothing", 4404)):
                with pytest.raises(ConnectionClosed) as refused:
                    await heard(server, who, call_id)
                assert refused.value.rcvd is not None and refused.value.rcvd.code == code
            with pytest.raises(InvalidStatus, match="403"):
                await heard(server, client, "nothing/at/all")
            await calling

    asyncio.run(main())


def test_a_killed_server_closes_its_calls_at_the_next_start_with_what_was_said(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, OFFHOOK_MAX_LOOP_LAG_MS="5000") as server:
            steps = (POLITE, {"say": "what time do you open"}, {"silence": 30.0})
            call = asyncio.ensure_future(server.call(*steps))
            await server.journal_with("You said: what time do you open.")
            await asyncio.sleep(1.5)
            server.process.send_signal(signal.SIGKILL)
            await server.process.wait()
            call.cancel()
        async with running(tmp_path, OFFHOOK_MAX_LOOP_LAG_MS="5000") as server, api_of(server) as client:
            record = await the_call(client, is_whole=True)
            assert (record["status"], record["end_reason"]) == ("ended", "offhook.died")
            assert [warning["code"] for warning in record["warnings"]] == ["record.unfinished"]
            assert any("what time do you open" in turn["text"] for turn in record["turns"])
            assert record["recording_bytes"] > 44 and record["ending"]["what_to_do"]

    asyncio.run(main())
