"""The API on a real port in this process, and clients of its sockets."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from offhook.api.app import mount_api
from offhook.platform.platform import Platform


@contextlib.asynccontextmanager
async def port_of(platform: Platform) -> AsyncIterator[int]:
    """Serve its API; where."""
    app = FastAPI(openapi_url=None)
    mount_api(app, platform)
    bound = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_config=None, lifespan="off", ws="websockets-sansio", ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


class Tab:
    """A client of `/v1/stream`."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.got: list[Any] = []

    async def say(self, **wish: Any) -> None:
        await self.socket.send(json.dumps(wish))

    async def next(self, within_s: float = 10.0) -> Any:
        async with asyncio.timeout(within_s):
            self.got.append(json.loads(await self.socket.recv()))
        return self.got[-1]

    async def until(self, is_it: Callable[[Any], bool], within_s: float = 10.0) -> Any:
        async with asyncio.timeout(within_s):
            while not is_it(told := await self.next(within_s)):
                pass
        return told

    async def why_closed(self, within_s: float = 10.0) -> tuple[int, str]:
        """Its close code and reason; whatever comes before is passed over."""
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(within_s):
                while True:
                    self.got.append(json.loads(await self.socket.recv()))
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code, closed.value.rcvd.reason


@contextlib.asynccontextmanager
async def tab(port: int, key: str = "", **headers: str) -> AsyncIterator[Tab]:
    """A stream that is open."""
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    async with connect(
        f"ws://127.0.0.1:{port}/v1/stream", additional_headers={**sent, **headers}, proxy=None
    ) as opened:
        yield Tab(opened)
