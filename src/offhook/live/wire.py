"""Speaks to a vendor by hand, message by message: adapters hide the very things that are asked here.

Whatever goes wrong is an `OffhookError` in one line, and the key is taken out of every word that a vendor says.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from offhook.errors import ProviderRefused, ProviderTimeout, ProviderUnavailable
from offhook.speech.vendor_block import is_loopback
from offhook.speech.vendor_errors import safe_text
from offhook.speech.websocket import NO_STATUS

_LOG: Final = logging.getLogger("offhook.live.wire")
# Below INFO the library writes whole handshakes, the key among them.
_LOG.setLevel(logging.WARNING)
OPEN_S: Final = 8.0
ANSWER_S: Final = 40.0
MOST_BYTES: Final = 1 << 20
AGENT: Final = "offhook"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP, whatever its status."""

    status: int
    kind: str
    """Its content type, without parameters."""
    body: bytes

    def document(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def events(self) -> list[dict[str, Any]]:
        """The body as events of a stream, those that are JSON objects."""
        lines = (line.removeprefix(b"data:").strip() for line in self.body.splitlines() if line.startswith(b"data:"))
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError):
                continue
        return [event for event in found if isinstance(event, dict)]


class HandshakeRefused(ProviderRefused):
    """The vendor answered the handshake of a socket with a status."""

    def __init__(self, status: int, said: str, *, provider: str) -> None:
        super().__init__(f"HTTP {status}{': ' if said else ''}{said}", provider=provider)
        self.status = status


class SocketClosed(ProviderUnavailable):
    """The vendor closed the socket."""

    def __init__(self, close: int, reason: str, *, provider: str) -> None:
        super().__init__(f"closed with {close}{': ' if reason else ''}{reason}", provider=provider)
        self.close, self.reason = close, reason


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to speak to, with what only the vendor may see."""

    vendor: str
    base_url: str
    headers: Mapping[str, str]
    key: str

    def __repr__(self) -> str:
        return f"<Target {self.vendor}>"

    def safe(self, text: str) -> str:
        """One line that may be shown."""
        return safe_text(text, self.key)

    async def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Send it and read the whole answer. Raises `ProviderError` where none comes."""
        try:
            async with (
                asyncio.timeout(ANSWER_S),
                httpx2.AsyncClient(timeout=ANSWER_S, trust_env=not is_loopback(self.base_url)) as client,
            ):
                url = f"{self.base_url}/{path}"
                sent = {**self.headers, "Accept-Encoding": "identity", **headers}
                async with client.stream("POST", url, content=content, headers=sent) as response:
                    body = b""
                    async for piece in response.aiter_raw():
                        body += piece
                        if len(body) > MOST_BYTES:
                            break
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise ProviderTimeout(f"{self.vendor} did not answer in time", provider=self.vendor) from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            text = f"{self.vendor} could not be reached ({type(error).__name__})"
            raise ProviderUnavailable(text, provider=self.vendor) from error
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(response.status_code, self.safe(kind), body)

    async def post_json(self, path: str, document: Mapping[str, Any]) -> Answer:
        """As `post`, with a document."""
        return await self.post(path, json.dumps(document).encode(), {"Content-Type": "application/json"})

    @asynccontextmanager
    async def socket(self, path: str) -> AsyncIterator["Talk"]:
        """A socket. Raises `HandshakeRefused` or another `ProviderError`; inside, `SocketClosed`."""
        url = f"ws{self.base_url.removeprefix('http')}/{path}"
        try:
            opened = connect(
                url, additional_headers=dict(self.headers), user_agent_header=AGENT, compression=None,
                open_timeout=OPEN_S, close_timeout=1, max_size=MOST_BYTES, proxy=None, logger=_LOG,
            )  # fmt: skip
            connection = await opened
        except InvalidStatus as error:
            response = error.response
            said = response.headers.get("dg-error", "") or (response.body or b"")[:200].decode("utf-8", "replace")
            raise HandshakeRefused(response.status_code, self.safe(said), provider=self.vendor) from error
        except TimeoutError as error:
            raise ProviderTimeout(f"{self.vendor} did not answer the handshake", provider=self.vendor) from error
        except (OSError, InvalidHandshake, ConnectionClosed) as error:
            text = f"{self.vendor} could not be reached ({type(error).__name__})"
            raise ProviderUnavailable(text, provider=self.vendor) from error
        try:
            yield Talk(self, connection)
        except ConnectionClosed as error:
            raise _closed(self, error) from error
        finally:
            await connection.close()


class Talk:
    """What is said on one socket, both ways."""

    def __init__(self, target: Target, connection: ClientConnection) -> None:
        self._target, self._connection = target, connection
        self.heard: Final[list[str | bytes]] = []

    async def say(self, *messages: Mapping[str, Any] | bytes) -> None:
        """Send them: JSON, or audio."""
        for message in messages:
            await self._connection.send(message if isinstance(message, bytes) else json.dumps(message))

    async def until(self, is_it: Callable[["Message"], bool], within_s: float) -> "Message | None":
        """The first message for which it holds; None when it did not come in time."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    message = Message(await self._connection.recv())
                    self.heard.append(message.data)
                    if is_it(message):
                        return message
        except TimeoutError:
            return None

    async def closes(self, within_s: float) -> SocketClosed | None:
        """How the vendor closes, whatever it says before; None when it does not in this time."""
        try:
            await self.until(lambda _: False, within_s)
        except ConnectionClosed as error:
            return _closed(self._target, error)
        return None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a vendor."""

    data: str | bytes

    @property
    def is_audio(self) -> bool:
        """Binary."""
        return isinstance(self.data, bytes)

    @property
    def fields(self) -> dict[str, Any]:
        """Of a JSON object; nothing otherwise."""
        try:
            found = None if isinstance(self.data, bytes) else json.loads(self.data)
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, dict) else {}


def _closed(target: Target, error: ConnectionClosed) -> SocketClosed:
    close = error.rcvd
    code, reason = (NO_STATUS, "") if close is None else (close.code, target.safe(close.reason))
    return SocketClosed(code, reason, provider=target.vendor)
