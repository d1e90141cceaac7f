"""A linear leg against its contract: every message, every end, and peers that send what they may not."""

import json
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from offhook.core.formats import WIDEBAND
from offhook.telephony.leg import Leg, LegStarted
from offhook.telephony.linear_leg import (
    AUDIO_LIMIT,
    MOST_SKIPPED_MS,
    TEXT_LIMIT,
    TOLD_BACKLOG,
    LinearLeg,
    LinearWorld,
)
from offhook.telephony.rate import Allowance
from offhook.telephony.wire_leg import FLOOD_LIMIT, POLICY_VIOLATION

FRAME = bytes(range(256)) * 2 + bytes(128)
MANY = Allowance(messages_per_s=1e9, bytes_per_s=1e12)


@dataclass
class Peer:
    """The socket, the listener and the door of one leg."""

    allowance: Allowance = MANY
    answers: bool = True
    listens: bool = True
    at: float = 0.0
    sent: list[Any] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    waiting_bytes: int = 0
    started: list[LegStarted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.leg = LinearLeg(self, LinearWorld(self._answer, lambda: self.at, self.allowance))

    def _answer(self, leg: Leg, started: LegStarted) -> bool:
        self.started.append(started)
        if self.answers and self.listens:
            leg.listen(self)
        return self.answers

    def send_text(self, message: bytes) -> None:
        self.sent.append(json.loads(message))

    def send_binary(self, message: bytes) -> None:
        self.sent.append(message)

    def close(self, code: int) -> None:
        self.closed.append(code)

    def frame_received(self, frame: bytes) -> None:
        self.told.append(frame)

    def digit_pressed(self, digit: str) -> None:
        self.told.append(("key", digit))

    def mark_reached(self, name: str) -> None:
        self.told.append(("mark", name))

    def leg_stopped(self) -> None:
        self.told.append("stopped")

    def leg_lost(self, cause: str) -> None:
        self.told.append(f"lost: {cause}")

    def says(self, **message: Any) -> None:
        self.leg.text_received(json.dumps(message))

    def starts(self) -> "Peer":
        self.says(type="start", rate=16_000, call="call_1", parameters={"token": "t"})
        return self


def test_a_call_from_its_start_to_its_stop() -> None:
    peer = Peer().starts()
    assert peer.started == [LegStarted("call_1", "", {"token": "t"})]
    assert peer.leg.format == WIDEBAND
    peer.leg.binary_received(FRAME)
    peer.says(type="key", digit="5")
    peer.says(type="mark", name="1:0:1")
    peer.leg.send_audio(FRAME * 15)
    peer.leg.send_mark("1:0:2")
    peer.leg.send_clear()
    peer.says(type="stop")
    peer.leg.connection_lost("closed by the peer")
    peer.leg.send_audio(FRAME)
    peer.leg.binary_received(FRAME)
    assert peer.told == [FRAME, ("key", "5"), ("mark", "1:0:1"), "stopped"]
    assert peer.sent == [FRAME * 10, FRAME * 5, {"type": "mark", "name": "1:0:2"}, {"type": "clear"}]
    assert peer.leg.counters.out_of_order == 1


def test_audio_of_any_lengths_comes_in_frames() -> None:
    chance, peer = random.Random(7), Peer().starts()
    audio, at = random.Random(8).randbytes(640 * 50), 0
    while at < len(audio):
        size = 2 * chance.randint(1, 1000)
        peer.leg.binary_received(audio[at : at + size])
        at += size
    assert all(len(frame) == 640 for frame in peer.told)
    assert b"".join(peer.told) == audio


@pytest.mark.parametrize(("ms", "heard_ms"), [(20, 20), (400, 400), (1_000_000, MOST_SKIPPED_MS), (0, 0), (-5, 0)])
def test_what_was_not_recorded_is_silence_within_bounds(ms: int, heard_ms: int) -> None:
    peer = Peer().starts()
    peer.says(type="skip", ms=ms)
    assert b"".join(peer.told) == bytes(heard_ms * 32)


@pytest.mark.parametrize(
    "message",
    [
        "", "{", "[]", "null", "5", '{"type":"hello"}', '{"type":"key","digit":"E"}', '{"type":"key"}',
        '{"type":"mark","name":5}', '{"type":"skip","ms":"a"}', b"\xff\xfe", '{"type":"start"}',
        '{"type":"start","rate":"16000","call":"x"}', '{"type":"start","rate":16000,"call":"x","parameters":{"a":1}}',
        '{"type":"stop","new":' + "[" * 8_000,
    ],
)  # fmt: skip
def test_what_is_none_of_the_protocol_is_dropped(message: str | bytes) -> None:
    for peer in (Peer(), Peer().starts()):
        before = list(peer.told)
        peer.leg.text_received(message)
        assert peer.told == before and peer.closed == []
        assert peer.leg.counters.unreadable == 1


def test_before_the_start_nothing_is_taken_and_a_second_one_is_ignored() -> None:
    peer = Peer()
    peer.leg.binary_received(FRAME)
    peer.says(type="mark", name="m")
    peer.leg.send_audio(FRAME)
    peer.starts().starts()
    assert (peer.told, peer.sent, len(peer.started), peer.leg.counters.out_of_order) == ([], [], 1, 3)


@pytest.mark.parametrize("rate", [8000, 48_000, 0])
def test_another_rate_is_refused(rate: int) -> None:
    peer = Peer()
    peer.says(type="start", rate=rate, call="c")
    assert (peer.started, peer.closed) == ([], [POLICY_VIOLATION])


def test_a_leg_that_nobody_expects_is_closed() -> None:
    peer = Peer(answers=False).starts()
    peer.leg.binary_received(FRAME)
    assert (peer.closed, peer.told) == ([POLICY_VIOLATION], [])


def test_sizes_are_bounded() -> None:
    peer = Peer().starts()
    peer.leg.binary_received(bytes(AUDIO_LIMIT + 2))
    peer.leg.binary_received(b"\0")
    peer.leg.text_received(json.dumps({"type": "mark", "name": "x" * TEXT_LIMIT}))
    assert peer.told == []
    assert (peer.leg.counters.too_long, peer.leg.counters.unreadable) == (2, 1)


def test_more_audio_than_a_call_has_is_dropped_and_a_flood_ends_the_leg() -> None:
    peer = Peer(allowance=Allowance(messages_per_s=400.0, bytes_per_s=64_000.0, burst_s=5.0)).starts()
    for _ in range(FLOOD_LIMIT + 2000):
        peer.leg.binary_received(FRAME)
    frames = [told for told in peer.told if isinstance(told, bytes)]
    assert len(frames) <= 64_000 * 5 / 640
    assert peer.told[-1] == "lost: the peer sends too much"
    assert peer.closed == [POLICY_VIOLATION]


def test_skipped_audio_counts_as_audio() -> None:
    peer = Peer(allowance=Allowance(messages_per_s=400.0, bytes_per_s=64_000.0, burst_s=5.0)).starts()
    for _ in range(100):
        peer.says(type="skip", ms=MOST_SKIPPED_MS)
    assert sum(map(len, peer.told)) <= 64_000 * 5


def test_at_the_pace_of_a_call_nothing_is_dropped() -> None:
    peer = Peer(allowance=Allowance(messages_per_s=400.0, bytes_per_s=64_000.0, burst_s=5.0)).starts()
    for number in range(50 * 60):
        peer.at = number * 0.02
        peer.leg.binary_received(FRAME)
    assert (len(peer.told), peer.leg.counters.flooded) == (3000, 0)


def test_the_end_is_told_once_whoever_made_it() -> None:
    for ends in ("stop", "lost", "close"):
        peer = Peer().starts()
        {"stop": lambda p: p.says(type="stop"), "lost": lambda p: p.leg.connection_lost("reset"),
         "close": lambda p: p.leg.close()}[ends](peer)  # fmt: skip
        peer.leg.close()
        peer.leg.connection_lost("once more")
        peer.says(type="stop")
        assert peer.told == [{"stop": "stopped", "lost": "lost: reset", "close": "lost: closed on this side"}[ends]]


def test_who_listens_late_hears_all_from_the_start() -> None:
    peer = Peer(listens=False).starts()
    peer.leg.binary_received(FRAME)
    peer.says(type="key", digit="1")
    peer.says(type="stop")
    peer.leg.listen(peer)
    assert peer.told == [FRAME, ("key", "1"), "stopped"]


def test_a_listener_that_closes_the_leg_at_a_frame_gets_no_other() -> None:
    peer = Peer().starts()

    def close(frame: bytes) -> None:
        peer.told.append(frame)
        peer.leg.close()

    peer.frame_received = close  # type: ignore[method-assign]
    peer.leg.binary_received(FRAME * 5)
    assert peer.told == [FRAME, "lost: closed on this side"]


@pytest.mark.parametrize("seed", range(50))
def test_whatever_comes_nothing_is_raised(seed: int) -> None:
    chance, peer = random.Random(seed), Peer()
    for _ in range(200):
        match chance.randrange(6):
            case 0:
                peer.leg.text_received(chance.randbytes(chance.randrange(40)))
            case 1:
                peer.leg.binary_received(chance.randbytes(chance.randrange(2000)))
            case 2:
                peer.says(type=chance.choice(["start", "mark", "key", "skip", "stop", "x"]), name="n", digit="1", ms=5)
            case 3:
                peer.starts()
            case 4:
                peer.leg.send_audio(chance.randbytes(chance.randrange(9000)))
            case 5 if chance.random() < 0.02:
                peer.leg.connection_lost("gone")
    assert all(len(frame) == 640 for frame in peer.told if isinstance(frame, bytes))
    assert sum(1 for told in peer.told if isinstance(told, str)) <= 1


def test_news_of_the_call_never_stand_before_its_sound() -> None:
    peer = Peer()
    assert not peer.leg.tell(b'{"type":"told"}'), "nobody has come yet"
    peer.starts()
    assert peer.leg.tell(b'{"type":"told","told":"note"}')
    peer.waiting_bytes = TOLD_BACKLOG + 1
    assert not peer.leg.tell(b'{"type":"told","told":"late"}')
    peer.waiting_bytes = 0
    peer.leg.text_received('{"type":"stop"}')
    assert peer.leg.tell(b'{"type":"told","told":"ended"}'), "why it ended comes behind the end"
    assert [one["told"] for one in peer.sent if one["type"] == "told"] == ["note", "ended"]
