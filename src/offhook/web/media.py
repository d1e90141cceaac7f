"""The media sockets, the hot path, below ASGI: docs/decisions/0005-media-socket.md has the measurements.

    /twilio/media        the carrier's streams, mu-law in JSON; the handshake is signed
    /twilio/media/AC...  the same of an account that is not the settings' own
    /browser/media       a browser, linear audio at 16,000 Hz in binary messages; the token in its `start` is all it has

uvicorn takes a WebSocket protocol class of ours for the port; sockets below the API's path are the
application's own (ASGI), and there is none of another path.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from uvicorn.protocols.utils import get_remote_addr
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request, Response

from offhook import clock
from offhook.errors import SignatureInvalid
from offhook.telephony.carriers.twilio_media import LegWorld, TwilioMediaLeg
from offhook.telephony.carriers.twilio_messages import MESSAGE_LIMIT
from offhook.telephony.carriers.twilio_paths import MEDIA_PATH
from offhook.telephony.leg import Leg, LegStarted
from offhook.telephony.linear_leg import AUDIO_LIMIT, LinearLeg, LinearWorld
from offhook.web.connection import MediaConnection, SocketLeg
from offhook.web.frames import WHOLE_BINARY, WHOLE_TEXT, FrameCutter
from offhook.web.paths import canonical
from offhook.web.relay import EARLY_BYTES, Relay, Relays
from offhook.web.seldom import Seldom

BROWSER_PATH: Final = "/browser/media"
MOST_WAITING: Final = 64
"""Browsers' sockets that have not said `start`: nothing proves who opens them, and each may take its time."""
MOST_SOCKETS: Final = 3_000
"""Of the API that are open: more than all of its bounds together let anybody who is known have."""
MOST_REFUSED: Final = 64
"""Of the API that were told why they are refused, and whose peers have not gone: the oldest is cut off."""
GOING_S: Final = 2.0
"""So long a peer may take to go."""


@dataclass(frozen=True, slots=True)
class MediaDoor:
    """What a media socket needs of the server."""

    require: Callable[[Mapping[str, str], str], None]
    """Checks the handshake's headers (names in lower case) and target; raises `SignatureInvalid`."""
    answer: Callable[[Leg, LegStarted], bool]
    answer_browser: Callable[[Leg, LegStarted], bool]
    is_own_page: Callable[[Mapping[str, str]], bool]
    """Whether a browser's handshake comes from a page of ours, by its headers (names in lower case)."""
    not_found: Callable[[str], str]
    """What the handshake of a socket to this target is answered; told in the log."""
    seldom: Seldom
    relays: Relays | None = None
    """Where media of calls go that live in other processes."""
    sockets_below: str = ""
    """Sockets below this path are the application's own; empty: there are none."""
    browsers: set[MediaConnection] = field(default_factory=set)
    """Sockets of browsers that are open."""
    others: dict["MediaProtocol", None] = field(default_factory=dict)
    """The API's sockets that are open, the oldest first."""

    @property
    def is_crowded(self) -> bool:
        """Too many browsers have not said yet what they want."""
        return sum(connection.leg.started is None for connection in self.browsers) >= MOST_WAITING

    def carrier_leg(self, connection: MediaConnection, who: str) -> SocketLeg:
        """Mu-law at 8000 Hz in the carrier's own messages."""
        return TwilioMediaLeg(connection, LegWorld(answer=self.answer, clock=clock.now), who)

    def browser_leg(self, connection: MediaConnection, who: str) -> SocketLeg:
        """Linear audio at 16,000 Hz; its token is looked at with its first message, not before."""
        return LinearLeg(connection, LinearWorld(answer=self.answer_browser, clock=clock.now), who)


class MediaProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, with the media paths taken out of it."""

    door: ClassVar[MediaDoor]
    _media: MediaConnection | None = None
    _relay: Relay | None = None
    _early: bytearray | None = None
    """All that has come since the handshake, until it is known that it is for this process."""
    _handshake = b""

    def handle_connect(self, event: Request) -> None:
        """The handshake's request is here."""
        path = canonical(event.path.partition("?")[0])
        headers = {name.lower(): value for name, value in event.headers.raw_items()}
        if path == MEDIA_PATH or path.startswith(MEDIA_PATH + "/"):
            try:
                self.door.require(headers, event.path)
            except SignatureInvalid:
                self._decline(self.conn.reject(403, "The request is not signed by the carrier.\n"))
            else:
                self._accept(event, self.door.carrier_leg, FrameCutter(MESSAGE_LIMIT, WHOLE_TEXT))
        elif path == BROWSER_PATH:
            if not self.door.is_own_page(headers):
                self.door.seldom.say("origin", f"< {BROWSER_PATH}  403: opened by a page of another origin")
                self._decline(self.conn.reject(403, "This page may not do that.\n"))
                return
            if self.door.is_crowded:
                self.door.seldom.say("browsers", f"< {BROWSER_PATH}  503: {MOST_WAITING} sockets wait for their start")
                self._decline(self.conn.reject(503, "Too many connections.\n"))
                return
            connection = self._accept(event, self.door.browser_leg, FrameCutter(AUDIO_LIMIT, WHOLE_BINARY))
            if connection is not None:
                self.door.browsers.add(connection)
        elif self.door.sockets_below and path.startswith(f"{self.door.sockets_below}/"):
            self._connect_other(event)
        else:
            self._decline(self.conn.reject(404, self.door.not_found(event.path)))

    def _connect_other(self, event: Request) -> None:
        others = self.door.others
        for refused in [other for other in others if other.close_sent][:-MOST_REFUSED]:
            refused.transport.abort()
        if len(others) >= MOST_SOCKETS:
            self.door.seldom.say("sockets", f"< {self.door.sockets_below}  503: {MOST_SOCKETS} sockets are open")
            self._decline(self.conn.reject(503, "Too many connections.\n"))
            return
        others[self] = None
        # Nobody waits for a peer who was told goodbye.
        self.close_timeout = GOING_S
        super().handle_connect(event)

    def _accept(
        self, event: Request, make_leg: Callable[[MediaConnection, str], SocketLeg], cutter: FrameCutter
    ) -> MediaConnection | None:
        response = self.conn.accept(event)
        if response.status_code != 101:
            self._decline(response)
            return None
        self.conn.send_response(response)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.handshake_initiated = self.handshake_complete = True
        address = get_remote_addr(self.transport)
        who = f"{address[0]}:{address[1]}" if address else "media socket"
        if self.door.relays is not None:
            self._handshake, self._early = _said(event), bytearray()
        self._media = MediaConnection(self.conn, self.transport, make_leg, who, cutter)
        return self._media

    def data_received(self, data: bytes) -> None:
        """Bytes came: the media's go straight to the leg."""
        if self._relay is not None:
            self._relay.data_received(data)
        elif self._media is None:
            super().data_received(data)
        else:
            self._media.data_received(data)
            if self._early is not None:
                self._look_for_another(data, self._media)

    def _look_for_another(self, data: bytes, media: MediaConnection) -> None:
        """The first message has said which call it is for."""
        assert self._early is not None and self.door.relays is not None
        self._early += data
        call_id = self.door.relays.wanted(media.leg)
        if call_id is not None:
            media.hand_over()
            self._relay = Relay(self.door.relays, call_id, self.transport, self._handshake, bytes(self._early))
        if call_id is not None or media.leg.started is not None or len(self._early) > EARLY_BYTES:
            self._early = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The TCP connection is gone."""
        if self._relay is not None:
            self._relay.connection_lost()
        if self._media is not None:
            self.door.browsers.discard(self._media)
            self._media.connection_lost(exc)
        self.door.others.pop(self, None)
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


def _said(event: Request) -> bytes:
    """The handshake's request as it came."""
    lines = [f"GET {event.path} HTTP/1.1", *(f"{name}: {value}" for name, value in event.headers.raw_items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def media_protocol(door: MediaDoor) -> type[MediaProtocol]:
    """The protocol class for uvicorn's `ws`: it makes one object per connection and passes nothing of ours."""
    return type("MediaProtocol", (MediaProtocol,), {"door": door})
