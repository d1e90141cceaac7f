"""A person takes a live call over with a browser's microphone, and hands it back."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from offhook.audio.g711 import decode_ulaw
from tests.wire.test_process import Running, running
from tests.wire.test_records_served import POLITE, api_of, heard, the_call

FRAME = (8000 * np.sin(2 * np.pi * 500 * np.arange(320) / 16_000)).astype("<i2").tobytes()


def seat(server: Running, client: httpx2.AsyncClient, call_id: str) -> Any:
    """The socket of a person's microphone."""
    address = f"{server.address.replace('http', 'ws')}/v1/calls/{call_id}/take-over?name=Reception"
    key = {"Authorization": client.headers["authorization"]}
    return connect(address, additional_headers=key, compression=None, proxy=None)


async def refused(server: Running, client: httpx2.AsyncClient, call_id: str) -> int:
    """The code by which the socket is closed."""
    async with seat(server, client, call_id) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        return int(closed.value.rcvd.code)


async def talk(socket: ClientConnection, frames: int) -> None:
    for _ in range(frames):
        await socket.send(FRAME)
        await asyncio.sleep(0.02)


def test_the_caller_hears_the_person_and_then_the_agent_again(tmp_path: Path) -> None:
    async def main() -> None:
        async with running(tmp_path, OFFHOOK_MAX_LOOP_LAG_MS="5000") as server, api_of(server) as client:
            calling = asyncio.ensure_future(server.call(POLITE, {"silence": 60.0}))
            call = await the_call(client, status="in_progress")
            listening = asyncio.ensure_future(heard(server, client, call["id"]))
            async with seat(server, client, call["id"]) as socket:
                assert json.loads(await socket.recv()) == {"told": "began"}
                await server.journal_with("HumanJoined")
                assert await refused(server, client, call["id"]) == 4409, "one at a time"
                await talk(socket, 75)
                await socket.send(json.dumps({"give_back": "A room was promised."}))
                with pytest.raises(ConnectionClosed):
                    await socket.recv()
            journal = await server.journal_with("HumanLeft")
            assert "Reception has taken over" in journal.read_text() and "A room was promised." in journal.read_text()
            # Who goes without a word hands the call back too; what is no frame is refused.
            async with seat(server, client, call["id"]) as socket:
                await socket.recv()
                await socket.send(b"no frame")
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
                assert closed.value.rcvd is not None and closed.value.rcvd.code == 1003
            async with asyncio.timeout(20):
                while journal.read_text().count('"HumanLeft"') < 2:
                    await asyncio.sleep(0.05)
            assert (await client.post(f"/calls/{call['id']}/control", json={"action": "end"})).status_code == 202
            await calling
            assert await refused(server, client, call["id"]) == 4404
            pieces = [piece for piece in await listening if isinstance(piece, bytes) and piece[0] == 1]
            tones = [piece for piece in pieces if is_tone(decode_ulaw(piece[5:]))]
            assert len(tones) > 60, "the caller hears the person"

    asyncio.run(main())


def is_tone(samples: np.ndarray[Any, np.dtype[np.int16]]) -> bool:
    """Some 500 Hz as loud as they were said."""
    crossings = int(np.count_nonzero(np.diff(np.signbit(samples))))
    return 15 <= crossings <= 25 and float(np.abs(samples).max()) > 6000
