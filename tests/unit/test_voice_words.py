"""One time for each word of the text, whatever the vendor tells."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.ports import Setup, WordTime
from offhook.speech.voice_words import SpokenText, WordClock, speaker


def told(spoken: SpokenText, pieces: list[tuple[str, float, float]], length_s: float) -> list[tuple[str, float, float]]:
    """The times to the millisecond."""
    clock = WordClock(spoken)
    for piece in pieces:
        clock.hear(*piece)
    words = [*clock.take(), *clock.finish(length_s)]
    return [(word.text, round(word.start_s, 3), round(word.end_s, 3)) for word in words]


def test_letters_make_words() -> None:
    spoken = SpokenText("Hi you.", ["Hi", "you."])
    letters = [(letter, index / 10, (index + 1) / 10) for index, letter in enumerate("Hi you.")]
    assert told(spoken, letters, 0.7) == [("Hi", 0.0, 0.2), ("you.", 0.3, 0.6)]


def test_a_word_that_is_said_as_several_is_one() -> None:
    spoken = SpokenText("It costs $90 now", ["It", "costs", "ninety dollars", "now"])
    pieces = [("It", 0.0, 0.1), ("costs", 0.1, 0.4), ("ninety", 0.4, 0.7), ("dollars", 0.7, 1.0), ("now", 1.1, 1.3)]
    assert told(spoken, pieces, 1.4) == [("It", 0.0, 0.1), ("costs", 0.1, 0.4), ("$90", 0.4, 1.0), ("now", 1.1, 1.3)]


def test_words_that_are_not_said_take_no_time() -> None:
    spoken = SpokenText("- yes 😀 - no -", ["", "yes", "", "-", "no", ""])
    assert told(spoken, [("yes", 0.1, 0.4), ("no", 0.5, 0.7)], 0.8) == [
        ("-", 0.0, 0.0), ("yes", 0.1, 0.4), ("😀", 0.4, 0.4), ("-", 0.4, 0.4), ("no", 0.5, 0.7), ("-", 0.7, 0.7),
    ]  # fmt: skip


def test_what_the_vendor_forgot_shares_the_rest() -> None:
    spoken = SpokenText("one two six", ["one", "two", "six"])
    assert told(spoken, [("one", 0.0, 0.4), ("t", 0.4, 0.5)], 1.1) == [
        ("one", 0.0, 0.4), ("two", 0.4, 0.5), ("six", 0.5, 1.1),
    ]  # fmt: skip


def test_a_vendor_without_times_tells_none() -> None:
    assert told(SpokenText("one two", ["one", "two"]), [], 1.0) == []


@given(
    st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6), max_size=8),
    st.lists(st.tuples(st.text(max_size=5), st.floats(-1, 5), st.floats(-1, 5)), max_size=20),
)
def test_whatever_is_told_the_words_are_those_of_the_text_in_order(
    texts: list[str], pieces: list[tuple[str, float, float]]
) -> None:
    text = " ".join(texts)
    spoken = SpokenText(text, text.split())
    clock = WordClock(spoken)
    words: list[WordTime] = []
    for piece in pieces:
        clock.hear(*piece)
        words += clock.take()
    words += clock.finish(3.0)
    if words:
        assert [word.text for word in words] == text.split()
        assert all(one.end_s <= other.start_s for one, other in pairwise(words))
        assert all(word.start_s <= word.end_s for word in words)


def test_texts_are_said_as_the_owner_wants() -> None:
    setup = Setup(lexicon={"Nguyen": "win", "Siobhan": "/ʃɪvɔːn/"})
    text = "Dr. Nguyen, *Siobhan*: $5 😀"
    assert speaker(setup, spell_out=False)(text).said == "Dr. win, Siobhan: $5"
    spelled = speaker(setup, spell_out=True)(text)
    assert "five dollars" in spelled.said
    assert spelled.words == text.split()
    assert speaker(setup, spell_out=True)("... - 😀").is_silent
