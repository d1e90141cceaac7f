"""A leg over a plain WebSocket with linear 16-bit audio at 16,000 Hz: what a browser speaks to us. No I/O.

    EXPECTING ── start ──▶ LIVE ── stop, socket's end, close ──▶ OVER

The wire, which is a contract:

- Binary messages are audio, both ways: signed 16-bit samples, little-endian, one channel, 16,000 a second, whole
  samples, at most 32,000 bytes (1 s) in a message. The client sends all the time from `start` on, silence too, in
  pieces of any length (20 ms are best); what it could not record it tells as `skip`. It plays what it gets in order and
  without a gap, and nothing while it has nothing.
- Text messages are JSON objects with a `type`. From the client:
      {"type": "start", "rate": 16000, "call": "...", "parameters": {"token": "...", ...}}   the first message
      {"type": "mark", "name": "..."}    all that came before the server's mark of this name was played, or cleared
      {"type": "key", "digit": "5"}      one of 0-9, *, #, A-D
      {"type": "skip", "ms": 400}        so much audio is missing here; it is heard as silence
      {"type": "stop"}                   the person has ended the call; nothing follows
  From the server:
      {"type": "mark", "name": "..."}    to be returned when all before it was played
      {"type": "clear"}                  drop what is not played yet, and return every mark that waits, in order
      {"type": "told", ...}              what happens in the call, for a page that has asked for it (`call.story`)
- Either side may close. The server closes with 1008 a client whose `start` it does not accept.

Whatever comes, a method here does not raise: what cannot be used is counted (`LegCounters`) and dropped, and more than
a call can have ends the leg.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

import msgspec

from offhook.audio.frames import Framer
from offhook.core.formats import WIDEBAND, AudioFormat
from offhook.telephony.leg import LegStarted
from offhook.telephony.rate import Allowance
from offhook.telephony.wire_leg import LegState, WireLeg

_logger: Final = logging.getLogger("offhook.leg")

AUDIO_LIMIT: Final = WIDEBAND.bytes_per_s
"""Bytes in one binary message: a second."""
TEXT_LIMIT: Final = 8_192
"""Bytes in one text message: a token and a few parameters are far shorter."""
SEND_LIMIT: Final = 10 * WIDEBAND.frame_bytes
"""Audio bytes in one message of ours: 200 ms."""
TOLD_BACKLOG: Final = 32 * 1024
"""Bytes that wait for the network: news of the call come after its sound, and not at all when there is more of it."""
MOST_SKIPPED_MS: Final = 2_000
"""Longest hole that is filled with silence; after a longer one the call goes on where it is."""
CALL_ALLOWANCE: Final = Allowance(messages_per_s=400.0, bytes_per_s=2.0 * WIDEBAND.bytes_per_s, burst_s=5.0)
"""Twice the audio that a call has, and 10 s at once; silence for skipped audio counts as audio."""


class LinearSocket(Protocol):
    """What the leg needs of its WebSocket. Nothing here blocks or raises; a socket that is gone takes and forgets."""

    def send_text(self, message: bytes) -> None:
        """Send one text message, UTF-8."""

    def send_binary(self, message: bytes) -> None:
        """Send one binary message."""

    def close(self, code: int) -> None:
        """Start the closing handshake."""

    @property
    def waiting_bytes(self) -> int:
        """What was sent and the network has not taken yet."""


@dataclass(frozen=True, slots=True)
class LinearWorld:
    """What surrounds a leg. `answer` is asked once, at `start`: False and the leg is closed."""

    answer: Callable[["LinearLeg", LegStarted], bool]
    clock: Callable[[], float]
    """Seconds, monotonic; only the rate limit reads it."""
    allowance: Allowance = CALL_ALLOWANCE


class _Message(msgspec.Struct, frozen=True, tag_field="type"):
    pass


class _Start(_Message, frozen=True, tag="start"):
    rate: int
    call: str
    parameters: dict[str, str] = {}


class _Mark(_Message, frozen=True, tag="mark"):
    name: str


class _Key(_Message, frozen=True, tag="key"):
    digit: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#", "A", "B", "C", "D"]


class _Skip(_Message, frozen=True, tag="skip"):
    ms: int


class _Stop(_Message, frozen=True, tag="stop"):
    pass


_Incoming = _Start | _Mark | _Key | _Skip | _Stop
_DECODER: Final = msgspec.json.Decoder(_Incoming)
_CLEAR: Final = b'{"type":"clear"}'


class LinearLeg(WireLeg):
    """One connection. Its listener is told of one end, whoever made it, and of nothing after that."""

    def __init__(self, socket: LinearSocket, world: LinearWorld, who: str = "audio socket") -> None:
        super().__init__(socket, world.clock, world.allowance, who)
        self._socket: Final = socket
        self._world: Final = world
        self._framer: Final = Framer(WIDEBAND)

    @property
    def format(self) -> AudioFormat:
        """Linear, 16,000 Hz."""
        return WIDEBAND

    # ── from the socket ──────────────────────────────────────────────────────────────────────────────────────────

    def binary_received(self, audio: bytes) -> None:
        """Audio came."""
        if not self._rate.admits(len(audio)):
            self._flooded("more than a call can have")
        elif self._state is not LegState.LIVE:
            self._trouble("out_of_order", f"audio on a stream that is {self._state.value}")
        elif len(audio) > AUDIO_LIMIT:
            self._trouble("too_long", f"{len(audio)} bytes of audio are dropped")
        elif len(audio) % WIDEBAND.sample_bytes:
            self._trouble("unreadable", f"{len(audio)} bytes are no whole samples: dropped")
        else:
            self.counters.messages += 1
            self._hear(audio)

    def text_received(self, message: bytes | str) -> None:
        """A text message came."""
        if not self._rate.admits(len(message)):
            self._flooded("more than a call can have")
            return
        if len(message) > TEXT_LIMIT:
            self._trouble("too_long", f"a message of {len(message)} bytes is dropped")
            return
        try:
            incoming = _DECODER.decode(message)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            self._trouble("unreadable", "a message that is none of this protocol's is dropped")
        else:
            self._take(incoming)

    # ── to the call (telephony.leg.Leg) ──────────────────────────────────────────────────────────────────────────

    def send_audio(self, audio: bytes) -> None:
        """Queue linear audio at the client."""
        if self._state is LegState.LIVE:
            for at in range(0, len(audio), SEND_LIMIT):
                self._socket.send_binary(audio[at : at + SEND_LIMIT])

    def send_mark(self, name: str) -> None:
        """Ask to be told when all that was sent before has been played."""
        if self._state is LegState.LIVE:
            self._socket.send_text(msgspec.json.encode(_Mark(name)))

    def send_clear(self) -> None:
        """Drop what the client has queued."""
        if self._state is LegState.LIVE:
            self._socket.send_text(_CLEAR)

    def tell(self, message: bytes) -> bool:
        """Send news of the call (JSON, `type` "told"), also behind its end; False: left out, the connection is slow."""
        if self._state is LegState.EXPECTING or self._socket.waiting_bytes > TOLD_BACKLOG:
            return False
        self._socket.send_text(message)
        return True

    # ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, incoming: _Incoming) -> None:
        if self._state is LegState.EXPECTING and isinstance(incoming, _Start):
            self._start(incoming)
            return
        if self._state is not LegState.LIVE or isinstance(incoming, _Start):
            kind = type(incoming).__name__.strip("_").lower()
            self._trouble("out_of_order", f"{kind!r} on a stream that is {self._state.value}")
            return
        self.counters.messages += 1
        match incoming:
            case _Mark(name=name):
                self._listener.mark_reached(name)
            case _Key(digit=digit):
                self._listener.digit_pressed(digit)
            case _Skip(ms=ms):
                self._skip(ms)
            case _Stop():
                self._end(lambda listener: listener.leg_stopped(), "stopped by the client")

    def _start(self, message: _Start) -> None:
        if message.rate != WIDEBAND.rate:
            self._refuse("unreadable", f"audio at {message.rate} Hz, expected {WIDEBAND.rate}")
            return
        self.counters.messages += 1
        self._state = LegState.LIVE
        self._trouble.who = ascii(message.call[:64]).strip("'")
        self.started = LegStarted(message.call, "", message.parameters)
        _logger.info("< %s  start of audio", self._trouble.who)
        if not self._world.answer(self, self.started):
            self._refuse("out_of_order", "no call expects this leg: unknown, used or overdue token")

    def _skip(self, ms: int) -> None:
        if ms <= 0:
            self._trouble("odd_times", "nothing is skipped")
            return
        filled_ms = min(ms, MOST_SKIPPED_MS)
        size = round(filled_ms * WIDEBAND.rate / 1000) * WIDEBAND.sample_bytes
        if not self._rate.admits(size):
            self._flooded("more audio than a call can have")
            return
        self._trouble("lost_frames", f"{ms} ms of audio are missing: {filled_ms} ms of silence", filled_ms // 20)
        self._hear(WIDEBAND.silence(size))

    def _hear(self, audio: bytes) -> None:
        for frame in self._framer.push(audio):
            # The listener may end the leg at any frame.
            if self._state is LegState.LIVE:
                self.counters.frames += 1
                self._listener.frame_received(frame)
