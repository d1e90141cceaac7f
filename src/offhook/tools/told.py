"""What the model is told of a tool that lives elsewhere."""

from typing import Final

RESULT_CHARS: Final = 4_000
"""About a thousand tokens: more of an answer slows the reply and is read badly."""


def shortened(text: str) -> str:
    """The text, or as much of it as the model is told."""
    return text if len(text) <= RESULT_CHARS else f"{text[:RESULT_CHARS]} ... (the rest was left out)"
