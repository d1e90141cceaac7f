"""The one place for vendors' sockets: connection, bounds, keep-alive, errors and the end are here, once.

A provider that streams over a socket brings a `Dialect`, which knows what is said and never touches the network:

    provider ──send(message)──▶ Outbox ──▶ socket ──▶ vendor
        ▲                                     │
        └─ Dialect.received, .wake, .sent ◀───┘

`VendorSocket.run` ends only by an error or by being cancelled. What was sent before the socket is open is kept in the
outbox and goes out at once when it is; the owner of the stream makes a new socket and a new dialect to connect again.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Protocol
from urllib.parse import SplitResult, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from offhook import clock
from offhook.errors import (
    ConfigurationError,
    ProtocolViolation,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
)

_WIRE: Final = logging.getLogger("offhook.speech.wire")
# At DEBUG the library writes whole handshakes, the key among them.
_WIRE.setLevel(logging.INFO)
LONGEST_REASON: Final = 200
HIDDEN: Final = "***"
TIMEOUTS: Final = frozenset({408, 504, 524})
REFUSALS: Final = frozenset({400, 401, 402, 403, 404, 405, 410, 422})
"""No retry helps: the key, the quota or the request is wrong. 429 is not among them: a place may become free."""
POLICY_VIOLATION: Final = 1008
UNSUPPORTED: Final = frozenset({1002, 1003, 1007, 1009})
"""Close codes that say that what was sent cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where to connect, and what only the vendor may see."""

    provider: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secret: str = field(default="", repr=False)
    """Taken out of everything that the vendor says before it reaches a log or an error."""
    reason_header: str = ""
    """Where the vendor says why it refuses a handshake; without it, the body is taken."""
    request_header: str = ""
    """Where it names the request, for its support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one socket, times in seconds."""

    open_s: float = 4.0
    close_s: float = 1.0
    send_s: float = 4.0
    """A send that takes longer is cut: the vendor does not read."""
    keep_alive_s: float = 4.0
    """After so long without sending anything the dialect's keep-alive is sent."""
    ping_s: float = 10.0
    """Between pings, and for the answer to one."""
    most_audio: int = 32 * 8000
    """Bytes that wait to be sent: what a call can replay (30 s), and 2 s. Then the oldest are dropped."""
    most_texts: int = 64
    max_message: int = 1 << 20
    """Bytes of one message of the vendor."""
    write_buffer: int = 8192
    """Bytes in the transport before a send waits. Small, so that a vendor that reads slowly but steadily is not cut."""


class Dialect(Protocol):
    """What is said on one socket: no I/O, time is passed in. Each method may raise `ProviderError`: the stream ends."""

    @property
    def wakeup_at(self) -> float | None:
        """When `wake` is due."""

    def opened(self, at: float) -> None:
        """The handshake is done."""

    def sent(self, message: str | bytes, at: float) -> None:
        """The message is on its way, in the order of sending."""

    def received(self, message: str | bytes, at: float) -> None:
        """The vendor says this."""

    def wake(self, at: float) -> None:
        """The time has come; must move `wakeup_at` on."""

    def dropped(self, size: int) -> None:
        """So many bytes of audio will never be sent: the vendor does not keep up."""

    def keep_alive(self) -> str | None:
        """What to send when nothing else was for a while."""

    def goodbye(self) -> str | None:
        """What to send before closing."""


class Outbox:
    """What waits to be sent, in order: text and audio. When there is too much audio the oldest goes."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: deque[str | bytes] = deque()
        self._audio = self._texts = 0
        self._work = asyncio.Event()

    def put(self, message: str | bytes) -> int:
        """Add it; how many bytes of the oldest audio had to be dropped for it."""
        dropped = 0
        if isinstance(message, str):
            if self._texts >= self._limits.most_texts:
                return 0  # A socket that takes nothing is cut by its own deadline; one more question changes nothing.
            self._texts += 1
        else:
            self._audio += len(message)
        self._waiting.append(message)
        while self._audio > self._limits.most_audio:
            oldest = next(entry for entry in self._waiting if isinstance(entry, bytes))
            self._waiting.remove(oldest)
            self._audio -= len(oldest)
            dropped += len(oldest)
        self._work.set()
        return dropped

    def take_back(self, place: int) -> None:
        """Forget audio that was just put, counted from the end (1 is the last): it is not worth sending."""
        message = self._waiting[-place]
        assert isinstance(message, bytes)
        del self._waiting[-place]
        self._audio -= len(message)

    def pop(self) -> str | bytes | None:
        """The next to send."""
        if not self._waiting:
            self._work.clear()
            return None
        message = self._waiting.popleft()
        if isinstance(message, bytes):
            self._audio -= len(message)
        else:
            self._texts -= 1
        return message

    async def wait(self, longest_s: float) -> None:
        """Until there is something to send, or so long."""
        try:
            async with asyncio.timeout(longest_s):
                await self._work.wait()
        except TimeoutError:
            return


class VendorSocket:
    """One connection to a vendor: made once, run once."""

    def __init__(self, endpoint: Endpoint, dialect: Dialect, limits: Limits) -> None:
        self._endpoint, self._dialect, self._limits = endpoint, dialect, limits
        self.outbox: Final = Outbox(limits)
        self.is_open = False

    def send(self, message: str | bytes) -> None:
        """Send soon, in order. Never blocks; audio beyond the bound is dropped, the oldest first, and told."""
        dropped = self.outbox.put(message)
        if dropped:
            self._dialect.dropped(dropped)

    async def run(self) -> None:
        """Connect and serve until cancelled. Raises `ProviderError`: refused, lost, closed by the vendor, too slow."""
        socket = await self._connect()
        try:
            self._dialect.opened(clock.now())
            self.is_open = True
            await self._serve(socket)
        finally:
            self.is_open = False
            self._let_go(socket)

    async def _serve(self, socket: ClientConnection) -> None:
        sides = [asyncio.ensure_future(self._read(socket)), asyncio.ensure_future(self._write(socket))]
        try:
            await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            # The reader knows why a connection ended; the writer only that it did.
            for side in sides:
                if side.done():
                    side.result()
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)

    async def _connect(self) -> ClientConnection:
        endpoint, limits = self._endpoint, self._limits
        try:
            # No proxy of the environment: it would see the key, and add its own delays.
            return await _Connect(
                endpoint.url, additional_headers=endpoint.headers, proxy=None, compression=None, logger=_WIRE,
                open_timeout=limits.open_s, close_timeout=limits.close_s, ping_interval=limits.ping_s,
                ping_timeout=limits.ping_s, max_size=limits.max_message, write_limit=limits.write_buffer,
            )  # fmt: skip
        except TimeoutError as error:
            raise self._error(ProviderTimeout, f"no connection within {limits.open_s:g} s") from error
        except InvalidStatus as error:
            raise self._refused(error) from error
        except (OSError, EOFError, InvalidHandshake) as error:
            raise self._error(ProviderUnavailable, f"no connection: {error}") from error

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for message in socket:
                self._dialect.received(message, clock.now())
        except ConnectionClosed:
            # Why it ended is read from the socket below, as after a clean end.
            pass
        raise self._closed(socket)

    async def _write(self, socket: ClientConnection) -> None:
        limits, dialect = self._limits, self._dialect
        try:
            sent_at = clock.now()
            for _ in count():
                while (message := self.outbox.pop()) is not None:
                    async with asyncio.timeout(limits.send_s):
                        await socket.send(message)
                    sent_at = clock.now()
                    dialect.sent(message, sent_at)
                now = clock.now()
                if dialect.wakeup_at is not None and dialect.wakeup_at <= now:
                    dialect.wake(now)
                if now >= sent_at + limits.keep_alive_s:
                    sent_at = now
                    alive = dialect.keep_alive()
                    if alive is not None:
                        self.outbox.put(alive)
                until = min(sent_at + limits.keep_alive_s, dialect.wakeup_at or float("inf"))
                await self.outbox.wait(max(0.0, until - clock.now()))
        except TimeoutError as error:
            raise self._error(ProviderTimeout, f"nothing could be sent for {limits.send_s:g} s") from error
        except ConnectionClosed as error:
            raise self._closed(socket) from error

    def _let_go(self, socket: ClientConnection) -> None:
        """Say goodbye without waiting for anything: whoever cancels goes on at once."""
        transport, protocol = socket.transport, socket.protocol
        if transport.get_write_buffer_size() or socket.state.name != "OPEN":
            transport.abort()
            return
        goodbye = self._dialect.goodbye()
        if goodbye is not None:
            protocol.send_text(goodbye.encode())
        protocol.send_close(1000)
        for data in protocol.data_to_send():
            if data:
                transport.write(data)
        transport.close()

    # ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _closed(self, socket: ClientConnection) -> ProviderError:
        code, reason = socket.close_code, socket.close_reason or ""
        if code in (None, 1006):
            return self._error(ProviderUnavailable, "the connection was lost")
        kind: type[ProviderError] = ProviderUnavailable
        if code == POLICY_VIOLATION:
            kind = ProviderRefused
        elif code in UNSUPPORTED:
            kind = ProtocolViolation
        return self._error(kind, f"closed with {code}{': ' if reason else ''}{reason}")

    def _refused(self, error: InvalidStatus) -> ProviderError:
        response, endpoint = error.response, self._endpoint
        status = response.status_code
        reason = response.headers.get(endpoint.reason_header, "") if endpoint.reason_header else ""
        reason = reason or bytes(response.body or b"")[: 4 * LONGEST_REASON].decode("utf-8", "replace")
        request = response.headers.get(endpoint.request_header, "") if endpoint.request_header else ""
        kind: type[ProviderError] = ProviderUnavailable
        if status in REFUSALS or 300 <= status < 400:
            kind = ProviderRefused
        elif status in TIMEOUTS:
            kind = ProviderTimeout
        said = f"HTTP {status}{': ' if reason else ''}{reason[:LONGEST_REASON]}"
        return self._error(kind, f"{said} (request {request[:80]})" if request else said)

    def _error(self, kind: type[ProviderError], text: str) -> ProviderError:
        return kind(f"{self._endpoint.provider}: {self.printable(text)}", provider=self._endpoint.provider)

    def printable(self, text: str) -> str:
        """What the vendor said, on one line, of bounded length, without the key."""
        if self._endpoint.secret:
            text = text.replace(self._endpoint.secret, HIDDEN)
        plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
        return plain[: 2 * LONGEST_REASON]


class _Connect(connect):
    """Follows no redirect: it would carry the key to wherever the answer points."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def socket_url(base_url: str, field: str) -> str:
    """The socket's address for a vendor's http(s) address, without a slash at its end. Raises `ConfigurationError`."""
    expected = "an address such as https://api.vendor.example, without query or user"
    try:
        parts = urlsplit(base_url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good, parts = False, SplitResult("", "", "", "", "")
    if not is_good or parts.query or parts.fragment or "@" in parts.netloc or not base_url.isprintable():
        # The value is not shown: a key may have been put into it.
        raise ConfigurationError("not an address of a vendor", field=field, expected=expected)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return parts._replace(scheme=scheme, path=parts.path.rstrip("/")).geturl()
