"""Words that come late: whatever the transcriber tells when, every word reaches the model once, and nobody sits in
silence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.history import KeysPressed
from tests.world import World

FIRST = "tell me what time you open".split()
SECOND = "besides can we bring dogs".split()
NEVER_S = 1000.0
LONGEST_SILENCE_S = 4.0
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
    st.sampled_from([FIRST, FIRST[:2], ["no"], ["two"]]),
    st.integers(0, len(FIRST)),
    st.floats(0.0, 2.0),
    st.floats(0.05, 9.0),
    st.booleans(),
    st.sampled_from([0.1, 0.9]),
    st.booleans(),
)
def test_a_late_final_loses_and_doubles_no_word(
    said: list[str], known: int, interim_s: float, final_s: float, cuts_a_word: bool, token_s: float, coughs: bool
) -> None:
    end = 3.0 + 0.25 * len(said)
    world = World(stt_s=NEVER_S, token_s=token_s).answered().says(" ".join(said), 3.0, end)
    if coughs:
        # A cough behind the words owes none, and must not take their place.
        world.says("", end + 0.4, end + 0.6)
    interim = said[:known]
    if cuts_a_word and len(interim) > 1:
        interim[-1] = interim[-1][:-1] + "x"
    if interim and interim_s < final_s:
        world.at(end + interim_s, ev.TranscriptChanged(" ".join(interim), end))
    world.at(end + final_s, ev.TranscriptFinal(" ".join(said), 0.0, end + 0.1))
    world.run(30.0)
    told = said_by_caller(world).split()
    kept = [word for word in told if word in said]
    assert kept == said or (cuts_a_word and len(told) == len(said)), (told, world.trace)
    quiet_from = end + 0.6 if coughs else end
    assert all(wait <= LONGEST_SILENCE_S for wait in silences(world, quiet_from, end + final_s)), world.trace


@settings(max_examples=200, deadline=None)
@given(st.floats(0.05, 6.0), st.floats(0.05, 6.0), st.floats(0.2, 3.0), st.booleans())
def test_two_spurts_whose_finals_are_late_are_told_once_and_in_order(
    first_s: float, second_s: float, pause_s: float, asks_early: bool
) -> None:
    begin = 4.0 + pause_s
    world = World(stt_s=NEVER_S).answered().says(" ".join(FIRST), 3.0, 4.0).says(" ".join(SECOND), begin, begin + 1.0)
    if asks_early:
        world.at(4.05, ev.VoicePaused(1, 4.05))
    told_at = 4.1 + first_s
    world.at(told_at, ev.TranscriptFinal(" ".join(FIRST), 0.0, 4.1))
    world.at(max(told_at, begin + 1.1 + second_s), ev.TranscriptFinal(" ".join(SECOND), 4.1, begin + 1.1))
    assert said_by_caller(world.run(40.0)) == " ".join(FIRST + SECOND), world.trace


@settings(max_examples=200, deadline=None)
@given(st.floats(0.05, 2.5), st.floats(-0.8, 1.5), st.text("0123456789", min_size=1, max_size=4))
def test_keys_beside_late_words_cost_neither(final_s: float, pressed_s: float, keys: str) -> None:
    world = World(stt_s=NEVER_S).answered().says(" ".join(FIRST), 3.0, 4.0).presses(keys, 4.0 + pressed_s)
    world.at(4.1 + final_s, ev.TranscriptFinal(" ".join(FIRST), 0.0, 4.1))
    world.run(30.0)
    assert said_by_caller(world) == " ".join(FIRST), world.trace
    pressed = [entry.keys for entry in world.entries if isinstance(entry, KeysPressed)]
    assert "".join(pressed) == keys, world.trace


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(FIRST)), st.floats(0.0, 1.2))
def test_a_final_that_brings_an_earlier_spurt_once_more_is_cut_by_what_was_answered(known: int, at_s: float) -> None:
    world = World(stt_s=NEVER_S).answered()
    world.says(" ".join(FIRST), 3.0, 4.0).says(" ".join(SECOND), 12.0, 13.0)
    if known:
        world.at(4.0 + at_s, ev.TranscriptChanged(" ".join(FIRST[:known]), 4.0))
    world.at(13.4, ev.TranscriptFinal(" ".join(FIRST + SECOND), 0.0, 13.1))
    assert said_by_caller(world.run(30.0)) == " ".join(FIRST + SECOND), world.trace


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0.05, 0.95), min_size=len(FIRST), max_size=len(FIRST)))
def test_words_that_still_come_are_waited_for(pauses_s: list[float]) -> None:
    """As by a stream that was opened anew and hears what it was given again."""
    world, at = World(stt_s=NEVER_S).answered().says(" ".join(FIRST), 3.0, 4.0), 5.0
    for number, pause_s in enumerate(pauses_s, 1):
        at += pause_s
        world.at(at, ev.TranscriptChanged(" ".join(FIRST[:number]), 3.0 + number / len(FIRST)))
    world.at(at + 0.1, ev.TranscriptFinal(" ".join(FIRST), 0.0, 4.1))
    world.run(30.0)
    assert [text for who, text in world.turns if who == "caller"] == [" ".join(FIRST)], "one turn, answered once"
    assert all(wait <= LONGEST_SILENCE_S for wait in silences(world, 4.0, at)), world.trace


@pytest.mark.parametrize("final_s", [1.5, 1.9])
def test_the_filler_is_said_to_its_end_when_the_words_come(final_s: float) -> None:
    world = World(stt_s=NEVER_S).answered().says("yes okay", 3.0, 4.0)
    world.at(4.0 + final_s, ev.TranscriptFinal("yes okay", 0.0, 4.1))
    world.run(12.0)
    assert ("agent", "One moment please.") in world.turns
    assert ("caller", "yes okay") in world.turns, "an answer, though it would be a backchannel at another time"


def test_the_caller_takes_the_floor_from_a_filler() -> None:
    world = World(stt_s=0.15).answered().says("tell me", 3.0, 4.0).says("no wait cancel it", 5.4, 7.2)
    world.drops = lambda event: isinstance(event, ev.TranscriptFinal) and event.text == "tell me"
    world.run(14.0)
    assert world.said(cmd.HushPlayout)
    assert ("caller", "no wait cancel it") in world.turns
    assert [turn for turn in world.turns if turn[0] == "agent"][-1][1].startswith("You said")


def test_a_question_that_nobody_heard_is_asked_again() -> None:
    world = World().answered().says("what time is it", 3.0, 4.0)
    world.at(4.05, ev.VoicePaused(1, 4.05))
    asked: list[float] = []

    def finalize(command: cmd.Command, at: float) -> None:
        asked.append(at)
        if len(asked) > 1:
            world.finalize(at)  # The first one went into a stream that is gone.

    world.performs[cmd.FinalizeTranscript] = finalize
    world.at(4.06, ev.TranscriberLost("reset"))
    world.at(4.07, ev.TranscriberReady())
    world.run(8.0)
    assert asked[0] == 4.05
    assert 4.07 <= asked[1] <= 4.1, "by the new stream, or at the end of the spurt"
    assert world.said(cmd.StartReply)[1][0] < 4.5
