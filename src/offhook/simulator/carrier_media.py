"""The carrier's end of a media stream, without any I/O: what Twilio does with each message and each 20 ms.

Inputs are the server's messages and ticks; outputs are the carrier's messages and what the caller hears. The same
object runs over a real socket (`simulator.carrier_stream`) and in memory in virtual time (`simulator.memory`). The
rules are those of Twilio's page "Media Streams - WebSocket Messages".
"""

import base64
import binascii
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

FRAME_BYTES: Final = 160
FRAME_MS: Final = 20
SILENCE: Final = b"\xff"
SILENCE_FRAME: Final = SILENCE * FRAME_BYTES
QUEUE_LIMIT: Final = 10 * 60 * 8000
"""Twilio queues ten minutes of audio and drops what is beyond (warning 31931)."""
KEPT_NOTES: Final = 10_000

UNDECODABLE: Final = 31950
INVALID: Final = 31951
DISCARDED: Final = 31931
DIGITS: Final = frozenset("0123456789*#ABCD")


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What a stream belongs to."""

    account_sid: str
    call_sid: str
    stream_sid: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFaults:
    """What the carrier does wrong on purpose. Times count from the media's start."""

    start: Literal["once", "never", "twice", "wrong_format"] = "once"
    marks: Literal["returned", "late", "never"] = "returned"
    mark_delay_s: float = 2.0
    """Of late marks."""
    stop_at_s: float | None = None
    """The stream is stopped then, in the middle of whatever is said."""
    storm_at_s: float | None = None
    """A storm of keys: `storm_keys` of them at once."""
    storm_keys: int = 500
    end: Literal["stop_and_close", "stop", "nothing"] = "stop_and_close"
    """What the server is told of the caller's hang-up."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that the server may not send; a call with any of them has failed."""

    at: float
    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} at {self.at:.3f}: {self.text}"


@dataclass(frozen=True, slots=True)
class MediaNote:
    """What the server sent, in order: `media` (bytes), `mark` (bytes ahead of it), `clear` (bytes dropped)."""

    at: float
    kind: Literal["media", "mark", "clear"]
    size: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """One 20 ms: what the caller hears in it, and what goes to the server."""

    heard: bytes
    """Always 160 bytes; silence where nothing was queued."""
    is_playing: bool
    """Something was queued."""
    messages: tuple[bytes, ...]


class CarrierMedia:
    """One stream. Call `open` once, then `tick` every 20 ms, and `received` for each message of the server."""

    def __init__(self, facts: StreamFacts, faults: MediaFaults = MediaFaults()) -> None:
        self.facts: Final = facts
        self.violations: Final[list[Violation]] = []
        self.notes: Final[deque[MediaNote]] = deque(maxlen=KEPT_NOTES)
        self._faults: Final = faults
        self._queue = bytearray()
        self._marks: Final[deque[tuple[int, str]]] = deque()
        """Pending marks and the byte position, counted from the stream's start, that playout must have passed."""
        self._late: Final[deque[tuple[float, str]]] = deque()
        self._queued = 0
        self._played = 0
        self._is_playing = False
        self._opened_at = 0.0
        self._sequence = 0
        self._ticks = 0
        self._is_over = False

    # ── the stream's life ────────────────────────────────────────────────────────────────────────────────────────

    def open(self, at: float) -> list[bytes]:
        """`connected` and `start`, as the faults have it."""
        self._opened_at = at
        connected = _json({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        if self._faults.start == "never":
            return [connected]
        starts = [self._start()]
        if self._faults.start == "twice":
            starts.append(self._start())
        return [connected, *starts]

    def tick(self, caller: bytes, at: float) -> Tick:
        """Play the next 160 bytes and send the caller's 20 ms. Marks that were passed before it come first."""
        assert len(caller) == FRAME_BYTES
        # What the last tick began to play has been played by now.
        self._is_playing = False
        messages = self._passed_marks(at) + self._late_marks(at) + self._scheduled(at)
        heard, self._is_playing = SILENCE_FRAME, bool(self._queue)
        if self._queue:
            heard = bytes(self._queue[:FRAME_BYTES]).ljust(FRAME_BYTES, SILENCE)
            del self._queue[:FRAME_BYTES]
            self._played = self._queued - len(self._queue)
        if not self._is_over and self._faults.start != "never":
            messages.append(self._media(caller))
        self._ticks += 1
        return Tick(heard, self._is_playing, tuple(messages))

    def press(self, digit: str) -> list[bytes]:
        """The caller presses a key: 0-9, *, #, A-D."""
        assert digit in DIGITS, f"no such key: {digit!r}"
        return [] if self._is_over else [self._message("dtmf", {"track": "inbound_track", "digit": digit})]

    def stop(self) -> list[bytes]:
        """The stream is over; nothing follows."""
        if self._is_over:
            return []
        facts = self.facts
        message = self._message("stop", {"accountSid": facts.account_sid, "callSid": facts.call_sid})
        self._is_over = True
        return [] if self._faults.end == "nothing" else [message]

    @property
    def is_over(self) -> bool:
        """`stop` was sent."""
        return self._is_over

    @property
    def queued_s(self) -> float:
        """Audio that waits to be played."""
        return len(self._queue) / 8000

    @property
    def is_idle(self) -> bool:
        """Nothing is being played and nothing waits to be."""
        return not self._queue and not self._is_playing

    # ── messages of the server ───────────────────────────────────────────────────────────────────────────────────

    def received(self, message: bytes | str, at: float) -> list[bytes]:
        """Take one text message; what is answered at once. What the protocol does not allow is a violation."""
        try:
            content = _strict(message)
            kind = _required(content, "event")
            if kind == "media":
                self._require(content, "media", "payload")
                return self._take_audio(_audio(content["media"]["payload"]), at)
            if kind == "mark":
                self._require(content, "mark", "name")
                return self._take_mark(_required(content["mark"], "name"), at)
            if kind == "clear":
                self._require(content, None, None)
                return self._clear(at)
            raise _Invalid(f"event {kind!r} is none of media, mark, clear")
        except _Invalid as invalid:
            self.violated(INVALID, str(invalid), at)
            return []

    def received_binary(self, size: int, at: float) -> None:
        """A binary message: the protocol has none."""
        self.violated(UNDECODABLE, f"a binary message of {size} bytes", at)

    def violated(self, code: int, text: str, at: float) -> None:
        """Note what the server did wrong; Twilio logs it once a stream, we keep a hundred."""
        if len(self.violations) < 100:
            self.violations.append(Violation(at, code, text))

    def _require(self, content: dict[str, Any], body: str | None, name: str | None) -> None:
        expected = {"event", "streamSid"} | ({body} if body else set())
        if content.keys() != expected:
            raise _Invalid(f"fields {sorted(content)} instead of {sorted(expected)}")
        if content["streamSid"] != self.facts.stream_sid:
            raise _Invalid(f"streamSid {str(content['streamSid'])[:64]!r} is not this stream's")
        if body and (not isinstance(content[body], dict) or content[body].keys() != {name}):
            raise _Invalid(f"{body!r} must hold {name!r} and nothing else")
        if self._faults.start == "never":
            raise _Invalid("a message before `start`")

    def _take_audio(self, audio: bytes, at: float) -> list[bytes]:
        room = QUEUE_LIMIT - len(self._queue)
        if len(audio) > room:
            self.violated(DISCARDED, f"{len(audio) - room} bytes beyond ten minutes are dropped", at)
            audio = audio[:room]
        self._queue += audio
        self._queued += len(audio)
        self.notes.append(MediaNote(at, "media", len(audio)))
        return []

    def _take_mark(self, name: str, at: float) -> list[bytes]:
        self.notes.append(MediaNote(at, "mark", len(self._queue), name))
        self._marks.append((self._queued, name))
        return self._passed_marks(at)

    def _clear(self, at: float) -> list[bytes]:
        self.notes.append(MediaNote(at, "clear", len(self._queue)))
        self._queued -= len(self._queue)
        self._queue.clear()
        # All pending marks come back at once, in order, as if they had been played.
        names = [name for _, name in self._marks]
        self._marks.clear()
        return [message for name in names for message in self._return(name, at)]

    # ── marks ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _passed_marks(self, at: float) -> list[bytes]:
        # While a frame is being played only what lies before that frame has been passed.
        passed = self._played - (FRAME_BYTES if self._is_playing else 0)
        messages: list[bytes] = []
        while self._marks and self._marks[0][0] <= passed:
            messages += self._return(self._marks.popleft()[1], at)
        return messages

    def _return(self, name: str, at: float) -> list[bytes]:
        if self._is_over or self._faults.marks == "never":
            return []
        if self._faults.marks == "late":
            self._late.append((at + self._faults.mark_delay_s, name))
            return []
        return [self._message("mark", {"name": name})]

    def _late_marks(self, at: float) -> list[bytes]:
        messages = []
        while self._late and self._late[0][0] <= at and not self._is_over:
            messages.append(self._message("mark", {"name": self._late.popleft()[1]}))
        return messages

    # ── messages to the server ───────────────────────────────────────────────────────────────────────────────────

    def _scheduled(self, at: float) -> list[bytes]:
        faults, messages = self._faults, []
        if faults.storm_at_s is not None and self._crosses(faults.storm_at_s, at):
            for number in range(faults.storm_keys):
                messages += self.press("0123456789*#"[number % 12])
        if faults.stop_at_s is not None and self._crosses(faults.stop_at_s, at):
            messages += self.stop()
        return messages

    def _crosses(self, moment_s: float, at: float) -> bool:
        elapsed_s = at - self._opened_at
        return elapsed_s >= moment_s > elapsed_s - FRAME_MS / 1000

    def _start(self) -> bytes:
        facts = self.facts
        encoding = "audio/x-l16" if self._faults.start == "wrong_format" else "audio/x-mulaw"
        body = {
            "accountSid": facts.account_sid,
            "streamSid": facts.stream_sid,
            "callSid": facts.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": encoding, "sampleRate": 8000, "channels": 1},
            "customParameters": dict(facts.parameters),
        }
        return self._message("start", body)

    def _media(self, audio: bytes) -> bytes:
        self._sequence += 1
        payload = base64.b64encode(audio).decode()
        # By hand, for this is every message but a few: a simulation of hours sends millions of them.
        return (
            f'{{"event":"media","sequenceNumber":"{self._sequence}","streamSid":"{self.facts.stream_sid}",'
            f'"media":{{"track":"inbound","chunk":"{self._ticks + 1}","timestamp":"{self._ticks * FRAME_MS}",'
            f'"payload":"{payload}"}}}}'
        ).encode()

    def _message(self, event: str, body: dict[str, Any]) -> bytes:
        self._sequence += 1
        head = {"event": event, "sequenceNumber": str(self._sequence), "streamSid": self.facts.stream_sid}
        return _json({**head, event: body})


class _Invalid(ValueError):
    """Says what of the message is not allowed."""


def _strict(message: bytes | str) -> dict[str, Any]:
    try:
        content = json.loads(message, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        raise _Invalid(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise _Invalid("not a JSON object")
    return content


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise _Invalid("a field stands twice")
    return content


def _required(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise _Invalid(f"{name!r} must be a text that is not empty")
    return value


def _audio(payload: object) -> bytes:
    if not isinstance(payload, str) or not payload:
        raise _Invalid("the payload must be base64 that is not empty")
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _Invalid(f"the payload is not base64: {error}") from error


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
