"""Words that come late: whatever the transcriber tells when, every word reaches the model once, and nobody sits in
silence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.core import commands as cmd
from offhook.core import events as ev
from tests.world import World

FIRST = "tell me what time you open".split()
SECOND = "besides can we bring dogs".split()
NEVER_S = 1000.0
LONGEST_SILENCE_S = 2.9
"""From the end of the caller's voice, or of the agent's, to the agent's next sound."""


def silences(world: World, begin: float, end: float) -> list[float]:
    """What the caller has to wait, from `begin` until the last sound before `end`."""
    waits, quiet_since = [], begin
    for start, stop in sorted(world.audible):
        if begin < stop <= end:
            waits.append(start - quiet_since)
            quiet_since = stop
    return waits


def said_by_caller(world: World) -> str:
    return " ".join(text for who, text in world.turns if who == "caller")


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, len(FIRST)),
    st.floats(0.0, 2.0),
    st.floats(0.05, 9.0),
    st.booleans(),
    st.sampled_from([0.1, 0.9]),
)
def test_a_late_final_loses_and_doubles_no_word(
    known: int, interim_s: float, final_s: float, cuts_a_word: bool, token_s: float
) -> None:
    world = World(stt_s=NEVER_S, token_s=token_s).answered().says(" ".join(FIRST), 3.0, 4.0)
    interim = FIRST[:known]
    if cuts_a_word and known > 1:
        interim[-1] = interim[-1][:-1] + "x"
    if known and interim_s < final_s:
        world.at(4.0 + interim_s, ev.TranscriptChanged(" ".join(interim)))
    world.at(4.0 + final_s, ev.TranscriptFinal(" ".join(FIRST), 1))
    world.run(30.0)
    told = said_by_caller(world).split()
    assert [word for word in told if word in FIRST] == FIRST, (told, world.trace)
    assert all(wait <= LONGEST_SILENCE_S for wait in silences(world, 4.0, 4.0 + final_s)), world.trace


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(FIRST)), st.floats(0.0, 1.2))
def test_a_final_that_brings_an_earlier_spurt_once_more_is_cut_by_what_was_answered(known: int, at_s: float) -> None:
    world = World(stt_s=NEVER_S).answered()
    world.says(" ".join(FIRST), 3.0, 4.0).says(" ".join(SECOND), 12.0, 13.0)
    if known:
        world.at(4.0 + at_s, ev.TranscriptChanged(" ".join(FIRST[:known])))
    world.at(13.4, ev.TranscriptFinal(" ".join(FIRST + SECOND), 2))
    assert said_by_caller(world.run(30.0)) == " ".join(FIRST + SECOND), world.trace


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.05, 0.95), min_size=len(FIRST), max_size=len(FIRST)))
def test_words_that_still_come_are_waited_for(pauses_s: list[float]) -> None:
    """As by a stream that was opened anew and hears what it was given again."""
    world, at = World(stt_s=NEVER_S).answered().says(" ".join(FIRST), 3.0, 4.0), 5.0
    for number, pause_s in enumerate(pauses_s, 1):
        at += pause_s
        world.at(at, ev.TranscriptChanged(" ".join(FIRST[:number])))
    world.at(at + 0.1, ev.TranscriptFinal(" ".join(FIRST), 1))
    world.run(30.0)
    assert [text for who, text in world.turns if who == "caller"] == [" ".join(FIRST)], "one turn, answered once"
    assert all(wait <= LONGEST_SILENCE_S for wait in silences(world, 4.0, at)), world.trace


@pytest.mark.parametrize("final_s", [1.5, 1.9])
def test_the_filler_is_said_to_its_end_when_the_words_come(final_s: float) -> None:
    world = World(stt_s=NEVER_S).answered().says("yes okay", 3.0, 4.0)
    world.at(4.0 + final_s, ev.TranscriptFinal("yes okay", 1))
    world.run(12.0)
    assert ("agent", "One moment please.") in world.turns
    assert ("caller", "yes okay") in world.turns, "an answer, though it would be a backchannel at another time"


def test_the_caller_takes_the_floor_from_a_filler() -> None:
    world = World(stt_s=0.15).answered().says("tell me", 3.0, 4.0).says("no wait cancel it", 5.4, 7.2)
    take = world.take
    world.take = lambda event, at: None if event == ev.TranscriptFinal("tell me", 1) else take(event, at)  # type: ignore[method-assign]
    world.run(14.0)
    assert world.said(cmd.HushPlayout)
    assert ("caller", "no wait cancel it") in world.turns
    assert [turn for turn in world.turns if turn[0] == "agent"][-1][1].startswith("You said")


def test_a_question_that_nobody_heard_is_asked_again() -> None:
    world = World().answered().says("what time is it", 3.0, 4.0)
    world.at(4.05, ev.VoicePaused(1, 4.05))
    finals = world._perform
    lost = [False]

    def perform(command: cmd.Command, at: float) -> None:
        if isinstance(command, cmd.FinalizeTranscript) and not lost[0]:
            lost[0] = True  # It went into a stream that is gone.
            return
        finals(command, at)

    world._perform = perform  # type: ignore[method-assign]
    world.at(4.06, ev.TranscriberLost("reset"))
    world.at(4.07, ev.TranscriberReady())
    world.run(8.0)
    asked = [at for at, _ in world.said(cmd.FinalizeTranscript)]
    assert asked == [4.05, 4.1], "at the end of the spurt once more"
    assert world.said(cmd.StartReply)[1][0] < 4.5
