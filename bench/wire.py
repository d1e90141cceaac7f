"""The carrier's wire, as light as it can be: fifty calls must not make the measuring process the bottleneck.

A webhook is one HTTP/1.1 request on a connection of its own. A media socket is a WebSocket client (RFC 6455) for what
the server sends here: text messages in one frame, pings, a close.
"""

import asyncio
import base64
import hashlib
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import urlencode

from offhook.simulator.carrier_web import signature

PATIENCE_S: Final = 15.0
_ACCEPT: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
_NO_MASK: Final = bytes(4)
"""A masking key of zeros is a masking key (RFC 6455, 5.3), and leaves the payload as it is."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server listens, and the token that both sides sign with."""

    host: str
    port: int
    account_sid: str
    auth_token: str

    @property
    def origin(self) -> str:
        """The address as the server knows itself."""
        return f"http://{self.host}:{self.port}"


class WireError(Exception):
    """The server did not do what the protocol asks for."""


async def post(server: Server, path: str, fields: Mapping[str, str]) -> bytes:
    """A signed form; the body of the answer. Raises `WireError` when it is not a success."""
    body = urlencode(fields).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\nConnection: close\r\n"
        f"X-Twilio-Signature: {signature(server.auth_token, server.origin + path, fields)}\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    async with asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection(server.host, server.port)
        try:
            writer.write(head.encode() + body)
            answer = await reader.read()
        finally:
            writer.close()
    status, _, rest = answer.partition(b"\r\n")
    if not status.split(b" ")[1:2] or not status.split(b" ")[1].startswith(b"2"):
        raise WireError(f"{path} answered {status.decode(errors='replace')!r}")
    return rest.partition(b"\r\n\r\n")[2]


async def open_socket(server: Server, path: str, on_text: Callable[[bytes], None]) -> "MediaSocket":
    """A signed media socket whose handshake is done. Raises `WireError`."""
    socket = MediaSocket(on_text)
    await asyncio.get_running_loop().create_connection(lambda: socket, server.host, server.port)
    key = base64.b64encode(os.urandom(16))
    signed = signature(server.auth_token, f"wss://{server.host}:{server.port}{path}", {})
    socket.handshake(
        f"GET {path} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key.decode()}\r\nSec-WebSocket-Version: 13\r\n"
        f"X-Twilio-Signature: {signed}\r\nUser-Agent: Twilio.TmeWs/1.0\r\n\r\n".encode()
    )
    async with asyncio.timeout(PATIENCE_S):
        head = await socket.opened
    # The handshake's hash is what the standard says; it protects nothing.
    accept = base64.b64encode(hashlib.sha1(key + _ACCEPT, usedforsecurity=False).digest())
    if b" 101 " not in head.split(b"\r\n", 1)[0] or accept not in head:
        raise WireError(f"the media socket was refused: {head[:80]!r}")
    return socket


class MediaSocket(asyncio.Protocol):
    """One WebSocket connection. `on_text` gets each text message in the callback in which it arrived."""

    def __init__(self, on_text: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        self.opened: Final[asyncio.Future[bytes]] = loop.create_future()
        """The answer to the handshake."""
        self.closed: Final[asyncio.Future[str]] = loop.create_future()
        """Done with how the connection ended."""
        self._on_text: Final = on_text
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()

    # ── asyncio.Protocol ─────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected; the handshake comes next."""
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of the server."""
        self._buffer += data
        if not self.opened.done():
            head, found, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not found:
                return
            self._buffer[:] = rest
            self.opened.set_result(head)
        while (message := self._next()) is not None:
            self._take(*message)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._transport = None
        cause = f"lost: {exc}" if exc else "closed"
        if not self.opened.done():
            self.opened.set_result(b"")
        if not self.closed.done():
            self.closed.set_result(cause)

    # ── the phone's side ─────────────────────────────────────────────────────────────────────────────────────────

    def handshake(self, request: bytes) -> None:
        """Send the upgrade request."""
        assert self._transport is not None
        self._transport.write(request)

    def send(self, message: bytes, opcode: int = TEXT) -> None:
        """Send one message; after the end of the connection it goes nowhere."""
        if self._transport is not None:
            size = len(message)
            head = struct.pack(">BB", 0x80 | opcode, 0x80 | size) if size < 126 else struct.pack(
                ">BBH", 0x80 | opcode, 0xFE, size
            )  # fmt: skip
            self._transport.write(head + _NO_MASK + message)

    def close(self) -> None:
        """Say goodbye and go."""
        self.send(struct.pack(">H", 1000), CLOSE)
        if self._transport is not None:
            self._transport.close()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _next(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, begin = buffer[1] & 0x7F, 2
        if size == 126:
            begin = 4
            size = int.from_bytes(buffer[2:4], "big") if len(buffer) >= 4 else 1 << 32
        elif size == 127:
            begin = 10
            size = int.from_bytes(buffer[2:10], "big") if len(buffer) >= 10 else 1 << 32
        if len(buffer) < begin + size:
            return None
        opcode, payload = buffer[0] & 0x0F, bytes(buffer[begin : begin + size])
        del buffer[: begin + size]
        return opcode, payload

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self._on_text(payload)
        elif opcode == PING:
            self.send(payload, PONG)
        elif opcode == CLOSE:
            if not self.closed.done():
                self.closed.set_result(f"the server closed with {int.from_bytes(payload[:2], 'big')}")
            self.close()
        elif opcode != PONG and not self.closed.done():
            self.closed.set_result(f"a frame of kind {opcode}")
