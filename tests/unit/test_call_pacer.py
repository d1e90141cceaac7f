"""The pacer: taps at playout time, a person in the agent's place, other formats, and replies that are not open."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from offhook.call.inbox import Inbox
from offhook.call.pacer import Pacer
from offhook.core.events import MoreHeard, PlayoutCut, ReplyHeard, SegmentReady, SegmentReworded
from offhook.core.formats import TELEPHONE, WIDEBAND
from offhook.simulator.linear_client import narrowed
from offhook.simulator.virtual import run_virtual
from offhook.speech.scripted.tape import speak
from tests.call_parts import NotingLeg, rest

SAID = speak("one two three four five six seven eight nine ten")
SAID = SAID[: len(SAID) // 160 * 160]


class Taped:
    """A tap that notes when each piece was told, and puts it at its place."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self.audio = bytearray()
        self.worst_early_s = 0.0

    def __call__(self, at: float, audio: bytes) -> None:
        place = round(at * 8000)
        self.audio += b"\xff" * (place - len(self.audio))
        self.audio[place : place + len(audio)] = audio
        self.worst_early_s = max(self.worst_early_s, at + len(audio) / 8000 - self._inbox.now())


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    run_virtual(main(), limit_s=600)


def speaking(pacer: Pacer, reply: int = 1, audio: bytes = SAID) -> None:
    pacer.open(reply, held=False)
    pacer.add(reply, 0, "one two three four five six seven eight nine ten", audio, [])
    pacer.end_segment(reply, 0)
    pacer.finish(reply)


def test_a_tap_gets_what_was_played_when_it_was_played_and_nothing_that_was_cut() -> None:
    async def main() -> None:
        inbox = Inbox()
        pacer, tape = Pacer(inbox), Taped(inbox)
        pacer.tap(tape)
        pacer.attach(NotingLeg())
        speaking(pacer)
        await asyncio.sleep(1.0)
        assert 0.6 <= len(tape.audio) / 8000 <= 1.0
        pacer.hush(1)
        assert bytes(tape.audio) == SAID[:8000]
        await asyncio.sleep(0.5)
        pacer.resume(1)
        await asyncio.sleep(0.1)
        pacer.cancel(1)
        await asyncio.sleep(2.0)
        assert bytes(tape.audio) == SAID[:8000] + b"\xff" * 4000 + SAID[8000:8800]
        assert tape.worst_early_s <= 1e-6
        pacer.stop()

    run(main)


def test_the_tail_of_a_reply_reaches_the_tap_without_anything_behind_it() -> None:
    async def main() -> None:
        inbox = Inbox()
        pacer, tape = Pacer(inbox), Taped(inbox)
        pacer.tap(tape)
        pacer.attach(NotingLeg())
        speaking(pacer)
        await asyncio.sleep(len(SAID) / 8000 + 0.3)
        assert bytes(tape.audio) == SAID
        pacer.stop()

    run(main)


def test_a_call_that_ends_in_mid_sentence_tells_what_was_heard_of_it() -> None:
    async def main() -> None:
        inbox = Inbox()
        pacer, tape = Pacer(inbox), Taped(inbox)
        pacer.tap(tape)
        pacer.attach(NotingLeg())
        speaking(pacer)
        await asyncio.sleep(0.5)
        pacer.stop()
        assert bytes(tape.audio) == SAID[:4000]
        await asyncio.sleep(1.0)
        assert len(tape.audio) == 4000
        assert pacer.drain_s() == 0.0

    run(main)


def test_a_person_speaks_in_the_agents_place_and_the_reply_goes_on_behind() -> None:
    async def main() -> None:
        inbox, leg = Inbox(), NotingLeg()
        pacer, tape = Pacer(inbox), Taped(inbox)
        pacer.tap(tape)
        pacer.attach(leg)
        speaking(pacer)
        await asyncio.sleep(0.4)
        source = pacer.source()
        assert leg.sent[-1][0] == "clear"
        person = bytes(range(2, 252, 2)) * 64
        for at in range(0, 8000, 160):
            source.hear(person[at : at + 160])
            await asyncio.sleep(0.02)
        assert leg.audio == b"\xff" * 480 + person[:8000]
        source.close()
        await asyncio.sleep(len(SAID) / 8000)
        heard = bytes(tape.audio)
        assert heard[:3200] == SAID[:3200]
        assert person[:8000] in heard
        assert heard.endswith(SAID[3200:]), "from where the caller had heard it"
        assert tape.worst_early_s <= 1e-6
        pacer.stop()

    run(main)


def test_a_burst_of_a_person_is_paced_and_bounded() -> None:
    async def main() -> None:
        inbox, leg = Inbox(), NotingLeg()
        pacer = Pacer(inbox)
        pacer.attach(leg)
        source = pacer.source()
        for number in range(200):
            source.hear(bytes([number]) * 160)
        assert len(leg.audio) / 8000 <= 0.2 + 1e-6
        await asyncio.sleep(3.0)
        assert len(leg.audio) / 8000 <= 0.7, "of a long burst the oldest is dropped"
        assert leg.audio.endswith(bytes([199]) * 160)
        pacer.stop()

    run(main)


def test_a_voice_of_another_format_is_converted_at_the_door() -> None:
    async def main() -> None:
        inbox, leg = Inbox(), NotingLeg(WIDEBAND)
        pacer = Pacer(inbox, WIDEBAND, voice_format=TELEPHONE)
        pacer.attach(leg)
        pacer.open(1, held=False)
        for at in range(0, len(SAID), 1000):
            pacer.add(1, 0, "one two", SAID[at : at + 1000], [])
        pacer.end_segment(1, 0)
        assert pacer.interject(1, -1, "um", SAID[:320], []) is False
        pacer.finish(1)
        assert pacer.drain_s() == pytest.approx(len(SAID) / 8000)
        await asyncio.sleep(len(SAID) / 8000 + 0.5)
        assert narrowed(leg.audio) == SAID.replace(b"\x7f", b"\xff")
        loudness = float(np.abs(np.frombuffer(leg.audio, "<i2").astype(float)).mean())
        pacer.open(2, held=False)
        pacer.duck(2, -20.0)
        pacer.add(2, 0, "one two", SAID, [])
        pacer.finish(2)
        leg.sent.clear()
        await asyncio.sleep(len(SAID) / 8000 + 0.5)
        quiet = float(np.abs(np.frombuffer(leg.audio, "<i2").astype(float)).mean())
        assert quiet == pytest.approx(loudness / 10, rel=0.05)
        pacer.stop()

    run(main)


def test_what_is_for_another_reply_has_no_effect() -> None:
    async def main() -> None:
        inbox, leg = Inbox(), NotingLeg()
        pacer = Pacer(inbox)
        pacer.attach(leg)
        pacer.open(3, held=True)
        pacer.add(2, 0, "old", SAID, [])
        pacer.commit(2)
        pacer.duck(2, -20.0)
        pacer.hush(2)
        pacer.cancel(2)
        pacer.resume(2)
        pacer.reword(2, 0, "old", [])
        assert pacer.interject(2, -1, "One moment.", SAID, []) is False
        assert await rest(inbox) == []
        assert pacer.interject(3, -1, "One moment.", SAID, []) is True
        assert await rest(inbox) == [SegmentReady(3, -1, "One moment.")]
        assert leg.sent == [], "it is held"
        pacer.stop()

    run(main)


def test_words_may_be_known_later_than_the_audio() -> None:
    async def main() -> None:
        inbox, leg = Inbox(), NotingLeg()
        pacer = Pacer(inbox)
        pacer.attach(leg)
        pacer.open(1, held=False)
        pacer.add(1, 0, "", SAID, [])
        await asyncio.sleep(0.5)
        pacer.reword(1, 0, "one two three", [(0.0, 0.2), (0.2, 0.4), (0.6, 0.9)])
        pacer.cancel(1)
        events = await rest(inbox)
        assert SegmentReady(1, 0, "") in events
        assert SegmentReworded(1, 0, "one two three") in events
        cut = events[-1]
        assert isinstance(cut, PlayoutCut) and cut.heard_text == "one two"
        assert cut.heard_s == pytest.approx(0.5, abs=0.021)
        pacer.stop()

    run(main)


@pytest.mark.parametrize("next_one", [False, True])
@pytest.mark.parametrize("heard_s", [0.45, 9.0])
def test_words_may_be_known_later_than_the_reply_has_ended(heard_s: float, *, next_one: bool) -> None:
    """Only those that were heard are told, once; also when the next reply is being made already."""

    async def main() -> None:
        inbox, leg = Inbox(), NotingLeg()
        pacer = Pacer(inbox)
        pacer.attach(leg)
        pacer.open(1, held=False)
        pacer.add(1, 0, "", SAID[:8000], [])
        pacer.end_segment(1, 0)
        pacer.add(1, 1, "", SAID[:8000], [])
        pacer.finish(1)
        await asyncio.sleep(heard_s)
        for kind, name in leg.sent:
            if kind == "mark" and heard_s > 2.0:
                pacer.mark_reached(name.decode())
        pacer.cancel(1)
        if next_one:
            pacer.open(2, held=True)
            pacer.add(2, 0, "two", SAID, [])
        await rest(inbox)
        words = [(n * 0.2, n * 0.2 + 0.2) for n in range(5)]
        pacer.reword(1, 1, "six seven eight nine ten", words)
        pacer.reword(1, 0, "one two three four five", words)
        pacer.reword(1, 0, "what is this", words)
        more = [MoreHeard(1, "one two")]
        if heard_s > 2.0:
            more = [MoreHeard(1, "six seven eight nine ten"), MoreHeard(1, "one two three four five")]
        assert await rest(inbox) == more
        pacer.stop()

    run(main)


def test_a_cut_of_a_reply_that_was_heard_whole_a_moment_ago_is_told() -> None:
    async def main() -> None:
        inbox, leg = Inbox(), NotingLeg()
        pacer = Pacer(inbox)
        pacer.attach(leg)
        speaking(pacer)
        await asyncio.sleep(len(SAID) / 8000 + 0.1)
        for kind, name in leg.sent:
            if kind == "mark":
                pacer.mark_reached(name.decode())
        pacer.hush(1)
        pacer.resume(1)
        pacer.cancel(1)
        pacer.cancel(1)
        events = [event for event in await rest(inbox) if isinstance(event, ReplyHeard | PlayoutCut)]
        text = "one two three four five six seven eight nine ten"
        cut = PlayoutCut(1, text, len(SAID) / 8000)
        places = [replace(event, ages_s=()) if isinstance(event, PlayoutCut) else event for event in events]
        assert places == [ReplyHeard(1, text), cut, cut], "one for the hush and one for the cancel"
        pacer.stop()

    run(main)


def test_makers_wait_for_room_and_are_let_go_at_the_end() -> None:
    async def main() -> None:
        inbox = Inbox()
        pacer = Pacer(inbox)
        pacer.attach(NotingLeg())
        speaking(pacer, audio=SAID * 4)
        began = inbox.now()
        await pacer.wait_for_room(6.0)
        assert inbox.now() - began == pytest.approx(len(SAID) / 2000 - 6.0 - 0.2, abs=0.1)
        waiting = asyncio.create_task(pacer.wait_for_room(0.5))
        await asyncio.sleep(0.01)
        pacer.stop()
        await asyncio.wait_for(waiting, 0.1)

    run(main)
