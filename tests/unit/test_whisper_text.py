"""What of a decoder's text are words."""

import pytest

from offhook.speech.stt.whisper import clean, loops, says_again


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[BLANK_AUDIO]", ""),
        ("(music) Hello  there. ♪", "Hello there."),
        ("*sighs* Yes.", "Yes."),
        ("...", ""),
        ("No, no, no.", "No, no, no."),
        ("I want to I want to I want to I want to I want to I want to I want to I want", "I want to"),
    ],
)
def test_only_words_are_left(text: str, said: str) -> None:
    assert clean(text) == said


def test_a_loop_is_told_from_speech() -> None:
    assert loops("and then and then and then and then and then and then and then ")
    assert not loops("I would like to book a table for four people tomorrow evening, please.")


@pytest.mark.parametrize(
    ("text", "says_so"),
    [
        ("He might have been made amiable. He might have been made amiable.", True),
        ("Had he married a woman, he might. Had he married a woman, he", True),
        ("well he might have been here. He might have been here.", True),
        ("yes yes yes yes", False),
        ("no, no, that is not what I said, that is not right", False),
        ("my number is five five five one two", False),
        ("", False),
    ],
)
def test_a_phrase_that_stands_twice_side_by_side_is_decoded_again(text: str, says_so: bool) -> None:
    assert says_again(text) == says_so
