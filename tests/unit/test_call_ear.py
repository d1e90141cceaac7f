"""The ear: legs one after another, their ends, what everybody hears, and that nothing outlives the call."""

import asyncio
import gc
import weakref
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from offhook.audio.spurts import SpurtDetector
from offhook.audio.vad import EnergyVad
from offhook.call.ear import Ear
from offhook.call.inbox import Inbox
from offhook.call.leg_watch import DEAD_LEG_S
from offhook.call.pacer import Pacer
from offhook.core.events import (
    Detachment,
    DigitPressed,
    LegAttached,
    LegDetached,
    PlayoutCut,
    SpeechStarted,
    SpeechStopped,
)
from offhook.core.formats import TELEPHONE, WIDEBAND, AudioFormat
from offhook.simulator.linear_client import widened
from offhook.simulator.virtual import run_virtual
from offhook.speech.scripted.tape import speak
from tests.call_parts import NotingLeg, ToldTranscriber, rest

FORMATS = pytest.mark.parametrize("audio_format", [TELEPHONE, WIDEBAND], ids=["telephone", "wideband"])
SAID = speak("hello I would like a table for four")
PAUSE = b"\xff" * 8000


class Call:
    """Both ends of the audio path, and a leg."""

    def __init__(self, audio_format: AudioFormat = TELEPHONE) -> None:
        self.inbox = Inbox()
        self.format = audio_format
        self.pacer = Pacer(self.inbox, audio_format)
        self.ear = Ear(self.inbox, SpurtDetector(EnergyVad().stream(), (0.1,)), self.pacer)

    def attach(self, number: int = 1, origin_at: float = 0.0) -> NotingLeg:
        leg = NotingLeg(self.format)
        self.ear.attach(leg, number, origin_at)
        return leg

    def says(self, leg: NotingLeg, audio: bytes) -> None:
        assert leg.listener is not None
        for at in range(0, len(audio), 160):
            frame = audio[at : at + 160]
            leg.listener.frame_received(frame if self.format is TELEPHONE else widened(frame))


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run_virtual(main(), limit_s=600)


@FORMATS
def test_edges_of_a_second_leg_lie_on_the_calls_clock_and_spurts_are_counted_on(audio_format: AudioFormat) -> None:
    async def main() -> None:
        call = Call(audio_format)
        leg = call.attach()
        call.says(leg, PAUSE + SAID + PAUSE)
        first = [event for event in await rest(call.inbox) if isinstance(event, SpeechStarted | SpeechStopped)]
        assert leg.listener is not None
        leg.listener.leg_lost("broken")
        second_leg = call.attach(2, origin_at=40.0)
        call.says(second_leg, PAUSE + SAID + PAUSE)
        events = await rest(call.inbox)
        assert events[:2] == [LegDetached(1, Detachment.LOST, "broken"), LegAttached(2, 40.0)]
        second = [event for event in events if isinstance(event, SpeechStarted | SpeechStopped)]
        assert [type(event) for event in first] == [type(event) for event in second]
        for before, after in zip(first, second, strict=True):
            assert after.spurt == before.spurt + len(first) // 2
            if isinstance(before, SpeechStarted) and isinstance(after, SpeechStarted):
                assert after.onset_at - before.onset_at == pytest.approx(40.0, abs=0.02)
        assert isinstance(first[0], SpeechStarted) and first[0].onset_at == pytest.approx(1.0, abs=0.03)
        assert call.ear.heard_at == pytest.approx(42.0 + len(SAID) / 8000, abs=0.021)
        call.ear.stop()

    run(main)


def test_a_leg_that_ends_in_the_middle_of_a_word_ends_the_spurt() -> None:
    async def main() -> None:
        call = Call()
        leg = call.attach()
        call.says(leg, PAUSE + SAID[:8000])
        assert leg.listener is not None
        leg.listener.leg_stopped()
        events = await rest(call.inbox)
        assert isinstance(events[-2], SpeechStopped)
        assert events[-1] == LegDetached(1, Detachment.STOPPED)
        call.says(leg, SAID)
        leg.listener.digit_pressed("5")
        leg.listener.leg_lost("again")
        assert await rest(call.inbox) == [], "of a leg that is off nothing is believed"

    run(main)


def test_a_later_leg_replaces_the_one_that_is_attached() -> None:
    async def main() -> None:
        call = Call()
        old = call.attach()
        new = call.attach(2, 7.0)
        assert await rest(call.inbox) == [
            LegAttached(1, 0.0), LegDetached(1, Detachment.REPLACED), LegAttached(2, 7.0),
        ]  # fmt: skip
        assert (old.closed, new.closed) == (1, 0)
        assert new.listener is not None
        new.listener.digit_pressed("5")
        assert await rest(call.inbox) == [DigitPressed("5")]
        call.ear.stop()

    run(main)


def test_a_leg_without_frames_is_lost_once_and_without_a_leg_nothing_is_dead() -> None:
    async def main() -> None:
        call = Call()
        leg = call.attach()
        for _ in range(20):
            await asyncio.sleep(0.5)
            call.says(leg, PAUSE[:160])
        assert [event for event in await rest(call.inbox) if isinstance(event, LegDetached)] == []
        await asyncio.sleep(DEAD_LEG_S + 1.5)
        assert await rest(call.inbox) == [LegDetached(1, Detachment.LOST, f"no audio for {DEAD_LEG_S} s")]
        assert leg.closed == 1
        await asyncio.sleep(60.0)
        assert await rest(call.inbox) == []
        call.ear.stop()

    run(main)


@FORMATS
def test_taps_hear_every_frame_at_its_place_and_a_muted_caller_is_silent_for_all(audio_format: AudioFormat) -> None:
    async def main() -> None:
        call = Call(audio_format)
        heard: list[tuple[float, bytes]] = []
        end = call.ear.tap(lambda at, frame: heard.append((at, frame)))
        told: list[ToldTranscriber] = []

        def make(post: Any) -> ToldTranscriber:
            told.append(ToldTranscriber(post))
            return told[0]

        call.ear.connect(make)
        leg = call.attach(1, 5.0)
        call.says(leg, SAID[:1600])
        call.ear.mute(True)
        call.says(leg, SAID[1600:3200])
        call.ear.mute(False)
        call.says(leg, SAID[3200:4800])
        end()
        call.says(leg, SAID[4800:6400])
        assert [at for at, _ in heard] == pytest.approx([5.0 + n * 0.02 for n in range(30)])
        silence = audio_format.silence(audio_format.frame_bytes)
        assert [frame == silence for _, frame in heard] == [10 <= n < 20 for n in range(30)]
        assert len(told[0].frames) == 40
        assert all(len(frame) == 160 for frame in told[0].frames), "the transcriber wants telephone audio"
        assert all(frame == b"\xff" * 160 for frame in told[0].frames[11:20])
        assert len(call.ear.recent_audio()) == 40 * 160
        call.ear.stop()

    run(main)


def test_a_transcriber_that_wants_wideband_gets_it_as_it_came() -> None:
    async def main() -> None:
        call = Call(WIDEBAND)
        detector = SpurtDetector(EnergyVad().stream(), (0.1,))
        call.ear = Ear(call.inbox, detector, call.pacer, hearing_format=WIDEBAND)
        told: list[ToldTranscriber] = []

        def make(post: Any) -> ToldTranscriber:
            told.append(ToldTranscriber(post))
            return told[0]

        call.ear.connect(make)
        call.says(call.attach(), SAID[:1600])
        assert b"".join(told[0].frames) == widened(SAID[:1600])
        call.ear.stop()

    run(main)


def test_a_storm_of_keys_is_dropped_and_counted() -> None:
    async def main() -> None:
        call = Call()
        leg = call.attach()
        assert leg.listener is not None
        for _ in range(1000):
            leg.listener.digit_pressed("1")
        assert len(await rest(call.inbox)) <= 130
        assert call.ear.dropped_digits >= 870
        call.ear.stop()

    run(main)


def test_the_replys_place_is_kept_from_one_leg_to_the_next() -> None:
    async def main() -> None:
        call = Call()
        leg = call.attach()
        call.pacer.open(1, held=False)
        call.pacer.add(1, 0, "one two three four five", SAID[:8000], [])
        call.pacer.end_segment(1, 0)
        call.pacer.finish(1)
        await asyncio.sleep(0.5)
        assert leg.listener is not None
        leg.listener.leg_lost("broken")
        sent = len(leg.audio)
        await asyncio.sleep(3.0)
        assert len(leg.audio) == sent
        again = call.attach(2, 3.5)
        await asyncio.sleep(0.1)
        assert SAID.startswith(leg.audio) and SAID[4000:].startswith(again.audio), "from where it was heard"
        call.pacer.cancel(1)
        cut = next(event for event in await rest(call.inbox) if isinstance(event, PlayoutCut))
        assert cut.heard_s == pytest.approx(0.6, abs=0.021)
        call.pacer.stop()
        call.ear.stop()

    run(main)


def test_a_call_that_is_over_is_freed_without_the_cyclic_collector() -> None:
    async def main() -> None:
        call = Call()
        leg = call.attach()
        call.ear.connect(ToldTranscriber)
        call.ear.tap(lambda at, frame: None)
        call.pacer.tap(lambda at, audio: None)
        call.pacer.open(1, held=False)
        call.pacer.add(1, 0, "hello", SAID, [])
        call.says(leg, PAUSE + SAID)
        await asyncio.sleep(0.2)
        parts = (call.ear.audio, call.ear.questions, call.pacer)
        gone = [weakref.ref(part) for part in parts]
        del parts
        call.ear.stop()
        call.pacer.stop()
        leg.listener = None
        del call
        assert [ref() for ref in gone] == [None] * 3

    gc.disable()
    try:
        run(main)
    finally:
        gc.enable()
