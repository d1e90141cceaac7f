"""Which tool a caller's turn asks for, from its name, its description, its slots and the owner's example sentences.

A turn is a wish when it says so ("I would like", "can you", "where is my ..."). What is to be done (make, cancel,
change, look up) has to be what the tool does; the rest of the words decides between tools that do the same.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from offhook.clock import Date
from offhook.core.builtin import CORE_TOOLS
from offhook.speech.llm.grounded_items import read_items
from offhook.speech.llm.grounded_language import Deed, Grammar
from offhook.speech.llm.grounded_schema import Kind, Slot, ToolShape, Unusable, shape_of
from offhook.speech.llm.grounded_values import read
from offhook.speech.ports import ToolSpec

LEAST: Final = 1.0
"""A wish whose words have less to do with the tool is not the tool's."""
NAME_WEIGHT: Final = 2.0
EXAMPLE_WEIGHT: Final = 2.5
SLOT_WEIGHT: Final = 1.0
FIELD_WEIGHT: Final = 0.5
LONGEST_FRAGMENT: Final = 14
"""Words of a wish that has no word of wishing: "a table for two on Friday"."""
TIME_WORDS: Final = "week month weekend tonight evening afternoon morning day woche monat wochenende abend tag".split()
TIE: Final = 0.15
"""Tools nearer to each other than this share are asked about."""
_TYPED: Final = (Kind.DATE, Kind.DAY_SAID, Kind.TIME, Kind.PEOPLE, Kind.CODE, Kind.CHOICE)


@dataclass(frozen=True)
class Skill:
    """A tool as far as a wish is concerned."""

    spec: ToolSpec
    shape: ToolShape
    deeds: frozenset[Deed]
    named: frozenset[str]
    """Stems of its name."""
    described: frozenset[str]
    fields: frozenset[str]
    examples: tuple[frozenset[str], ...]
    unusable: str = ""
    """Why a conversation cannot fill it in."""

    @property
    def name(self) -> str:
        """The tool's."""
        return self.spec.name

    @property
    def words(self) -> frozenset[str]:
        """Stems of its name and its description."""
        return self.named | self.described


def skill_of(spec: ToolSpec, grammar: Grammar) -> Skill:
    """What there is to know of a tool."""
    unusable = ""
    try:
        shape = shape_of(spec.parameters)
    except Unusable as error:
        shape, unusable = ToolShape(()), str(error)
    name = spec.name.replace("_", " ").replace("-", " ")
    told = grammar.deeds(_first_clause(spec.description), of_tool=True)
    deeds = grammar.deeds(name, of_tool=True) or told
    if deeds == {Deed.MAKE}:
        # `create_ticket` may report a fault.
        deeds = deeds | told
    fields = " ".join(word for slot in shape.slots for word in _words_of(slot))
    first, _, things = name.partition(" ")
    # "Place" says nothing of what is ordered; the order of `order_status` does.
    named = things if things and (grammar.deeds(first, of_tool=True) & deeds) else name
    return Skill(
        spec, shape, deeds,
        frozenset(grammar.stems(named)),
        frozenset(stem for word in re.findall(r"\w[\w'-]*", spec.description) if not grammar.deeds(word) & deeds
                  for stem in grammar.stems(word)) - grammar.hollow_stems(),
        frozenset(grammar.stems(fields)),
        tuple(frozenset(grammar.stems(example)) for example in spec.examples),
        unusable,
    )  # fmt: skip


def skills_of(specs: Sequence[ToolSpec], grammar: Grammar) -> tuple[Skill, ...]:
    """Of all tools that the conversation does not carry out itself."""
    return tuple(skill_of(spec, grammar) for spec in specs if spec.name not in CORE_TOOLS)


def _first_clause(description: str) -> str:
    return description.partition(".")[0].partition(",")[0]


def _words_of(slot: Slot) -> list[str]:
    inner = [word for one in slot.inner for word in _words_of(one)]
    options = [name for option in slot.options for name in option.names]
    return [slot.label, *options, *inner]


@dataclass(frozen=True, slots=True)
class Wish:
    """The tools that a turn may ask for, best first."""

    skills: tuple[Skill, ...] = ()
    is_wish: bool = False
    """The caller wants something done, whether or not any tool does it."""


@dataclass(frozen=True)
class _Turn:
    """What the words of a turn tell about a wish in it."""

    text: str
    grammar: Grammar
    today: Date

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(self.grammar.stems(self.text))

    @cached_property
    def kin(self) -> frozenset[str]:
        """The stems, and those that mean the same."""
        return self.grammar.kin(self.stems)

    @cached_property
    def is_marked(self) -> bool:
        return self.grammar.is_wish(self.text)

    @cached_property
    def is_own(self) -> bool:
        return self.grammar.is_own_case(self.text)

    @cached_property
    def is_question(self) -> bool:
        return any(self.grammar.is_question(clause) for clause in self.grammar.clauses(self.text))

    @cached_property
    def deeds(self) -> frozenset[Deed]:
        found = self.grammar.deeds(self.text)
        if self.is_own and not found & {Deed.CANCEL, Deed.CHANGE, Deed.SEND_BACK}:
            return frozenset([Deed.LOOK_UP])
        return found or (frozenset([Deed.MAKE]) if self.is_marked else frozenset())


def wish_of(text: str, skills: Sequence[Skill], grammar: Grammar, today: Date, *, chosen: bool = False) -> Wish:
    """What the turn asks for; `chosen`: the caller was asked which, so that no word of wishing is needed."""
    turn = _Turn(text, grammar, today)
    able = [skill for skill in skills if not skill.deeds or not turn.deeds or skill.deeds & turn.deeds]
    counts = Counter(stem for skill in able for stem in skill.words)
    scored: list[tuple[float, Skill]] = []
    for skill in able:
        slots = _filled(turn, skill)
        score = _score(turn.kin, skill, counts)
        is_bare = turn.is_marked and len(able) == 1 and not turn.stems - grammar.deed_stems() and grammar.deeds(text)
        if is_bare or (_is_wished(turn, skill, slots, chosen=chosen) and _is_about(turn, skill, score, slots)):
            scored.append((score + SLOT_WEIGHT * slots, skill))
    scored.sort(key=lambda pair: -pair[0])
    best = [skill for score, skill in scored if score >= scored[0][0] * (1 - TIE)]
    return Wish(tuple(best), turn.is_marked or turn.is_own)


def _is_wished(turn: _Turn, skill: Skill, slots: int, *, chosen: bool) -> bool:
    """The turn wants something done, and does not only ask what there is."""
    grammar, words = turn.grammar, skill.words
    if chosen or _is_example(turn.stems, skill):
        return True
    if Deed.LOOK_UP in skill.deeds or (skill.spec.is_harmless and not skill.deeds):
        return turn.is_marked or turn.is_own or (slots > 0 and bool(turn.kin & words))
    if turn.is_own:
        return False
    if grammar.is_offer_asked(turn.text):
        # "Do you have a table free on Friday at eight?"
        return slots > 0 and bool(turn.kin & words)
    if not turn.is_question:
        return turn.is_marked or (slots > 0 and (slots >= 2 or _has_items(skill)) and not _is_statement(turn))
    if not grammar.is_request(turn.text):
        return False
    # "Can I order online?" asks for what the tool says nothing of.
    known = words | skill.fields | grammar.deed_stems() | frozenset(grammar.stems(" ".join(TIME_WORDS)))
    return slots > 0 or not turn.stems - grammar.kin(known)


def _is_about(turn: _Turn, skill: Skill, score: float, slots: int) -> bool:
    return score >= LEAST or slots >= 2 or (slots > 0 and _has_items(skill))


def _is_statement(turn: _Turn) -> bool:
    """A turn of many words that names a day tells a story."""
    return len(turn.text.split()) > LONGEST_FRAGMENT


def _has_items(skill: Skill) -> bool:
    return any(slot.kind in (Kind.ITEMS, Kind.CHOICE) for slot in skill.shape.slots)


def _is_example(stems: frozenset[str], skill: Skill) -> bool:
    return any(example and len(stems & example) >= 0.75 * len(example) for example in skill.examples)


def _score(stems: frozenset[str], skill: Skill, counts: Counter[str]) -> float:
    named = sum(NAME_WEIGHT / math.sqrt(counts[stem]) for stem in stems & skill.named)
    described = sum(1.0 / math.sqrt(counts[stem]) for stem in (stems & skill.described) - skill.named)
    fields = FIELD_WEIGHT * len((stems & skill.fields) - skill.named - skill.described)
    example = max((len(stems & one) / max(1, len(one)) for one in skill.examples), default=0.0)
    return named + described + fields + EXAMPLE_WEIGHT * example


def _filled(turn: _Turn, skill: Skill) -> int:
    """Slots that the turn fills without being asked."""
    found = 0
    for slot in skill.shape.slots:
        if slot.kind is Kind.ITEMS:
            found += bool(read_items(slot, turn.text, turn.grammar, asked=False, spent=skill.named))
        elif slot.kind in _TYPED:
            found += read(slot, turn.text, turn.grammar, turn.today, asked=False, spent=skill.words) is not None
    return found
