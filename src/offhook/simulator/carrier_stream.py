"""A media stream over a real socket: the carrier's media engine, the caller's telephone and the network together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from offhook import clock
from offhook.simulator.carrier_media import CarrierMedia, MediaFaults, StreamFacts
from offhook.simulator.carrier_web import ServerWeb, signature
from offhook.simulator.network import Courier, Network
from offhook.simulator.telephone import Telephone

CONNECT_S: Final = 5.0
LINGER_S: Final = 5.0
"""A connection that the carrier leaves open without a word is cut after so long: no run lasts for ever."""
OUTBOX: Final = 5_000
"""Messages that the server has not taken: 100 s of audio."""

TIMED_OUT: Final = 31901
REFUSED: Final = 31920
CLOSED_BY_SERVER: Final = 31921
NOT_WSS: Final = 31922
IO_PROBLEM: Final = 31911


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOptions:
    """How the carrier's streams behave."""

    network: Network = field(default_factory=Network)
    faults: MediaFaults = field(default_factory=MediaFaults)
    handshake: Literal["signed", "unsigned", "wrongly_signed"] = "signed"
    query: Literal["refuse", "drop"] = "refuse"
    """What becomes of a stream address with a query: both have been seen."""
    second_after_s: float | None = None
    """A second stream for the same call, with the same parameters, so long after the first began."""


class StreamFailed(Exception):
    """The stream could not be made; `code` is Twilio's."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class Stream(Protocol):
    """A media stream of a call, over whatever it goes."""

    @property
    def media(self) -> CarrierMedia:
        """The carrier's end of it."""

    @property
    def closed_with(self) -> int:
        """The server's close code."""

    async def run(self) -> str:
        """Serve the stream until the server closes it, the network breaks it or the faults stop it; how it ended.

        Raises `StreamFailed` when it cannot be made. Cancelled, it ends as at a caller's hang-up.
        """


StreamMaker = Callable[[StreamFacts, str, Telephone, StreamOptions], Stream]
"""Makes the stream of a call to an address."""


class StreamEnd:
    """The stream as the far end of the caller's line; `send(message, is_media)` is the way to the server."""

    def __init__(self, media: CarrierMedia, send: Callable[[bytes, bool], None]) -> None:
        self._media: Final = media
        self._send: Final = send

    def frame(self, caller: bytes, at: float) -> bytes:
        """20 ms both ways."""
        tick = self._media.tick(caller, at)
        for message in tick.messages:
            self._send(message, message.startswith(b'{"event":"media"'))
        return tick.heard

    def press(self, digit: str) -> None:
        """A key of the caller's."""
        for message in self._media.press(digit):
            self._send(message, False)


class SocketStream:
    """One media stream of a call."""

    def __init__(
        self, facts: StreamFacts, url: str, web: ServerWeb, telephone: Telephone, options: StreamOptions
    ) -> None:
        self.media: Final = CarrierMedia(facts, options.faults)
        self._url: Final = url
        self._web: Final = web
        self._telephone: Final = telephone
        self._options: Final = options
        self._outbox: Final[asyncio.Queue[bytes]] = asyncio.Queue(OUTBOX)
        self.closed_with = 0
        """The server's close code."""

    async def run(self) -> str:
        """See `Stream`."""
        socket = await self._connect()
        try:
            return await self._serve(socket)
        finally:
            socket.transport.abort()

    async def _connect(self) -> ClientConnection:
        parts = urlsplit(self._url)
        if parts.scheme != "wss":
            raise StreamFailed(NOT_WSS, f"the stream's address begins with {parts.scheme!r} instead of 'wss'")
        if parts.query and self._options.query == "refuse":
            raise StreamFailed(REFUSED, "the stream's address has a query")
        signed = parts._replace(query="", fragment="").geturl()
        host, port = self._web.real_address()
        headers = {"User-Agent": "Twilio.TmeWs/1.0"}
        if self._options.handshake != "unsigned":
            token = self._web.account.token + ("x" if self._options.handshake == "wrongly_signed" else "")
            headers["X-Twilio-Signature"] = signature(token, signed, {})
        plain = parts._replace(scheme="wss" if self._web.is_secure else "ws", query="", fragment="").geturl()
        try:
            return await connect(
                plain, host=host, port=port, additional_headers=headers, user_agent_header=None, proxy=None,
                open_timeout=CONNECT_S, close_timeout=1.0, ping_interval=None, compression=None, max_size=1 << 20,
            )  # fmt: skip
        except TimeoutError as error:
            raise StreamFailed(TIMED_OUT, f"{plain} did not answer") from error
        except InvalidStatus as error:
            status = error.response.status_code
            raise StreamFailed(REFUSED, f"the handshake was answered with HTTP {status} instead of 101") from error
        except (OSError, InvalidHandshake) as error:
            raise StreamFailed(REFUSED, f"{plain}: {error}") from error

    async def _serve(self, socket: ClientConnection) -> str:
        options, now = self._options, clock.now()
        to_server = Courier[bytes](options.network.to_server(now), self._put)
        to_carrier = Courier[str | bytes](
            options.network.to_carrier(now), lambda message: self._take(message, to_server)
        )
        for message in self.media.open(self._telephone.now()):
            to_server.send(message)
        end = StreamEnd(self.media, lambda message, is_media: to_server.send(message, is_media=is_media))
        self._telephone.connect(end)
        writer = asyncio.ensure_future(self._write(socket))
        reader = asyncio.ensure_future(self._read(socket, to_carrier))
        breaker = asyncio.ensure_future(self._break(socket))
        try:
            done, _ = await asyncio.wait({writer, reader, breaker}, return_when=asyncio.FIRST_COMPLETED)
            return next(task.result() for task in (breaker, reader, writer) if task in done)
        finally:
            self._telephone.disconnect(end)
            writer.cancel()
            await self._say_goodbye(socket)
            reader.cancel()
            breaker.cancel()
            await asyncio.wait({writer, reader, breaker})
            to_server.stop()
            to_carrier.stop()

    def _put(self, message: bytes) -> None:
        try:
            self._outbox.put_nowait(message)
        except asyncio.QueueFull:
            self.media.violated(IO_PROBLEM, "the server does not read", self._telephone.now())

    def _take(self, message: str | bytes, to_server: Courier[bytes]) -> None:
        at = self._telephone.now()
        if isinstance(message, bytes):
            self.media.received_binary(len(message), at)
            return
        for answer in self.media.received(message, at):
            to_server.send(answer)

    async def _write(self, socket: ClientConnection) -> str:
        try:
            while True:
                message = await self._outbox.get()
                await socket.send(message.decode())
                if self.media.is_over and self._outbox.empty():
                    return "the carrier stopped the stream"
        except ConnectionClosed:
            # The reader tells how.
            return await _for_ever()

    async def _read(self, socket: ClientConnection, to_carrier: Courier[str | bytes]) -> str:
        half_open_at_s = self._options.network.half_open_at_s
        try:
            async for message in socket:
                to_carrier.send(message)
        except ConnectionClosed as closed:
            if closed.rcvd is None:
                return "the connection was lost"
        self.closed_with = socket.close_code or 0
        if half_open_at_s is not None and self._telephone.now() >= half_open_at_s:
            return await _for_ever()
        return "closed by the server"

    async def _break(self, socket: ClientConnection) -> str:
        network = self._options.network
        if network.half_open_at_s is not None:
            await asyncio.sleep(network.half_open_at_s)
            # The couriers drop everything from now on; not even a ping may be answered.
            socket.transport.pause_reading()
        if network.drop_at_s is not None:
            await asyncio.sleep(network.drop_at_s)
            socket.transport.abort()
            return "the network broke the connection"
        return await _for_ever()

    async def _say_goodbye(self, socket: ClientConnection) -> None:
        end = self._options.faults.end
        if self._options.network.half_open_at_s is not None:
            return
        try:
            while not self._outbox.empty():
                await socket.send(self._outbox.get_nowait().decode())
            for message in self.media.stop():
                await socket.send(message.decode())
            if end == "stop_and_close":
                await socket.close()
        except (ConnectionClosed, OSError):
            return
        if end != "stop_and_close":
            await asyncio.wait({asyncio.ensure_future(socket.wait_closed())}, timeout=LINGER_S)


async def _for_ever() -> str:
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    return await ended
