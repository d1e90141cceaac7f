"""Streamed HTTP with server-sent events: the one place where language models' vendors are spoken to.

A client per provider, with its pool of connections. Every wait is bounded, so is every size; closing the generator
or cancelling its task closes the response at once, which is how a vendor learns that nobody listens any more.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from offhook import clock
from offhook.errors import (
    ConfigurationError,
    ProtocolViolation,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
)
from offhook.speech.ports import Setup
from offhook.speech.vendor_errors import PROBLEM_BYTES, failure, safe_text

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

CONNECT_S: Final = 2.0
"""A vendor that is not reached in this time is not reached in time for the caller either."""
WRITE_S: Final = 5.0
KEEP_ALIVE_S: Final = 90.0
"""A caller may talk or think for a minute; the next reply should not pay for a handshake."""
CONNECTIONS: Final = 256
EVENT_BYTES: Final = 256 * 1024
"""Of one line, and of one event with all its lines."""
REPLY_BYTES: Final = 8 * 1024 * 1024
DRAIN_S: Final = 0.05
"""After the last event the end of the body is waited for, for a connection can only then be used again."""
OK: Final = 200


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its name (mostly empty) and its data, lines joined."""

    name: str
    data: str


class EventReader:
    """Bytes in, however they are cut; events out. Raises `ValueError` when a line or an event is too long."""

    __slots__ = ("_buffer", "_data", "_name", "_size", "_skip_newline")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._skip_newline = False

    def feed(self, data: bytes) -> list[ServerEvent]:
        """The events that are complete now."""
        self._buffer += data
        events = []
        while (line := self._line()) is not None:
            if (event := self._take(line)) is not None:
                events.append(event)
        if len(self._buffer) > EVENT_BYTES:
            raise ValueError("a line is too long")
        return events

    def finish(self) -> list[ServerEvent]:
        """What whole lines without their blank line add up to: some servers leave the very last one out."""
        event = self._take(b"")
        return [event] if event is not None else []

    def _line(self) -> bytes | None:
        if self._skip_newline and self._buffer:
            if self._buffer[0] == 0x0A:
                del self._buffer[0]
            self._skip_newline = False
        ends = [end for end in (self._buffer.find(b"\n"), self._buffer.find(b"\r")) if end >= 0]
        if not ends:
            return None
        end = min(ends)
        self._skip_newline = self._buffer[end] == 0x0D
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _take(self, line: bytes) -> ServerEvent | None:
        if not line:
            event = ServerEvent(self._name, "\n".join(self._data)) if self._data else None
            self._name, self._data, self._size = "", [], 0
            return event
        self._size += len(line)
        if self._size > EVENT_BYTES:
            raise ValueError("an event is too long")
        field, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        return None  # Comments, ids and pauses before a reconnection mean nothing here.


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the vendor is waited for; the time that our own side takes to use an event does not count."""

    first_s: float = 6.0
    """From the request to the first event."""
    gap_s: float = 5.0
    """Between two events."""
    total_s: float = 60.0
    """For one reply, all waits together."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom to speak to. `headers` carry the key; `key` is only there to be kept out of messages."""

    provider: str
    base_url: str
    headers: Mapping[str, str]
    key: str = ""
    patience: Patience = Patience()

    def __repr__(self) -> str:
        return f"<Endpoint {self.provider} {self.base_url}>"


class _Waits:
    """The time left for one reply."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._left_s = patience.total_s
        self._step_s = patience.first_s

    async def get(self, chunks: AsyncGenerator[bytes, None]) -> bytes | None:
        """The next bytes, or None at the end."""
        return await self.run(lambda: anext(chunks, None))

    async def run(self, wait: Callable[[], Awaitable[T]]) -> T:
        """Wait once, and take it off what is left."""
        begun_at = clock.now()
        try:
            async with asyncio.timeout(max(0.0, min(self._step_s, self._left_s))):
                return await wait()
        finally:
            waited_s = clock.now() - begun_at
            self._left_s -= waited_s
            self._step_s -= waited_s

    def progressed(self) -> None:
        """An event that says something has come."""
        self._step_s = self._patience.gap_s


class EventClient:
    """Speaks to one vendor for all calls of an agent."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._client: httpx2.AsyncClient | None = None

    def __repr__(self) -> str:
        return f"<EventClient {self._endpoint!r}>"

    async def prepare(self) -> None:
        """Make the pool of connections; none is opened yet."""
        import httpx2

        if self._client is not None:
            return
        endpoint = self._endpoint
        self._client = httpx2.AsyncClient(
            # A compressed stream comes in gulps, and may grow without bound.
            headers={**endpoint.headers, "Accept": "text/event-stream", "Accept-Encoding": "identity"},
            # The read's bound is ours: it knows what a keep-alive is, and what the whole reply may take.
            timeout=httpx2.Timeout(connect=CONNECT_S, read=None, write=WRITE_S, pool=CONNECT_S),
            limits=httpx2.Limits(
                max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=KEEP_ALIVE_S
            ),
            follow_redirects=False,
            # A proxy of the environment is for what is outside this machine.
            trust_env=not is_loopback(endpoint.base_url),
        )

    async def close(self) -> None:
        """Drop all connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def events(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        ignored: frozenset[str] = frozenset(),
        is_last: Callable[[ServerEvent], bool] = lambda _: False,
    ) -> AsyncGenerator[ServerEvent, None]:
        """POST `body` and give the answer's events. Events named in `ignored` are no sign of progress.

        Ends after the first event for which `is_last` holds, or with the body: whether that is too early, only the
        caller can tell. Raises `ProviderError`.
        """
        import httpx2

        endpoint, waits = self._endpoint, _Waits(self._endpoint.patience)
        client = self._client
        if client is None:
            raise ProviderUnavailable(f"{endpoint.provider} is not prepared", provider=endpoint.provider)
        content = msgspec.json.encode(body)
        request = client.build_request(
            "POST", f"{endpoint.base_url}/{path}", content=content, headers={"Content-Type": "application/json"}
        )
        response: httpx2.Response | None = None
        try:
            response = await waits.run(lambda: client.send(request, stream=True))
            await self._check(response, waits)
            async with aclosing(response.aiter_raw()) as pieces:
                async for event in self._read(pieces, waits, ignored):
                    yield event
                    if is_last(event):
                        # A connection that is not at its end yet is given up, and the next reply opens another.
                        with suppress(TimeoutError):
                            async with asyncio.timeout(DRAIN_S):
                                while await anext(pieces, None) is not None:
                                    pass
                        return
        except (httpx2.HTTPError, httpx2.StreamError, TimeoutError, ValueError) as error:
            raise self._translated(error) from error
        finally:
            if response is not None:
                await response.aclose()

    async def _read(
        self, pieces: AsyncGenerator[bytes, None], waits: _Waits, ignored: frozenset[str]
    ) -> AsyncGenerator[ServerEvent, None]:
        reader, size = EventReader(), 0
        while True:
            data = await waits.get(pieces)
            size += len(data or b"")
            if size > REPLY_BYTES:
                raise ValueError("the reply is too long")
            for event in reader.finish() if data is None else reader.feed(data):
                if event.name not in ignored:
                    waits.progressed()
                    yield event
            if data is None:
                return

    async def _check(self, response: "httpx2.Response", waits: _Waits) -> None:
        """Raises what a status other than 200, or another type of answer, stands for."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status_code == OK and kind in ("text/event-stream", ""):
            return
        body = b""
        async with aclosing(response.aiter_raw()) as pieces:
            while len(body) < PROBLEM_BYTES and (data := await waits.get(pieces)) is not None:
                body += data
        endpoint = self._endpoint
        if response.status_code == OK:
            text = safe_text(f"{endpoint.provider} answered with {kind} in place of a stream", endpoint.key)
            raise ProtocolViolation(text, provider=endpoint.provider)
        pause = response.headers.get("retry-after", "")
        raise failure(endpoint.provider, response.status_code, body, key=endpoint.key, retry_after=pause)

    def _translated(self, error: Exception) -> ProviderError:
        import httpx2

        name = self._endpoint.provider
        if isinstance(error, TimeoutError | httpx2.TimeoutException):
            return ProviderTimeout(f"{name} did not answer in time", provider=name)
        if isinstance(error, ValueError) and not isinstance(error, httpx2.HTTPError):
            return ProtocolViolation(f"{name}: {error}", provider=name)
        if isinstance(error, httpx2.ConnectError):
            return ProviderUnavailable(f"{name} could not be reached", provider=name)
        return ProviderUnavailable(f"the connection to {name} broke ({type(error).__name__})", provider=name)


# ── what a provider's block says ─────────────────────────────────────────────────────────────────────────────────


def checked_base_url(url: str) -> str:
    """The address without its last slash. Raises `ValueError` for what is no plain http(s) address."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits or any(sign in url for sign in "?#@\\") or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("not an address such as https://api.example.com/v1, without user, query or fragment")
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def key_of(setup: Setup, name: str, base_url: str) -> str:
    """The key by its variable's name; empty for a server of this machine that has none.

    Raises `ConfigurationError`, which never shows the value.
    """
    try:
        if setup.key is None:
            raise ConfigurationError("not set: put the key into this environment variable", field=name)
        key = setup.key(name)
    except ConfigurationError:
        if is_loopback(base_url):
            return ""
        raise
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError("the key cannot be used", field=name, expected="printable ASCII without spaces")
    return key
