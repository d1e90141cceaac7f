"""Where a conversation stands, found anew from its messages every time: nothing is remembered between replies.

`hear` takes one turn of the caller and says what the brain does in answer, as a list of moves. It needs no facts, so
the whole history is gone through in well under a millisecond; the facts are looked up for the last turn alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from offhook.core.builtin import END_CALL, TRANSFER_CALL
from offhook.speech.llm.grounded_forms import BOOK_TABLE, TAKE_MESSAGE, Form
from offhook.speech.llm.grounded_language import Act, Language
from offhook.speech.ports import Message, ToolSpec

TELLING_WORD: Final = 4
"""Shorter words are in every wish."""
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


class Dialogue:
    """One conversation, up to a turn."""

    def __init__(self, language: Language, name: str, tools: Sequence[ToolSpec]) -> None:
        self._language = language
        self._say = language.sentences
        self._name = name
        self._tools = {tool.name: tool for tool in tools}
        self.form: Form | None = None
        self._changing = False
        self._topic = ""

    @property
    def offer(self) -> str:
        """The offer to take a message, or what is said where none can be taken."""
        return self._say.offer if TAKE_MESSAGE in self._tools else self._say.anything_else

    def follow(self, messages: Sequence[Message]) -> list[Move]:
        """Go through the messages; the moves that answer the last turn of the caller."""
        moves: list[Move] = []
        said: list[str] = []
        for message in messages:
            match message.role:
                case "user" if message.text.strip():
                    moves = self.hear(message.text, " ".join(said))
                    said = []
                case "assistant" if message.text:
                    said.append(message.text)
                case "tool":
                    self.form = None
        return moves

    def hear(self, text: str, said: str) -> list[Move]:
        """What to do about a turn of the caller; `said` is what the caller heard since the turn before."""
        acts = self._language.grammar.acts(text)
        moves = self._hear_in_form(self.form, text, said, acts) if self.form else self._hear_freely(text, said, acts)
        if any(isinstance(move, LookUp) for move in moves):
            self._topic = text
        return moves

    # ── without a form ───────────────────────────────────────────────────────────────────────────────────────

    def _hear_freely(self, text: str, said: str, acts: frozenset[Act]) -> list[Move]:
        clauses = self._language.grammar.clauses(text)
        if self._was_heard(self._say.offer, said) and TAKE_MESSAGE in self._tools:
            if Act.YES in acts:
                return self._begin(TAKE_MESSAGE, text)
            if Act.NO in acts and not clauses:
                return [Say(self._say.all_right), Say(self._say.anything_else)]
        if Act.BYE in acts or (Act.NO in acts and not clauses and self._was_heard(self._say.anything_else, said)):
            return self._hang_up()
        if Act.YES in acts and not clauses and self._was_heard(self._say.anything_else, said):
            return [Say(self._say.ask_me)]
        if Act.BOOK in acts and BOOK_TABLE in self._tools:
            return self._begin(BOOK_TABLE, text)
        if Act.MESSAGE in acts and TAKE_MESSAGE in self._tools:
            return self._begin(TAKE_MESSAGE, text)
        if Act.HUMAN in acts and Act.ROBOT not in acts:
            return self._connect(text) or [Say(self._say.no_transfer), Say(self.offer)]
        if Act.REPEAT in acts:
            return [RepeatLast()]
        if simple := self._simple(acts, clauses, text):
            return simple
        return [
            LookUp(tuple(clauses) or (text,), self._topic, offers=bool(acts & {Act.APPOINT, Act.BOOK, Act.SERVICE}))
        ]

    def _simple(self, acts: frozenset[Act], clauses: list[str], text: str) -> list[Move]:
        """Turns that one sentence answers, whatever the business."""
        say, name = self._say, self._name
        if Act.ROBOT in acts:
            return [Say(say.robot), Say(self._help())]
        if Act.REACHED in acts and name and all(word in _bare(text) for word in _bare(name)[-2:]):
            return [Say(say.reached.format(name=name)), Say(say.ask_me)]
        if acts & {Act.WHO, Act.REACHED}:
            return [Say(say.who.format(name=name) if name else say.robot)]
        if Act.HELP in acts:
            return [Say(self._help())]
        if Act.HEAR in acts:
            return [Say(say.here)]
        if Act.ASK in acts:
            return [Say(say.ask_me)]
        if Act.WAIT in acts:
            return [Say(say.wait)]
        if Act.HELLO in acts:
            return [Say(say.hello)]
        if Act.DROP in acts:
            return [Say(say.all_right), Say(say.anything_else)]
        if not clauses:
            opening = say.you_are_welcome if Act.THANKS in acts else say.all_right
            return [Say(opening), Say(say.anything_else)]
        if acts & {Act.YES, Act.NO} and len(text.split()) <= 2:
            return [Say(say.all_right), Say(say.anything_else)]
        return []

    def _help(self) -> str:
        can = [skill for tool, skill in self._say.skills.items() if tool in self._tools]
        listed = "".join(f", {skill}" for skill in can[:-1]) + (self._say.last_of_list + can[-1] if can else "")
        return self._say.help.format(name=self._name or "us", skills=listed)

    def _begin(self, tool: str, text: str) -> list[Move]:
        self.form = Form.of(self._tools[tool], self._language)
        self.form.propose(text)
        self._changing = False
        asked = [clause for clause in self._language.grammar.clauses(text) if self._asks(clause, tool)]
        moves: list[Move] = [LookUp(tuple(asked), "", in_form=True)] if asked else []
        begin: list[Move] = [] if self.form.over() else [Say(self._say.begin[tool])]
        return [*moves, *begin, *self._ask()]

    def _asks(self, clause: str, tool: str) -> bool:
        """True for a question beside the wish itself: "I'd like a table, and is there parking?"."""
        grammar = self._language.grammar
        wishes = {BOOK_TABLE: Act.BOOK, TAKE_MESSAGE: Act.MESSAGE}
        return grammar.is_question(clause) and not grammar.acts(clause) & {wishes[tool], Act.APPOINT}

    def _hang_up(self) -> list[Move]:
        ends: list[Move] = [HangUp()] if END_CALL in self._tools else []
        return [Say(self._say.goodbye), *ends]

    def _connect(self, text: str) -> list[Move]:
        """To the destination whose name and condition share the most words with the wish, else to the first."""
        if TRANSFER_CALL not in self._tools:
            return []
        destination = cast("Mapping[str, Any]", self._tools[TRANSFER_CALL].parameters)["properties"]["destination"]
        lines = str(destination.get("description", "")).splitlines()
        wish = {word for word in _bare(text) if len(word) >= TELLING_WORD}

        def shared(name: str) -> int:
            told = " ".join(line for line in lines if line.startswith(f"- {name}:")) or name
            return len(wish & set(_bare(told)))

        return [Transfer(max(destination["enum"], key=shared))]

    # ── inside a form ────────────────────────────────────────────────────────────────────────────────────────

    def _hear_in_form(self, form: Form, text: str, said: str, acts: frozenset[Act]) -> list[Move]:
        if Act.DROP in acts:
            self.form = None
            return [Say(self._say.dropped), Say(self._say.anything_else)]
        if Act.BYE in acts and Act.YES not in acts:
            self.form = None
            return self._hang_up()
        if form.pending == "message" and not acts & {Act.REPEAT, Act.WAIT, Act.ROBOT, Act.HEAR}:
            form.read(text)
            return self._ask()
        if Act.REPEAT in acts or Act.HEAR in acts or Act.HELLO in acts:
            return self._ask()
        if Act.WAIT in acts:
            return [Say(self._say.wait)]
        if acts & {Act.ROBOT, Act.WHO, Act.REACHED}:
            return [Say(self._say.robot), *self._ask()]
        if Act.HUMAN in acts:
            return self._connect(text) or [Say(self._say.no_transfer), *self._ask()]
        if not form.pending:
            return self._hear_check(form, text, said, acts)
        return self._fill_in(form, text)

    def _hear_check(self, form: Form, text: str, said: str, acts: frozenset[Act]) -> list[Move]:
        """The form is whole and was read back."""
        asked = self._questions(text)
        changed = form.propose(self._without(asked, text))
        agreed = Act.YES in acts and Act.NO not in acts and not changed
        if agreed and (self._was_heard(self._say.right, said) or self._was_heard(form.check(), said)):
            # "Yes, and do you have parking?"
            self._changing = False
            rest = tuple(self._language.grammar.clauses(text))
            return [*([LookUp(rest, in_form=True, quiet=not asked)] if rest else []), Fill(form)]
        if asked or changed:
            lookup: list[Move] = [LookUp(tuple(asked), "", in_form=True)] if asked else []
            return [*lookup, *self._ask()]
        if Act.RENAME in acts and Act.YES not in acts:
            return self._ask_again(form, text)
        if Act.NO in acts:
            self._changing = True
            return [Say(self._say.change)]
        if self._changing and self._correct(form, text):
            self._changing = False
            return self._ask()
        return [*([Say(self._say.again)] if Act.YES not in acts else []), *self._ask()]

    def _ask_again(self, form: Form, text: str) -> list[Move]:
        """ "The name is wrong": forget the value, and ask."""
        said = text.casefold()
        names = {"number": "phone", "day": "date"}
        for word in (*form.fields, *names):
            if word.replace("_", " ") in said and names.get(word, word) in form.values:
                del form.values[names.get(word, word)]
                return self._ask()
        self._changing = True
        return [Say(self._say.change)]

    def _correct(self, form: Form, text: str) -> bool:
        """A bare value after "what should I change?": whichever field it fits."""
        grammar = self._language.grammar
        order = sorted(form.fields, key=lambda name: name in ("name", "message"))
        for name in order:
            if name in form.values and (value := grammar.value(name, text, asked=True)) is not None:
                form.values[name] = value
                return True
        return False

    def _fill_in(self, form: Form, text: str) -> list[Move]:
        asked = self._questions(text)
        rest = self._without(asked, text)
        understood = bool(rest) and form.read(rest)
        lookup: list[Move] = [LookUp(tuple(asked), self._topic, in_form=True)] if asked else []
        if understood or asked:
            return [*lookup, *self._ask()]
        return [Say(self._say.again), *self._ask()]

    def _questions(self, text: str) -> list[str]:
        grammar = self._language.grammar
        return [clause for clause in grammar.clauses(text) if grammar.is_question(clause)]

    def _without(self, asked: list[str], text: str) -> str:
        if not asked:
            return text
        return " ".join(clause for clause in self._language.grammar.clauses(text) if clause not in asked)

    def _ask(self) -> list[Move]:
        assert self.form is not None
        if self.form.over():
            most = self.form.most[self.form.over()]
            self.form = None
            return [Say(self._say.too_many.format(most=most)), Say(self.offer)]
        return [Say(self.form.question())]

    def _was_heard(self, sentence: str, said: str) -> bool:
        words, heard = _bare(sentence), _bare(said)
        kept = words[: max(1, round(len(words) * HEARD_SHARE))]
        return any(heard[i : i + len(kept)] == kept for i in range(len(heard)))


def _bare(text: str) -> list[str]:
    return ["".join(c for c in word if c.isalnum()) for word in text.casefold().split()]
