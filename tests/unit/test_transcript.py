"""The words of a turn: none lost, none doubled."""

from hypothesis import given
from hypothesis import strategies as st

from offhook.core.transcript import TurnText


def test_a_final_replaces_the_interim() -> None:
    turn = TurnText()
    turn.change("I would")
    turn.change("I would like")
    turn.add_final("I'd like a table.")
    assert turn.text == "I'd like a table."


def test_an_interim_that_had_to_do_gives_way_to_its_final() -> None:
    turn = TurnText()
    turn.change("for seven")
    turn.settle()
    assert turn.text == "for seven"
    turn.add_final("For seven, please.")
    assert turn.text == "For seven, please."


def test_words_that_were_answered_as_an_interim_do_not_come_again() -> None:
    turn = TurnText(answered="for four people")
    turn.change("For four people and")
    assert turn.text == "and"
    turn.add_final("For four people, and a child.")
    assert turn.text == "and a child."
    turn.add_final("For four people")
    assert turn.text == "and a child. For four people", "only once"


def test_other_words_are_not_touched() -> None:
    turn = TurnText(answered="for four people")
    turn.add_final("for five")
    assert turn.text == "for five"


@given(st.lists(st.text(alphabet="abc ", max_size=10), max_size=6))
def test_finals_are_kept_in_order(texts: list[str]) -> None:
    turn = TurnText()
    for text in texts:
        turn.change(text)
        turn.add_final(text)
    assert turn.text.split() == " ".join(texts).split()


def test_a_full_stop_inside_a_sentence_goes() -> None:
    turn = TurnText()
    turn.add_final("a table for.")
    turn.change("four")
    assert turn.final_text == "a table for."
    turn.go_on()
    turn.add_final("four people.")
    assert turn.text == "a table for four people."
