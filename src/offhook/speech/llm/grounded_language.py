"""What the grounded brain says and understands in one language.

A language is one file like `grounded_english.py` with one `Language` in it, and one line in `grounded_languages.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from offhook.speech.llm.grounded_schema import Kind, Slot

Pattern = re.Pattern[str]
Value = str | int | float | bool | list[dict[str, Any]]


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
    SERVICE = auto()
    """Wants something of the staff: a change, a repair."""
    MESSAGE = auto()
    HUMAN = auto()
    """Wants to be put through."""
    RENAME = auto()
    """Names a field of the form that is wrong, without a new value."""


class Deed(Enum):
    """What is to be done with the thing that a wish or a tool is about."""

    MAKE = auto()
    CANCEL = auto()
    CHANGE = auto()
    SEND_BACK = auto()
    REPORT = auto()
    LOOK_UP = auto()


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
    begin_other: str
    ask: Mapping[str, str]
    """The question for a field, by its name."""
    ask_kind: Mapping["Kind", str]
    """The question for a field of the owner's, by what it holds: `{label}`."""
    ask_other: str
    """The question for any other field: `{label}`."""
    ask_caller: str
    """The same for what is the caller's own."""
    ask_choice: str
    """`{label}` and `{options}`."""
    ask_described: str
    """By the owner's own words for it, `{description}`, which begin with an article; empty: by the label."""
    nouns_large: bool
    """Names of fields are nouns, which the language writes with a capital."""
    ask_item: str
    """`{question}` about one `{thing}` of a list."""
    last_option: str
    """Between the last two options."""
    more_options: str
    again: str
    go_on: str
    """The number is not whole yet."""
    check: Mapping[str, str]
    """How a form is read back, by the tool's name, with its fields."""
    check_other: str
    check_empty: str
    """Of a tool that needs nothing: `{skill}`."""
    right: str
    """Ends every reading back."""
    change: str
    which_one: str
    """A correction may mean several fields: `{fields}`."""
    which_tool: str
    """`{skills}` as alternatives."""
    dropped: str
    cannot: str
    """Something is wished for that no tool does."""
    bounds: Mapping[str, str]
    """A number is beyond its bound, by `most` or `least`: `{label}` and `{bound}`."""
    too_many: Mapping[str, str]
    """The same for a tool's one number, by its name; the wish is dropped."""
    done: Mapping[str, str]
    """What is said once the tool has done it, by the tool's name."""
    done_other: str
    nothing_found: str
    failed: str
    maybe_done: str
    running: str
    other_day: str
    """Goes in front of facts about another day than the one that was asked about: `{day}`."""
    no_sum: str
    """Nothing is added up: the parts follow."""
    yes: str
    no: str
    more: str
    """Behind a list that was cut."""


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

    # ── values ───────────────────────────────────────────────────────────────────────────────────────────────

    def figures(self, text: str) -> str:
        """Lower case, numbers as digits, words of times and days in the form that `grounded_slots` reads."""

    def people(self, text: str, *, asked: bool) -> int | None:
        """How many people."""

    def time(self, text: str, *, asked: bool, evening: bool = True) -> str | None:
        """A time as `HH:MM`; `evening`: a bare seven is meant for the evening."""

    def day_said(self, text: str) -> str | None:
        """A day in the language's words."""

    def phone(self, text: str) -> str | None:
        """A whole telephone number."""

    def digits(self, text: str) -> str:
        """Digits that are dictated in the text, for a number given in parts."""

    def name(self, text: str, *, asked: bool) -> str | None:
        """A person's name."""

    def address(self, text: str) -> str | None:
        """A street with its number."""

    def message(self, text: str, *, asked: bool) -> str | None:
        """What is to be passed on."""

    def bare(self, text: str) -> str | None:
        """The answer to a question, without what people say in front of it."""

    def labelled(self, names: tuple[str, ...], text: str) -> str:
        """What is said behind a field's name: `the reason is a cleaning`; empty when it is not named."""

    def positive(self, text: str) -> str:
        """Without what is corrected: `not Friday, Saturday`."""

    def is_negated(self, text: str, label: str) -> bool:
        """True for `without gift wrap`."""

    def after_no(self, text: str) -> str:
        """What comes behind a no: `three` of "no, three"; empty when that says no more."""

    def is_removal(self, text: str) -> bool:
        """True when something is to be taken off a list."""

    def is_addition(self, text: str) -> bool:
        """True when something is to come on top."""

    # ── lists ────────────────────────────────────────────────────────────────────────────────────────────────

    def listed(self, text: str) -> list[str]:
        """The text cut at commas and ands, numbers as digits, letters as they were."""

    def apart(self, text: str) -> list[str]:
        """The text cut where one value ends and another begins: `from Friday | to Sunday`."""

    def is_all(self, text: str) -> bool:
        """True for `both` and `all of them`."""

    def telling(self, text: str) -> list[str]:
        """Stems without those of times, days and other words that propose values."""

    def is_article(self, word: str) -> bool:
        """True for `a`."""

    def thing(self, piece: str, taken: set[str]) -> str:
        """What is left of a list's entry without its number and the stems that are taken."""

    def joined(self, parts: list[str]) -> str:
        """A list as it is said."""

    # ── wishes ───────────────────────────────────────────────────────────────────────────────────────────────

    def stems(self, text: str) -> list[str]:
        """Of the words that say something."""

    def kin(self, stems: frozenset[str]) -> frozenset[str]:
        """The stems with those that mean the same."""

    def deeds(self, text: str, *, of_tool: bool = False) -> frozenset[Deed]:
        """What is to be done; of several, what changes or looks up something that is there. `of_tool`: the text is a
        tool's name, or what it is described by."""

    def hollow_stems(self) -> frozenset[str]:
        """Of words in descriptions that say nothing of what a tool is for."""

    def deed_stems(self) -> frozenset[str]:
        """Of all words for deeds."""

    def is_wish(self, text: str) -> bool:
        """True when something is wanted."""

    def is_request(self, text: str) -> bool:
        """True for a wish in the form of a question: `can I book ...`."""

    def is_own_case(self, text: str) -> bool:
        """True for a question about what is the caller's own: `where is my ...`."""

    def is_offer_asked(self, text: str) -> bool:
        """True for `do you have ...`."""

    # ── questions ────────────────────────────────────────────────────────────────────────────────────────────

    def rephrased(self, question: str) -> list[str]:
        """The question in the words that businesses write: `where are you` asks for an address."""

    def listed_topic(self, question: str) -> str:
        """What a list is asked of: `what pizzas do you have`; empty for any other question."""

    def special_day(self, question: str) -> str:
        """A holiday that the question names."""

    def is_sum(self, question: str) -> bool:
        """True when a price of several things together is asked for."""

    def is_surcharge(self, fact: str) -> bool:
        """True for what comes on top of another price."""

    # ── saying ───────────────────────────────────────────────────────────────────────────────────────────────

    def value_said(self, slot: "Slot", value: Value) -> str:
        """A value as it is read back."""

    def day_spoken(self, iso: str) -> str:
        """A date in words."""

    def time_spoken(self, clock: str) -> str:
        """`19:30` in words."""


@dataclass(frozen=True)
class AnswerForm:
    """What an answer to one sort of question holds: a price, a length, a time. Tried on lower case."""

    asked: Pattern
    holds: Pattern
    may_hold: Pattern | None = None
    """Words that answer it, but are said of other things too: `free`."""


@dataclass(frozen=True)
class Language:
    """One language of the grounded brain."""

    sentences: Sentences
    grammar: Grammar
    forms: tuple[AnswerForm, ...] = ()
    offered: re.Pattern[str] = re.compile(r"(?!)")
    """Asks whether there is a thing at all: "do you sell ...", on lower case."""
