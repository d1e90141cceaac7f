"""Questions to businesses whose facts were written first: how many are answered, and that nearly none is answered
wrongly."""

import tomllib

import pytest

from offhook.speech.llm.grounded_languages import language_for
from tests.grounded_world import needs_model
from tests.questions_world import FIRST, FOLDER, NAMES, STRANGERS, UNSEEN, Judged, Verdict, answer_of, judge_all

RIGHT_SHARE = 0.85
WRONG_SHARE = 0.02
UNSEEN_WRONG_SHARE = 0.05
LATER_SHARE = 0.75
STRANGERS_WRONG_SHARE = 0.06
"""Not yet 0.02: of the questions that nothing was mended for (`later`) four in thirty are answered wrongly."""
"""Half of these businesses is German, of which the embedding model knows little."""


def _told(judged: list[Judged]) -> str:
    return "\n".join(f"{one.verdict.name}: {one.question} -> {one.answer}" for one in judged
                     if one.verdict is not Verdict.RIGHT)  # fmt: skip


@needs_model
def test_the_first_users_questions_are_answered() -> None:
    judged = judge_all(FIRST, model=True)
    assert sum(one.verdict is Verdict.RIGHT for one in judged) >= RIGHT_SHARE * len(judged), _told(judged)
    assert not [one for one in judged if one.verdict is Verdict.WRONG], _told(judged)


@needs_model
def test_a_hundred_questions_to_three_businesses() -> None:
    judged = [one for name in NAMES for one in judge_all(name, model=True)]
    assert len(judged) >= 100
    assert sum(one.verdict is Verdict.RIGHT for one in judged) >= RIGHT_SHARE * len(judged), _told(judged)
    assert sum(one.verdict is Verdict.WRONG for one in judged) <= WRONG_SHARE * len(judged), _told(judged)


@needs_model
def test_sixty_questions_to_two_more_businesses() -> None:
    judged = [one for name in UNSEEN for one in judge_all(name, model=True)]
    assert len(judged) == 60
    assert sum(one.verdict is Verdict.RIGHT for one in judged) >= RIGHT_SHARE * len(judged), _told(judged)
    assert sum(one.verdict is Verdict.WRONG for one in judged) <= UNSEEN_WRONG_SHARE * len(judged), _told(judged)


@needs_model
def test_twenty_questions_that_nothing_was_mended_for() -> None:
    judged = [one for name in UNSEEN for one in judge_all(name, model=True, part="later")]
    assert sum(one.verdict is Verdict.RIGHT for one in judged) >= LATER_SHARE * len(judged), _told(judged)


@needs_model
def test_ninety_questions_of_a_stranger_to_three_more_businesses_in_two_languages() -> None:
    judged = [one for name in STRANGERS for one in judge_all(name, model=True)]
    assert len(judged) >= 90
    assert sum(one.verdict is Verdict.RIGHT for one in judged) >= RIGHT_SHARE * len(judged), _told(judged)
    assert sum(one.verdict is Verdict.WRONG for one in judged) <= STRANGERS_WRONG_SHARE * len(judged), _told(judged)
    later = [one for name in STRANGERS for one in judge_all(name, model=True, part="later")]
    assert sum(one.verdict is Verdict.RIGHT for one in later) >= LATER_SHARE * len(later), _told(later)


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("vet", "Do you sell dog food?"),
        ("vet", "Do you have a cat hotel?"),
        ("moebelhaus", "Haben Sie Gartenmöbel?"),
        ("tierpraxis", "Verkaufen Sie Hundefutter?"),
        ("fahrschule", "Bieten Sie Segelkurse an?"),
    ],
)
@needs_model
def test_a_thing_is_not_there_because_something_is_near_to_it(name: str, question: str) -> None:
    document = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    assert answer_of(name, question).startswith(language_for(document["language"]).sentences.unknown)


@needs_model
def test_of_all_questions_nearly_none_is_answered_wrongly() -> None:
    judged = [one for name in (FIRST, *NAMES, *UNSEEN) for one in judge_all(name, model=True)]
    assert sum(one.verdict is Verdict.WRONG for one in judged) <= WRONG_SHARE * len(judged), _told(judged)


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("How much is a shirt?", "3 dollars 50", "tenth"),
        ("How long does dry cleaning take?", "two working days", "Station Road"),
        ("How quickly are shirts ready?", "same day", "dollars"),
    ],
)
@needs_model
def test_an_answer_holds_what_was_asked_for(question: str, answer: str, other: str) -> None:
    """A price, a length of time: a fact without one is not it, however many words it shares."""
    said = answer_of("cleaner", question)
    assert answer in said and other not in said


@pytest.mark.parametrize(
    ("language", "question", "words"),
    [
        ("en", "where are you guys located", "address"),
        ("en", "do you have anything without meat", "vegetarian"),
        ("de", "wo sind Sie", "Straße"),
    ],
)
def test_paraphrases_are_asked_in_the_words_of_businesses(language: str, question: str, words: str) -> None:
    assert any(words in meant for meant in language_for(language).grammar.rephrased(question))
