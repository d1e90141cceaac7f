"""Deepgram's dialects against the stand-in's streams, without sockets: whatever is late, no word is lost or doubled."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.core.events import TranscriptFinal, TurnEndExpected, TurnResumed
from offhook.simulator.virtual import run_virtual
from tests.heard_words import Notes, SpokenWord, Spurt, check_all, check_answers, check_chain, sound_of
from tests.transcriber_world import Wire, flux, nova, talk

spurts = st.lists(
    st.builds(Spurt, st.integers(0, 4), st.integers(6, 70), st.sampled_from([(5,), (6,), (5, 20)]), st.booleans()),
    min_size=1, max_size=6,
)  # fmt: skip
wires = st.builds(Wire, st.sampled_from([0.0, 0.4, 2.5]), st.sampled_from([0.0, 0.03, 0.11, 0.3]))


def check_beliefs(notes: Notes) -> None:
    """Nothing is taken back that was not said."""
    expected = False
    for _, event in notes.events:
        if isinstance(event, TurnEndExpected):
            expected = True
        elif isinstance(event, TurnResumed):
            assert expected
            expected = False


def check_told(notes: Notes, words: list[SpokenWord]) -> None:
    """Each word is told once, in order, wherever it lies: nobody can know that without its times."""
    assert [word for final in notes.finals for word in final.text.split()] == [word.text for word in words]


@settings(max_examples=100, deadline=None)
@given(spurts, wires, st.booleans(), st.sampled_from(["0.7", "1"]))
def test_flux_loses_and_doubles_no_word(script: list[Spurt], wire: Wire, updates: bool, threshold: str) -> None:
    sound = sound_of(script)
    notes = run_virtual(talk(flux(wire, threshold, updates_in_silence=updates), sound))
    check_all(notes, sound.words)
    check_beliefs(notes)


@settings(max_examples=100, deadline=None)
@given(spurts, wires, st.sampled_from([1, 4]), st.sampled_from([0, 1, 2, 3]))
def test_flux_in_steps_and_without_some_times_loses_and_doubles_no_word(
    script: list[Spurt], wire: Wire, step: int, untimed: int
) -> None:
    sound = sound_of(script)
    notes = run_virtual(talk(flux(wire, step=step, untimed=untimed), sound))
    check_chain(notes)
    check_answers(notes)
    check_told(notes, sound.words)


@settings(max_examples=100, deadline=None)
@given(spurts, wires, st.sampled_from(["always", "when_needed", "never"]), st.booleans(), st.booleans())
def test_nova_loses_and_doubles_no_word(
    script: list[Spurt], wire: Wire, finalize: Any, is_double: bool, is_strange: bool
) -> None:
    sound = sound_of(script)
    how = nova(wire, finalize=finalize, duplicate_finals=is_double, is_strange=is_strange)
    check_all(run_virtual(talk(how, sound)), sound.words)


@settings(max_examples=100, deadline=None)
@given(
    spurts, wires, st.sampled_from(["always", "when_needed", "never"]), st.sampled_from([0.0, 0.08, 0.2, 0.4]),
    st.booleans(),
)  # fmt: skip
def test_nova_with_places_of_its_own_loses_and_doubles_no_word(
    script: list[Spurt], wire: Wire, finalize: Any, early_s: float, is_irregular: bool
) -> None:
    sound = sound_of(script)
    how = nova(wire, finalize=finalize, early_s=early_s, is_irregular=is_irregular)
    check_all(run_virtual(talk(how, sound)), sound.words)


@settings(max_examples=100, deadline=None)
@given(spurts, wires, st.sampled_from(["always", "when_needed"]), st.sampled_from([1, 2, 3]), st.booleans())
def test_nova_without_some_times_loses_and_doubles_no_word(
    script: list[Spurt], wire: Wire, finalize: Any, untimed: int, is_irregular: bool
) -> None:
    sound = sound_of(script)
    notes = run_virtual(talk(nova(wire, finalize=finalize, untimed=untimed, is_irregular=is_irregular), sound))
    check_chain(notes)
    check_answers(notes)
    check_told(notes, sound.words)


def test_flux_counts_words_that_it_revised() -> None:
    sound = sound_of([Spurt(3, 20, is_done=False), Spurt(2, 30), Spurt(4, 40)])
    notes = run_virtual(talk(flux(Wire(delay_s=0.03), revises=True), sound))
    check_chain(notes)
    told = [final.text for final in notes.finals if final.text]
    assert [len(text.split()) for text in told] == [3, 2, 4]
    last = [word.text for word in sound.words[5:]]
    assert told[2].split() == last, "what is told at the end of a turn is not revised any more"


@pytest.mark.parametrize("delay_s", [0.0, 0.1])
def test_flux_answers_before_its_own_settling_when_it_believes_in_the_end(delay_s: float) -> None:
    sound = sound_of([Spurt(4, 5)], tail_frames=0)
    notes = run_virtual(talk(flux(Wire(delay_s=delay_s)), sound))
    kinds = [type(event) for _, event in notes.events]
    first = kinds.index(TranscriptFinal)
    assert kinds[first - 1] is TurnEndExpected
    assert notes.finals[0].text == " ".join(word.text for word in sound.words)
    assert notes.finals[0].to_s == pytest.approx(notes.questions[0][0])
