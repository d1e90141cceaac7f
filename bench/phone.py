"""One telephone call over the real wire: signed webhook, signed socket, 20 ms after 20 ms, and what came back when.

What the caller does and hears, and what the carrier does with marks and clears, is the simulator's; only the sockets
are this bench's own light ones.
"""

import asyncio
import re
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import msgspec

from bench.wire import MediaSocket, Server, WireError, open_socket, post
from offhook.core.playout import LEAD_S, MESSAGE_FRAMES
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_media import FRAME_BYTES, CarrierMedia, StreamFacts, Tick
from offhook.simulator.carrier_twiml import parse, streams
from offhook.simulator.report import FRAME_S, CallReport
from offhook.speech.scripted.tape import TapeFrame, read_frame

MESSAGE_S: Final = MESSAGE_FRAMES * FRAME_S
"""The server sends when a whole message fits into the lead; the last of a segment may be shorter."""
BYTES_PER_S: Final = 8000
KEPT: Final = 200_000
_REPLY: Final = re.compile(rb"(\d+)")


class _Body(msgspec.Struct):
    payload: bytes = b""
    """Base64 in the message; decoded here."""


class _Message(msgspec.Struct):
    event: str
    media: _Body | None = None


_decode: Final = msgspec.json.Decoder(_Message).decode


@dataclass(frozen=True, slots=True)
class Said:
    """A frame of the tape that arrived on the socket."""

    at: float
    frame: TapeFrame


@dataclass(slots=True)
class Flow:
    """Audio that came without a hole: its schedule counts from its first message."""

    began_at: float
    size: int = 0

    def lateness_s(self, at: float, size: int) -> float:
        """How late the next message of `size` bytes is, 0 for one that is early."""
        due_at = max(self.began_at, self.began_at + self.size / BYTES_PER_S + MESSAGE_S - LEAD_S)
        self.size += size
        return max(0.0, at - due_at)


@dataclass(slots=True)
class Log:
    """What was measured on the socket. Times are seconds since `start` was sent, bounded lists of the newest."""

    webhook_s: float = 0.0
    greeting_s: float | None = None
    """From `start` to the first audio."""
    lateness: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=KEPT))
    """When a message of audio came, and how late it was."""
    underruns: list[float] = field(default_factory=list)
    """When a reply went on after a hole in its playout."""
    clears: list[float] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    """Every frame of the tape as it arrived; only where it is asked for."""
    own_lag: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    """How late our own ticks were."""
    reply_of: dict[int, int] = field(default_factory=dict)
    """The number of the reply that an utterance of the agent belongs to, from the digits before its words."""


class Phone:
    """A caller's telephone and its carrier. `run` is the call from its webhook to its end."""

    def __init__(self, server: Server, caller: Caller, call_sid: str, *, keeps_tape: bool = False) -> None:
        self.log: Final = Log()
        self.caller: Final = caller
        self.call_sid: Final = call_sid
        self.media: CarrierMedia | None = None
        self.began_at = 0.0
        """On this machine's monotonic clock: when `start` was sent."""
        self._server: Final = server
        self._keeps_tape: Final = keeps_tape
        self._socket: MediaSocket | None = None
        self._over: Final[asyncio.Future[str]] = asyncio.get_running_loop().create_future()
        self._ticks = 0
        self._flow: Flow | None = None
        self._last: TapeFrame | None = None
        """What was played last, and nothing since was cleared."""
        self._is_dry = False

    async def run(self) -> CallReport:
        """The whole call. Raises `WireError` when it cannot be made."""
        await self.connect()
        assert self._socket is not None
        await asyncio.wait({self._over, self._socket.closed}, return_when=asyncio.FIRST_COMPLETED)
        ended_by = self._over.result() if self._over.done() else self._socket.closed.result()
        self.hang_up(ended_by)
        if self.media is not None:
            for message in self.media.stop():
                self._socket.send(message)
        self._socket.close()
        await post(self._server, "/twilio/status", self._fields("completed"))
        return self.caller.report(self.call_sid, ended_by)

    def hang_up(self, by: str = "bench") -> None:
        """End the call now."""
        if not self._over.done():
            self._over.set_result(by)

    async def connect(self) -> None:
        """Webhook, socket, `start`; the first 20 ms are under way when this returns."""
        asked_at = monotonic()
        document = await post(self._server, "/twilio/voice", self._fields("ringing"))
        self.log.webhook_s = monotonic() - asked_at
        noun = next(streams(parse(document)), None)
        if noun is None:
            raise WireError(f"the call was refused: {document[:200]!r}")
        parameters = {child.attributes["name"]: child.attributes.get("value", "") for child in noun.children}
        facts = StreamFacts(self._server.account_sid, self.call_sid, "MZ" + self.call_sid[2:], parameters)
        self.media = CarrierMedia(facts)
        self._socket = await open_socket(self._server, urlsplit(noun.attributes["url"]).path, self._received)
        self.began_at = monotonic()
        for message in self.media.open(0.0):
            self._socket.send(message)
        self._tick()

    def _fields(self, status: str) -> dict[str, str]:
        return {
            "CallSid": self.call_sid,
            "AccountSid": self._server.account_sid,
            "From": "+15005550006",
            "To": "+15005550001",
            "CallStatus": status,
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
        }

    # ── every 20 ms ──────────────────────────────────────────────────────────────────────────────────────────────

    def _tick(self) -> None:
        assert self.media is not None
        assert self._socket is not None
        if self._over.done():
            return
        at = self._ticks * FRAME_S
        self.log.own_lag.append(monotonic() - self.began_at - at)
        tick = self.media.tick(self.caller.next_frame(at), at)
        for message in tick.messages:
            self._socket.send(message)
        self.caller.heard(tick.heard, at)
        self._follow(tick, at)
        if self.caller.has_hung_up:
            self.hang_up("caller")
        # An absolute schedule: what was late once does not stay late.
        self._ticks += 1
        due_in_s = self.began_at + self._ticks * FRAME_S - monotonic()
        asyncio.get_running_loop().call_later(max(0.0, due_in_s), self._tick)

    def _follow(self, tick: Tick, at: float) -> None:
        if not tick.is_playing:
            self._is_dry = True
            return
        said = read_frame(tick.heard)
        if said is None:
            return
        self._learn(said)
        if self._is_dry and self._last is not None and self._is_same_reply(self._last, said):
            self.log.underruns.append(at)
        self._last, self._is_dry = said, False

    def _is_same_reply(self, before: TapeFrame, now: TapeFrame) -> bool:
        if before.utterance == now.utterance:
            return True
        reply = self.log.reply_of.get(before.utterance)
        return reply is not None and reply == self.log.reply_of.get(now.utterance)

    def _learn(self, said: TapeFrame) -> None:
        # Frame i of a word carries part i modulo parts: only part 0 begins with the reply's number.
        if said.utterance not in self.log.reply_of and said.frame % said.parts == 0:
            found = _REPLY.match(said.part)
            if found:
                self.log.reply_of[said.utterance] = int(found[1])

    # ── from the server ──────────────────────────────────────────────────────────────────────────────────────────

    def _received(self, text: bytes) -> None:
        assert self.media is not None
        assert self._socket is not None
        at = monotonic() - self.began_at
        message = _decode(text)
        if message.event == "clear":
            self.log.clears.append(at)
            self._flow, self._last = None, None
        elif message.media is not None:
            self._take_audio(message.media.payload, at)
        for answer in self.media.received(text, at):
            self._socket.send(answer)

    def _take_audio(self, audio: bytes, at: float) -> None:
        assert self.media is not None
        if self.log.greeting_s is None:
            self.log.greeting_s = at
        if self._flow is None or self.media.is_idle:
            self._flow = Flow(at)
        self.log.lateness.append((at, self._flow.lateness_s(at, len(audio))))
        if not self._keeps_tape:
            return
        for begin in range(0, len(audio), FRAME_BYTES):
            said = read_frame(audio[begin : begin + FRAME_BYTES])
            if said is not None:
                self._learn(said)
                self.log.said.append(Said(at, said))
