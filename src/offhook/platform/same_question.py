"""Whether two questions are one, however they are put. Pure.

The model of meanings alone cannot tell: to it Saturday is as near to Sunday as "until when are you open" is to "what
time do you close", and an owner who answers one of two questions that stand together has not answered the other. So
words come first: two questions want the same kind of answer, about the same end of a time, on the same topics; the
model then says whether they mean the same. Where it has not been asked, or knows the language badly, the words have to
agree to the letter. The numbers were set on the questions of `tests/unit/same_questions.toml`.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from offhook.platform.question_words import TABLES, Edge, Kind, QuestionWords, Side
from offhook.speech.stem_tables import table_for
from offhook.speech.stems import WordTable

MOST_TOPICS: Final = 8
"""A question of more is a story: it is the same as nothing but itself."""
_FULL: Final = 127
_MARK: Final = ":"
_WITHOUT: Final = "without"
_OPENING: Final = "opening"
_SENTENCE: Final = re.compile(r"[^.!?]*\?")

Point = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Put:
    """A question as it is compared."""

    kind: Kind
    edge: Edge
    side: Side
    is_without: bool
    topics: frozenset[str]

    def __str__(self) -> str:
        """As the store keeps it: what it wants, then its topics in order."""
        marks = (self.kind, self.edge, self.side, _WITHOUT if self.is_without else "")
        return " ".join([*(f"{_MARK}{mark}" for mark in marks if mark), *sorted(self.topics)])

    @classmethod
    def read(cls, text: str) -> "Put":
        """From the store."""
        words = text.split()
        marks = {word[1:] for word in words if word.startswith(_MARK)}
        kind = next((kind for kind in Kind if kind in marks), Kind.OTHER)
        edge = next((edge for edge in Edge if edge in marks), Edge.WHOLE)
        side = next((side for side in Side if side in marks), Side.NOBODYS)
        topics = frozenset(word for word in words if not word.startswith(_MARK))
        return cls(kind, edge, side, _WITHOUT in marks, topics)

    @property
    def says_nothing(self) -> bool:
        """There is nothing in it to be compared."""
        return not self.topics


def asked_in(text: str) -> str:
    """What of a turn is the question: its sentences that end in a question mark, or all of it."""
    found = _SENTENCE.findall(text)
    return " ".join(part.strip() for part in found) if found else text


def put(text: str, language: str) -> Put:
    """A question's words, as they are compared."""
    table, known = _tables(language)
    said = asked_in(text).casefold().replace("’", "'").strip()
    if known is None:
        return Put(Kind.OTHER, Edge.WHOLE, Side.NOBODYS, False, frozenset(table.stems(said)))
    kind = next((kind for kind, pattern in known.kinds if pattern.search(said)), Kind.OTHER)
    is_time = kind is Kind.TIME
    edge = next((edge for edge, pattern in known.edges if is_time and pattern.search(said)), Edge.WHOLE)
    side = next((side for side, pattern in known.sides if pattern.search(said)), Side.NOBODYS)
    topics = {_stem(table, word) for word in table.stems(said)} - _left_out(language, kind)
    if is_time and not topics and (edge is not Edge.WHOLE or known.opening.search(said)):
        topics = {_OPENING}
    topics |= set(known.days.findall(said))
    return Put(kind, edge, side, known.without.search(said) is not None, frozenset(topics))


def are_same(one: Put, other: Put, language: str, nearness: float | None) -> bool:
    """Whether they are one question. `nearness`: of their meanings; None: nobody knows."""
    known = _tables(language)[1]
    if known is None or not one.topics or max(len(one.topics), len(other.topics)) > MOST_TOPICS:
        return bool(one.topics) and one == other
    if not _want_the_same(one, other):
        return False
    if one.topics == other.topics:
        return nearness is None or nearness >= known.same_topics
    if nearness is None or nearness < known.related_topics:
        return False
    return _are_related(one.topics, other.topics, language) and not _are_opposed(one.topics, other.topics, language)


def _want_the_same(one: Put, other: Put) -> bool:
    """The same kind of answer, as far as their words tell."""
    is_about_opening = {_OPENING} in (one.topics, other.topics)
    has_edges = one.edge is other.edge or (Edge.WHOLE in (one.edge, other.edge) and not is_about_opening)
    has_sides = one.side is other.side or Side.NOBODYS in (one.side, other.side)
    return one.kind is other.kind and one.is_without == other.is_without and has_edges and has_sides


# ── meanings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def kept(point: npt.NDArray[np.float32], model: str) -> dict[str, str]:
    """A point of length 1 as the store keeps it: what made it, and a byte for each of its numbers."""
    rounded = np.clip(np.rint(point / max(float(np.abs(point).max()), 1e-9) * _FULL), -_FULL, _FULL).astype(np.int8)
    return {"model": model, "point": base64.b64encode(rounded.tobytes()).decode("ascii")}


def nearness(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> float | None:
    """How near two points of the store are, up to 1; None: there is none, or they are of two models."""
    if not one or not other or one["model"] != other["model"]:
        return None
    a, b = (np.frombuffer(base64.b64decode(part["point"]), np.int8).astype(np.float32) for part in (one, other))
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / lengths if lengths else None


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _tables(language: str) -> tuple[WordTable, QuestionWords | None]:
    return table_for(language), TABLES.get(language.partition("-")[0].casefold())


def _stem(table: WordTable, stem: str) -> str:
    """Once more: what several endings were cut from in one form may have one left in another."""
    return table.stem(stem)


def _stems(language: str, words: str) -> frozenset[str]:
    table = table_for(language)
    return frozenset(_stem(table, table.stem(word)) for word in words.split())


@cache
def _left_out(language: str, kind: Kind) -> frozenset[str]:
    known = _tables(language)[1]
    assert known is not None
    return _stems(language, f"{known.soft} {known.spent.get(kind, '')}")


@cache
def _fields(language: str) -> tuple[Mapping[str, frozenset[str]], tuple[tuple[frozenset[str], frozenset[str]], ...]]:
    """Words that mean much the same, by each of them; and those that never do."""
    table, known = _tables(language)
    assert known is not None
    related: dict[str, frozenset[str]] = {}
    for stem, others in table.related.items():
        again = _stem(table, stem)
        related[again] = related.get(again, frozenset()) | {_stem(table, other) for other in others}
    for field in (_stems(language, line) for line in known.related):
        for stem in field:
            related[stem] = related.get(stem, frozenset()) | field
    opposed = tuple((_stems(language, one), _stems(language, other)) for one, other in known.opposed)
    return related, opposed


def _are_related(one: frozenset[str], other: frozenset[str], language: str) -> bool:
    """Each topic of either has a word for it in the other."""
    related, _ = _fields(language)
    return all(
        topic in there or related.get(topic, frozenset()) & there
        for here, there in ((one, other), (other, one)) for topic in here
    )  # fmt: skip


def _are_opposed(one: frozenset[str], other: frozenset[str], language: str) -> bool:
    _, opposed = _fields(language)
    apart_here, apart_there = one - other, other - one
    return any(
        (apart_here & this and apart_there & that) or (apart_here & that and apart_there & this)
        for this, that in opposed
    )
