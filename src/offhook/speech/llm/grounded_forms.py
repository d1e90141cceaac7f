"""Forms: what a tool needs to know, and what of it the caller has said so far."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from offhook.clock import Date
from offhook.speech.llm.grounded_items import (
    Item,
    amount_slot,
    built,
    main_slot,
    merged,
    missing,
    read_items,
    said,
    without,
)
from offhook.speech.llm.grounded_language import Act, Language, Value
from offhook.speech.llm.grounded_questions import label_said, question_for
from offhook.speech.llm.grounded_schema import Kind, Slot
from offhook.speech.llm.grounded_values import bound, read
from offhook.speech.llm.grounded_wishes import Skill

BOOK_TABLE: Final = "book_table"
TAKE_MESSAGE: Final = "take_message"
_PARTIAL_DIGITS: Final = 2
"""Fewer digits in a turn are no part of a telephone number."""
_WHOLE_DIGITS: Final = 10
"""As many digits in one turn are the number itself, not the rest of one that was begun."""
_WHOLE_TURN: Final = (Kind.TEXT, Kind.MESSAGE)
"""Whatever the answer holds belongs to it: a reason may name a day."""
_LAST_GUESSED: Final = (Kind.NAME, Kind.ADDRESS, Kind.TEXT, Kind.MESSAGE)
_NUMBERS: Final = (Kind.COUNT, Kind.PEOPLE, Kind.NUMBER)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for now: a slot, or a field of one thing in a list."""

    slot: Slot
    place: int = -1
    inner: Slot | None = None


@dataclass
class Form:
    """One form that is being filled in."""

    skill: Skill
    language: Language
    today: Date
    values: dict[str, Value] = field(default_factory=dict)
    partial: str = ""
    """Digits of a telephone number that was begun."""
    broken: tuple[Slot, str, object] | None = None
    """A number that the caller gave is beyond its bound."""
    candidates: tuple[str, ...] = ()
    """What a bare correction may mean."""

    @property
    def tool(self) -> str:
        """The tool's name."""
        return self.skill.name

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The tool's."""
        return self.skill.shape.slots

    @property
    def pending(self) -> Asked | None:
        """What is asked for now; None when the form is whole."""
        for slot in self.slots:
            value = self.values.get(slot.key)
            if value is None or value == []:
                if self._is_needed(slot):
                    return Asked(slot)
            elif slot.kind is Kind.ITEMS and isinstance(value, list) and (lack := missing(slot, value)):
                return Asked(slot, *lack)
        return None

    def _is_needed(self, slot: Slot) -> bool:
        """True also for what belongs to something optional that was begun."""
        if slot.required:
            return True
        if slot.part and any(other.path == slot.path and other.key in self.values for other in self.slots):
            return True
        inside = ".".join(slot.within) + "."
        return bool(slot.within) and any(key.startswith(inside) for key in self.values)

    # ── hearing ──────────────────────────────────────────────────────────────────────────────────────────────

    def read(self, text: str) -> bool:
        """Take what an answer says; True when it said something. Later words replace earlier ones."""
        asked = self.pending
        if asked is None:
            return self.propose(text)
        if asked.inner is not None and self._read_inner(asked, text):
            return True
        if asked.slot.kind in _WHOLE_TURN and asked.inner is None:
            return self._take({asked.slot.key: read(asked.slot, text, self.language.grammar, self.today, asked=True)})
        found = self._found(text, asked.slot)
        if asked.slot.kind is Kind.PHONE and (asked.slot.key not in found or self.partial):
            part = self._part_of_number(asked.slot, self.language.grammar.digits(text))
            return self._take({**found, **part}) or bool(self.partial)
        if asked.slot.kind is Kind.EMAIL and (whole := self._read(asked.slot, text)):
            found[asked.slot.key] = whole
        if asked.slot.key not in found and (not found or asked.slot.kind in (Kind.ITEMS, Kind.ADDRESS)):
            found |= self._answer(asked.slot, text)
        return self._take(found)

    def propose(self, text: str) -> bool:
        """Like `read`, of a turn that is no answer: bare words are not taken. True when something has changed."""
        before = dict(self.values)
        self._take(self._found(text, None))
        return self.values != before

    def correct(self, text: str) -> bool | None:
        """A bare value after "no" or "what should I change?": whichever field it fits. None: it may be several."""
        grammar = self.language.grammar
        given = [slot for slot in self.slots if slot.key in self.values]
        if (number := grammar.figures(text)) and any(word.isdigit() for word in number.split()):
            numbers = [slot for slot in given if slot.kind in _NUMBERS and self._read(slot, text) is not None]
            amounts = [slot for slot in given if slot.kind is Kind.ITEMS and amount_slot(slot)]
            main = {slot.key: main_slot(slot) for slot in amounts}
            things = [grammar.value_said(main[slot.key], item[main[slot.key].name])
                      for slot in amounts for item in self._items(slot)]  # fmt: skip
            if len(numbers) + len(things) > 1:
                self.candidates = (*(slot.label for slot in numbers), *things)
                return None
            if numbers:
                return self._take({numbers[0].key: self._read(numbers[0], text)})
            if amounts and (items := self._items(amounts[0])):
                amount = amount_slot(amounts[0])
                value = self._read(amount, text) if amount else None
                return amount is not None and self._take({amounts[0].key: [{**items[0], amount.name: value}]})
        fits = [slot for slot in given if slot.kind in (Kind.DATE, Kind.TIME) and self._read(slot, text) is not None]
        if len(fits) > 1 and len({slot.kind for slot in fits}) == 1:
            self.candidates = tuple(slot.label for slot in fits)
            return None
        for slot in sorted(given, key=lambda one: one.kind in _LAST_GUESSED):
            if slot.kind is not Kind.ITEMS and (value := self._read(slot, text)) is not None:
                return self._take({slot.key: value})
        return False

    def forget(self, slot: Slot) -> None:
        """Ask for it once more."""
        self.values.pop(slot.key, None)

    def named(self, text: str) -> list[Slot]:
        """The filled slots that the text speaks of."""
        grammar, said = self.language.grammar, set(re.findall(r"\w+", text.casefold()))
        stems = set(grammar.stems(text))
        return [
            slot
            for slot in self.slots
            if slot.key in self.values
            and (said & set(slot.label.casefold().split())
                 or stems & set(grammar.stems(f"{slot.label} {question_for(slot, self.language)}")))
        ]  # fmt: skip

    def _read(self, slot: Slot, text: str) -> Value | None:
        return read(slot, self.language.grammar.positive(text), self.language.grammar, self.today, asked=True)

    def _found(self, text: str, asked: Slot | None) -> dict[str, Value | None]:
        grammar = self.language.grammar
        rest = grammar.positive(text)
        found: dict[str, Value | None] = {}
        kinds = Counter(slot.kind for slot in self.slots)
        for slot in self.slots:
            if slot.kind is Kind.ITEMS or slot.key in found:
                continue
            if kinds[slot.kind] > 1 and slot.kind not in (Kind.TEXT, Kind.CHOICE, Kind.SWITCH, Kind.MESSAGE):
                found |= self._twins([one for one in self.slots if one.kind is slot.kind], rest, asked)
            elif (value := read(slot, rest, grammar, self.today, asked=False, spent=self.skill.words)) is not None:
                found[slot.key] = value
        for value in found.values():
            if isinstance(value, str) and len(value) > 2:
                rest = rest.replace(value, " ")
        for slot in self.slots:
            if slot.kind is Kind.ITEMS and (items := self._changed_items(slot, rest, asked=slot is asked)) is not None:
                found[slot.key] = items
        return found

    def _twins(self, twins: Sequence[Slot], text: str, asked: Slot | None) -> dict[str, Value | None]:
        """Several slots of one kind: `from Friday to Sunday` fills two in order, one value the one that is "
        "asked for."""
        grammar = self.language.grammar
        found: dict[str, Value | None] = {}
        free = [slot for slot in twins if slot.key not in self.values]
        free.sort(key=lambda slot: (slot is not asked, not self._is_needed(slot)))
        for piece in grammar.apart(text):
            said = set(re.findall(r"\w+", piece.casefold()))
            near = {slot.key: len(said & set(slot.label.casefold().split())) for slot in twins}
            labelled = [slot for slot in twins if near[slot.key] and near[slot.key] == max(near.values())]
            slot = labelled[0] if len(labelled) == 1 else next((one for one in free if one.key not in found), None)
            if slot is None:
                continue
            since = self._since(twins[: twins.index(slot)], found)
            if (value := read(slot, piece, grammar, since, asked=False)) is not None:
                found[slot.key] = value
        return found

    def _since(self, before: Sequence[Slot], found: Mapping[str, Value | None]) -> Date:
        """The end of a stay is behind its beginning: "from Friday to Sunday"."""
        days = [
            str(found.get(slot.key) or self.values.get(slot.key) or "") for slot in before if slot.kind is Kind.DATE
        ]
        known = [Date.fromisoformat(day) for day in days if re.fullmatch(r"\d{4}-\d\d-\d\d", day)]
        return max([self.today, *known])

    def _answer(self, slot: Slot, text: str) -> dict[str, Value | None]:
        return {slot.key: self._changed_items(slot, text, asked=True) if slot.kind is Kind.ITEMS
                else self._read(slot, text)}  # fmt: skip

    def _changed_items(self, slot: Slot, text: str, *, asked: bool) -> list[Item] | None:
        grammar = self.language.grammar
        before = self._items(slot)
        named = read_items(slot, text, grammar, asked=asked, spent=self.skill.named)
        if not named:
            return None
        if before and grammar.is_removal(text):
            return without(slot, before, named)
        is_more = grammar.is_addition(text) and Act.NO not in grammar.acts(text)
        return merged(slot, before, named, replaces=not is_more)

    def _items(self, slot: Slot) -> list[Item]:
        value = self.values.get(slot.key)
        return value if isinstance(value, list) else []

    def _read_inner(self, asked: Asked, text: str) -> bool:
        """The answer about one thing of a list; the same for all that lack it when they are said to be alike."""
        inner = asked.inner
        assert inner is not None
        value = self._read(inner, text)
        if value is None:
            return False
        items = [dict(item) for item in self._items(asked.slot)]
        lacking = [i for i, item in enumerate(items) if inner.name not in item]
        for i in lacking if self.language.grammar.is_all(text) else [asked.place]:
            items[i][inner.name] = value
        return self._take({asked.slot.key: items})

    def _take(self, found: dict[str, Value | None]) -> bool:
        self.broken = None
        by_key = {slot.key: slot for slot in self.slots}
        taken = False
        for key, value in found.items():
            if value is None:
                continue
            taken = True
            slot = by_key[key]
            if over := self._broken(slot, value):
                self.broken = over
            else:
                self.values[key] = value
        return taken

    def _broken(self, slot: Slot, value: Value) -> tuple[Slot, str, object] | None:
        if slot.kind is Kind.ITEMS and isinstance(value, list):
            longest = slot.schema.get("maxItems")
            if isinstance(longest, int) and len(value) > longest:
                return slot, "most", longest
            pairs = [(inner, item[inner.name]) for item in value for inner in slot.inner if inner.name in item]
            return next(((inner, *over) for inner, one in pairs if (over := bound(inner, one))), None)
        over = bound(slot, value)
        return (slot, *over) if over else None

    def _part_of_number(self, slot: Slot, digits: str) -> dict[str, Value | None]:
        if len(digits) < _PARTIAL_DIGITS:
            return {}
        if len(digits) >= _WHOLE_DIGITS:
            # From the beginning once more.
            self.partial = ""
        whole = self._read(slot, self.partial + digits)
        self.partial = "" if whole is not None else self.partial + digits
        return {slot.key: whole} if whole is not None else {}

    # ── saying ───────────────────────────────────────────────────────────────────────────────────────────────

    def question(self) -> str:
        """What to ask next: the missing field, or whether all is right."""
        sentences, asked = self.language.sentences, self.pending
        if asked is None:
            return f"{self.check()} {sentences.right}"
        if asked.slot.kind is Kind.PHONE and self.partial:
            return sentences.go_on.format(digits=" ".join(self.partial))
        if asked.inner is not None:
            item = self._items(asked.slot)[asked.place]
            main = main_slot(asked.slot)
            thing = self.language.grammar.value_said(main, item[main.name]) if main.name in item else asked.slot.label
            question = question_for(asked.inner, self.language)
            return sentences.ask_item.format(thing=thing, question=question[:1].lower() + question[1:])
        others = [slot for slot in self.slots if slot.name == asked.slot.name]
        return question_for(asked.slot, self.language, alone=len(others) == 1)

    def check(self) -> str:
        """The form read back."""
        sentences = self.language.sentences
        given = [(slot, self._said(slot)) for slot in self.slots if slot.key in self.values]
        template = sentences.check.get(self.tool)
        if template is not None:
            return template.format_map(_Blank({slot.key: words for slot, words in given}))
        if not given:
            return sentences.check_empty.format(skill=skill_said(self.skill, self.language))
        fields = ", ".join(f"{label_said(slot, self.language)}: {words.rstrip('.')}" for slot, words in given if words)
        return sentences.check_other.format(fields=fields)

    def _said(self, slot: Slot) -> str:
        value = self.values[slot.key]
        if slot.kind is Kind.ITEMS and isinstance(value, list):
            return said(slot, value, self.language.grammar)
        return self.language.grammar.value_said(slot, value)

    # ── giving ───────────────────────────────────────────────────────────────────────────────────────────────

    def arguments(self) -> dict[str, Any]:
        """What the tool is given."""
        found: dict[str, Any] = {}
        for path, value in self.skill.shape.fixed:
            _put(found, path, value)
        for slot in self.slots:
            value = self.values.get(slot.key)
            if value is None:
                continue
            if slot.kind is Kind.ITEMS and isinstance(value, list):
                _put(found, slot.path, built(slot, value))
            elif slot.part == "time":
                day = self.values.get(".".join((*slot.path, "date")))
                _put(found, slot.path, f"{day}T{str(value)[:5]}:00")
            elif slot.part != "date":
                _put(found, slot.path, value)
        return found


def skill_said(skill: Skill, language: Language) -> str:
    """What a tool does, in the owner's words: `place an order for pizzas`."""
    known = language.sentences.skills.get(skill.name)
    first = skill.spec.description.partition(".")[0].partition(",")[0].strip()
    return known or (first[:1].lower() + first[1:] if first else skill.name.replace("_", " "))


def _put(block: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        block = block.setdefault(step, {})
    block[path[-1]] = value


class _Blank(dict[str, str]):
    """A sentence may name a field that this form does not have."""

    def __missing__(self, key: str) -> str:
        return ""
