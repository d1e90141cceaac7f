"""Playout against a model of the carrier: what the caller heard is what playout says was heard."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.core import events as ev
from offhook.core.formats import TELEPHONE, WIDEBAND, AudioFormat
from offhook.core.playout import Playout

FORMATS = st.sampled_from([TELEPHONE, WIDEBAND])
_GAIN = bytes(value ^ 1 for value in range(256))


def quieter(audio: bytes) -> bytes:
    """A stand-in for a quieter sound: it can be told from the original, and undone."""
    return audio.translate(_GAIN)


@dataclass
class Carrier:
    """Plays what is queued, 20 ms a step, after a network that takes no time."""

    queue: list[tuple[str, bytes]] = field(default_factory=list)
    played: bytearray = field(default_factory=bytearray)
    returned: list[str] = field(default_factory=list)
    posted: list[ev.Event] = field(default_factory=list)
    ahead_bytes: int = 0
    audio_format: AudioFormat = TELEPHONE

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        frame = self.audio_format.frame_bytes
        self.queue += [("audio", audio[i : i + frame]) for i in range(0, len(audio), frame)]
        self.ahead_bytes = max(self.ahead_bytes, sum(len(a) for kind, a in self.queue if kind == "audio"))

    def send_mark(self, name: str) -> None:
        self.queue.append(("mark", name.encode()))

    def send_clear(self, at: float) -> None:
        self.returned += [data.decode() for kind, data in self.queue if kind == "mark"]
        self.queue.clear()

    def post(self, event: ev.Event) -> None:
        self.posted.append(event)

    def step(self) -> None:
        while self.queue and self.queue[0][0] == "mark":
            self.returned.append(self.queue.pop(0)[1].decode())
        if self.queue:
            self.played += self.queue.pop(0)[1]
        while self.queue and self.queue[0][0] == "mark":
            self.returned.append(self.queue.pop(0)[1].decode())


def audio_of(segment: int, frames: int, audio_format: AudioFormat = TELEPHONE) -> bytes:
    """Frames that say which segment and where: even bytes only, so that the gain can be undone."""
    pair = audio_format.frame_bytes // 2
    return b"".join(bytes([2 * (segment % 100), 2 * (i % 100)]) * pair for i in range(frames))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 60), min_size=1, max_size=4), FORMATS)
def test_every_sample_is_heard_once_in_order_whatever_happens(
    seed: int, lengths: list[int], audio_format: AudioFormat
) -> None:
    chance = random.Random(seed)
    carrier = Carrier(audio_format=audio_format)
    playout = Playout(carrier, audio_format)
    playout.open(1, held=chance.random() < 0.5)
    plan = [(n, audio_of(n, frames, audio_format)) for n, frames in enumerate(lengths)]
    whole = b"".join(audio for _, audio in plan)
    state, finished = "held", False
    for tick in range(3000):
        at = tick * 0.02
        if plan and chance.random() < 0.3:
            number, audio = plan.pop(0)
            playout.add(number, f"w{number}", audio, [], at)
            playout.end_segment(number, at)
        elif not plan and not finished:
            finished = True
            playout.finish(at)
        match chance.random():
            case x if x < 0.05:
                playout.commit(at)
                state = "open" if state == "held" else state
            case x if x < 0.08 and state in ("open", "ducked"):
                playout.duck(quieter, at)
                state = "ducked"
            case x if x < 0.11 and state in ("open", "ducked"):
                playout.hush(at)
                state = "hushed"
            case x if x < 0.20 and state in ("ducked", "hushed"):
                playout.resume(at)
                state = "open"
        playout.due(at)
        carrier.step()
        for name in carrier.returned:
            playout.mark_reached(name, at + 0.02)
        carrier.returned.clear()
        if any(isinstance(event, ev.ReplyHeard) for event in carrier.posted):
            break
    heard = bytes(value & ~1 for value in carrier.played)
    assert heard == whole, f"seed {seed}"
    assert sum(isinstance(event, ev.ReplyHeard) for event in carrier.posted) == 1
    assert carrier.ahead_bytes <= 0.2 * audio_format.bytes_per_s + 2 * audio_format.frame_bytes


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 200), st.floats(0.0, 5.0), st.sampled_from([0.0, 0.3, 0.7, 1.0]), FORMATS)
def test_a_cut_says_what_was_heard_to_the_word(
    words: int, cut_at: float, known: float, audio_format: AudioFormat
) -> None:
    text = " ".join(f"w{i:03d}" for i in range(words))
    times = [(i * 0.1, i * 0.1 + 0.1) for i in range(round(words * known))]
    carrier = Carrier(audio_format=audio_format)
    playout = Playout(carrier, audio_format)
    playout.open(1, held=False)
    playout.add(0, text, audio_of(0, words * 5, audio_format), times, 0.0)
    playout.end_segment(0, 0.0)
    ticks = round(cut_at / 0.02)
    for tick in range(ticks):
        playout.due(tick * 0.02)
        carrier.step()
    playout.cancel(ticks * 0.02)
    cut = next(event for event in carrier.posted if isinstance(event, ev.PlayoutCut))
    heard = len(carrier.played) / audio_format.frame_bytes / 5
    assert abs(len(cut.heard_text.split()) - heard) <= 1
    before = len(carrier.played)
    for tick in range(50):
        playout.due((ticks + tick) * 0.02)
        carrier.step()
    assert len(carrier.played) == before, "zombie audio"


def test_marks_of_a_clear_are_not_playout() -> None:
    carrier = Carrier()
    playout = Playout(carrier)
    playout.open(1, held=False)
    playout.add(0, "hello", audio_of(0, 4), [], 0.0)
    playout.finish(0.0)
    playout.hush(0.02)
    for name in carrier.returned:
        playout.mark_reached(name, 0.02)
    assert not any(isinstance(event, ev.SegmentHeard) for event in carrier.posted)


def test_a_reply_that_was_wholly_heard_when_it_was_hushed_is_over_at_resume() -> None:
    carrier = Carrier()
    playout = Playout(carrier)
    playout.open(1, held=False)
    playout.add(0, "hello", audio_of(0, 4), [], 0.0)
    playout.finish(0.0)
    playout.hush(1.0)
    playout.resume(1.5)
    assert isinstance(carrier.posted[-1], ev.ReplyHeard)


@pytest.mark.parametrize("frames", [1, 2, 3, 7])
def test_a_dry_reply_is_told_once(frames: int) -> None:
    carrier = Carrier()
    playout = Playout(carrier)
    playout.open(1, held=False)
    playout.add(0, "hello", audio_of(0, frames), [], 0.0)
    for tick in range(50):
        playout.due(tick * 0.02)
    assert sum(isinstance(event, ev.PlayoutDried) for event in carrier.posted) == 1


def test_a_filler_goes_before_the_reply() -> None:
    carrier = Carrier()
    playout = Playout(carrier)
    playout.open(1, held=False)
    assert playout.interject(1, -1, "one moment", audio_of(50, 3), [], 0.0)
    playout.add(0, "hello", audio_of(0, 3), [], 0.0)
    playout.end_segment(0, 0.0)
    playout.finish(0.0)
    for tick in range(20):
        playout.due(tick * 0.02)
        carrier.step()
        for name in carrier.returned:
            playout.mark_reached(name, tick * 0.02)
        carrier.returned.clear()
    heard = next(event for event in carrier.posted if isinstance(event, ev.ReplyHeard))
    assert heard.text == "one moment hello"
    assert not playout.interject(1, -2, "late", b"", [], 1.0)


def test_a_dry_reply_that_gets_audio_again_tells_so_once_also_when_its_marks_have_come() -> None:
    carrier = Carrier()
    playout = Playout(carrier)
    playout.open(1, held=False)
    playout.add(0, "hello there", audio_of(0, 30), [], 0.0)
    for tick in range(50):
        playout.due(tick * 0.02)
        carrier.step()
        for name in carrier.returned:
            playout.mark_reached(name, tick * 0.02)
        carrier.returned.clear()
    playout.add(0, "", audio_of(0, 9), [], 1.0)
    playout.add(0, "", audio_of(0, 9), [], 1.1)
    told = [type(e) for e in carrier.posted if isinstance(e, ev.PlayoutDried | ev.PlayoutRefilled)]
    assert told == [ev.PlayoutDried, ev.PlayoutRefilled]


@pytest.mark.parametrize("times", [[], [(0.0, 0.3), (0.3, 0.6)]], ids=["no word times", "some word times"])
def test_words_behind_the_place_where_a_voice_broke_off_were_not_heard(times: list[tuple[float, float]]) -> None:
    carrier = Carrier()
    playout = Playout(carrier)
    playout.open(1, held=False)
    playout.add(0, "Of course.", audio_of(0, 40), [], 0.0)
    playout.end_segment(0, 0.0)
    playout.add(1, "The double room costs ninety pounds for each night.", audio_of(1, 40), times, 0.0)
    playout.finish(0.0)
    for tick in range(150):
        playout.due(tick * 0.02)
        carrier.step()
        for name in carrier.returned:
            playout.mark_reached(name, tick * 0.02)
        carrier.returned.clear()
    (heard,) = [event for event in carrier.posted if isinstance(event, ev.ReplyHeard)]
    assert heard.text.startswith("Of course. The double")
    assert "ninety" not in heard.text
