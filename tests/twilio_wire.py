"""A media stream as Twilio speaks it, and those who listen to what becomes of it."""

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from offhook.telephony.carriers.twilio_media import CALL_ALLOWANCE, LegWorld, TwilioMediaLeg
from offhook.telephony.leg import Leg, LegStarted
from offhook.telephony.rate import Allowance

STREAM = "MZ" + "1" * 32
CALL = "CA" + "9" * 32
SILENCE = b"\xff" * 160


def sid(number: int) -> str:
    """A call's SID in its exact form."""
    return f"CA{number:032x}"


CA1, CA2, CA3, CA9 = map(sid, (1, 2, 3, 9))


def connected() -> str:
    return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})


def start(call_sid: str = CALL, stream_sid: str = STREAM, token: str = "t0k3n", **changes: Any) -> str:
    body = {
        "accountSid": "AC" + "0" * 32,
        "streamSid": stream_sid,
        "callSid": call_sid,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": token},
    } | changes
    return json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": stream_sid, "start": body})


def media(n: int, audio: bytes = SILENCE, *, stream_sid: str = STREAM, **changes: Any) -> str:
    """The stream's message number `n`, counted from 1, of 20 ms messages that all came."""
    body = {
        "track": "inbound",
        "chunk": str(n),
        "timestamp": str(20 * n),
        "payload": base64.b64encode(audio).decode(),
    } | changes
    return json.dumps({"event": "media", "sequenceNumber": str(n + 1), "streamSid": stream_sid, "media": body})


def mark(name: str, stream_sid: str = STREAM) -> str:
    return json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def dtmf(digit: str, stream_sid: str = STREAM) -> str:
    body = {"track": "inbound_track", "digit": digit}
    return json.dumps({"event": "dtmf", "streamSid": stream_sid, "dtmf": body})


def stop(stream_sid: str = STREAM) -> str:
    return json.dumps({"event": "stop", "streamSid": stream_sid, "stop": {"callSid": CALL}})


@dataclass
class Ear:
    """A listener that writes down what it is told."""

    heard: list[tuple[str, Any]] = field(default_factory=list)

    def frame_received(self, frame: bytes) -> None:
        self.heard.append(("frame", frame))

    def digit_pressed(self, digit: str) -> None:
        self.heard.append(("digit", digit))

    def mark_reached(self, name: str) -> None:
        self.heard.append(("mark", name))

    def leg_stopped(self) -> None:
        self.heard.append(("stopped", None))

    def leg_lost(self, cause: str) -> None:
        self.heard.append(("lost", cause))

    @property
    def frames(self) -> list[bytes]:
        return [value for kind, value in self.heard if kind == "frame"]

    @property
    def edges(self) -> list[tuple[str, Any]]:
        return [entry for entry in self.heard if entry[0] != "frame"]

    @property
    def ends(self) -> list[tuple[str, Any]]:
        return [entry for entry in self.heard if entry[0] in ("stopped", "lost")]


@dataclass
class Wire:
    """A `MediaSocket` that keeps what is sent."""

    sent: list[bytes] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    def send_text(self, message: bytes) -> None:
        self.sent.append(message)

    def close(self, code: int) -> None:
        self.closed.append(code)


class Stream:
    """A leg with a wire, an ear and a clock that moves only when told."""

    def __init__(self, *, answers: bool = True, listens: bool = True, allowance: Allowance = CALL_ALLOWANCE) -> None:
        self.wire, self.ear, self.at = Wire(), Ear(), 0.0
        self.answered: list[LegStarted] = []
        self._answers, self._listens = answers, listens
        self.leg = TwilioMediaLeg(self.wire, LegWorld(self._answer, lambda: self.at, allowance))

    def _answer(self, leg: Leg, started: LegStarted) -> bool:
        self.answered.append(started)
        if self._listens:
            leg.listen(self.ear)
        return self._answers

    def send(self, *messages: str | bytes) -> "Stream":
        for message in messages:
            self.leg.text_received(message)
        return self

    def begin(self) -> "Stream":
        return self.send(connected(), start())
