"""One suite for everything that hears: words have places, finals follow each other, questions are answered."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from offhook.core.events import TranscriberLagging, TranscriptChanged, TranscriptFinal
from offhook.core.formats import TELEPHONE
from offhook.simulator.virtual import run_virtual
from offhook.speech.ports import Setup
from offhook.speech.registry import create_speech_to_text, stt_config_union
from offhook.speech.scripted.tape import FRAME_BYTES
from tests.heard_words import (
    Notes,
    SpokenWord,
    Spurt,
    check_all,
    check_answers,
    check_chain,
    check_interims,
    check_words,
    sound_of,
)
from tests.transcriber_world import Source, Wire, call, configured, flux, local, nova, talk

ALL: dict[str, Source] = {
    "scripted": configured(provider="scripted"),
    "scripted, slow": configured(provider="scripted", final_latency_s=2.5),
    "scripted, of its own accord": configured(provider="scripted", own_final_after_s=0.3, final_latency_s=0.6),
    "a list": configured(provider="scripted", fallback=[{"provider": "scripted"}]),
    "local": local(),
    "local, slow": local(decode_s=0.4),
    "nova": nova(),
    "nova, slow": nova(Wire(open_s=0.7, delay_s=0.3)),
    "nova, never answers": nova(finalize="never"),
    "nova, answers when needed": nova(finalize="when_needed"),
    "nova, strange": nova(is_strange=True, duplicate_finals=True),
    "nova, stalls": nova(Wire(stalls=((1.0, 2.2), (3.0, 3.4)))),
    "flux": flux(),
    "flux, slow": flux(Wire(open_s=0.7, delay_s=0.3)),
    "flux, never ends a turn": flux(threshold="1"),
    "flux, silent in silence": flux(updates_in_silence=False),
    "flux, stalls": flux(Wire(stalls=((1.0, 2.2), (3.0, 3.4)))),
}
"""Each is a list of parts of the contract that it makes hard."""
asks = st.sampled_from([(5,), (6,), (3, 12), (4, 5, 6), ()])
"""In time; early and again; two more before the first can be answered; not at all."""
spurts = st.lists(st.builds(Spurt, st.integers(0, 4), st.integers(6, 70), asks, st.booleans()), min_size=1, max_size=6)


def asked_at_last(script: list[Spurt]) -> list[Spurt]:
    return [*script[:-1], replace(script[-1], asked_after=(*script[-1].asked_after, script[-1].gap))]


@pytest.mark.parametrize("who", ALL)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spurts)
def test_words_have_places(who: str, script: list[Spurt]) -> None:
    sound = sound_of(asked_at_last(script))
    check_all(run_virtual(talk(ALL[who], sound)), sound.words)


cuts = st.sets(st.integers(1, 300), max_size=3)


@pytest.mark.parametrize("who", ALL)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spurts, cuts)
def test_streams_break_and_no_word_is_lost_or_doubled(who: str, script: list[Spurt], broken: set[int]) -> None:
    sound = sound_of(asked_at_last(script))
    notes = run_virtual(call(ALL[who], sound, broken))
    check_chain(notes)
    check_answers(notes)
    check_words(notes, sound.words)


places = st.sets(st.integers(1, 400), max_size=8)
HEARD_ON = 100
"""Frames behind the last question: a vendor that answers none and hears no more cannot be told from a dead one."""


@pytest.mark.parametrize("who", [name for name in ALL if not name.startswith("local")])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spurts, places)
def test_questions_may_lie_inside_words(who: str, script: list[Spurt], asked: set[int]) -> None:
    """Not for one that hears badly what is cut in two: it says so (`asks_early`), and is asked in silence."""
    sound = sound_of(asked_at_last(script))
    sound.asks |= {place for place in asked if place <= len(sound.frames) - HEARD_ON}
    check_all(run_virtual(talk(ALL[who], sound)), sound.words)


@pytest.mark.parametrize("who", [name for name in ALL if name.startswith(("nova", "flux"))])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spurts, places, cuts)
def test_half_a_word_is_not_heard_once_more(who: str, script: list[Spurt], asked: set[int], broken: set[int]) -> None:
    sound = sound_of(asked_at_last(script))
    sound.asks |= {place for place in asked if place <= len(sound.frames) - HEARD_ON}
    notes = run_virtual(call(ALL[who], sound, broken))
    check_chain(notes)
    check_answers(notes)
    check_words(notes, sound.words)


@pytest.mark.parametrize("who", [name for name in ALL if name.startswith(("nova", "flux"))])
def test_a_final_that_is_told_twice_is_one_however_short_its_stretch(who: str) -> None:
    """Two questions in the middle of a word, 40 ms apart."""
    sound = sound_of(asked_at_last([Spurt(3, 6, (5,))]))
    sound.asks |= {48, 50}
    notes = run_virtual(call(ALL[who], sound, set()))
    check_chain(notes)
    check_answers(notes)
    check_words(notes, sound.words)


SENTENCES = [Spurt(4, 40), Spurt(3, 30, (3, 12)), Spurt(4, 50), Spurt(3, 60)]


@pytest.mark.parametrize("who", ALL)
def test_audio_that_does_not_come_takes_no_place(who: str) -> None:
    """A carrier that sends nothing in silence: what is sent to the vendor in its place is nobody's."""
    sound = sound_of(SENTENCES)
    pauses = dict.fromkeys(range(90, len(sound.frames), 130), 1.7)
    check_all(run_virtual(talk(ALL[who], sound, pauses)), sound.words)


@pytest.mark.parametrize("make", [nova, flux])
def test_a_silence_that_is_not_sent_takes_its_place(make: Callable[[Wire], Source]) -> None:
    """Before the connection is open long silences are shortened."""
    sound = sound_of([Spurt(3, 200), Spurt(2, 150, ()), Spurt(4, 60), Spurt(2, 80)])
    check_all(run_virtual(talk(make(Wire(open_s=9.0)), sound)), sound.words)


@pytest.mark.parametrize("make", [nova, flux])
def test_audio_that_is_dropped_takes_its_place(make: Callable[[Wire], Source]) -> None:
    sound = sound_of(SENTENCES)
    wire = Wire(most_audio=40 * FRAME_BYTES, stalls=((1.0, 3.0), (5.0, 6.2)))
    notes = run_virtual(talk(make(wire), sound))
    told = {word for final in notes.finals for word in final.text.split()}
    lost = [word for word in sound.words if word.text not in told]
    assert any(isinstance(event, TranscriberLagging) for _, event in notes.events)
    assert lost and len(told) > len(lost)
    for word in lost:
        # Of each stall all but the last 0.8 s is lost, and what is then in flight.
        assert any(begin - 0.3 < word.middle_s < end - 0.5 for begin, end in wire.stalls), word
    check_all(notes, sound.words, [word.text for word in lost])


@pytest.mark.parametrize("who", ["nova", "flux", "scripted, of its own accord"])
def test_what_is_final_by_itself_is_told_unasked(who: str) -> None:
    sound = sound_of([Spurt(3, 60, ()), Spurt(2, 60, ())])
    notes = run_virtual(talk(ALL[who], sound))
    check_all(notes, sound.words)
    assert [len(final.text.split()) for final in notes.finals] == [3, 2]
    for final, last in zip(notes.finals, (sound.words[2], sound.words[4]), strict=True):
        assert last.end_s <= final.to_s <= last.end_s + 0.4, "where the vendor ended it"


@pytest.mark.parametrize("who", ALL)
def test_a_question_about_what_finals_cover_is_answered_by_nothing(who: str) -> None:
    sound = sound_of([Spurt(2, 150, (60, 60 + 60))])
    notes = run_virtual(talk(ALL[who], sound))
    check_all(notes, sound.words)
    assert [final.text for final in notes.finals if final.text] == ["balm bans"]
    asked = [place for place, _ in notes.questions]
    assert [final.to_s for final in notes.finals if not final.text][-1] == pytest.approx(asked[-1])


@pytest.mark.parametrize(
    "block",
    [
        {"provider": "scripted"},
        {"provider": "scripted", "fallback": [{"provider": "scripted"}]},
        {"provider": "local"},
        {"provider": "deepgram"},
    ],
)
def test_the_format_is_stated(block: dict[str, Any]) -> None:
    port = create_speech_to_text(TypeAdapter(stt_config_union()).validate_python(block), Setup())
    assert port.format == TELEPHONE and port.format.frame_bytes == FRAME_BYTES


# ── the checks can fail ──────────────────────────────────────────────────────────────────────────────────────────

WORDS = [SpokenWord("one", 0.4, 0.7), SpokenWord("two", 0.7, 1.0), SpokenWord("three", 2.0, 2.3)]
GOOD: tuple[tuple[float, Any], ...] = (
    (0.8, TranscriptChanged("one", 0.7)),
    (1.3, TranscriptFinal("one two", 0.0, 1.2)),
    (2.3, TranscriptChanged("three", 2.2)),
    (2.6, TranscriptFinal("three", 1.2, 2.5)),
)
BAD: dict[str, tuple[int, Any]] = {
    "a gap": (3, TranscriptFinal("three", 1.4, 2.5)),
    "an overlap": (3, TranscriptFinal("three", 1.0, 2.5)),
    "backwards": (3, TranscriptFinal("three", 1.2, 1.1)),
    "not heard yet": (3, TranscriptFinal("three", 1.2, 2.7)),
    "not reached": (3, TranscriptFinal("three", 1.2, 2.4)),
    "a word twice": (3, TranscriptFinal("two three", 1.2, 2.5)),
    "a word lost": (1, TranscriptFinal("one", 0.0, 1.2)),
    "a word elsewhere": (1, TranscriptFinal("one two three", 0.0, 1.2)),
    "a final is missing": (3, TranscriptChanged("three", 2.5)),
    "an interim of what is final": (2, TranscriptChanged("two three", 2.2)),
    "an interim of what comes": (0, TranscriptChanged("one two", 0.6)),
    "an interim from ahead": (2, TranscriptChanged("three", 2.4)),
    "an interim from behind": (2, TranscriptChanged("", 0.9)),
    "an empty one that nobody asked for": (2, TranscriptFinal("", 1.2, 1.3)),
}


def test_the_checks_pass_what_is_right() -> None:
    check_all(Notes(list(GOOD), [(1.2, 1), (2.5, 3)]), WORDS)


@pytest.mark.parametrize("how", BAD)
def test_the_checks_find(how: str) -> None:
    events = list(GOOD)
    place, event = BAD[how]
    events[place] = (events[place][0], event)
    if how.startswith("an empty one"):
        events[3] = (2.6, TranscriptFinal("three", 1.3, 2.5))
        events += [(2.7, TranscriptFinal("", 2.5, 2.5)), (2.8, TranscriptFinal("", 2.5, 2.5))]
    with pytest.raises(AssertionError):
        check_all(Notes(events, [(1.2, 1), (2.5, 3)]), WORDS)


@pytest.mark.parametrize("fault", ["mute", "garbage", "duplicate_final"])
def test_the_checks_find_a_faulty_transcriber(fault: str) -> None:
    sound = sound_of([Spurt(2, 30), Spurt(2, 30)])
    notes = run_virtual(talk(configured(provider="scripted", fault=fault), sound))
    with pytest.raises(AssertionError):
        check_answers(notes)
        check_chain(notes)
    with pytest.raises(AssertionError):
        check_words(notes, sound.words)


def test_the_checks_find_interims_that_are_garbage() -> None:
    sound = sound_of([Spurt(2, 30)])
    with pytest.raises(AssertionError):
        check_interims(run_virtual(talk(configured(provider="scripted", fault="garbage"), sound)), sound.words)
