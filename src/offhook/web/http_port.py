"""The HTTP side of the port, bounded: uvicorn's protocol has no limit for the time and the size of a request's head.

A request has to be whole in 15 s, its head in 16 kB, and what else is no body (the sizes of chunks, lines behind the
last one) too; few requests may wait behind each other, and so many connections may be open that are no media sockets;
the newest is refused. What is not HTTP at all (TLS, a proxy's own preamble) is told in a sentence: behind it stands a
proxy that was set up another way.
"""

import asyncio
import logging
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from offhook.web.seldom import Seldom

REQUEST_S: Final = 15.0
"""From a connection's or a request's first byte to its last. The gate's own limit for a body is 5 s."""
HEAD_BYTES: Final = 16 * 1024
PIECE_BYTES: Final = 4 * 1024
"""So much is parsed at once: each line of a head costs as much as a kilobyte of a body, and the network hands over up
to 256 kB, behind the first of which the bounds may be broken."""
BODY_CREDIT: Final = 9
"""A chunk of one byte has five beside it, and ten with a size that is written at length."""
MOST_WAITING: Final = 8
"""Requests of one connection that came before the answer to an earlier one. Twilio and proxies wait for each."""
MOST_CONNECTIONS: Final = 500
"""Twilio has one for a moment per webhook; a proxy keeps a few."""
_FOREIGN: Final = (
    (b"\x16\x03", "TLS", "somebody speaks TLS to this port, which is plain HTTP: TLS ends at the proxy in front"),
    (b"PROXY ", "proxy protocol", "the proxy in front sends the PROXY protocol: switch that off for this port"),
    (b"\r\n\r\n\x00\r\nQUIT\n", "proxy protocol", "the proxy in front sends the PROXY protocol: switch that off"),
    (b"PRI * HTTP/2", "HTTP/2", "the proxy in front speaks HTTP/2 to this port: have it speak HTTP/1.1"),
)
"""How other protocols begin (RFC 8446, 5.1; the PROXY protocol, 2; RFC 9113, 3.4)."""


class _PeersLog(logging.Logger):
    """Takes the place of uvicorn's own: a line for each request that cannot be read is a line for whoever asks."""

    def __init__(self, seldom: Seldom) -> None:
        super().__init__("offhook.web.http", logging.WARNING)
        self._seldom = seldom

    def handle(self, record: logging.LogRecord) -> None:
        """What is worse than a warning is a fault of ours, and told each time."""
        if record.levelno > logging.WARNING:
            logging.getLogger("uvicorn.error").handle(record)
        else:
            self._seldom.say("unreadable", f"= a request that cannot be read: {record.getMessage()}")


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol with bounds; one for each connection."""

    seldom: ClassVar[Seldom]
    connections_open: ClassVar[set["BoundedHttp"]]
    most: ClassVar[int]
    peers_log: ClassVar[logging.Logger]
    _timer: asyncio.TimerHandle | None = None
    _beside_body = 0
    """Bytes of this request, nearly: those of its head until that is whole, and then those that no body explains."""
    _is_refused = False
    _is_upgraded = False
    _is_new = True
    _has_asked = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection is there."""
        self.logger = self.peers_log
        super().connection_made(transport)
        if len(self.connections_open) >= self.most:
            self.seldom.say("crowded", f"= {self.most} connections are open: further ones are refused")
            self._refuse(b"503 Service Unavailable")
            return
        self.connections_open.add(self)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        if self._is_refused:
            return
        if self._is_new:
            self._is_new = False
            for begin, kind, sentence in _FOREIGN:
                if data.startswith(begin):
                    self.seldom.say(kind, f"= {sentence}")
                    self._refuse(b"400 Bad Request")
                    return
        if self._timer is None:
            self._wait()
        for at in range(0, len(data), PIECE_BYTES):
            if self._is_over:
                return
            piece = data[at : at + PIECE_BYTES]
            self._beside_body += len(piece)
            super().data_received(piece)
            if self._beside_body > HEAD_BYTES and not self._is_over:
                self._refuse_head()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._beside_body = 0
        if len(self.pipeline) >= MOST_WAITING and not self._is_over:
            self.seldom.say("waiting", f"= more than {MOST_WAITING} requests wait on one connection: closed")
            self._refuse(b"503 Service Unavailable")
        if self._timer is None and not self._is_refused:
            self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > HEAD_BYTES:
            self._refuse_head()
        self._beside_body = 0
        if not self._is_refused:
            super().on_headers_complete()
            # An upgrade makes no cycle of question and answer.
            self._has_asked = vars(self).get("cycle") is not None

    def on_body(self, body: bytes) -> None:
        """A part of its body."""
        self._beside_body = max(self._beside_body - BODY_CREDIT * len(body), 0)
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """It is whole."""
        self._stop_waiting()
        if not self._is_refused:
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """The connection is another protocol's from here on, with bounds of its own."""
        self._leave()
        self._is_upgraded = True
        if not self._is_refused:
            super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """It is no request. uvicorn writes a line into the log for each; whoever reaches the port could fill it."""
        self.seldom.say("no request", "= somebody sends what is no HTTP request: refused")
        self._stop_waiting()
        super().send_400_response(msg)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._leave()
        super().connection_lost(exc)

    @property
    def _is_over(self) -> bool:
        """What comes is not read any more, or by another protocol."""
        return self._is_refused or self._is_upgraded or self.transport.is_closing()

    def _wait(self) -> None:
        self._timer = self.loop.call_later(REQUEST_S, self._overdue)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _leave(self) -> None:
        self._stop_waiting()
        self.connections_open.discard(self)

    def _overdue(self) -> None:
        self._timer = None
        self.seldom.say("slow", f"= a connection sent no whole request in {REQUEST_S:.0f} s: closed")
        self._refuse(b"408 Request Timeout")

    def _refuse_head(self) -> None:
        self.seldom.say("head", f"= a request's head is longer than {HEAD_BYTES} bytes: refused")
        self._refuse(b"431 Request Header Fields Too Large")

    def _refuse(self, status: bytes) -> None:
        """Answer, unless an answer is on its way, and close."""
        self._is_refused = True
        self._stop_waiting()
        if not self._has_asked or self.cycle.response_complete:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        self.transport.close()


def http_protocol(seldom: Seldom, most: int) -> type[BoundedHttp]:
    """The protocol class for uvicorn's `http`: it makes one object per connection and passes nothing of ours. `most`
    connections that are no media sockets are open at once."""
    own: dict[str, Any] = {"seldom": seldom, "most": most, "connections_open": set(), "peers_log": _PeersLog(seldom)}
    return type("BoundedHttp", (BoundedHttp,), own)
