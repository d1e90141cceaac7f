"""Streams break at any moment, and the real ear replays what no final has covered: no word is lost or doubled."""

from collections.abc import Callable
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.call.ear import Ear
from offhook.core.events import TranscriptFinal
from offhook.simulator.vendors.deepgram_v1 import NovaHearing, NovaWays
from offhook.simulator.vendors.deepgram_v2 import FluxHearing, FluxWays
from offhook.speech.ports import TranscriberEvent
from offhook.speech.scripted.tape import SILENCE_FRAME
from offhook.speech.stt.deepgram_flux import FluxDialect
from offhook.speech.stt.deepgram_nova import NovaDialect
from tests.deepgram_world import spoken
from tests.property.test_deepgram_words import FLUX, FRAME_S, NOVA, WORDS, Line, Spurt, line_of, spurts


class Deaf:
    """What an ear wants beside a transcriber."""

    def hear(self, frame: bytes) -> tuple[()]:
        return ()

    def caller(self, frame: bytes) -> None:
        del frame


class Inbox:
    """Keeps the events of the call."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def put(self, event: Any) -> None:
        self.events.append(event)


class Connection:
    """A transcriber over one `Line`."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def hear(self, frame: bytes) -> None:
        self.line.dialect.hear(frame)

    def finalize(self, spurt: int) -> None:
        self.line.dialect.ask(spurt, self.line.now)

    async def run(self) -> None:
        """Never run: the line has a time of its own."""


class Call:
    """Speech, questions and drops; what the core does about them."""

    def __init__(self, make: Callable[[], Line]) -> None:
        self.make = make
        self.inbox = Inbox()
        self.ear = Ear(cast("Any", self.inbox), cast("Any", Deaf()), Deaf(), cast("Any", None))
        self.open: set[int] = set()
        """Spurts whose final is owed."""
        self.is_quiet = False
        """The latest spurt is over."""
        self.connect(0.0)

    def connect(self, at: float) -> None:
        line = self.make()
        line.now = at

        def transcriber(post: Callable[[TranscriberEvent], None]) -> Connection:
            line.listen(post)
            return Connection(line)

        self.connection = cast("Connection", self.ear.connect(cast("Any", transcriber)))
        if self.open and self.is_quiet:
            # As the core does: it asks again for the latest spurt, which covers the earlier ones, but not in a word.
            self.ear.finalize(max(self.open))

    def drop(self) -> None:
        self.ear.disconnect(cast("Any", self.connection))
        self.connect(self.connection.line.now)

    def frame(self, frame: bytes) -> None:
        self.connection.line.until(self.connection.line.now + FRAME_S)
        self.ear.frame_received(frame)
        covered = [event.spurt for event in self.finals if event.spurt is not None]
        self.open = {spurt for spurt in self.open if spurt > max(covered, default=0)}

    def ask(self, spurt: int) -> None:
        self.is_quiet = True
        self.open.add(spurt)
        self.ear.finalize(spurt)

    @property
    def finals(self) -> list[TranscriptFinal]:
        return [event for event in self.inbox.events if isinstance(event, TranscriptFinal)]


def check(call: Call, script: list[Spurt], drops: set[int]) -> None:
    said: list[str] = []
    frames: list[tuple[bytes, int | None]] = []
    for number, spurt in enumerate(script, 1):
        words = [WORDS[(len(said) + index) % len(WORDS)] for index in range(spurt.words)]
        said += words
        voice = spoken(" ".join(words), number, 0, ends_turn=spurt.is_done)
        sound = [*voice, *[SILENCE_FRAME] * spurt.gap]
        asked_at = len(voice) + spurt.asked_after - 1
        frames += [(frame, number if place == asked_at else None) for place, frame in enumerate(sound)]
    frames += [(SILENCE_FRAME, None)] * 250
    for place, (frame, question) in enumerate(frames):
        call.is_quiet = call.is_quiet and frame == SILENCE_FRAME
        if place in drops:
            call.drop()
        call.frame(frame)
        if question is not None:
            call.ask(question)
    assert not call.open
    assert " ".join(event.text for event in call.finals if event.text) == " ".join(said)


delays = st.sampled_from([0.0, 0.03, 0.11, 0.3])
breaks = st.sets(st.integers(1, 300), max_size=3)


@settings(max_examples=100, deadline=None)
@given(spurts, delays, breaks)
def test_flux(script: list[Spurt], delay_s: float, drops: set[int]) -> None:
    check(Call(lambda: line_of(FluxDialect, FluxHearing(FLUX, FluxWays()), delay_s)), script, drops)


@settings(max_examples=100, deadline=None)
@given(spurts, delays, breaks)
def test_nova(script: list[Spurt], delay_s: float, drops: set[int]) -> None:
    check(Call(lambda: line_of(NovaDialect, NovaHearing(NOVA, NovaWays()), delay_s)), script, drops)
