"""What of a decoder's text are words."""

import pytest

from offhook.speech.stt.whisper import clean, loops


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
