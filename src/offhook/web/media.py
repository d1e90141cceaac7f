"""The media socket, the hot path: from the TCP connection's callback straight into the leg.

No ASGI, no queue and no task stand between a message and the leg; docs/decisions/0005-media-socket.md has the
measurements. uvicorn takes a WebSocket protocol class of ours for the port; every path but the media path is left to
the class that it comes from.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from uvicorn.protocols.utils import get_remote_addr
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from offhook import clock
from offhook.errors import SignatureInvalid
from offhook.telephony.carriers.twilio_media import LegWorld, TwilioMediaLeg
from offhook.telephony.carriers.twilio_messages import MESSAGE_LIMIT
from offhook.telephony.leg import Leg, LegStarted
from offhook.web.frames import FrameCutter
from offhook.web.switchboard import MEDIA_PATH

_logger: Final = logging.getLogger("offhook.web")

START_TIMEOUT_S: Final = 5.0
"""From the handshake to `start`; Twilio sends it at once."""
PING_PERIOD_S: Final = 20.0
"""Also how long a peer may be silent after a ping before it counts as gone."""
CLOSE_TIMEOUT_S: Final = 2.0
"""For the peer's part of the closing handshake."""
BACKLOG_LIMIT: Final = 256 * 1024
"""Bytes that the peer has not taken: 20 s of audio, while the lead is a fraction of a second."""
KERNEL_BUFFER: Final = 64 * 1024
"""The system's own send buffer is kept small, or it would hide a stalled peer for minutes."""
TWO_BYTES: Final = 126
"""From here on a message's length takes two bytes,"""
LONGEST_SHORT: Final = 0xFFFF
"""and up to here they are enough."""
POLICY_VIOLATION: Final = 1008
SERVICE_RESTART: Final = 1012


@dataclass(frozen=True, slots=True)
class MediaDoor:
    """What a media socket needs of the server."""

    require: Callable[[Mapping[str, str], str], None]
    """Checks the handshake's headers (names in lower case) and target; raises `SignatureInvalid`."""
    answer: Callable[[Leg, LegStarted], bool]


class MediaConnection:
    """One WebSocket after its handshake: a `MediaSocket` for its leg."""

    def __init__(self, conn: ServerProtocol, transport: asyncio.Transport, door: MediaDoor, who: str) -> None:
        self._conn: Final = conn
        self._transport: Final = transport
        self._who: Final = who
        self._loop: Final = asyncio.get_running_loop()
        world = LegWorld(answer=door.answer, clock=clock.now)
        self.leg: Final = TwilioMediaLeg(self, world, who)
        self._cutter: Final = FrameCutter(MESSAGE_LIMIT)
        self._pieces: list[bytes] = []
        self._is_text = False
        self._heard = True
        self._ending = "the connection was lost"
        self._start_timer = self._loop.call_later(START_TIMEOUT_S, self._start_overdue)
        self._ping_timer = self._loop.call_later(PING_PERIOD_S, self._ping)
        self._close_timer: asyncio.TimerHandle | None = None
        bare = transport.get_extra_info("socket")
        if bare is not None and bare.family in (socket.AF_INET, socket.AF_INET6):
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)

    # ── from the network ─────────────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        conn = self._conn
        self._heard = True
        for is_text, frame in self._cutter.cut(data):
            if is_text and conn.state is OPEN:
                self.leg.text_received(frame)
            elif not is_text:
                self._parse(frame)
        if conn.close_expected() and conn.close_sent is not None and (conn.close_rcvd or conn.parser_exc):
            if conn.parser_exc is not None:
                self._ending = f"broke the protocol: {type(conn.parser_exc).__name__}: {conn.parser_exc}"[:200]
            self._transport.close()
            self._abort_later()

    def connection_lost(self, error: Exception | None) -> None:
        """The TCP connection is gone."""
        for timer in (self._start_timer, self._ping_timer, self._close_timer):
            if timer is not None:
                timer.cancel()
        self.leg.connection_lost(f"{type(error).__name__}" if error is not None else self._ending)

    def shut_down(self) -> None:
        """The server stops."""
        self.leg.close(SERVICE_RESTART)

    # ── to the network (MediaSocket) ─────────────────────────────────────────────────────────────────────────────

    def send_text(self, message: bytes) -> None:
        """Send one text message; a peer that takes none is cut off."""
        if self._conn.state is not OPEN or self._transport.is_closing():
            return
        size = len(message)
        # RFC 6455, 5.2: a whole text message of a server, unmasked.
        if size < TWO_BYTES:
            self._transport.write(b"\x81" + size.to_bytes(1) + message)
        elif size <= LONGEST_SHORT:
            self._transport.write(b"\x81\x7e" + size.to_bytes(2) + message)
        else:
            self._conn.send_text(message)
            self._flush()
        if self._transport.get_write_buffer_size() > BACKLOG_LIMIT:
            self._cut("the peer does not take what is sent")

    def close(self, code: int) -> None:
        """Start the closing handshake; the connection is cut when the peer does not answer."""
        if self._conn.state is OPEN and not self._transport.is_closing():
            self._conn.send_close(code)
            self._flush()
            self._abort_later()

    # ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _other(self, frame: Frame) -> None:
        opcode = frame.opcode
        if opcode is Opcode.CLOSE:
            code = self._conn.close_rcvd.code if self._conn.close_rcvd else "no code"
            self._ending = f"closed by the peer with {code}"
        elif opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            if opcode is not Opcode.CONT:
                self._is_text, self._pieces = opcode is Opcode.TEXT, []
            self._pieces.append(bytes(frame.data))
            if frame.fin:
                whole, self._pieces = b"".join(self._pieces), []
                if self._is_text:
                    self.leg.text_received(whole)
                else:
                    self.leg.binary_received(len(whole))

    def _parse(self, frame: bytes) -> None:
        """A control frame, a piece of a message, or what is no frame."""
        self._conn.receive_data(frame)
        for event in self._conn.events_received():
            if isinstance(event, Frame):
                if event.opcode is Opcode.TEXT and event.fin:
                    self.leg.text_received(bytes(event.data))
                else:
                    self._other(event)
        self._flush()

    def _flush(self) -> None:
        data = b"".join(self._conn.data_to_send())
        if data:
            self._transport.write(data)

    def _abort_later(self) -> None:
        if self._close_timer is None:
            self._close_timer = self._loop.call_later(CLOSE_TIMEOUT_S, self._transport.abort)

    def _cut(self, cause: str) -> None:
        self.leg.connection_lost(cause)
        self._transport.abort()

    def _start_overdue(self) -> None:
        if self.leg.started is None:
            _logger.warning("= %s  no start within %.0f s: closed", self._who, START_TIMEOUT_S)
            self.leg.close(POLICY_VIOLATION)

    def _ping(self) -> None:
        if not self._heard:
            self._cut(f"nothing was heard for {PING_PERIOD_S:.0f} s, not even an answer to a ping")
            return
        self._heard = False
        if self._conn.state is OPEN:
            self._conn.send_ping(b"")
            self._flush()
        self._ping_timer = self._loop.call_later(PING_PERIOD_S, self._ping)


class MediaProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with the media path taken out of it."""

    door: ClassVar[MediaDoor]
    _media: MediaConnection | None = None

    def handle_connect(self, event: Request) -> None:
        """The handshake's request is here."""
        if event.path.partition("?")[0].rstrip("/") != MEDIA_PATH:
            super().handle_connect(event)
            return
        headers = {name.lower(): value for name, value in event.headers.raw_items()}
        try:
            self.door.require(headers, event.path)
        except SignatureInvalid:
            self._decline(self.conn.reject(403, "The request is not signed by the carrier.\n"))
            return
        response = self.conn.accept(event)
        if response.status_code != 101:
            self._decline(response)
            return
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.handshake_initiated = self.handshake_complete = True
        address = get_remote_addr(self.transport)
        who = f"{address[0]}:{address[1]}" if address else "media socket"
        self._media = MediaConnection(self.conn, self.transport, self.door, who)

    def data_received(self, data: bytes) -> None:
        """Bytes came: the media's go straight to the leg."""
        if self._media is not None:
            self._media.data_received(data)
        else:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The TCP connection is gone."""
        if self._media is not None:
            self._media.connection_lost(exc)
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server stops."""
        if self._media is not None:
            self._media.shut_down()
        else:
            super().shutdown()

    def _decline(self, response: Response) -> None:
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()


def media_protocol(door: MediaDoor) -> type[MediaProtocol]:
    """The protocol class for uvicorn's `ws`: it makes one object per connection and passes nothing of ours."""
    return type("MediaProtocol", (MediaProtocol,), {"door": door})
