"""Where a conversation stands, found anew from its messages every time: nothing is remembered between replies.

`hear` takes one turn of the caller and says what the brain does in answer, as a list of moves. It needs no facts, so
the whole history is gone through in well under a millisecond; the facts are looked up for the last turn alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from offhook.clock import Date
from offhook.core.builtin import END_CALL, TRANSFER_CALL
from offhook.speech.llm.grounded_forms import TAKE_MESSAGE, Form, skill_said
from offhook.speech.llm.grounded_in_form import InForm
from offhook.speech.llm.grounded_language import Act, Language
from offhook.speech.llm.grounded_moves import HangUp, LookUp, Move, RepeatLast, Say, Transfer, bare, was_heard
from offhook.speech.llm.grounded_wishes import Skill, Wish, skills_of, wish_of
from offhook.speech.llm.history import is_done
from offhook.speech.ports import Message, ToolSpec

MOST_KNOWN: Final = 64
_KNOWN: Final[dict[tuple[object, ...], tuple[tuple[ToolSpec, ...], tuple[Skill, ...]]]] = {}
TELLING_WORD: Final = 4
"""Shorter words are in every wish."""


class Dialogue(InForm):
    """One conversation, up to a turn."""

    def __init__(self, language: Language, name: str, tools: Sequence[ToolSpec], today: Date) -> None:
        self._tools = {tool.name: tool for tool in tools}
        super().__init__(language, today, _skills(tuple(tools), language))
        self._name = name
        self._failed: Form | None = None
        """A form whose tool could not do it: another value may do."""
        self._between: tuple[tuple[Skill, ...], str] = ((), "")
        """The caller was asked which of these is meant, and had said so."""
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
                    self._failed = None if is_done(message.text) else self.form
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
        if was_heard(self._say.offer, said) and TAKE_MESSAGE in self._tools:
            if Act.YES in acts:
                return self._begin(self._skill(TAKE_MESSAGE), text)
            if Act.NO in acts and not clauses:
                return [Say(self._say.all_right), Say(self._say.anything_else)]
        if Act.BYE in acts or (Act.NO in acts and not clauses and was_heard(self._say.anything_else, said)):
            return self._hang_up()
        if Act.YES in acts and not clauses and was_heard(self._say.anything_else, said):
            return [Say(self._say.ask_me)]
        if again := self._try_again(text):
            return again
        if Act.MESSAGE in acts and TAKE_MESSAGE in self._tools:
            return self._begin(self._skill(TAKE_MESSAGE), text)
        wish = self._wish(text)
        drops = Act.DROP in acts and not self._language.grammar.deeds(text)
        if wish.skills and not drops:
            return self._grant(wish, text)
        if Act.HUMAN in acts and Act.ROBOT not in acts:
            return self._connect(text) or [Say(self._say.no_transfer), Say(self.offer)]
        if Act.REPEAT in acts:
            return [RepeatLast()]
        if simple := self._simple(acts, clauses, text):
            return simple
        is_own = self._language.grammar.is_own_case(text)
        grammar = self._language.grammar
        asks = any(grammar.is_question(clause) for clause in clauses)
        # "Can I come on Sunday?" asks; "can you book me a taxi?" wishes for something.
        is_wish = wish.is_wish and (not asks or bool(grammar.deeds(text)))
        offers = (is_wish and not asks) or Act.SERVICE in acts
        asked = tuple(clauses) or (text,)
        return [LookUp(asked, self._topic, offers=offers, is_wish=is_wish, is_told=not asks, is_own=is_own)]

    def _wish(self, text: str) -> Wish:
        grammar = self._language.grammar
        (between, before), self._between = self._between, ((), "")
        if between:
            chosen = wish_of(text, between, grammar, self._today, chosen=True)
            if len(chosen.skills) == 1:
                return chosen
            text = f"{before} {text}" if not chosen.skills else text
        skills = [skill for skill in self._skills if skill.name != TAKE_MESSAGE]
        return wish_of(text, skills, grammar, self._today)

    def _grant(self, wish: Wish, text: str) -> list[Move]:
        if len(wish.skills) > 1:
            self._between = (wish.skills, text)
            said = [skill_said(skill, self._language) for skill in wish.skills]
            return [Say(self._say.which_tool.format(skills=self._say.last_option.join(said)))]
        (skill,) = wish.skills
        if skill.unusable:
            return [Say(self._say.cannot), Say(self.offer)]
        return self._begin(skill, text)

    def _try_again(self, text: str) -> list[Move]:
        """The tool could not do it: "then at four" is the same wish with another value."""
        failed, self._failed = self._failed, None
        if failed is None or not failed.propose(text):
            return []
        self.form = failed
        return self._ask()

    def _simple(self, acts: frozenset[Act], clauses: list[str], text: str) -> list[Move]:
        """Turns that one sentence answers, whatever the business."""
        say, name = self._say, self._name
        if Act.ROBOT in acts:
            return [Say(say.robot), Say(self._help())]
        if Act.REACHED in acts and name and all(word in bare(text) for word in bare(name)[-2:]):
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
        if Act.DROP in acts and not self._language.grammar.deeds(text):
            return [Say(say.all_right), Say(say.anything_else)]
        if not clauses:
            opening = say.you_are_welcome if Act.THANKS in acts else say.all_right
            return [Say(opening), Say(say.anything_else)]
        if acts & {Act.YES, Act.NO} and len(text.split()) <= 2:
            return [Say(say.all_right), Say(say.anything_else)]
        return []

    def _help(self) -> str:
        can = [skill_said(skill, self._language) for skill in self._skills if not skill.unusable]
        listed = "".join(f", {skill}" for skill in can[:-1]) + (self._say.last_of_list + can[-1] if can else "")
        return self._say.help.format(name=self._name or "us", skills=listed)

    def _hang_up(self) -> list[Move]:
        ends: list[Move] = [HangUp()] if END_CALL in self._tools else []
        return [Say(self._say.goodbye), *ends]

    def _connect(self, text: str) -> list[Move]:
        """To the destination whose name and condition share the most words with the wish, else to the first."""
        if TRANSFER_CALL not in self._tools:
            return []
        destination = cast("Mapping[str, Any]", self._tools[TRANSFER_CALL].parameters)["properties"]["destination"]
        lines = str(destination.get("description", "")).splitlines()
        wish = {word for word in bare(text) if len(word) >= TELLING_WORD}

        def shared(name: str) -> int:
            told = " ".join(line for line in lines if line.startswith(f"- {name}:")) or name
            return len(wish & set(bare(told)))

        return [Transfer(max(destination["enum"], key=shared))]


def _skills(tools: tuple[ToolSpec, ...], language: Language) -> tuple[Skill, ...]:
    """What is known of the tools is the same in every turn of every call."""
    key = (id(language), *((tool.name, tool.description, id(tool.parameters)) for tool in tools))
    found = _KNOWN.get(key)
    if found is None or found[0] != tools:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        found = _KNOWN[key] = (tools, skills_of(tools, language.grammar))
    return found[1]
