"""A Twilio media stream as a leg, without any I/O: messages in, calls of the listener out, and the other way round.

    EXPECTING ── start ──▶ LIVE ── stop, socket's end, close ──▶ OVER

Whatever comes, a method here does not raise: what cannot be used is counted (`LegCounters`), told in the log at its
first, tenth, hundredth ... time, and the call goes on without it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from offhook.audio.frames import Framer
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.telephony.carriers.twilio_messages import (
    MESSAGE_LIMIT,
    AnyIncoming,
    Connected,
    Dtmf,
    Encoder,
    Mark,
    Media,
    Start,
    Stop,
    UnknownEvent,
    Unreadable,
    decode,
)
from offhook.telephony.carriers.twilio_timeline import Timeline
from offhook.telephony.leg import LegStarted
from offhook.telephony.rate import Allowance, RateLimit
from offhook.telephony.wire_leg import FLOOD_LIMIT, LegState, WireLeg

_logger: Final = logging.getLogger("offhook.leg")

SEND_LIMIT: Final = 1_600
"""Audio bytes in one message: 200 ms. Twilio documents no limit, and peers send 20 to 200 ms."""
AUDIO_ALLOWANCE: Final = Allowance(messages_per_s=400.0, bytes_per_s=16_000.0, burst_s=5.0)
"""Of audio, silence for lost messages included: twice what a call has, and 10 s at once."""
CALL_ALLOWANCE: Final = Allowance()
SILENCE: Final = b"\xff"


class MediaSocket(Protocol):
    """What a leg needs of its WebSocket. Nothing here blocks or raises; a socket that is gone takes all and forgets."""

    def send_text(self, message: bytes) -> None:
        """Send one text message, UTF-8."""

    def close(self, code: int) -> None:
        """Start the closing handshake."""


@dataclass(frozen=True, slots=True)
class LegWorld:
    """What surrounds a leg. `answer` is asked once, at `start`: False and the leg is closed."""

    answer: Callable[["TwilioMediaLeg", LegStarted], bool]
    clock: Callable[[], float]
    """Seconds, monotonic; only the rate limit reads it."""
    allowance: Allowance = CALL_ALLOWANCE


class TwilioMediaLeg(WireLeg):
    """One media stream. Its listener is told of one end, whoever made it, and of nothing after that."""

    def __init__(self, socket: MediaSocket, world: LegWorld, who: str = "media socket") -> None:
        super().__init__(socket, world.clock, world.allowance, who)
        self._socket: Final = socket
        self._world: Final = world
        self._audio_rate: Final = RateLimit(world.clock, AUDIO_ALLOWANCE)
        self._timeline: Final = Timeline(self._trouble)
        self._framer: Final = Framer()
        self._encoder = Encoder("")
        self._sequence = 0

    @property
    def format(self) -> AudioFormat:
        """Of the audio, both ways: `start` is refused when it announces another (protocol notes, 1.5)."""
        return TELEPHONE

    # ── from the socket ──────────────────────────────────────────────────────────────────────────────────────────

    def text_received(self, message: bytes | str) -> None:
        """A text message came."""
        size = len(message)
        if not self._rate.admits(size):
            self._flooded("more messages than a call can have")
            return
        if size > MESSAGE_LIMIT:
            self._trouble("too_long", f"a message of {size} bytes is dropped")
            return
        try:
            incoming = decode(message)
        except UnknownEvent as unknown:
            self._trouble("unknown", f"event {unknown} is ignored")
        except Unreadable as unreadable:
            self._trouble("unreadable", f"{unreadable}: the message is dropped")
        else:
            self._take(incoming)

    def binary_received(self, message: bytes) -> None:
        """A binary message came: the protocol has none."""
        self._trouble("binary", f"a binary message of {len(message)} bytes is dropped")
        if self.counters.binary > FLOOD_LIMIT:
            self._flooded("binary messages")

    # ── to the call (telephony.leg.Leg) ──────────────────────────────────────────────────────────────────────────

    def send_audio(self, audio: bytes) -> None:
        """Queue mu-law at the carrier."""
        if self._state is LegState.LIVE:
            for at in range(0, len(audio), SEND_LIMIT):
                self._socket.send_text(self._encoder.media(audio[at : at + SEND_LIMIT]))

    def send_mark(self, name: str) -> None:
        """Ask to be told when all that was sent before has been played."""
        if self._state is LegState.LIVE:
            self._socket.send_text(self._encoder.mark(name))

    def send_clear(self) -> None:
        """Drop what the carrier has queued."""
        if self._state is LegState.LIVE:
            self._socket.send_text(self._encoder.clear())

    # ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _take(self, incoming: AnyIncoming) -> None:
        is_live = self._state is LegState.LIVE
        if is_live and isinstance(incoming, Media):  # Fifty a second.
            if self._is_ours(incoming):
                self._hear(incoming)
        elif is_live and isinstance(incoming, Mark | Dtmf | Stop):
            if self._is_ours(incoming):
                self._take_live(incoming)
        elif self._state is LegState.EXPECTING and isinstance(incoming, Start):
            self._start(incoming)
        elif self._state is LegState.EXPECTING and isinstance(incoming, Connected):
            self.counters.messages += 1
        else:
            kind = type(incoming).__name__.lower()
            self._trouble("out_of_order", f"{kind!r} on a stream that is {self._state.value}")

    def _is_ours(self, incoming: AnyIncoming) -> bool:
        """It is of this stream; its number is followed."""
        assert self.started is not None
        if incoming.stream_sid != self.started.stream_sid:
            self._trouble("other_stream", "a message for another stream is dropped")
            return False
        self._trouble.counters.messages += 1
        sequence = incoming.sequence_number
        # A gap is a loss that the timeline will fill; it is no reason to distrust the message (protocol notes, 1.5).
        if sequence and sequence != self._sequence + 1:
            self._trouble("gaps", f"sequence number {sequence} after {self._sequence}")
        self._sequence = sequence or self._sequence
        return True

    def _take_live(self, incoming: Mark | Dtmf | Stop) -> None:
        if isinstance(incoming, Mark):
            self._listener.mark_reached(incoming.mark.name)
        elif isinstance(incoming, Dtmf):
            self._listener.digit_pressed(incoming.dtmf.digit)
        else:
            self._end(lambda listener: listener.leg_stopped(), "stopped by the carrier")

    def _start(self, message: Start) -> None:
        start, stream_sid = message.start, message.stream_sid or message.start.stream_sid
        media = start.media_format
        if (media.encoding, media.sample_rate, media.channels) != ("audio/x-mulaw", 8000, 1):
            found = f"{media.encoding[:40]!a} at {media.sample_rate} Hz with {media.channels} channel(s)"
            self._refuse("unreadable", f"mediaFormat is {found}, expected 'audio/x-mulaw' at 8000 Hz with 1")
        elif not stream_sid or (start.stream_sid and start.stream_sid != stream_sid):
            self._refuse("unreadable", "start has no streamSid or two that differ")
        else:
            self.counters.messages += 1
            self._sequence = message.sequence_number
            self._state = LegState.LIVE
            self._encoder = Encoder(stream_sid)
            self._trouble.who = start.call_sid
            self.started = LegStarted(start.call_sid, stream_sid, start.custom_parameters)
            _logger.info("< %s  start of stream %s", start.call_sid, ascii(stream_sid[:64])[1:-1])
            if not self._world.answer(self, self.started):
                self._refuse("out_of_order", "no call expects this stream: unknown, used or overdue token")

    def _hear(self, incoming: Media) -> None:
        media = incoming.media
        if media.track != "inbound":
            self._trouble("other_stream", "audio of another track is dropped")
            return
        silence = self._timeline.place(media)
        if silence is None:
            return
        if not self._audio_rate.admits(silence + len(media.payload)):
            self._flooded("more audio than a call can have")
            return
        audio = SILENCE * silence + media.payload if silence else media.payload
        for frame in self._framer.push(audio):
            self._trouble.counters.frames += 1
            self._listener.frame_received(frame)
