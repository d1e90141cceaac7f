"""Going on behind what was said: no word too many, none too few, one space between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offhook.speech.continuation import Joint, Voiced, WholeWords
from offhook.speech.ports import SpokenAudio, WordTime


def joined(said: str, *pieces: str) -> str:
    joint = Joint(said)
    return said + "".join(joint.feed(piece) for piece in pieces) + joint.finish()


@pytest.mark.parametrize(
    ("said", "pieces", "whole"),
    [
        ("We are open ", ["from ", "nine."], "We are open from nine."),
        ("We are open ", [" from nine."], "We are open from nine."),
        ("We are open ", ["are open ", "from nine."], "We are open from nine."),
        ("We are open ", ["We ", "are ", "open ", "from ", "nine."], "We are open from nine."),
        ("We are open ", ["We Are OPEN, from nine."], "We are open from nine."),
        ("We are open, ", ["are open"], "We are open, "),
        ("Yes, ", ["yes, ", "we are open."], "Yes, we are open."),
        ("It is five five ", ["five zero."], "It is five five five zero."),
        ("It is a b a b ", ["a b a b ", "c."], "It is a b a b c."),
        ("We are open ", ["are ", "you?"], "We are open are you?"),
        ("We are open ", ["open are"], "We are open open are"),
        ("We are open ", [], "We are open "),
        ("We are open ", [" ", "\n", "today."], "We are open today."),
        ("", [" Hello ", "there."], " Hello there."),
        ("今日は、", ["午後", "九時まで。"], "今日は、午後九時まで。"),
    ],
)
def test_what_is_said_twice_is_said_once(said: str, pieces: list[str], whole: str) -> None:
    assert joined(said, *pieces) == whole


WORDS = st.lists(st.sampled_from(["one", "two", "three,", "four."]), max_size=8)


@given(WORDS, WORDS, st.integers(1, 9))
def test_a_rest_is_never_lost_and_a_reply_begun_anew_is_whole(said: list[str], rest: list[str], size: int) -> None:
    before, whole = "".join(f"{word} " for word in said), " ".join([*said, *rest])
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    words, joint = WholeWords(), Joint(before)
    given = "".join(joint.feed(words.feed(piece)) for piece in pieces) + joint.feed(words.finish()) + joint.finish()
    found = (before + given).split()
    assert found[: len(said)] == said
    # More than was repeated may look like a repetition, less never does.
    assert whole.split()[len(whole.split()) - len(given.split()) :] == given.split()
    if len(set(said + rest)) == len(said + rest):
        assert found == whole.split()


@given(st.text(max_size=60), st.integers(1, 5))
def test_words_are_given_whole_and_all(text: str, size: int) -> None:
    words, given = WholeWords(), ""
    for at in range(0, len(text), size):
        given += words.feed(text[at : at + size])
        assert text.startswith(given)
    assert given + words.finish() == text


def test_a_word_that_may_go_on_is_held() -> None:
    words = WholeWords()
    assert [words.feed(piece) for piece in ("We", " are", " op", "en. ", "Tod", "ay")] == [
        "",
        "We ",
        "are ",
        "open. ",
        "",
        "",
    ]
    assert words.finish() == "Today"
    assert len(WholeWords().feed("x" * 100)) == 60, "what is longer than a word is not held"


# ── voices ───────────────────────────────────────────────────────────────────────────────────────────────────────


def audio(seconds: float) -> bytes:
    return b"\x01" * round(seconds * 8000)


TIMES = tuple(WordTime(word, at * 0.5, at * 0.5 + 0.5) for at, word in enumerate("one two three four".split()))


def test_the_rest_begins_with_the_first_word_not_voiced() -> None:
    segment = Voiced("one two three four")
    assert segment.take(SpokenAudio(audio(0.6), TIMES)).words == TIMES[:1], "told ahead, passed on when voiced"
    assert segment.take(SpokenAudio(audio(0.6))).words == TIMES[1:2]
    segment.cut()
    assert segment.rest == "three four" and segment.has_begun
    again = tuple(WordTime(word, at * 0.4, at * 0.4 + 0.4) for at, word in enumerate(("three", "four")))
    first = segment.take(SpokenAudio(audio(0.8), again)).words
    assert [(word.text, round(word.start_s, 3), round(word.end_s, 3)) for word in first] == [
        ("three", 1.2, 1.6),
        ("four", 1.6, 2.0),
    ]
    assert segment.finish() == ()


def test_a_word_that_was_half_voiced_is_not_said_again() -> None:
    segment = Voiced("one two three four")
    segment.take(SpokenAudio(audio(0.75), TIMES))
    segment.cut()
    assert segment.rest == "three four"


def test_without_word_times_the_letters_tell() -> None:
    segment = Voiced("one two three four five six seven eight")
    segment.take(SpokenAudio(audio(1.0)))
    segment.cut()
    assert segment.rest == "four five six seven eight", "15 letters a second"


def test_a_voice_that_gave_nothing_voiced_nothing() -> None:
    segment = Voiced("one two")
    segment.cut()
    assert segment.rest == "one two"
    assert not segment.has_begun


def test_all_voiced_leaves_nothing() -> None:
    segment = Voiced("one two three four")
    segment.take(SpokenAudio(audio(2.0), TIMES))
    segment.cut()
    assert segment.rest == ""


def test_words_of_the_end_come_with_the_end() -> None:
    segment = Voiced("one two three four")
    segment.take(SpokenAudio(audio(1.5), TIMES))
    assert segment.finish() == TIMES[3:]
