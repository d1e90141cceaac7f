"""Words and their places: whatever is told when, each word waits for an answer once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.core.ledger import ASIDE, PASSED, Ledger


def test_a_final_replaces_the_interim() -> None:
    ledger = Ledger()
    ledger.change("I would like", 2.0)
    assert ledger.add_final("I'd like a table.", 0.0, 2.5) == "I'd like a table."
    assert ledger.text == "I'd like a table."


def test_an_interim_behind_a_final_is_kept() -> None:
    ledger = Ledger()
    ledger.change("a table for four please and a high chair", 4.0)
    ledger.add_final("A table for four, please.", 0.0, 2.0)
    assert ledger.text == "A table for four, please. and a high chair"


def test_words_that_were_taken_as_an_interim_do_not_come_again() -> None:
    ledger = Ledger()
    ledger.change("for four people", 2.0)
    assert ledger.take(1) == "for four people"
    ledger.change("For four people and", 2.6)
    assert ledger.text == "and"
    assert ledger.add_final("For four people, and a child.", 0.0, 3.0) == "and a child."
    assert ledger.text == "and a child."


@pytest.mark.parametrize("known", range(6))
@pytest.mark.parametrize("told", range(6))
def test_a_partial_final_of_taken_words_brings_nothing_and_loses_nothing(known: int, told: int) -> None:
    words = [f"w{n}" for n in range(6)]
    ledger = Ledger()
    ledger.change(" ".join(words[:known]), 2.0)
    taken = ledger.take(1)
    first = ledger.add_final(" ".join(words[:told]), 0.0, 1.0)
    second = ledger.add_final(" ".join(words[told:]), 1.0, 3.0)
    assert f"{taken} {first} {second}".split() == words


def test_a_word_that_was_cut_off_or_misheard_is_the_same_word() -> None:
    ledger = Ledger()
    ledger.change("tell me what ti", 2.0)
    ledger.take(1)
    assert ledger.add_final("Tell me what time you open.", 0.0, 2.5) == "you open."


def test_the_same_final_twice_counts_once() -> None:
    ledger = Ledger()
    ledger.add_final("two", 0.0, 1.0)
    assert ledger.add_final("two", 1.0, 1.0) == ""
    assert ledger.add_final("one two", 0.0, 1.0) == "", "places that are settled, heard anew"
    assert ledger.text == "two"


def test_a_stretch_that_is_told_again_with_more_behind_it() -> None:
    ledger = Ledger()
    ledger.add_final("my number is", 0.0, 1.5)
    assert ledger.add_final("My number is five five", 0.0, 3.0) == "five five"


def test_the_caller_says_the_same_again_later() -> None:
    ledger = Ledger()
    ledger.add_final("yes", 0.0, 1.0)
    ledger.take(1)
    assert ledger.add_final("yes", 1.0, 4.0) == "yes", "another place, another word"


def test_words_given_back_stand_at_their_place() -> None:
    ledger = Ledger()
    ledger.add_final("I have a question", 0.0, 2.0)
    ledger.take(1)
    ledger.add_final("about my bill", 2.0, 4.0)
    ledger.give_back(1)
    assert ledger.text == "I have a question about my bill"


def test_provisional_words_given_back_are_final_when_their_final_has_come() -> None:
    ledger = Ledger()
    ledger.change("book a table", 2.0)
    ledger.take(1)
    ledger.add_final("Book a table for two", 0.0, 2.4)
    ledger.give_back(1)
    assert ledger.text == "Book a table for two"


def test_what_is_set_aside_waits_for_nobody_and_can_come_back() -> None:
    ledger = Ledger()
    ledger.add_final("late words", 0.0, 2.0)
    ledger.add_final("yes", 2.0, 6.0)
    ledger.take(ASIDE, since_s=5.0)
    assert ledger.text == "late words"
    ledger.give_back(ASIDE)
    assert ledger.text == "late words yes"
    ledger.take(ASIDE, since_s=5.0)
    ledger.pass_over(ASIDE)
    ledger.give_back(ASIDE)
    assert ledger.text == "late words"


def test_a_stream_that_hears_anew_takes_nothing_back() -> None:
    ledger = Ledger()
    ledger.change("I would like a table", 3.0)
    ledger.lose_stream()
    ledger.change("I would", 1.0)
    assert ledger.text == "I would like a table"
    ledger.change("I would like a table for six", 3.5)
    assert ledger.text == "I would like a table for six"
    ledger.lose_stream()
    ledger.add_final("I would like a table", 0.0, 3.0)
    assert ledger.text == "I would like a table for six"


def test_a_full_stop_inside_a_sentence_goes() -> None:
    ledger = Ledger()
    ledger.add_final("a table for.", 0.0, 1.0)
    ledger.go_on()
    ledger.add_final("four people.", 1.0, 2.0)
    assert ledger.text == "a table for four people."


@given(
    st.lists(st.integers(0, 12), max_size=8).map(sorted),
    st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=8),
    st.randoms(use_true_random=False),
)
def test_every_word_is_taken_once_and_in_order(cuts: list[int], steps: list[tuple[int, bool]], random: object) -> None:
    """Twelve words, one a second; finals end where `cuts` says, interims reach as far as `steps` says, and turns are
    taken at any moment, final or not."""
    words = [f"w{n}" for n in range(12)]
    ledger, taken, final_to, turn = Ledger(), [], 0, 0
    pending = list(dict.fromkeys([*cuts, 12]))
    for heard, takes in [*steps, (12, False)]:
        if heard > final_to:
            ledger.change(" ".join(words[final_to:heard]), float(heard))
        if takes:
            turn += 1
            taken += ledger.take(turn).split()
        while pending and pending[0] <= heard:
            cut = pending.pop(0)
            ledger.add_final(" ".join(words[final_to:cut]), float(final_to), float(cut))
            final_to = max(final_to, cut)
    taken += ledger.take(turn + 1).split()
    assert sorted(taken, key=lambda word: int(word[1:])) == words
    assert PASSED < ASIDE < 1
