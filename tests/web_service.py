"""A tiny web service on loopback, for tools to call: it answers as each path says and remembers what it was sent."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

JSON = "application/json"


@dataclass
class Received:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What is answered; `wait` is waited for first."""

    body: bytes = b"{}"
    status: int = 200
    kind: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    wait: asyncio.Event | None = None
    cut: bool = False
    """The connection ends in the middle of the body."""


class WebService:
    """`async with`; answers one request per connection, from `answers` in turn, the last of them again and again."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers) or [Answer()]
        self.received: list[Received] = []
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.received.append(Received(method, path, headers, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.wait is not None:
            await answer.wait.wait()
        length = len(answer.body) + (10 if answer.cut else 0)
        lines = [f"HTTP/1.1 {answer.status} Said", f"Content-Length: {length}", "Connection: close"]
        lines += [f"Content-Type: {answer.kind}"] if answer.kind else []
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write("\r\n".join((*lines, "", "")).encode() + answer.body)
        await writer.drain()
