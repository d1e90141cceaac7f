"""What the grounded brain says and understands in one language.

A language is one file like `grounded_english.py` with one `Language` in it, and one line in `grounded_languages.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

Pattern = re.Pattern[str]
Value = str | int


class Act(Enum):
    """What a caller does with a turn, as far as the words alone tell."""

    YES = auto()
    NO = auto()
    BYE = auto()
    THANKS = auto()
    HELLO = auto()
    REPEAT = auto()
    WAIT = auto()
    ROBOT = auto()
    """Asks whether this is a human."""
    WHO = auto()
    REACHED = auto()
    """Asks whether this is some business."""
    HELP = auto()
    HEAR = auto()
    """Asks whether anybody is there."""
    ASK = auto()
    """Announces a question."""
    DROP = auto()
    """Wants none of what was begun."""
    BOOK = auto()
    """Wants a table."""
    APPOINT = auto()
    """Wants to book what is no table: a room, an appointment."""
    SERVICE = auto()
    """Wants something of the staff: a change, a repair."""
    MESSAGE = auto()
    HUMAN = auto()
    """Wants to be put through."""
    RENAME = auto()
    """Names a field of the form that is wrong, without a new value."""


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """Everything that is said and is no fact."""

    hello: str
    hello_named: str
    here: str
    ask_me: str
    you_are_welcome: str
    anything_else: str
    all_right: str
    goodbye: str
    wait: str
    robot: str
    who: str
    reached: str
    skills: Mapping[str, str]
    """What can be done besides answering, by the tool's name."""
    last_of_list: str
    help: str
    """`{name}` of the business, `{skills}` as a list."""
    nothing_to_repeat: str
    unknown: str
    unknown_rest: str
    perhaps: str
    no_transfer: str
    offer: str
    """Offers to take a message; a yes to it begins one."""
    begin: Mapping[str, str]
    """How a form is begun, by the tool's name."""
    ask: Mapping[str, str]
    """The question for a field, by its name."""
    ask_other: str
    """The question for a field of the owner's: `{field}`."""
    again: str
    go_on: str
    """The number is not whole yet."""
    check: Mapping[str, str]
    """How a form is read back, by the tool's name, with its fields."""
    check_other: str
    right: str
    """Ends every reading back."""
    change: str
    dropped: str
    too_many: str
    done: Mapping[str, str]
    """What is said once the tool has done it, by the tool's name."""
    failed: str


class Grammar(Protocol):
    """How the language's turns are taken apart. Works on any text and never raises."""

    def acts(self, text: str) -> frozenset[Act]:
        """Everything that the turn may be."""

    def clauses(self, text: str) -> list[str]:
        """The turn cut where a new question or sentence begins, without greetings and politeness."""

    def is_question(self, clause: str) -> bool:
        """True when the clause asks for information, and does not merely propose values for a form."""

    def follows_on(self, clause: str) -> bool:
        """True when the clause is only understood with the question before it: `and on Sunday?`"""

    def value(self, field: str, text: str, *, asked: bool) -> Value | None:
        """What the text says for a form's field; `asked` when that was the question."""

    def digits(self, text: str) -> str:
        """Digits that are dictated in the text, for a number given in parts."""

    def read_back(self, field: str, value: Value) -> str:
        """A value as it is said."""


@dataclass(frozen=True)
class Language:
    """One language of the grounded brain."""

    sentences: Sentences
    grammar: Grammar
