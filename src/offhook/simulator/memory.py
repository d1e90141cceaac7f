"""A whole call in memory: caller, carrier's media and network around a server's leg, in the running loop's time.

In virtual time (`offhook.simulator.virtual`) hours of calls take seconds; in real time it works as well.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from offhook import clock
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_media import CarrierMedia, MediaFaults, StreamFacts
from offhook.simulator.network import Courier, Network
from offhook.simulator.report import FRAME_S, CallReport
from offhook.telephony.carriers.twilio_media import LegWorld, TwilioMediaLeg
from offhook.telephony.leg import Leg, LegStarted

REST_S: Final = 0.15
"""From our request to hang up until the carrier has done it."""
NOTICE_S: Final = 20.0
"""How long a server's dead connection takes to be noticed (its pings)."""
GOODBYE_S: Final = 5.0
"""After the end of the media, for what is still under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryCall:
    """What a call in memory is made of."""

    facts: StreamFacts
    network: Network = field(default_factory=Network)
    faults: MediaFaults = field(default_factory=MediaFaults)
    longest_s: float = 4 * 3600.0
    """The carrier ends the call then."""
    on_tick: Callable[[float], None] | None = None
    """Called after each 20 ms with the time of the call: where a test checks its invariants."""


async def memory_call(answer: Callable[[Leg, LegStarted], bool], caller: Caller, call: MemoryCall) -> CallReport:
    """Conduct the carrier's side of one call to its end. `answer` is asked at `start`, as by a real server.

    The call ends when the caller hangs up, the server closes or hangs up, or the network breaks. What the server does
    after that is its own; this returns as soon as the connection is gone on both sides.
    """
    return await _Exchange(answer, caller, call).run()


class _Exchange:
    """Both ends of one connection. It is a `MediaSocket` for the leg."""

    def __init__(self, answer: Callable[[Leg, LegStarted], bool], caller: Caller, call: MemoryCall) -> None:
        self._call: Final = call
        self._caller: Final = caller
        self._media: Final = CarrierMedia(call.facts, call.faults)
        self._began_at: Final = clock.now()
        self._loop: Final = asyncio.get_running_loop()
        self._over: Final[asyncio.Future[str]] = self._loop.create_future()
        """Done with who ended the call."""
        self._server_told: Final[asyncio.Future[None]] = self._loop.create_future()
        world = LegWorld(answer=answer, clock=clock.now, hang_up=self._hang_up)
        self._leg: Final = TwilioMediaLeg(self, world, call.facts.call_sid)
        self._to_server: Final = Courier[bytes | None](call.network.to_server(self._began_at), self._reach_server)
        self._to_carrier: Final = Courier[bytes | None](call.network.to_carrier(self._began_at), self._reach_carrier)
        self._ticks = 0
        self._closed_by_server = False

    async def run(self) -> CallReport:
        """Until it is over."""
        timers = [self._loop.call_at(self._began_at + self._call.longest_s, self._end, "the longest call")]
        if self._call.network.drop_at_s is not None:
            timers.append(self._loop.call_at(self._began_at + self._call.network.drop_at_s, self._break))
        if self._call.network.half_open_at_s is not None:
            noticed_at = self._began_at + self._call.network.half_open_at_s + NOTICE_S
            timers.append(self._loop.call_at(noticed_at, self._server_lost, "nothing was heard, not even a ping"))
        for message in self._media.open(0.0):
            self._to_server.send(message)
        self._tick()
        try:
            ended_by = await self._over
            self._tell_server(ended_by)
            timers.append(self._loop.call_later(self._notice_s(), self._server_lost, "the peer is silent"))
            await self._server_told
        finally:
            for timer in timers:
                timer.cancel()
            self._to_server.stop()
            self._to_carrier.stop()
        report = self._caller.report(self._call.facts.call_sid, ended_by)
        report.violations = list(self._media.violations)
        return report

    # ── the server's socket (telephony.carriers.twilio_media.MediaSocket) ────────────────────────────────────────

    def send_text(self, message: bytes) -> None:
        """The server sends."""
        if not self._closed_by_server:
            self._to_carrier.send(message)

    def close(self, code: int) -> None:
        """The server closes."""
        del code
        if not self._closed_by_server:
            self._closed_by_server = True
            self._to_carrier.send(None)

    def backlog(self) -> int:
        """Nothing ever waits here."""
        return 0

    async def _hang_up(self, call_sid: str) -> None:
        """The server's request over REST."""
        assert call_sid == self._call.facts.call_sid
        await asyncio.sleep(REST_S)
        self._end("server")

    # ── the carrier's side ───────────────────────────────────────────────────────────────────────────────────────

    def _tick(self) -> None:
        if self._over.done():
            return
        at = self._ticks * FRAME_S
        tick = self._media.tick(self._caller.next_frame(at), at)
        self._caller.heard(tick.heard, at)
        self._send(tick.messages)
        for digit in self._caller.take_digits(at):
            self._send(tuple(self._media.press(digit)))
        if self._call.on_tick is not None:
            self._call.on_tick(at)
        if self._media.is_over:
            self._end("the carrier stopped the stream")
        elif self._caller.has_hung_up:
            self._end("caller")
        else:
            # An absolute schedule: twenty milliseconds do not drift.
            self._ticks += 1
            self._loop.call_at(self._began_at + self._ticks * FRAME_S, self._tick)

    def _send(self, messages: tuple[bytes, ...]) -> None:
        for message in messages:
            self._to_server.send(message, is_media=message.startswith(b'{"event":"media"'))

    def _reach_carrier(self, message: bytes | None) -> None:
        if message is None:
            self._end("server")
            return
        for answer in self._media.received(message, clock.now() - self._began_at):
            self._to_server.send(answer)

    def _end(self, ended_by: str) -> None:
        if not self._over.done():
            self._over.set_result(ended_by)

    # ── the end, as the server learns of it ──────────────────────────────────────────────────────────────────────

    def _tell_server(self, ended_by: str) -> None:
        if ended_by.startswith("the network"):
            self._server_lost(ended_by)
            return
        for message in self._media.stop():
            self._to_server.send(message)
        if self._closed_by_server:
            self._server_lost("closed on this side")
        elif self._call.faults.end == "stop_and_close":
            self._to_server.send(None)

    def _reach_server(self, message: bytes | None) -> None:
        if message is None:
            self._server_lost("closed by the peer with 1000")
        elif not self._server_told.done():
            self._leg.text_received(message)

    def _server_lost(self, cause: str) -> None:
        if not self._server_told.done():
            self._server_told.set_result(None)
            self._leg.connection_lost(cause)

    def _notice_s(self) -> float:
        if self._call.faults.end != "stop_and_close" or self._call.network.half_open_at_s is not None:
            return NOTICE_S
        return GOODBYE_S + self._call.network.delay_s + self._call.network.burst_gap_s

    def _break(self) -> None:
        self._end("the network broke the connection")
