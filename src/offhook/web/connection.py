"""One WebSocket of a call's media after its handshake: from the TCP connection's callback straight into the leg.

No queue and no task stand between a message and the leg; docs/decisions/0005-media-socket.md has the measurements.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Final, Protocol

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from offhook import clock
from offhook.telephony.leg import LegStarted
from offhook.telephony.wire_leg import POLICY_VIOLATION
from offhook.web.frames import FrameCutter

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
MOST_OTHERS: Final = 200
"""Control frames, and messages in pieces, in one second: peers of calls send one in some seconds."""
MOST_PIECES: Final = 1_000
"""Of one message; empty ones add nothing to its length."""
SERVICE_RESTART: Final = 1012


class SocketLeg(Protocol):
    """A leg, as its socket sees it. Nothing here raises."""

    @property
    def started(self) -> LegStarted | None:
        """What its first message said; None: it has not come."""

    def text_received(self, message: bytes) -> None:
        """A text message came."""

    def binary_received(self, message: bytes) -> None:
        """A binary message came."""

    def connection_lost(self, cause: str) -> None:
        """The socket is gone: the last input."""

    def close(self, code: int = 1000) -> None:
        """Close the connection."""


class MediaConnection:
    """One WebSocket: what its leg sends through (`MediaSocket`, `LinearSocket`)."""

    def __init__(
        self,
        conn: ServerProtocol,
        transport: asyncio.Transport,
        make_leg: Callable[["MediaConnection", str], SocketLeg],
        who: str,
        cutter: FrameCutter,
    ) -> None:
        self._conn: Final = conn
        self._transport: Final = transport
        self._who: Final = who
        self._loop: Final = asyncio.get_running_loop()
        self.leg: Final = make_leg(self, who)
        self._cutter: Final = cutter
        self._take_whole: Final = self.leg.text_received if cutter.is_for_text else self.leg.binary_received
        """What is done with a message of the kind that a call sends fifty a second of."""
        self._pieces: list[bytes] = []
        self._second = 0
        self._others = 0
        """Frames that the library's parser was given in this second."""
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
        message = self._cutter.whole(data)
        if message is not None:
            if conn.state is OPEN:
                self._take_whole(message)
                return
            data = b""
        for is_message, frame in self._cutter.cut(data):
            if is_message and conn.state is OPEN:
                self._take_whole(frame)
            elif not is_message:
                if not self._may_parse():
                    return
                self._parse(frame)
        if (
            conn.state is not OPEN
            and conn.close_expected()
            and conn.close_sent is not None
            and (conn.close_rcvd or conn.parser_exc)
        ):
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

    def hand_over(self) -> None:
        """Somebody else carries the connection from now on."""
        self._start_timer.cancel()
        self._ping_timer.cancel()

    def shut_down(self) -> None:
        """The server stops."""
        self.leg.close(SERVICE_RESTART)

    # ── to the network ───────────────────────────────────────────────────────────────────────────────────────────

    def send_text(self, message: bytes) -> None:
        """Send one text message; a peer that takes none is cut off."""
        self._send(b"\x81", message)

    def send_binary(self, message: bytes) -> None:
        """Send one binary message; a peer that takes none is cut off."""
        self._send(b"\x82", message)

    def _send(self, kind: bytes, message: bytes) -> None:
        if self._conn.state is not OPEN or self._transport.is_closing():
            return
        size = len(message)
        # RFC 6455, 5.2: a whole message of a server, unmasked.
        if size < TWO_BYTES:
            self._transport.write(kind + size.to_bytes(1) + message)
        elif size <= LONGEST_SHORT:
            self._transport.write(kind + b"\x7e" + size.to_bytes(2) + message)
        else:
            self._transport.write(kind + b"\x7f" + size.to_bytes(8) + message)
        if self._transport.get_write_buffer_size() > BACKLOG_LIMIT:
            self._cut("the peer does not take what is sent")

    @property
    def waiting_bytes(self) -> int:
        """What was sent and the system has not taken yet."""
        return self._transport.get_write_buffer_size()

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
            if len(self._pieces) > MOST_PIECES:
                self._cut(f"a message in more than {MOST_PIECES} pieces")
                return
            if frame.fin:
                whole, self._pieces = b"".join(self._pieces), []
                if self._is_text:
                    self.leg.text_received(whole)
                else:
                    self.leg.binary_received(whole)

    def _may_parse(self) -> bool:
        """Frames that are no whole messages cost a hundred times as much as they weigh: their number is bounded."""
        second = int(clock.now())
        if second != self._second:
            self._second, self._others = second, 0
        self._others += 1
        if self._others > MOST_OTHERS or self._transport.is_closing():
            self._cut(f"more than {MOST_OTHERS} control frames and pieces of messages in a second")
            return False
        return True

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
