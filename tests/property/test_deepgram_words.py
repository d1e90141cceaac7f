"""Deepgram's dialects against the stand-in's streams, without sockets: whatever is late, no word is lost or doubled."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.core.events import TranscriptFinal, TurnEndExpected, TurnResumed
from offhook.simulator.vendors.deepgram_v1 import NovaHearing, NovaWays
from offhook.simulator.vendors.deepgram_v2 import FluxHearing, FluxWays
from offhook.speech.ports import TranscriberEvent
from offhook.speech.scripted.tape import FRAME_BYTES, SILENCE_FRAME
from offhook.speech.stt.deepgram_flux import FluxDialect
from offhook.speech.stt.deepgram_nova import NovaDialect
from tests.deepgram_world import spoken

FRAME_S = 0.02
WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen".split()
FLUX = {"model": ["flux-general-en"], "eager_eot_threshold": ["0.5"]}
NOVA = {"model": ["nova-3"], "interim_results": ["true"], "endpointing": ["300"], "vad_events": ["true"],
        "utterance_end_ms": ["1000"]}  # fmt: skip


@dataclass
class Line:
    """A dialect and a stream with `delay_s` each way between them, in a time of their own."""

    make: type
    hearing: Any
    delay_s: float
    dialect: Any = None
    posted: list[TranscriberEvent] = field(default_factory=list)
    now: float = 0.0
    due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    numbers: Any = field(default_factory=count)

    def listen(self, post: Callable[[TranscriberEvent], None]) -> None:
        """A new dialect on this line, which tells here what it hears."""
        self.dialect = self.make(post, self.send)
        self.dialect.opened(self.now)

    def later(self, at: float, what: Callable[[], None]) -> None:
        heapq.heappush(self.due, (at, next(self.numbers), what))

    def send(self, message: str | bytes) -> None:
        self.dialect.sent(message, self.now)
        self.later(self.now + self.delay_s, lambda: self.reach(message))

    def reach(self, message: str | bytes) -> None:
        if isinstance(message, str):
            answers = self.hearing.control(message)
        else:
            frames = [message[at : at + FRAME_BYTES] for at in range(0, len(message), FRAME_BYTES)]
            answers = [answer for frame in frames for answer in self.hearing.hear(frame) or ()]
        for answer in answers:
            self.later(self.now + self.delay_s, lambda answer=answer: self.dialect.received(answer, self.now))  # type: ignore[misc]

    def until(self, at: float) -> None:
        while True:
            wake = self.dialect.wakeup_at
            nearest = min([entry[0] for entry in self.due[:1]] + ([wake] if wake is not None else []), default=at)
            if nearest >= at:
                break
            self.now = max(self.now, nearest)
            if wake is not None and wake <= nearest:
                self.dialect.wake(self.now)
                assert self.dialect.wakeup_at is None or self.dialect.wakeup_at > self.now
            else:
                heapq.heappop(self.due)[2]()
        self.now = at


def line_of(make: type, hearing: Any, delay_s: float) -> Line:
    line = Line(make, hearing, delay_s)
    line.listen(line.posted.append)
    return line


@dataclass(frozen=True)
class Spurt:
    """Words, the silence behind them in frames (the question comes after 5 or 6), and whether the speaker is done."""

    words: int
    gap: int
    is_done: bool
    asked_after: int = 5


spurts = st.lists(
    st.builds(Spurt, st.integers(0, 4), st.integers(6, 70), st.booleans(), st.integers(5, 6)), min_size=1, max_size=6
)


def talk(line: Line, script: list[Spurt]) -> str:
    """Say it in real time, ask after each spurt, then wait; what was said."""
    said, at = [], 0
    for number, spurt in enumerate(script, 1):
        words = [WORDS[(at + index) % len(WORDS)] for index in range(spurt.words)]
        at += len(words)
        said += words
        voice = spoken(" ".join(words), number, 0, ends_turn=spurt.is_done)
        for place, frame in enumerate([*voice, *[SILENCE_FRAME] * spurt.gap]):
            line.until(line.now + FRAME_S)
            line.dialect.hear(frame)
            if place == len(voice) + spurt.asked_after - 1:
                line.dialect.ask(number, line.now)
    for _ in range(200):
        line.until(line.now + FRAME_S)
        line.dialect.hear(SILENCE_FRAME)
    return " ".join(said)


def check(line: Line, script: list[Spurt], said: str) -> None:
    finals = [event for event in line.posted if isinstance(event, TranscriptFinal)]
    assert sorted(event.spurt or 0 for event in finals) == list(range(1, len(script) + 1))
    assert " ".join(event.text for event in finals if event.text) == said
    expected = False
    for event in line.posted:
        if isinstance(event, TurnEndExpected):
            expected = True
        elif isinstance(event, TurnResumed):
            assert expected, "nothing is taken back that was not said"
            expected = False


ways = st.builds(FluxWays, updates_in_silence=st.booleans(), revises=st.just(False))


@settings(max_examples=100, deadline=None)
@given(spurts, st.sampled_from([0.0, 0.03, 0.11, 0.3]), ways, st.sampled_from(["0.7", "1"]))
def test_flux_loses_and_doubles_no_word(script: list[Spurt], delay_s: float, how: FluxWays, threshold: str) -> None:
    line = line_of(FluxDialect, FluxHearing({**FLUX, "eot_threshold": [threshold]}, how), delay_s)
    check(line, script, talk(line, script))


@settings(max_examples=100, deadline=None)
@given(
    spurts, st.sampled_from([0.0, 0.03, 0.11, 0.3]), st.sampled_from(["always", "when_needed", "never"]), st.booleans(),
    st.booleans(),
)  # fmt: skip
def test_nova_loses_and_doubles_no_word(
    script: list[Spurt], delay_s: float, finalize: Any, is_double: bool, is_strange: bool
) -> None:
    how = NovaWays(finalize=finalize, duplicate_finals=is_double, is_strange=is_strange)
    line = line_of(NovaDialect, NovaHearing(NOVA, how), delay_s)
    check(line, script, talk(line, script))


def test_flux_counts_words_that_it_revised() -> None:
    script = [Spurt(3, 20, False), Spurt(2, 30, True), Spurt(4, 40, True)]
    line = line_of(FluxDialect, FluxHearing(FLUX, FluxWays(revises=True)), 0.03)
    said = talk(line, script)
    finals = [event.text for event in line.posted if isinstance(event, TranscriptFinal)]
    assert [len(text.split()) for text in finals] == [3, 2, 4]
    assert finals[2] == " ".join(said.split()[5:]), "what is told at the end of a turn is not revised any more"


@pytest.mark.parametrize("delay_s", [0.0, 0.1])
def test_flux_answers_before_its_own_settling_when_it_believes_in_the_end(delay_s: float) -> None:
    line = line_of(FluxDialect, FluxHearing(FLUX, FluxWays()), delay_s)
    for frame in spoken("a table for two", 1, 5):
        line.until(line.now + FRAME_S)
        line.dialect.hear(frame)
    line.dialect.ask(1, line.now)
    line.until(line.now + 2 * delay_s + 0.001)
    kinds = [type(event) for event in line.posted[-2:]]
    assert kinds == [TurnEndExpected, TranscriptFinal]
    assert line.posted[-1] == TranscriptFinal("a table for two", 1)
