"""Playout over a way that stalls: whatever the downlink does, what is told to be heard was heard, to a word."""

import random
from collections import deque
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.core import events as ev
from offhook.core.formats import TELEPHONE, WIDEBAND, AudioFormat
from offhook.core.playout import Playout

STEP_S = 0.02
WORD_FRAMES = 15
"""0.3 s: people and voices speak three words a second."""
FORMATS = st.sampled_from([TELEPHONE, WIDEBAND])


@dataclass
class Way:
    """A carrier behind a network, in steps of 20 ms. What is sent in a stall arrives at its end, in order."""

    audio_format: AudioFormat = TELEPHONE
    down_s: float = 0.06
    up_s: float = 0.06
    stalls: list[tuple[float, float]] = field(default_factory=list)
    """Begin and length, of the way to the carrier."""
    up_stalls: list[tuple[float, float]] = field(default_factory=list)
    returns_marks: bool = True
    posted: list[ev.Event] = field(default_factory=list)
    played: list[int] = field(default_factory=list)
    """The number of each frame that was played."""
    after_clear: int = 0
    """Frames that were played after a clear had been sent and nothing since."""

    def __post_init__(self) -> None:
        self.at = 0.0
        self._down: deque[tuple[float, str, bytes]] = deque()
        self._up: deque[tuple[float, str]] = deque()
        self._queue: deque[tuple[str, bytes]] = deque()
        self._frames_up = 0.0
        self.playout = Playout(self, self.audio_format, carrier_now=lambda: self._frames_up)

    def _arrives(self, at: float, delay_s: float, stalls: list[tuple[float, float]]) -> float:
        ends = [begin + length for begin, length in stalls if begin <= at < begin + length]
        return max([at, *ends]) + delay_s

    def _send(self, kind: str, data: bytes) -> None:
        arrives = self._arrives(self.at, self.down_s, self.stalls)
        self._down.append((max(arrives, self._down[-1][0] if self._down else 0.0), kind, data))

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        size = self.audio_format.frame_bytes
        assert len(audio) % size == 0
        for begin in range(0, len(audio), size):
            self._send("audio", audio[begin : begin + size])

    def send_mark(self, name: str) -> None:
        self._send("mark", name.encode())

    def send_clear(self, at: float) -> None:
        self._send("clear", b"")

    def post(self, event: ev.Event) -> None:
        self.posted.append(event)

    def _mark(self, name: bytes) -> None:
        if self.returns_marks:
            self._up.append((self._arrives(self.at, self.up_s, self.up_stalls), name.decode()))

    def step(self) -> None:
        """20 ms pass."""
        while self._down and self._down[0][0] <= self.at + 1e-9:
            _, kind, data = self._down.popleft()
            if kind == "clear":
                for queued, name in self._queue:
                    if queued == "mark":
                        self._mark(name)
                self._queue.clear()
            else:
                self._queue.append((kind, data))
        self._passed()
        if self._queue:
            self.played.append(number_of(self._queue.popleft()[1]))
            self._passed()
        self.at = round(self.at + STEP_S, 6)
        self._up.append((self._arrives(self.at, self.up_s, self.up_stalls), ""))
        while self._up and self._up[0][0] <= self.at + 1e-9:
            _, returned = self._up.popleft()
            if returned:
                self.playout.mark_reached(returned, self.at)
            else:
                self._frames_up += STEP_S
        self.playout.due(self.at)

    def _passed(self) -> None:
        while self._queue and self._queue[0][0] == "mark":
            self._mark(self._queue.popleft()[1])

    def run(self, until: float) -> None:
        while self.at < until - 1e-9:
            self.step()


def frames(first: int, count: int, audio_format: AudioFormat) -> bytes:
    """Frames that say their number."""
    pair = audio_format.frame_bytes // 2
    return b"".join(n.to_bytes(2, "big") * pair for n in range(first, first + count))


def number_of(frame: bytes) -> int:
    return int.from_bytes(frame[:2], "big")


def speak(way: Way, words: int, segment_words: int) -> None:
    """A reply of so many words, in segments."""
    way.playout.open(1, held=False)
    for number, first in enumerate(range(0, words, segment_words)):
        count = min(segment_words, words - first)
        text = " ".join(f"w{n}" for n in range(first, first + count))
        times = [(n * 0.3, n * 0.3 + 0.3) for n in range(count)]
        audio = frames(first * WORD_FRAMES, count * WORD_FRAMES, way.audio_format)
        way.playout.add(number, text, audio, times, way.at)
        way.playout.end_segment(number, way.at)
    way.playout.finish(way.at)


def cut_of(way: Way) -> ev.PlayoutCut:
    return next(event for event in reversed(way.posted) if isinstance(event, ev.PlayoutCut))


@settings(max_examples=150, deadline=None)
@given(
    stall_at=st.floats(1.0, 4.0),
    stall_s=st.floats(0.5, 4.0),
    cut_s=st.floats(0.0, 10.0),
    segment_words=st.integers(2, 60),
    way_s=st.sampled_from([0.0, 0.06, 0.12]),
    audio_format=FORMATS,
)
def test_heard_text_is_right_to_a_word_in_and_after_a_stall(
    stall_at: float, stall_s: float, cut_s: float, segment_words: int, way_s: float, audio_format: AudioFormat
) -> None:
    way = Way(audio_format, down_s=way_s, up_s=way_s, stalls=[(stall_at, stall_s)])
    speak(way, 60, segment_words)
    way.run(stall_at + cut_s)
    way.playout.cancel(way.at)
    # The clear arrives when the stall is over; until then the carrier plays what it has.
    way.run(way.at + stall_s + 1.0)
    heard = len(way.played) / WORD_FRAMES
    assert way.played == list(range(len(way.played)))
    # A stall is noticed when the first mark that is missing could have been back; until then nobody can know.
    noticed = cut_s >= 1.0
    assert abs(len(cut_of(way).heard_text.split()) - heard) <= (1.31 if noticed else 1.7 + 2 * way_s / 0.3)
    end = len(way.played)
    way.run(way.at + 2.0)
    assert len(way.played) == end, "zombie audio"


@settings(max_examples=100, deadline=None)
@given(st.floats(1.0, 4.0), st.floats(0.5, 4.0), st.floats(0.0, 8.0), FORMATS)
def test_a_resume_after_a_stall_skips_no_word(
    stall_at: float, stall_s: float, hush_s: float, audio_format: AudioFormat
) -> None:
    way = Way(audio_format, stalls=[(stall_at, stall_s)])
    speak(way, 40, 40)
    way.run(stall_at + hush_s)
    way.playout.hush(way.at)
    way.run(way.at + stall_s + 0.5)
    way.playout.resume(way.at)
    way.run(way.at + 14.0)
    missing = set(range(40 * WORD_FRAMES)) - set(way.played)
    assert len(missing) <= (1 if hush_s >= 1.0 else 2) * WORD_FRAMES, "hardly more than a word is skipped"
    assert len(way.played) <= (40 + 1.5) * WORD_FRAMES, "hardly more than a word is said again"
    assert sum(isinstance(event, ev.ReplyHeard) for event in way.posted) == 1


@settings(max_examples=60, deadline=None)
@given(st.floats(1.0, 3.0), st.floats(0.5, 4.0), st.floats(0.0, 6.0))
def test_a_stall_of_the_way_back_says_nothing(stall_at: float, stall_s: float, cut_s: float) -> None:
    """The caller's audio stops with the marks: the carrier plays on, and the clock is right."""
    way = Way(up_stalls=[(stall_at, stall_s)])
    speak(way, 60, 60)
    way.run(stall_at + cut_s)
    way.playout.cancel(way.at)
    way.run(way.at + 1.0)
    assert abs(len(cut_of(way).heard_text.split()) - len(way.played) / WORD_FRAMES) <= 1.01


@pytest.mark.parametrize("cut_at", [0.5, 3.0, 9.0])
def test_a_carrier_without_marks_is_believed_to_play_by_our_clock(cut_at: float) -> None:
    way = Way(returns_marks=False)
    speak(way, 60, 10)
    way.run(cut_at)
    way.playout.cancel(way.at)
    way.run(way.at + 1.0)
    assert abs(len(cut_of(way).heard_text.split()) - len(way.played) / WORD_FRAMES) <= 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_several_stalls_hushes_and_ducks_lose_no_word(seed: int) -> None:
    chance = random.Random(seed)
    stalls, at = [], 1.0
    for _ in range(3):
        at += chance.uniform(0.5, 5.0)
        stalls.append((at, chance.uniform(0.5, 3.0)))
        at += stalls[-1][1]
    way = Way(stalls=stalls)
    speak(way, 50, chance.choice([5, 20, 50]))
    clears = [0] * len(stalls)
    for _ in range(4):
        way.run(way.at + chance.uniform(0.3, 4.0))
        for number, (begin, length) in enumerate(stalls):
            clears[number] += begin <= way.at < begin + length
        if chance.random() < 0.5:
            way.playout.hush(way.at)
            way.run(way.at + chance.uniform(0.1, 1.0))
        else:
            way.playout.duck(bytes, way.at)
        way.playout.resume(way.at)
    way.run(way.at + 45.0)
    missing = set(range(50 * WORD_FRAMES)) - set(way.played)
    assert len(missing) <= 8 * WORD_FRAMES, seed
    # Clears that wait behind the same stall lose their words side by side.
    assert max(_runs(sorted(missing)), default=0) <= 2 * WORD_FRAMES * max(*clears, 1), f"seed {seed}"
    assert sum(isinstance(event, ev.ReplyHeard) for event in way.posted) == 1


def _runs(numbers: list[int]) -> list[int]:
    runs: list[int] = []
    for index, number in enumerate(numbers):
        if index and number == numbers[index - 1] + 1:
            runs[-1] += 1
        else:
            runs.append(1)
    return runs
