"""Who is asked and who rests: the breaker and the record around it, with times as numbers."""

import pytest

from offhook.errors import (
    CallRefused,
    GenerationFailed,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
    RequestRefused,
)
from offhook.speech.health import (
    FIRST_PAUSE_S,
    LONGEST_PAUSE_S,
    LONGEST_REFUSED_PAUSE_S,
    PROBE_S,
    REFUSED_PAUSE_S,
    SAMPLES,
    Breaker,
    Health,
    HealthBoard,
    State,
    quantile,
)


def refusals(*words: str) -> list[bool]:
    """Whether the breaker stands open behind each refusal of these words."""
    health, opened = Health("llm", "sample"), list[bool]()
    for at, word in enumerate(words):
        health.fail(RequestRefused(f"answered 400: {word}", provider="sample"), float(at))
        opened.append(health.breaker.state(float(at)) is State.OPEN)
    return opened


@pytest.mark.parametrize(
    ("words", "opens_at"),
    [
        (["a", "a", "a"], 3),
        (["a", "b", "a", "b", "a"], 5),
        (["a", "b", "c", "a", "b", "c", "a"], 6),
        (["a", "b", "c", "d", "e", "f"], 6),
        (["id 1", "id 2", "id 3"], 3),
    ],
)
def test_refusals_that_take_turns_open_it_too(words: list[str], opens_at: int) -> None:
    assert refusals(*words).index(True) + 1 == opens_at


def test_a_request_that_was_taken_starts_the_count_of_refusals_anew() -> None:
    health = Health("llm", "sample")
    for at in range(30):
        if at % 3 == 2:
            health.succeed(float(at))
        else:
            health.fail(RequestRefused(f"answered 400: {'ab'[at % 2]}", provider="sample"), float(at))
        assert health.breaker.state(float(at)) is State.CLOSED


def test_failures_in_a_row_open_it() -> None:
    breaker = Breaker(opens_after=3)
    assert [breaker.fail(float(at)) for at in range(3)] == [False, False, True]
    assert breaker.state(2.5) is State.OPEN and not breaker.allows(2.5)


def test_a_success_between_starts_the_row_anew() -> None:
    breaker = Breaker(opens_after=3)
    for at in range(20):
        breaker.fail(float(at))
        breaker.fail(float(at))
        breaker.succeed(float(at))
        breaker.succeed(float(at))
        breaker.succeed(float(at))
    assert breaker.state(20.0) is State.CLOSED


def test_too_many_failures_of_late_open_it_without_a_row() -> None:
    breaker = Breaker(opens_after=3)
    opened = []
    for at in range(20):
        breaker.succeed(at + 0.0)
        opened.append(breaker.fail(at + 0.5))
    assert opened.index(True) == 4, "five of ten"


def test_what_failed_long_ago_does_not_count() -> None:
    breaker = Breaker(opens_after=3)
    for at in range(4):
        breaker.fail(at * 0.1)
        breaker.succeed(at * 0.1)
    for at in range(4):
        breaker.succeed(100.0 + at)
    assert not breaker.fail(105.0) and not breaker.fail(106.0)


def test_one_probe_after_a_pause_that_grows() -> None:
    breaker, at, pauses = Breaker(opens_after=1), 0.0, []
    for _ in range(7):
        breaker.fail(at)
        pauses.append(breaker.retry_at - at)
        assert not breaker.allows(breaker.retry_at - 0.01)
        at = breaker.retry_at
        assert breaker.state(at) is State.HALF_OPEN and breaker.allows(at)
        breaker.begin(at)
        assert not breaker.allows(at + 1.0), "only one tries"
        at += 1.0
    assert pauses == [FIRST_PAUSE_S * factor for factor in (1, 2, 4, 8, 16)] + [LONGEST_PAUSE_S] * 2
    at = breaker.retry_at
    breaker.begin(at)
    breaker.succeed(at + 1.0)
    assert breaker.state(at + 1.0) is State.CLOSED
    breaker.fail(at + 2.0)
    assert breaker.retry_at == at + 2.0 + FIRST_PAUSE_S, "a success makes the pauses short again"


def test_a_probe_that_told_nothing_leaves_the_place_to_another() -> None:
    breaker = Breaker(opens_after=1)
    breaker.fail(0.0)
    at = FIRST_PAUSE_S
    breaker.begin(at)
    breaker.leave()
    assert breaker.allows(at)
    breaker.begin(at)
    assert not breaker.allows(at + PROBE_S - 0.1) and breaker.allows(at + PROBE_S)


def test_late_failures_do_not_lengthen_the_pause() -> None:
    breaker = Breaker(opens_after=1)
    breaker.fail(0.0)
    assert not breaker.fail(1.0) and breaker.retry_at == FIRST_PAUSE_S


def test_a_refused_key_opens_it_at_once_and_is_told_once() -> None:
    health, refused = Health("llm", "openai gpt-4o"), ProviderRefused("openai answered 401; check the key")
    news = health.fail(refused, 0.0)
    assert "llm openai gpt-4o" in news and "check the key" in news
    assert not health.breaker.allows(REFUSED_PAUSE_S - 1.0)
    at, pauses = 0.0, [health.breaker.retry_at]
    for _ in range(4):
        at = health.breaker.retry_at
        health.breaker.begin(at)
        assert health.fail(refused, at) == "", "the owner knows"
        pauses.append(health.breaker.retry_at - at)
    assert pauses == [REFUSED_PAUSE_S, 2 * REFUSED_PAUSE_S, 4 * REFUSED_PAUSE_S, *[LONGEST_REFUSED_PAUSE_S] * 2]
    health.succeed(at + 1.0)
    assert health.fail(refused, at + 2.0), "mended and refused again: that is news"


def test_what_one_call_has_become_says_nothing_of_the_provider() -> None:
    health = Health("llm", "openai gpt-4o")
    for at in range(10):
        assert health.fail(CallRefused("too long"), float(at)) == ""
    assert health.breaker.allows(10.0)


def test_the_same_refusal_three_times_is_told_and_rests() -> None:
    health = Health("llm", "openai gpt-x")
    news = [health.fail(RequestRefused(f"openai answered 400: no such thing (req_{at}a{at})"), at) for at in range(3)]
    assert news[:2] == ["", ""]
    assert "refuses every request" in news[2] and "no such thing" in news[2] and "mend it" in news[2]
    assert not health.breaker.allows(REFUSED_PAUSE_S - 1.0)
    at = health.breaker.retry_at
    health.breaker.begin(at)
    assert health.fail(RequestRefused("openai answered 400: no such thing (req_9)"), at) == "", "the owner knows"
    assert health.breaker.retry_at == at + 2 * REFUSED_PAUSE_S
    health.succeed(at + 1.0)
    assert health.breaker.allows(at + 2.0)


def test_other_refusals_and_answers_between_begin_the_row_anew() -> None:
    health = Health("llm", "openai gpt-x")
    for at in range(30):
        words = "this" if at % 3 else "that"
        assert health.fail(RequestRefused(words), float(at)) == ""
        if at % 2:
            health.succeed(float(at))
    assert health.breaker.allows(30.0)


@pytest.mark.parametrize(("asked_s", "pause_s"), [(0.0, 5.0), (2.0, 5.0), (41.0, 41.0), (9999.0, 120.0)])
def test_who_is_asked_too_much_rests_as_long_as_it_says(asked_s: float, pause_s: float) -> None:
    voice, error = Health("tts", "azure"), ProviderUnavailable("azure answered 429", pause_s=asked_s)
    assert voice.fail(error, 0.0) == "" and "rests for" in voice.fail(error, 1.0)
    assert voice.breaker.retry_at == 1.0 + pause_s


def test_a_voice_that_refuses_a_text_is_asked_for_the_next() -> None:
    voice = Health("tts", "azure")
    for at in range(30):
        assert voice.fail(RequestRefused("azure answered 400"), float(at)) == ""
        if at % 2:
            voice.succeed(at + 0.5)
    assert voice.breaker.allows(30.0)


def test_a_voice_that_refuses_one_text_after_the_other_is_set_wrongly() -> None:
    """A style that it does not have meets every text: the owner has to know, and callers not to wait for it."""
    voice = Health("tts", "azure")
    news = [voice.fail(RequestRefused("azure answered 400; check voice and style"), float(at)) for at in range(3)]
    assert news[:2] == ["", ""] and "refuses every request" in news[2]
    assert not voice.breaker.allows(100.0)


def test_a_reply_that_was_spoiled_by_chance_takes_nobody_away_until_it_is_no_chance() -> None:
    health = Health("llm", "groq")
    for at in range(9):
        assert not health.fail(GenerationFailed(), at * 10.0)
        assert health.breaker.allows(at * 10.0)
    assert any(health.fail(GenerationFailed(), 100.0 + at) for at in range(9)), "over and over it is of no use"


def test_what_the_caller_waited_for_counts_twice() -> None:
    health = Health("llm", "x")
    assert not health.fail(ProviderTimeout(), 0.0)
    assert "rests for 5 s" in health.fail(ProviderTimeout(), 1.0)
    voice = Health("tts", "x")
    assert voice.fail(ProviderTimeout(), 0.0), "a voice that comes and goes is heard: it rests at once"


def test_a_standing_tells_all() -> None:
    board = HealthBoard()
    health = board.of("here", "llm", "openai gpt-4o")
    assert board.of("here", "llm", "again") is health
    assert board.of("here", "tts", "another port") is not health
    for tenths in range(1, 11):
        health.began(tenths / 10)
        health.succeed(0.0)
    for _ in range(3):
        health.fail(ProviderUnavailable("gone"), 10.0)
    standing, other = board.snapshot(12.0)
    assert (standing.state, standing.successes, standing.failures) == (State.OPEN, 10, {"provider.unavailable": 3})
    assert standing.first_s == (0.5, 0.8, 1.0)
    assert standing.retry_in_s == FIRST_PAUSE_S - 2.0
    assert standing.cause == "provider.unavailable: gone"
    assert other.first_s is None and other.state is State.CLOSED


def test_first_waits_are_bounded_and_need_some() -> None:
    health = Health("llm", "x")
    assert health.first_s(0.75) is None
    for number in range(SAMPLES * 2):
        health.began(float(number))
    assert health.first_s(0.75, fewest=SAMPLES) == SAMPLES + 0.75 * SAMPLES - 1
    assert health.first_s(0.75, fewest=SAMPLES + 1) is None
    assert quantile([3.0, 1.0, 2.0], 0.0) == 1.0 and quantile([3.0, 1.0, 2.0], 1.0) == 3.0
