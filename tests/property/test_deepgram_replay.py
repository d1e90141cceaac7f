"""Streams break at any moment, and the call's own ear replays what no final has covered: no word is lost or doubled."""

import asyncio
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offhook.call.questions import Questions
from offhook.core.events import Event
from offhook.core.formats import FRAME_S
from offhook.errors import ProviderUnavailable
from offhook.simulator.virtual import run_virtual
from offhook.speech.ports import Transcriber
from tests.heard_words import EXACT_S, Notes, Spurt, check_answers, check_chain, check_words, sound_of
from tests.transcriber_world import Make, Source, Wire, call, configured, flux, nova

ORIGIN_AT = 3.7
"""Of the leg on the call's clock: places of the call are not those of any stream."""
spurts = st.lists(
    st.builds(Spurt, st.integers(0, 4), st.integers(6, 70), st.sampled_from([(5,), (3, 12), ()]), st.booleans()),
    min_size=1, max_size=6,
)  # fmt: skip
breaks = st.sets(st.integers(1, 300), max_size=3)
HEARING: dict[str, Source] = {
    "flux": flux(),
    "flux, slow": flux(Wire(open_s=0.7, delay_s=0.3)),
    "nova": nova(),
    "nova, slow": nova(Wire(open_s=0.7, delay_s=0.3)),
    "nova, with places of its own": nova(Wire(delay_s=0.1), early_s=0.2, is_irregular=True),
    "nova, without an answer": nova(Wire(delay_s=0.1), finalize="when_needed", is_irregular=True),
    "flux, in steps": flux(Wire(delay_s=0.1), step=4),
    "scripted": configured(provider="scripted", own_final_after_s=0.3, final_latency_s=0.6),
}


class RealEar:
    """The call's `Questions`, its streams run and cut by the test."""

    def __init__(self, make: Make) -> None:
        self.notes = Notes()
        self._make = make
        self._frames = 0
        self._questions = Questions(self._put)
        self._questions.leg_began(ORIGIN_AT)
        self._transcriber: Transcriber | None = None
        self._task: asyncio.Task[None] | None = None

    def _put(self, event: Event) -> None:
        self.notes.events.append((self._heard_at, event))  # type: ignore[arg-type]

    @property
    def _heard_at(self) -> float:
        return ORIGIN_AT + self._frames * FRAME_S

    async def connect(self) -> None:
        await self.stop()
        self._transcriber = self._questions.connect(self._make)
        self._task = asyncio.create_task(self._transcriber.run())

    def hear(self, frame: bytes) -> None:
        self._frames += 1
        self._questions.hear(frame)

    def ask(self) -> None:
        self.notes.asked(self._heard_at)
        self._questions.finalize()

    async def stop(self) -> None:
        if self._transcriber is not None and self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError, ProviderUnavailable):
                await self._task
            self._questions.disconnect(self._transcriber)


@pytest.mark.parametrize("who", HEARING)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spurts, breaks)
def test_no_word_is_lost_or_doubled(who: str, script: list[Spurt], drops: set[int]) -> None:
    sound = sound_of([*script, Spurt(1, 40)])
    notes = run_virtual(call(HEARING[who], sound, drops, RealEar))
    assert abs(notes.finals[0].from_s - ORIGIN_AT) < EXACT_S
    check_chain(notes, begin_s=ORIGIN_AT)
    check_answers(notes)
    check_words(notes, [word.moved(ORIGIN_AT) for word in sound.words])
