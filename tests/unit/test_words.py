"""What the words alone say about a turn."""

import pytest

from offhook.agents.languages import script_for
from offhook.core.words import (
    Shape,
    announces_collection,
    is_backchannel,
    is_end_phrase,
    is_hesitation,
    normalize,
    shape_of,
)

EN = script_for("en-US")
assert EN is not None


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("I'd like to book a table.", Shape.COMPLETE),
        ("What time do you open?", Shape.COMPLETE),
        ("yes", Shape.COMPLETE),
        ("No, thank you.", Shape.COMPLETE),
        ("A table for four people at seven.", Shape.COMPLETE),
        ("Tomorrow at 7:30.", Shape.COMPLETE),
        ("My number is 503-555-0142.", Shape.COMPLETE),
        ("It's five zero three five five five zero one four two", Shape.COMPLETE),
        ("That is all, thank you. Goodbye.", Shape.FAREWELL),
        ("Good bye!", Shape.FAREWELL),
        ("I would like a table for", Shape.OPEN),
        ("I'd like to book a table and", Shape.OPEN),
        ("Well, um,", Shape.OPEN),
        ("I was wondering...", Shape.OPEN),
        ("My name is", Shape.OPEN),
        ("Tuesday or,", Shape.OPEN),
        ("My number is five zero three", Shape.COLLECTING),
        ("503-555", Shape.COLLECTING),
        ("The code is A B", Shape.COLLECTING),
        ("jo at", Shape.COLLECTING),
    ],
)
def test_shape(text: str, shape: Shape) -> None:
    assert shape_of(text, "", EN) is shape


def test_a_short_answer_to_a_question_for_a_number_may_go_on() -> None:
    assert shape_of("It's 42", "What is your room number?", EN) is Shape.COLLECTING
    assert shape_of("It's 42", "How old is the house?", EN) is Shape.COMPLETE
    assert announces_collection("Could you give me your phone number?", EN)


@pytest.mark.parametrize("text", ["Mm-hm.", "uh huh", "Uh-huh.", "Okay.", "Yeah.", "right", "", "...", "um"])
def test_backchannels_do_not_take_the_floor(text: str) -> None:
    assert is_backchannel(text, EN)


@pytest.mark.parametrize(
    "text", ["stop", "no", "wait", "what about breakfast", "okay but what about breakfast", "hello?"]
)
def test_words_take_the_floor(text: str) -> None:
    assert not is_backchannel(text, EN)


def test_end_phrases_are_whole_turns() -> None:
    assert is_end_phrase("Goodbye!", EN)
    assert not is_end_phrase("I said goodbye to my sister", EN)


def test_hesitation_is_no_turn() -> None:
    assert is_hesitation("Um, uh", EN)
    assert not is_hesitation("Um, yes", EN)


@pytest.mark.parametrize(
    ("one", "other"), [("It’s five.", "it's  FIVE"), ("Hello,world", "hello world"), ("ＡＢ", "ab")]
)
def test_equal_after_normalization(one: str, other: str) -> None:
    assert normalize(one) == normalize(other)
