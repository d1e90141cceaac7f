"""An owner's system on loopback: it takes webhooks, answers as it is told, and judges signatures by the standard's own
library."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        """Its body."""
        return json.loads(self.body)

    def is_signed_with(self, secret: str) -> bool:
        """By the judge."""
        from standardwebhooks.webhooks import Webhook, WebhookVerificationError

        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


@dataclass
class Receiver:
    """Listens while it is entered."""

    got: list[Got] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    """What is answered next; 200 when there is nothing."""
    says: bytes = b"ok"
    before: Callable[[Got], Any] = lambda got: None
    """Done before it answers."""
    port: int = 0
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        assert self._server is not None
        self._server.close()

    async def until(self, count: int, within_s: float = 20.0) -> list[Got]:
        """So many have come."""
        async with asyncio.timeout(within_s):
            while len(self.got) < count:
                await asyncio.sleep(0.02)
        return self.got

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            lines = dict(line.split(": ", 1) for line in head[1:] if line)
            named = {name.lower(): value for name, value in lines.items()}
            body = await reader.readexactly(int(named.get("content-length", 0)))
            got = Got(head[0].split(" ")[1], named, body)
            self.got.append(got)
            status, more = self.answers.popleft() if self.answers else (200, {})
            self.before(got)
            extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
            said = self.says
            head_lines = f"HTTP/1.1 {status} Said\r\n{extra}Content-Length: {len(said)}\r\nConnection: close\r\n\r\n"
            writer.write(head_lines.encode() + said)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
