"""A turn of the caller while a form is open: answers, corrections, questions in between, another wish, a yes."""

from collections.abc import Sequence
from typing import Final

from offhook.clock import Date
from offhook.speech.llm.grounded_forms import TAKE_MESSAGE, Form
from offhook.speech.llm.grounded_language import Act, Language
from offhook.speech.llm.grounded_moves import Fill, LookUp, Move, Say, was_heard
from offhook.speech.llm.grounded_questions import MOST_OPTIONS, options_of
from offhook.speech.llm.grounded_schema import Kind
from offhook.speech.llm.grounded_wishes import Skill, wish_of

SHORT_TURN: Final = 8
"""Words: who says more says also what is right."""


class InForm:
    """The part of a conversation that fills in forms. `Dialogue` says what happens outside of them."""

    def __init__(self, language: Language, today: Date, skills: Sequence[Skill]) -> None:
        self._language = language
        self._say = language.sentences
        self._today = today
        self._skills = tuple(skills)
        self.form: Form | None = None
        self._changing = False
        """The caller was asked what is to be changed."""
        self._held = ""
        """A correction that may mean several fields."""

    @property
    def offer(self) -> str:
        """What is offered when something cannot be done."""
        raise NotImplementedError

    def _connect(self, text: str) -> list[Move]:
        raise NotImplementedError

    def _hang_up(self) -> list[Move]:
        raise NotImplementedError

    def _skill(self, tool: str) -> Skill:
        return next(skill for skill in self._skills if skill.name == tool)

    def _begin(self, skill: Skill, text: str) -> list[Move]:
        self.form = form = Form(skill, self._language, self._today)
        form.propose(text)
        self._changing, self._held = False, ""
        asked = [clause for clause in self._language.grammar.clauses(text) if self._asks(clause, skill)]
        moves: list[Move] = [LookUp(tuple(asked), "", in_form=True)] if asked else []
        if not form.slots and skill.spec.is_harmless:
            return [*moves, Fill(form)]
        begin = [] if form.broken else [Say(self._say.begin.get(skill.name, self._say.begin_other))]
        return [*moves, *begin, *self._ask()]

    def _asks(self, clause: str, skill: Skill) -> bool:
        """True for a question beside the wish itself: "I'd like a table, and is there parking?"."""
        grammar = self._language.grammar
        if not grammar.is_question(clause) or grammar.is_own_case(clause) or grammar.is_request(clause):
            return False
        is_message = skill.name == TAKE_MESSAGE and Act.MESSAGE in grammar.acts(clause)
        return not is_message and not wish_of(clause, [skill], grammar, self._today).skills

    def _hear_in_form(self, form: Form, text: str, said: str, acts: frozenset[Act]) -> list[Move]:
        if Act.DROP in acts:
            self.form = None
            return [Say(self._say.dropped), Say(self._say.anything_else)]
        if Act.BYE in acts and Act.YES not in acts and not (form.pending is None and Act.NO not in acts):
            self.form = None
            return self._hang_up()
        asked = form.pending
        takes_all = asked is not None and asked.slot.kind in (Kind.MESSAGE, Kind.TEXT) and asked.inner is None
        if takes_all and not acts & {Act.REPEAT, Act.WAIT, Act.ROBOT, Act.HEAR, Act.HELLO, Act.HUMAN}:
            return self._fill_in(form, text)
        if acts & {Act.REPEAT, Act.HEAR, Act.HELLO}:
            return self._ask()
        if Act.WAIT in acts:
            return [Say(self._say.wait)]
        if acts & {Act.ROBOT, Act.WHO, Act.REACHED}:
            return [Say(self._say.robot), *self._ask()]
        if Act.HUMAN in acts:
            return self._connect(text) or [Say(self._say.no_transfer), *self._ask()]
        if other := self._another(form, text):
            return [Say(self._say.dropped), *self._begin(other, text)]
        if asked is None:
            return self._hear_check(form, text, said, acts)
        return self._fill_in(form, text)

    def _another(self, form: Form, text: str) -> Skill | None:
        """A change of mind: another tool is wished for, and this one not."""
        grammar = self._language.grammar
        if not (grammar.is_wish(text) or grammar.is_own_case(text)):
            return None
        skills = [skill for skill in self._skills if skill.name != TAKE_MESSAGE]
        found = wish_of(text, skills, grammar, self._today).skills
        if len(found) != 1 or found[0] is form.skill or found[0].unusable:
            return None
        return found[0] if not grammar.deeds(text) & form.skill.deeds or form.skill.name == TAKE_MESSAGE else None

    # ── the form is whole, and was read back ─────────────────────────────────────────────────────────────────

    def _hear_check(self, form: Form, text: str, said: str, acts: frozenset[Act]) -> list[Move]:
        asked = self._questions(text)
        told = self._without(asked, text)
        changed = bool(told) and form.propose(told)
        if form.broken:
            return self._ask()
        agreed = Act.YES in acts and Act.NO not in acts and not changed
        if agreed and (was_heard(self._say.right, said) or was_heard(form.check(), said)):
            # "Yes, and do you have parking?"
            self._changing = False
            rest = tuple(self._language.grammar.clauses(text))
            return [*([LookUp(rest, in_form=True, quiet=not asked)] if rest else []), Fill(form)]
        if asked or changed:
            lookup: list[Move] = [LookUp(tuple(asked), "", in_form=True)] if asked else []
            self._changing = False
            return [*lookup, *self._ask()]
        if Act.YES not in acts and (moves := self._corrected(form, text, acts)):
            return moves
        return [*([Say(self._say.again)] if Act.YES not in acts else []), *self._ask()]

    def _corrected(self, form: Form, text: str, acts: frozenset[Act]) -> list[Move]:
        """What is wrong was named, or its value said, or neither: then it is asked for."""
        told = self._language.grammar.after_no(text)
        if self._held:
            # "No, three", "which one?", "the small one".
            text, self._held = f"{self._held} {told}".strip(), ""
            if form.propose(text):
                self._changing = False
                return self._ask()
        else:
            text = told
        named = form.named(text)
        if len(named) == 1 and len(text.split()) <= SHORT_TURN:
            # "The name is wrong": forget the value, and ask.
            self._changing = False
            form.forget(named[0])
            return self._ask()
        if text:
            right = form.correct(text)
            if right is None:
                self._held, self._changing = text, True
                return [Say(self._say.which_one.format(fields=self._say.last_option.join(form.candidates)))]
            if right or form.broken:
                self._changing = False
                return self._ask()
        if Act.NO in acts or Act.RENAME in acts:
            self._changing = True
            return [Say(self._say.change)]
        return []

    # ── an answer ────────────────────────────────────────────────────────────────────────────────────────────

    def _fill_in(self, form: Form, text: str) -> list[Move]:
        before = form.pending
        kind = before.slot.kind if before and before.inner is None else None
        # "There is water in the cellar" answers, and only sounds like a question once "there" is left out.
        is_answer = kind is Kind.MESSAGE or (kind is Kind.TEXT and not self._language.grammar.is_question(text))
        asked = [] if is_answer else self._questions(text)
        rest = self._without(asked, text)
        understood = bool(rest) and form.read(rest)
        if not understood and Act.NO in self._language.grammar.acts(text):
            # "No, three": it is the value before this one that is meant.
            understood = bool(form.correct(self._language.grammar.after_no(text)))
        lookup: list[Move] = [LookUp(tuple(asked), "", in_form=True)] if asked else []
        if understood or asked:
            return [*lookup, *self._ask()]
        return [Say(self._say.again), *self._helped(form), *self._ask()]

    def _helped(self, form: Form) -> list[Move]:
        """Of a choice with many options a few are told to who did not hit one."""
        asked = form.pending
        slot = asked and (asked.inner or asked.slot)
        if slot and slot.kind is Kind.ITEMS:
            slot = next((inner for inner in slot.inner if inner.kind is Kind.CHOICE), slot)
            if slot.options:
                return [Say(self._say.more_options.format(options=options_of(slot, self._language)))]
        if slot and len(slot.options) > MOST_OPTIONS:
            return [Say(self._say.more_options.format(options=options_of(slot, self._language)))]
        return []

    def _questions(self, text: str) -> list[str]:
        grammar = self._language.grammar
        return [
            clause for clause in grammar.clauses(text) if grammar.is_question(clause) and not grammar.is_request(clause)
        ]

    def _without(self, asked: list[str], text: str) -> str:
        if not asked:
            return text
        return " ".join(clause for clause in self._language.grammar.clauses(text) if clause not in asked)

    def _ask(self) -> list[Move]:
        form = self.form
        assert form is not None
        if form.broken:
            slot, which, limit = form.broken
            form.broken = None
            if too_many := self._say.too_many.get(form.tool):
                self.form = None
                return [Say(too_many.format(most=limit)), Say(self.offer)]
            return [Say(self._say.bounds[which].format(label=slot.label, bound=limit)), Say(form.question())]
        return [Say(form.question())]
