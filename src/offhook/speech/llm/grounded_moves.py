"""What the grounded brain does about a turn, as a list of moves."""

from dataclasses import dataclass
from typing import Final

from offhook.speech.llm.grounded_forms import Form

HEARD_SHARE: Final = 0.6
"""So much of a sentence must have been heard for an answer to count as an answer to it."""


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence of the language's table, or of a form."""

    text: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Answer from the facts."""

    clauses: tuple[str, ...]
    topic: str = ""
    """What the caller had asked before."""
    offers: bool = False
    """Whatever is found, offer to take a message too."""
    in_form: bool = False
    quiet: bool = False
    """Nothing is said when nothing is found: it may have been no question."""
    is_wish: bool = False
    """Something is wanted: when nothing is found it is said that it cannot be done."""
    is_told: bool = False
    """It is no question."""
    is_own: bool = False
    """It is about what is the caller's own, of which the facts know little."""


@dataclass(frozen=True, slots=True)
class Fill:
    """Give the form to its tool."""

    form: Form


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call after what is said."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect the caller to a person."""

    destination: str


@dataclass(frozen=True, slots=True)
class RepeatLast:
    """Say the last reply again."""


Move = Say | LookUp | Fill | HangUp | Transfer | RepeatLast


def was_heard(sentence: str, said: str) -> bool:
    """True when enough of the sentence is in what the caller heard."""
    words, heard = bare(sentence), bare(said)
    kept = words[: max(1, round(len(words) * HEARD_SHARE))]
    return any(heard[i : i + len(kept)] == kept for i in range(len(heard)))


def bare(text: str) -> list[str]:
    """The words without their punctuation."""
    return ["".join(c for c in word if c.isalnum()) for word in text.casefold().split()]
