"""The one place for vendors' sockets: connection, bounds, keep-alive, errors and the end are here, once.

A provider that streams over a socket brings a `Dialect`, which knows what is said and never touches the network:

    provider ──send(message)──────▶ socket ──▶ vendor
        ▲                  (Outbox)    │
        └─ Dialect.received, .wake, .sent

A message is written in the step that sends it and read in the callback in which it came: no queue, no task. Only what
is sent before the socket is open, or while the vendor does not read, waits in the outbox.

`VendorSocket.run` ends only by an error or by being cancelled; the owner of the stream makes a new socket and a new
dialect to connect again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from picows import WSCloseCode, WSError, WSFrame, WSHandshakeError, WSListener, WSMsgType, WSTransport, ws_connect

from offhook import __version__, clock
from offhook.errors import ProtocolViolation, ProviderError, ProviderTimeout, ProviderUnavailable
from offhook.speech import socket_errors
from offhook.speech.outbox import Outbox
from offhook.speech.tls import vendors_tls
from offhook.speech.vendor_errors import safe_text

_WIRE: Final = logging.getLogger("offhook.speech.wire")
# Below INFO the library writes whole handshakes, the key among them.
_WIRE.setLevel(logging.WARNING)
_TEXT: Final = WSMsgType.TEXT
_BINARY: Final = WSMsgType.BINARY
NO_STATUS: Final = 1005
READ_BYTES: Final = 4096
"""For a start: it grows with what comes."""
LONGEST_REASON: Final = 200
REFUSALS: Final = socket_errors.REFUSALS
TIMEOUTS: Final = socket_errors.TIMEOUTS
USER_AGENT: Final = f"offhook/{__version__}"
"""The library sends none, and a filter in front of a vendor may take that for a robot."""
MOST_HANDSHAKES: Final = 4
"""For one socket: the first, and what `Endpoint.instead` gives."""


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
    instead: "Callable[[int, str], Endpoint | None] | None" = field(default=None, repr=False)
    """Asked with status and reason of a refused handshake: where to connect in its place, in the same breath."""
    accepted: Callable[[], None] | None = field(default=None, repr=False)
    """Told once a handshake with it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of one socket, times in seconds."""

    open_s: float = 4.0
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


class VendorSocket:
    """One connection to a vendor: made once, run once."""

    def __init__(self, endpoint: Endpoint, dialect: Dialect, limits: Limits) -> None:
        self._endpoint, self._dialect, self._limits = endpoint, dialect, limits
        self.outbox: Final = Outbox(limits.most_audio, limits.most_texts)
        self.is_open = False
        self._wire: WSTransport | None = None
        self._ended: asyncio.Future[None] | None = None
        self._sent_at = 0.0
        self._paused_at: float | None = None
        """Since when the vendor does not read."""
        self._due_at = 0.0
        self._is_over, self._now = False, clock.now
        self._timer: asyncio.TimerHandle | None = None

    def send(self, message: str | bytes) -> None:
        """Send in this very step, or as soon as it can be, in order. Never blocks and never raises.

        Audio beyond the bound is dropped, the oldest first, and the dialect is told.
        """
        if self.is_open and self._paused_at is None and not self.outbox:
            try:
                self._write(message, self._now())
            except ProviderError as error:
                self._end(error)
        elif dropped := self.outbox.put(message):
            self._dialect.dropped(dropped)

    async def run(self) -> None:
        """Connect and serve until cancelled. Raises `ProviderError`: refused, lost, closed by the vendor, too slow."""
        loop, self._now = asyncio.get_running_loop(), clock.of_loop()
        self._ended = loop.create_future()
        try:
            wire = await self._connect()
            await self._ended
            # Closed without a word, or against the rules; or a mistake of ours in a callback: the library hands it on.
            await wire.wait_disconnected()
            raise self._error(ProviderUnavailable, "the connection was lost")
        except WSError as error:
            raise self._error(ProtocolViolation, f"broke the rules of WebSockets: {error}") from error
        finally:
            self._let_go()

    async def _connect(self) -> WSTransport:
        """Shake hands, perhaps a second time where the endpoint knows a better address; all of it within `open_s`."""
        limits = self._limits
        try:
            async with asyncio.timeout(limits.open_s):
                for _ in range(MOST_HANDSHAKES - 1):
                    try:
                        return await self._shake_hands()
                    except WSHandshakeError as error:
                        if (other := self._other_endpoint(error)) is None:
                            raise
                        self._endpoint = other
                return await self._shake_hands()
        except TimeoutError as error:
            raise self._error(ProviderTimeout, f"no connection within {limits.open_s:g} s") from error
        except WSHandshakeError as error:
            raise self._refused(error) from error
        except OSError as error:
            raise self._error(ProviderUnavailable, f"no connection: {error}") from error

    async def _shake_hands(self) -> WSTransport:
        endpoint, limits = self._endpoint, self._limits
        # No proxy of the environment (it would see the key), no redirect (it would carry the key to anywhere).
        wire, _ = await ws_connect(
            lambda: _Listener(self, limits.max_message), endpoint.url,
            extra_headers={"User-Agent": USER_AGENT, **endpoint.headers},
            ssl_context=vendors_tls() if endpoint.url.startswith("wss:") else None, max_redirects=0,
            websocket_handshake_timeout=None, logger_name=_WIRE,
            max_frame_size=limits.max_message, enable_auto_ping=True, auto_ping_idle_timeout=limits.ping_s,
            auto_ping_reply_timeout=limits.ping_s, read_buffer_init_size=READ_BYTES,
        )  # fmt: skip
        if not self.is_open and self._ended is not None and not self._ended.done():
            raise ConnectionResetError("closed in the handshake")  # Which the library takes for success.
        return wire

    # ── the library's callbacks ──────────────────────────────────────────────────────────────────────────────────

    def opened(self, wire: WSTransport) -> None:
        """The handshake is done: what has waited goes out."""
        if self._is_over:
            # Cancelled in its handshake, whose answer comes all the same: nobody else would ever close it.
            wire.disconnect(graceful=False)
            return
        now = self._now()
        self._wire, self.is_open, self._sent_at = wire, True, now
        wire.underlying_transport.set_write_buffer_limits(high=self._limits.write_buffer)
        try:
            if self._endpoint.accepted is not None:
                self._endpoint.accepted()
            self._dialect.opened(now)
            self._tick()
            self.writable()
        except ProviderError as error:
            self._end(error)

    def received(self, message: str | bytes) -> None:
        """The vendor says something."""
        try:
            self._dialect.received(message, self._now())
            self._arm()
        except ProviderError as error:
            self._end(error)

    def closed(self, code: int, reason: str) -> None:
        """The vendor closes."""
        kind = socket_errors.of_close(code, reason)
        self._end(self._error(kind, f"closed with {code}{': ' if reason else ''}{reason}"))

    def broken(self, what: str) -> None:
        """The vendor breaks the rules of the wire."""
        self._end(self._error(ProtocolViolation, what))

    def disconnected(self) -> None:
        """There is no connection any more."""
        self.is_open = False
        self._end(None)

    def unwritable(self) -> None:
        """The vendor does not read."""
        self._paused_at = self._now()
        self._arm(self._paused_at + self._limits.send_s)

    def writable(self) -> None:
        """The vendor reads again."""
        self._paused_at = None
        try:
            while self.outbox and self._paused_at is None:
                self._write(self.outbox.pop(), self._now())
        except ProviderError as error:
            self._end(error)

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(self, message: str | bytes, at: float) -> None:
        assert self._wire is not None
        self._wire.send(_TEXT if isinstance(message, str) else _BINARY, message)
        self._sent_at = at
        self._dialect.sent(message, at)
        self._arm()

    def _end(self, error: ProviderError | None) -> None:
        ended = self._ended
        if ended is None or ended.done():
            return
        if error is None:
            ended.set_result(None)
        else:
            ended.set_exception(error)

    def _arm(self, due_at: float | None = None) -> None:
        """See to it that the clockwork looks in time."""
        due_at = self._dialect.wakeup_at if due_at is None else due_at
        if due_at is None or (self._timer is not None and self._due_at <= due_at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due_at = due_at
        self._timer = asyncio.get_running_loop().call_at(due_at, self._tick)

    def _tick(self) -> None:
        """Whatever is due by now: the dialect's own time, a keep-alive, the end of patience."""
        self._timer = None
        limits, dialect, now = self._limits, self._dialect, self._now()
        if not self.is_open:
            return
        try:
            if self._paused_at is not None and now >= self._paused_at + limits.send_s:
                raise self._error(ProviderTimeout, f"nothing could be sent for {limits.send_s:g} s")
            if dialect.wakeup_at is not None and dialect.wakeup_at <= now:
                dialect.wake(now)
            if now >= self._sent_at + limits.keep_alive_s:
                self._sent_at = now
                alive = dialect.keep_alive()
                if alive is not None:
                    self.send(alive)
        except ProviderError as error:
            self._end(error)
            return
        until = [self._sent_at + limits.keep_alive_s]
        until += [dialect.wakeup_at] if dialect.wakeup_at is not None else []
        until += [self._paused_at + limits.send_s] if self._paused_at is not None else []
        self._arm(min(until))

    def _let_go(self) -> None:
        """Say goodbye without waiting for anything: whoever cancels goes on at once."""
        self._is_over = True
        is_open, self.is_open = self.is_open, False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._ended is not None and self._ended.done() and not self._ended.cancelled():
            self._ended.exception()  # It was seen, or nobody is there to see it.
        if (wire := self._wire) is None:
            return
        if is_open and self._paused_at is None:
            goodbye = self._dialect.goodbye()
            if goodbye is not None:
                wire.send(_TEXT, goodbye)
            wire.send_close(WSCloseCode.OK)
        wire.disconnect(graceful=self._paused_at is None)

    # ── errors ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _other_endpoint(self, error: WSHandshakeError) -> Endpoint | None:
        if error.response is None or self._endpoint.instead is None:
            return None
        return self._endpoint.instead(int(error.response.status), self._reason(error))

    def _reason(self, error: WSHandshakeError) -> str:
        """Why the vendor refuses, in its own words."""
        assert error.response is not None
        name = self._endpoint.reason_header
        reason = error.response.headers.get(name, "") if name else ""
        return reason or bytes(error.raw_body or b"")[: 4 * LONGEST_REASON].decode("utf-8", "replace")

    def _refused(self, error: WSHandshakeError) -> ProviderError:
        response, endpoint = error.response, self._endpoint
        if response is None:
            return self._error(ProtocolViolation, "answered the handshake with what is no answer")
        status, reason = int(response.status), self._reason(error)
        request = response.headers.get(endpoint.request_header, "") if endpoint.request_header else ""
        said = f"HTTP {status}{': ' if reason else ''}{reason[:LONGEST_REASON]}"
        kind = socket_errors.of_handshake(status, reason)
        return self._error(kind, f"{said} (request {request[:80]})" if request else said)

    def _error(self, kind: type[ProviderError], text: str) -> ProviderError:
        endpoint = self._endpoint
        return kind(f"{endpoint.provider}: {safe_text(text, endpoint.secret)}", provider=endpoint.provider)


class _Listener(WSListener):
    """Puts the library's frames together to messages and hands them on."""

    def __init__(self, socket: VendorSocket, max_message: int) -> None:
        self._socket, self._max_message = socket, max_message
        self._begun: WSMsgType | None = None
        self._parts = bytearray()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._socket.opened(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        kind = frame.msg_type
        if kind == _TEXT and frame.fin:
            try:
                self._socket.received(frame.get_payload_as_utf8_text())
            except UnicodeDecodeError:
                self._socket.broken("sent text that is none")
        elif kind == _BINARY and frame.fin:
            self._socket.received(frame.get_payload_as_bytes())
        elif kind == WSMsgType.CLOSE:
            payload = frame.get_payload_as_bytes()
            code = int.from_bytes(payload[:2], "big") if len(payload) > 1 else NO_STATUS
            self._socket.closed(code, payload[2:].decode("utf-8", "replace"))
        elif kind in (_TEXT, _BINARY, WSMsgType.CONTINUATION):
            self._collect(kind, frame)

    def _collect(self, kind: WSMsgType, frame: WSFrame) -> None:
        if kind != WSMsgType.CONTINUATION:
            self._begun, self._parts = kind, bytearray()
        self._parts += frame.get_payload_as_memoryview()
        if self._begun is None or len(self._parts) > self._max_message:
            self._socket.broken("sent a message that is too long, or has no beginning")
        elif frame.fin:
            message = bytes(self._parts)
            self._socket.received(message if self._begun == _BINARY else message.decode("utf-8", "replace"))
            self._begun = None

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._socket.disconnected()

    def pause_writing(self) -> None:
        self._socket.unwritable()

    def resume_writing(self) -> None:
        self._socket.writable()
