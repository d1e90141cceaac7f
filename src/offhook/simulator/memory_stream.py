"""A media stream in memory: the carrier's media engine, a network, and the server's leg, without a socket."""

import asyncio
from collections.abc import Callable
from typing import Final

from offhook import clock
from offhook.simulator.carrier_media import CarrierMedia, StreamFacts
from offhook.simulator.carrier_stream import StreamEnd, StreamOptions
from offhook.simulator.network import Courier
from offhook.simulator.telephone import Telephone
from offhook.telephony.carriers.twilio_media import LegWorld, TwilioMediaLeg
from offhook.telephony.leg import Leg, LegStarted

NOTICE_S: Final = 20.0
"""How long a server's dead connection takes to be noticed (its pings)."""
GOODBYE_S: Final = 5.0
"""After the end of the media, for what is still under way."""

BROKEN: Final = "the network broke the connection"


class MemoryStream:
    """Both ends of one connection. It is a `MediaSocket` for the leg and a `Stream` for the carrier's call."""

    def __init__(
        self,
        facts: StreamFacts,
        telephone: Telephone,
        options: StreamOptions,
        answer: Callable[[Leg, LegStarted], bool],
    ) -> None:
        self.media: Final = CarrierMedia(facts, options.faults)
        self.closed_with = 0
        self._telephone: Final = telephone
        self._options: Final = options
        self._loop: Final = asyncio.get_running_loop()
        self._over: Final[asyncio.Future[str]] = self._loop.create_future()
        """Done with how the carrier's side ended."""
        self.gone: Final[asyncio.Future[None]] = self._loop.create_future()
        """Done when the server knows of the end too."""
        self._leg: Final = TwilioMediaLeg(self, LegWorld(answer=answer, clock=clock.now), facts.call_sid)
        now = clock.now()
        self._to_server: Final = Courier[bytes | None](options.network.to_server(now), self._reach_server)
        self._to_carrier: Final = Courier[bytes | int](options.network.to_carrier(now), self._reach_carrier)
        self._far: Final = StreamEnd(self.media, self._send)
        self._timers: Final[list[asyncio.TimerHandle]] = []
        self._closed_by_server = False

    async def run(self) -> str:
        """See `carrier_stream.Stream`. What the server is told of the end may still be under way: see `gone`."""
        network = self._options.network
        if network.drop_at_s is not None:
            self._later(network.drop_at_s, lambda: self._end(BROKEN))
        if network.half_open_at_s is not None:
            self._later(network.half_open_at_s + NOTICE_S, self._unnoticed)
        for message in self.media.open(self._telephone.now()):
            self._to_server.send(message)
        self._telephone.connect(self)
        ended = "the call's end"
        try:
            ended = await self._over
        finally:
            self._telephone.disconnect(self)
            self._tell_server(ended)
        return ended

    # ── the server's socket (telephony.carriers.twilio_media.MediaSocket) ────────────────────────────────────────

    def send_text(self, message: bytes) -> None:
        """The server sends."""
        if not self._closed_by_server:
            self._to_carrier.send(message)

    def close(self, code: int) -> None:
        """The server closes."""
        if not self._closed_by_server:
            self._closed_by_server = True
            self._to_carrier.send(code)

    # ── the carrier's side (simulator.telephone.FarEnd) ──────────────────────────────────────────────────────────

    def frame(self, caller: bytes, at: float) -> bytes:
        """20 ms both ways."""
        heard = self._far.frame(caller, at)
        if self.media.is_over:
            self._end("the carrier stopped the stream")
        return heard

    def press(self, digit: str) -> None:
        """A key of the caller's."""
        self._far.press(digit)

    def _send(self, message: bytes, is_media: bool) -> None:
        self._to_server.send(message, is_media=is_media)

    def _reach_carrier(self, message: bytes | int) -> None:
        if isinstance(message, int):
            self.closed_with = message
            self._end("closed by the server")
            return
        if self._over.done():
            return
        for answer in self.media.received(message, self._telephone.now()):
            self._to_server.send(answer)

    def _end(self, how: str) -> None:
        if not self._over.done():
            self._over.set_result(how)

    # ── the end, as the server learns of it ──────────────────────────────────────────────────────────────────────

    def _tell_server(self, ended: str) -> None:
        network, faults = self._options.network, self._options.faults
        if ended == BROKEN:
            self._server_lost(BROKEN)
            return
        for message in self.media.stop():
            self._to_server.send(message)
        if self._closed_by_server:
            self._server_lost("closed on this side")
        elif faults.end == "stop_and_close":
            self._to_server.send(None)
        if not self.gone.done():
            is_silent = faults.end != "stop_and_close" or network.half_open_at_s is not None
            notice_s = NOTICE_S if is_silent else GOODBYE_S + network.delay_s + network.burst_gap_s
            self._later(notice_s, lambda: self._server_lost("the peer is silent"))

    def _reach_server(self, message: bytes | None) -> None:
        if message is None:
            self._server_lost("closed by the peer with 1000")
        elif not self.gone.done():
            self._leg.text_received(message)

    def _unnoticed(self) -> None:
        self._server_lost("nothing was heard, not even a ping")

    def _server_lost(self, cause: str) -> None:
        if self.gone.done():
            return
        self.gone.set_result(None)
        for timer in self._timers:
            timer.cancel()
        self._to_server.stop()
        self._leg.connection_lost(cause)

    def _later(self, delay_s: float, do: Callable[[], None]) -> None:
        self._timers.append(self._loop.call_later(delay_s, do))
