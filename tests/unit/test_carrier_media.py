"""The carrier's end of a media stream, message by message and tick by tick."""

import base64
import json
from typing import Any

import pytest

from offhook.simulator.carrier_media import (
    DISCARDED,
    QUEUE_LIMIT,
    SILENCE_FRAME,
    CarrierMedia,
    MediaFaults,
    StreamFacts,
)

FACTS = StreamFacts("AC1", "CA1", "MZ1", {"token": "t"})
FRAME_S = 0.02


class Wire:
    """A stream under test, and what it said."""

    def __init__(self, **faults: Any) -> None:
        self.media = CarrierMedia(FACTS, MediaFaults(**faults))
        self.at = 0.0
        self.out = [json.loads(message) for message in self.media.open(0.0)]
        self.heard: list[bytes] = []

    def tick(self, count: int = 1, caller: bytes = SILENCE_FRAME) -> list[dict[str, Any]]:
        """Let 20 ms pass, `count` times; what was said in them."""
        said: list[dict[str, Any]] = []
        for _ in range(count):
            tick = self.media.tick(caller, self.at)
            self.heard.append(tick.heard)
            said += [json.loads(message) for message in tick.messages]
            self.at += FRAME_S
        self.out += said
        return said

    def send(self, event: str, **body: Any) -> list[dict[str, Any]]:
        """A message of the server; what comes back at once."""
        message = {"event": event, "streamSid": "MZ1", **({event: body} if body else {})}
        answers = [json.loads(answer) for answer in self.media.received(json.dumps(message), self.at)]
        self.out += answers
        return answers

    def audio(self, audio: bytes) -> None:
        """Queue mu-law."""
        assert self.send("media", payload=base64.b64encode(audio).decode()) == []

    def marks(self) -> list[str]:
        """Every mark that came back, in order."""
        return [message["mark"]["name"] for message in self.out if message["event"] == "mark"]


def test_the_beginning_is_as_documented() -> None:
    wire = Wire()
    assert [message["event"] for message in wire.out] == ["connected", "start"]
    assert wire.out[1]["sequenceNumber"] == "1"
    assert wire.out[1]["start"]["customParameters"] == {"token": "t"}
    media = wire.tick(2)
    assert [message["media"]["chunk"] for message in media] == ["1", "2"]
    assert [message["media"]["timestamp"] for message in media] == ["0", "20"]
    assert [message["sequenceNumber"] for message in media] == ["2", "3"]
    assert base64.b64decode(media[0]["media"]["payload"]) == SILENCE_FRAME


def test_audio_of_any_length_is_played_20_ms_a_tick() -> None:
    wire = Wire()
    wire.audio(b"\x10" * 100)
    wire.audio(b"\x20" * 300)
    wire.tick(4)
    assert wire.heard == [
        b"\x10" * 100 + b"\x20" * 60, b"\x20" * 160, b"\x20" * 80 + b"\xff" * 80, SILENCE_FRAME,
    ]  # fmt: skip


def test_a_mark_comes_back_when_all_before_it_was_played() -> None:
    wire = Wire()
    wire.audio(b"\x10" * 320)
    assert wire.send("mark", name="a") == []
    wire.audio(b"\x10" * 160)
    wire.send("mark", name="b")
    wire.tick(2)
    assert wire.marks() == []
    wire.tick()
    assert wire.marks() == ["a"]
    wire.tick()
    assert wire.marks() == ["a", "b"]


def test_a_mark_with_nothing_queued_comes_back_at_once() -> None:
    wire = Wire()
    assert [answer["mark"] for answer in wire.send("mark", name="now")] == [{"name": "now"}]
    wire.audio(b"\x10" * 160)
    wire.tick()
    # The last frame is being played just now.
    assert wire.send("mark", name="soon") == []
    wire.tick()
    assert wire.marks() == ["now", "soon"]


def test_clear_drops_all_and_returns_every_pending_mark() -> None:
    wire = Wire()
    wire.audio(b"\x10" * 1600)
    for name in ("a", "b"):
        wire.send("mark", name=name)
    wire.tick()
    assert [answer["mark"]["name"] for answer in wire.send("clear")] == ["a", "b"]
    wire.audio(b"\x30" * 160)
    wire.send("mark", name="after")
    wire.tick(2)
    assert wire.heard[1:] == [b"\x30" * 160, SILENCE_FRAME]
    assert wire.marks() == ["a", "b", "after"]
    assert [(note.kind, note.size) for note in wire.media.notes if note.kind == "clear"] == [("clear", 1440)]


def test_ten_minutes_are_queued_and_no_more() -> None:
    wire = Wire()
    for _ in range(11):
        wire.audio(b"\x10" * (60 * 8000))
    assert wire.media.queued_s == QUEUE_LIMIT / 8000 == 600
    assert [violation.code for violation in wire.media.violations] == [DISCARDED]


@pytest.mark.parametrize(
    "message",
    [
        b"", b"{", b"[]", b"null", b'"media"', b"\xff", b"[" * 100_000,
        b'{"event":"media"}',
        b'{"event":7,"streamSid":"MZ1"}',
        b'{"event":"media","streamSid":"MZ1","media":{}}',
        b'{"event":"media","streamSid":"MZ1","media":{"payload":""}}',
        b'{"event":"media","streamSid":"MZ1","media":{"payload":"*"}}',
        b'{"event":"media","streamSid":"MZ1","media":{"payload":7}}',
        b'{"event":"media","streamSid":"MZ1","media":{"payload":"/w==","track":"x"}}',
        b'{"event":"media","streamSid":"MZ2","media":{"payload":"/w=="}}',
        b'{"event":"mark","streamSid":"MZ1","mark":{"name":""}}',
        b'{"event":"mark","streamSid":"MZ1","mark":"a"}',
        b'{"event":"clear","streamSid":"MZ1","streamSid":"MZ1"}',
        b'{"event":"clear","streamSid":"MZ1","more":1}',
        b'{"event":"stop","streamSid":"MZ1"}',
    ],
)  # fmt: skip
def test_whatever_is_not_the_protocol_is_a_violation_and_has_no_effect(message: bytes) -> None:
    wire = Wire()
    assert wire.media.received(message, 1.5) == []
    (violation,) = wire.media.violations
    assert (violation.at, violation.code) == (1.5, 31951)
    assert wire.media.is_idle


def test_binary_messages_are_a_violation() -> None:
    wire = Wire()
    wire.media.received_binary(20, 0.5)
    assert str(wire.media.violations[0]).startswith("31950 at 0.500")


def test_keys_and_stop() -> None:
    wire = Wire()
    (digit,) = (json.loads(message) for message in wire.media.press("#"))
    assert digit["dtmf"] == {"track": "inbound_track", "digit": "#"}
    (stop,) = (json.loads(message) for message in wire.media.stop())
    assert stop["stop"] == {"accountSid": "AC1", "callSid": "CA1"}
    assert not (wire.media.stop() or wire.media.press("1") or wire.tick())


def test_faults() -> None:
    assert [message["event"] for message in Wire(start="never").out] == ["connected"]
    assert [message["event"] for message in Wire(start="twice").out] == ["connected", "start", "start"]
    assert Wire(start="wrong_format").out[1]["start"]["mediaFormat"]["encoding"] == "audio/x-l16"
    never = Wire(marks="never")
    never.send("mark", name="a")
    never.tick(200)
    assert never.marks() == []
    late = Wire(marks="late", mark_delay_s=1.0)
    assert late.send("mark", name="a") == []
    late.tick(50)
    assert late.marks() == []
    late.tick(2)
    assert late.marks() == ["a"]
    stopped = Wire(stop_at_s=0.5)
    stopped.tick(100)
    assert [message["event"] for message in stopped.out].count("stop") == 1
    assert stopped.out[-1]["event"] == "stop" or stopped.media.is_over
    storm = Wire(storm_at_s=0.1, storm_keys=40)
    storm.tick(10)
    assert [message["event"] for message in storm.out].count("dtmf") == 40
