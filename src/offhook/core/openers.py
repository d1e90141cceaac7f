"""Openers: the short acknowledgement that is said while the answer is still being prepared. Pure, and per language."""

from offhook.core.behaviour import Script
from offhook.core.words import Shape, normalize, shape_of


def opener_for(script: Script, caller_text: str, turn: int) -> str:
    """What fits to the caller's turn: another one from turn to turn; empty when nothing does."""
    if shape_of(caller_text, "", script) is Shape.FAREWELL:
        return ""
    said = f"{normalize(caller_text)} "
    # "Could you ..." and "I would like ...?" ask for a deed, whatever their sign at the end.
    if any(said.startswith(f"{phrase} ") for phrase in script.request_words):
        fitting = script.opener_request
    elif caller_text.rstrip().endswith("?") or any(said.startswith(f"{word} ") for word in script.question_words):
        fitting = script.opener_question
    else:
        fitting = script.opener_statement
    return fitting[turn % len(fitting)] if fitting else ""
