"""What a transcriber is given and asked, and where its words lie: over lost streams and several legs."""

import itertools
import random

import pytest

from offhook.call.questions import KEPT_FRAMES, Questions
from offhook.core.events import Event, TranscriberReady, TranscriptChanged, TranscriptFinal, TurnEndExpected
from tests.call_parts import ToldTranscriber


class Line:
    """Questions with numbered frames."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.questions = Questions(self.told.append)
        self.said = 0

    def hears(self, frames: int) -> None:
        for _ in range(frames):
            self.questions.hear(self.said.to_bytes(4, "big"))
            self.said += 1

    def connects(self) -> ToldTranscriber:
        made: list[ToldTranscriber] = []

        def make(post: object) -> ToldTranscriber:
            made.append(ToldTranscriber(post))  # type: ignore[arg-type]
            return made[0]

        self.questions.connect(make)
        return made[0]


def numbers(transcriber: ToldTranscriber) -> list[int]:
    return [int.from_bytes(frame, "big") for frame in transcriber.frames]


def test_a_transcriber_hears_what_came_before_it_and_all_that_comes() -> None:
    line = Line()
    line.hears(3)
    transcriber = line.connects()
    line.hears(2)
    assert numbers(transcriber) == [0, 1, 2, 3, 4]


def test_a_question_is_about_all_that_was_given() -> None:
    line = Line()
    transcriber = line.connects()
    line.hears(50)
    line.questions.finalize()
    assert transcriber.asked == [1.0]


def test_places_are_moved_to_the_calls_clock_over_streams_and_legs() -> None:
    line = Line()
    line.questions.leg_began(0.5)
    first = line.connects()
    line.hears(100)
    first.post(TranscriptFinal("one", 0.0, 1.0))
    line.questions.disconnect(first)
    line.hears(50)
    line.questions.leg_began(60.0)
    second = line.connects()
    line.hears(50)
    assert numbers(second)[0] == 50, "what the final had covered is not given again"
    second.post(TurnEndExpected("two", 1.0, 0.7))
    second.post(TranscriptChanged("two", 2.5))
    second.post(TranscriptFinal("two", 0.0, 2.0))
    second.post(TranscriptFinal("three", 2.0, 2.98))
    # It was given the first leg's last 2 s, which begin at 1.5 s, and 1 s of the second leg.
    assert line.told == [
        TranscriptFinal("one", 0.5, 1.5),
        TurnEndExpected("two", 2.5, 0.7),
        TranscriptChanged("two", 60.5),
        TranscriptFinal("two", 1.5, 3.5),
        TranscriptFinal("three", 3.5, 60.98),
    ]
    finals = [event for event in line.told if isinstance(event, TranscriptFinal)]
    assert [final.to_s for final in finals[:-1]] == [final.from_s for final in finals[1:]], "no gap between finals"


def test_what_was_asked_of_a_lost_stream_is_asked_again_at_its_place() -> None:
    line = Line()
    first = line.connects()
    line.hears(30)
    line.questions.finalize()
    line.hears(10)
    line.questions.finalize()
    line.hears(5)
    line.questions.disconnect(first)
    second = line.connects()
    assert second.asked == [0.8]
    second.post(TranscriptFinal("all", 0.0, 0.8))
    line.questions.disconnect(second)
    third = line.connects()
    assert third.asked == []
    assert numbers(third) == [40, 41, 42, 43, 44]


def test_a_final_of_the_vendors_own_accord_frees_what_it_covers() -> None:
    line = Line()
    first = line.connects()
    line.hears(100)
    first.post(TranscriptFinal("", 0.0, 1.5))
    line.questions.disconnect(first)
    assert numbers(line.connects())[0] == 75


def test_of_a_stream_that_is_gone_nothing_is_believed() -> None:
    line = Line()
    first = line.connects()
    line.hears(10)
    line.questions.disconnect(first)
    second = line.connects()
    first.post(TranscriptFinal("late", 0.0, 0.1))
    second.post(TranscriberReady())
    assert line.told == [TranscriberReady()]


@pytest.mark.parametrize(
    "final",
    [TranscriptFinal("ahead", 0.0, 5.0), TranscriptFinal("gap", 0.5, 0.6), TranscriptFinal("back", 0.0, -1.0)],
)
def test_places_that_cannot_be_are_dropped(final: TranscriptFinal) -> None:
    line = Line()
    transcriber = line.connects()
    line.hears(100)
    transcriber.post(final)
    transcriber.post(TranscriptChanged("ahead", 2.2))
    assert line.told == []
    transcriber.post(TranscriptFinal("right", 0.0, 2.0))
    transcriber.post(TranscriptFinal("right", 0.0, 2.0))
    assert line.told == [TranscriptFinal("right", 0.0, 2.0)], "and a final comes once"


def test_what_is_kept_is_bounded_and_places_hold() -> None:
    line = Line()
    line.hears(KEPT_FRAMES + 100)
    transcriber = line.connects()
    assert numbers(transcriber)[0] == 100
    transcriber.post(TranscriptFinal("late", 0.0, 1.0))
    assert line.told == [TranscriptFinal("late", 2.0, 3.0)]


@pytest.mark.parametrize("seed", range(30))
def test_every_frame_is_covered_once_whatever_is_lost(seed: int) -> None:
    """A transcriber that gives finals at odd places, is lost and opened again; legs change. Finals tile the audio."""
    chance, line, at = random.Random(seed), Line(), 0.0
    transcriber, told_s = line.connects(), 0.0
    legs = [(0, 0.0)]
    for _ in range(60):
        match chance.random():
            case x if x < 0.5:
                count = chance.randint(1, 60)
                line.hears(count)
                at += count * 0.02
            case x if x < 0.8:
                heard_s = len(transcriber.frames) * 0.02
                to_s = chance.uniform(told_s, heard_s) if heard_s > told_s else told_s
                transcriber.post(TranscriptFinal("w", told_s, to_s))
                told_s = to_s
            case x if x < 0.9:
                line.questions.disconnect(transcriber)
                transcriber, told_s = line.connects(), 0.0
            case _:
                at += chance.uniform(0.0, 40.0)
                line.questions.leg_began(at)
                legs.append((line.said, at))
    finals = [event for event in line.told if isinstance(event, TranscriptFinal)]
    assert all(before.to_s == after.from_s for before, after in itertools.pairwise(finals)), seed
    assert all(final.from_s <= final.to_s for final in finals), seed
    covered = line.said - len(numbers(line.connects()))
    if finals and line.said - covered < KEPT_FRAMES:
        leg = max((leg for leg in legs if leg[0] < covered), default=legs[0])
        assert finals[-1].to_s == pytest.approx(leg[1] + (covered - leg[0]) * 0.02, abs=0.021), seed


def test_after_the_end_nothing_is_told_and_nothing_kept() -> None:
    line = Line()
    transcriber = line.connects()
    line.hears(10)
    line.questions.stop()
    transcriber.post(TranscriptFinal("late", 0.0, 0.1))
    assert line.told == []
    assert numbers(line.connects()) == []
