"""A whole call over a linear leg in memory: caller, browser and network around the server's leg, in the loop's time.

As `offhook.simulator.memory` does it for a carrier: in virtual time hours take seconds.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from offhook import clock
from offhook.simulator.caller import Caller
from offhook.simulator.linear_client import LinearClient
from offhook.simulator.network import Courier, Network
from offhook.simulator.report import FRAME_S, CallReport
from offhook.telephony.leg import Leg, LegStarted
from offhook.telephony.linear_leg import LinearLeg, LinearWorld

GOODBYE_S: Final = 5.0
"""After the end of the audio, for what is still under way."""
NOTICE_S: Final = 20.0
"""How long the server's dead connection takes to be noticed (its pings)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearCall:
    """What a call is made of."""

    call: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    network: Network = field(default_factory=Network)
    longest_s: float = 4 * 3600.0
    """The browser ends the call then."""
    stops: bool = True
    """It says `stop` when the caller hangs up; else it only closes."""
    on_tick: Callable[[float], None] | None = None
    """Called after each 20 ms with the time of the call."""


async def linear_call(answer: Callable[[Leg, LegStarted], bool], caller: Caller, call: LinearCall) -> CallReport:
    """Conduct the browser's side of one call to its end. `answer` is asked at `start`, as by a real server.

    The call ends when the caller hangs up, the server closes, or the network breaks.
    """
    return await _Exchange(answer, caller, call).run()


class _Exchange:
    """Both ends of one connection. It is a `LinearSocket` for the leg."""

    def __init__(self, answer: Callable[[Leg, LegStarted], bool], caller: Caller, call: LinearCall) -> None:
        self._call, self._caller = call, caller
        self._client = LinearClient(call.call, call.parameters)
        self._began_at = clock.now()
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[str] = self._loop.create_future()
        """Done with who ended the call."""
        self._server_told: asyncio.Future[None] = self._loop.create_future()
        self._leg = LinearLeg(self, LinearWorld(answer, clock.now), call.call)
        network = call.network
        self._to_server = Courier[tuple[bool, bytes] | None](network.to_server(self._began_at), self._reach_server)
        self._to_client = Courier[bytes | str | None](network.to_carrier(self._began_at), self._reach_client)
        self._ticks = 0
        self._closed_by_server = False

    async def run(self) -> CallReport:
        """Until it is over."""
        network = self._call.network
        timers = [self._loop.call_at(self._began_at + self._call.longest_s, self._end, "the longest call")]
        if network.drop_at_s is not None:
            broken = "the network broke the connection"
            timers.append(self._loop.call_at(self._began_at + network.drop_at_s, self._end, broken))
        if network.half_open_at_s is not None:
            noticed_at = self._began_at + network.half_open_at_s + NOTICE_S
            timers.append(self._loop.call_at(noticed_at, self._server_lost, "nothing was heard, not even a ping"))
        self._to_server.send((False, self._client.open()))
        self._tick()
        try:
            ended_by = await self._over
            self._tell_server(ended_by)
            timers.append(self._loop.call_later(GOODBYE_S + NOTICE_S, self._server_lost, "the peer is silent"))
            await self._server_told
        finally:
            for timer in timers:
                timer.cancel()
            self._to_server.stop()
            self._to_client.stop()
        report = self._caller.report(self._call.call, ended_by)
        report.violations = list(self._client.violations)
        return report

    # ── the server's socket (telephony.linear_leg.LinearSocket) ──────────────────────────────────────────────────

    def send_text(self, message: bytes) -> None:
        """The server sends."""
        self._send_down(message.decode())

    def send_binary(self, message: bytes) -> None:
        """The server speaks."""
        self._send_down(message)

    def close(self, code: int) -> None:
        """The server closes."""
        del code
        self._send_down(None)
        self._closed_by_server = True

    @property
    def waiting_bytes(self) -> int:
        """The network here takes everything at once."""
        return 0

    def _send_down(self, message: bytes | str | None) -> None:
        if not self._closed_by_server:
            self._to_client.send(message)

    # ── the browser's side ───────────────────────────────────────────────────────────────────────────────────────

    def _tick(self) -> None:
        if self._over.done():
            return
        at = self._ticks * FRAME_S
        heard, marks, audio = self._client.tick(self._caller.next_frame(at))
        self._caller.heard(heard, at)
        self._send_marks(marks)
        self._to_server.send((True, audio), is_media=True)
        for digit in self._caller.take_digits(at):
            self._to_server.send((False, self._client.key(digit)))
        if self._call.on_tick is not None:
            self._call.on_tick(at)
        if self._caller.has_hung_up:
            self._end("caller")
        else:
            # An absolute schedule: twenty milliseconds do not drift.
            self._ticks += 1
            self._loop.call_at(self._began_at + self._ticks * FRAME_S, self._tick)

    def _send_marks(self, names: list[str]) -> None:
        for name in names:
            self._to_server.send((False, self._client.mark(name)))

    def _reach_client(self, message: bytes | str | None) -> None:
        if message is None:
            self._end("server")
        else:
            self._send_marks(self._client.received(message, clock.now() - self._began_at))

    def _end(self, ended_by: str) -> None:
        if not self._over.done():
            self._over.set_result(ended_by)

    # ── the end, as the server learns of it ──────────────────────────────────────────────────────────────────────

    def _tell_server(self, ended_by: str) -> None:
        if ended_by.startswith("the network"):
            self._server_lost(ended_by)
            return
        if self._closed_by_server:
            self._server_lost("closed on this side")
            return
        if self._call.stops:
            self._to_server.send((False, self._client.stop()))
        self._to_server.send(None)

    def _reach_server(self, message: tuple[bool, bytes] | None) -> None:
        if message is None:
            self._server_lost("closed by the peer with 1000")
        elif not self._server_told.done():
            is_audio, data = message
            if is_audio:
                self._leg.binary_received(data)
            else:
                self._leg.text_received(data)

    def _server_lost(self, cause: str) -> None:
        if not self._server_told.done():
            self._server_told.set_result(None)
            self._leg.connection_lost(cause)
