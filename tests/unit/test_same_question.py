"""Which questions are one: on what callers ask, a line of the file for a question. A wrong pair hides one of two
questions behind the other's answer; one that is missed is a line more in a list."""

import itertools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from offhook.knowledge.embed import Embedder
from offhook.platform.same_question import Put, are_same, asked_in, kept, nearness, put
from tests.served import need_models

FILE = Path(__file__).parent / "same_questions.toml"


@dataclass(frozen=True)
class Pair:
    """Two ways in which callers of one business asked."""

    one: str
    other: str
    language: str
    is_same: bool
    is_held_out: bool
    near: float | None

    @property
    def is_found(self) -> bool:
        return are_same(put(self.one, self.language), put(self.other, self.language), self.language, self.near)

    def __str__(self) -> str:
        return f"{self.one} | {self.other} ({self.near})"


@cache
def embedder() -> Embedder:
    return Embedder(need_models("minilm").path("minilm"))


@cache
def points_of(texts: tuple[str, ...]) -> list[Any]:
    return [kept(point, "m") for point in embedder().embed([asked_in(text) for text in texts])]


def pairs(language: str, *, knows: bool = True) -> Iterator[Pair]:
    for business in tomllib.loads(FILE.read_text("utf-8"))["business"]:
        if not business["language"].startswith(language):
            continue
        asked = [(number, text) for number, line in enumerate(business["questions"]) for text in line]
        points = points_of(tuple(text for _, text in asked)) if knows else [None] * len(asked)
        for (a, (line, one)), (b, (of, other)) in itertools.combinations(enumerate(asked), 2):
            near = nearness(points[a], points[b])
            yield Pair(one, other, business["language"], line == of, business.get("is_held_out", False), near)


@pytest.mark.parametrize(("language", "least", "least_held_out"), [("en", 0.5, 0.25), ("de", 0.45, 0.45)])
def test_no_two_questions_are_taken_for_one_and_many_ways_of_one_are_found(
    language: str, least: float, least_held_out: float
) -> None:
    found = list(pairs(language))
    assert not [str(pair) for pair in found if pair.is_found and not pair.is_same]
    for is_held_out, wanted in ((False, least), (True, least_held_out)):
        same = [pair for pair in found if pair.is_same and pair.is_held_out is is_held_out]
        assert sum(pair.is_found for pair in same) >= wanted * len(same)
    assert len(found) > 1_400 and sum(pair.is_same for pair in found) >= 45


@pytest.mark.parametrize("language", ["en", "de"])
def test_without_the_model_words_find_less_and_nothing_wrong(language: str) -> None:
    found = list(pairs(language, knows=False))
    assert not [str(pair) for pair in found if pair.is_found and not pair.is_same]
    with_it = sum(pair.is_found for pair in pairs(language))
    assert 0 < sum(pair.is_found for pair in found) < with_it


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What time do you close?", "Until when are you open?"),
        ("Hi, my name is Jo and I come on Friday. Are dogs allowed?", "Can I bring my dog?"),
        ("HOW MUCH IS BREAKFAST", "what's the price of breakfast?"),
    ],
)
def test_one_question_in_other_words(one: str, other: str) -> None:
    points = points_of((one, other))
    assert are_same(put(one, "en-US"), put(other, "en-US"), "en-US", nearness(*points))


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("What time do you close?", "What time do you open?", "en-US"),
        ("How much is a room?", "How much is a room for three?", "en-US"),
        ("Do you have pizza with cheese?", "Do you have pizza without cheese?", "en-US"),
        ("Do you buy used bikes?", "Can I buy a used bike from you?", "en-US"),
        ("Can I bring wine?", "Do you serve wine?", "en-US"),
        ("Are you open today?", "Are you open tomorrow?", "en-US"),
        ("Haben Sie Pizza mit Käse?", "Haben Sie Pizza ohne Käse?", "de-DE"),
        ("Bis wann haben Sie geöffnet?", "Ab wann haben Sie geöffnet?", "de-DE"),
        ("¿Están abiertos el sábado?", "¿Están abiertos el domingo?", "es-ES"),
        ("Well, um?", "Well, um?", "en-US"),
    ],
)
def test_two_questions_stay_two_however_near_they_are(one: str, other: str, language: str) -> None:
    assert not are_same(put(one, language), put(other, language), language, 0.99)
    assert not are_same(put(one, language), put(other, language), language, None)


def test_in_a_language_without_a_table_the_same_words_are_the_same() -> None:
    one, other = "¿Puedo llevar a mi perro?", "Puedo llevar a mi perro"
    assert are_same(put(one, "es-ES"), put(other, "es-ES"), "es-ES", None)


def test_what_the_store_keeps_is_read_as_it_was() -> None:
    for text in ("How much is a room without a bath?", "Until when are you open?", "Can I bring my own wine?", "Hm?"):
        assert Put.read(str(put(text, "en-US"))) == put(text, "en-US")


def test_points_are_kept_in_a_byte_for_each_number() -> None:
    chance = np.random.default_rng(1)
    a, b = (vector / np.linalg.norm(vector) for vector in chance.standard_normal((2, 384)).astype(np.float32))
    near = nearness(kept(a, "m"), kept(b, "m"))
    assert near == pytest.approx(float(a @ b), abs=0.01) and len(kept(a, "m")["point"]) == 512
    assert nearness(kept(a, "m"), kept(b, "another")) is None and nearness(kept(a, "m"), None) is None
