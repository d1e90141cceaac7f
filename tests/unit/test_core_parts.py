"""Endpointing, segments, timers: small pure parts, each alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.core.behaviour import PRESETS, Behaviour
from offhook.core.endpointing import Evidence, learn_pause, silence_needed_s
from offhook.core.segments import LONGEST_CHARS, Segmenter
from offhook.core.timers import Timer, Timers
from offhook.core.words import Shape

B = Behaviour()


@pytest.mark.parametrize(
    ("evidence", "needed_s"),
    [
        (Evidence(1.0, Shape.COMPLETE, 3, 0.0), B.min_silence_s),
        (Evidence(None, Shape.COMPLETE, 3, 0.0), B.unsure_silence_s),
        (Evidence(0.99, None, 0, 0.0), B.unsure_silence_s),
        (Evidence(0.5, Shape.COMPLETE, 3, 0.0), B.unsure_silence_s),
        (Evidence(0.1, Shape.FAREWELL, 5, 0.0), B.unsure_silence_s),
        (Evidence(0.95, Shape.FAREWELL, 5, 0.0), B.min_silence_s),
        (Evidence(0.5, Shape.COMPLETE, 5, 0.0), B.unfinished_silence_s),
        (Evidence(0.9, Shape.COMPLETE, 5, 0.0), B.min_silence_s),
        (Evidence(0.2, Shape.COMPLETE, 3, 0.0), B.unfinished_silence_s),
        (Evidence(0.89, Shape.OPEN, 3, 0.0), B.unfinished_silence_s),
        (Evidence(0.99, Shape.COLLECTING, 3, 0.0), B.collecting_silence_s),
        (Evidence(1.0, Shape.COMPLETE, 3, 0.5), 0.625),
        (Evidence(1.0, Shape.COMPLETE, 3, 9.0), B.unsure_silence_s),
    ],
)
def test_silence_needed(evidence: Evidence, needed_s: float) -> None:
    assert silence_needed_s(B, evidence) == pytest.approx(needed_s)


@given(st.floats(0, 1), st.sampled_from([None, *Shape]), st.integers(0, 30), st.floats(0, 5))
def test_a_patient_agent_is_never_less_patient(
    probability: float, shape: Shape | None, words: int, learned_s: float
) -> None:
    evidence = Evidence(probability, shape, words, learned_s)
    snappy, balanced, patient = (
        silence_needed_s(PRESETS[name], evidence) for name in ("snappy", "balanced", "patient")
    )
    assert snappy <= balanced <= patient


def test_pauses_are_learned() -> None:
    assert learn_pause(0.0, 0.8, 0.25) == 0.8
    assert learn_pause(0.8, 0.4, 0.25) == pytest.approx(0.7)
    assert learn_pause(0.8, 0.4, 0.0) == 0.0


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("Hello. How are you?", ["Hello. How are you?"]),
        ("We are open. Come in!", ["We are open.", "Come in!"]),
        ("Yes, we are open on Sunday, from nine to five.", ["Yes, we are open on Sunday,", "from nine to five."]),
        ("It costs 12.50 dollars. Fine?", ["It costs 12.50 dollars.", "Fine?"]),
        ("Dr. Smith is in at 9 a.m. on Monday. Good.", ["Dr. Smith is in at 9 a.m. on Monday.", "Good."]),
        ("We open at 9 a.m. We close at 5 p.m. Bye now.", ["We open at 9 a.m.", "We close at 5 p.m.", "Bye now."]),
        ("First line here\nSecond line", ["First line here", "Second line"]),
        ("", []),
    ],
)
def test_segments(text: str, segments: list[str]) -> None:
    segmenter = Segmenter()
    assert [*segmenter.feed(text), *segmenter.finish()] == segments


@given(st.text(alphabet="ab .,!?\n1", max_size=400), st.lists(st.integers(1, 40), max_size=30))
def test_segments_lose_nothing_however_the_text_comes(text: str, sizes: list[int]) -> None:
    segmenter, out, rest = Segmenter(), [], text
    for size in sizes:
        out += segmenter.feed(rest[:size])
        rest = rest[size:]
    out += [*segmenter.feed(rest), *segmenter.finish()]
    assert "".join("".join(out).split()) == "".join(text.split())
    assert all(segment.strip() for segment in out)


def test_a_text_without_end_is_cut() -> None:
    segments = Segmenter().feed("word " * 200)
    assert segments and all(len(segment) <= LONGEST_CHARS for segment in segments)


def test_timers_fire_in_order_and_once() -> None:
    timers = Timers()
    timers.set(Timer.IDLE, 2.0)
    timers.set(Timer.MARK, 2.0)
    timers.set(Timer.FILLER, 1.0)
    timers.cancel(Timer.STUCK)
    assert timers.next_at == 1.0
    fired = []
    while (due := timers.pop_due(2.0)) is not None:
        fired.append(due)
    assert fired == [(Timer.FILLER, 1.0), (Timer.MARK, 2.0), (Timer.IDLE, 2.0)]
    assert timers.next_at is None
