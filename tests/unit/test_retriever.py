"""Facts that are near, and no others."""

import asyncio
from collections.abc import Sequence

from offhook.knowledge.retriever import MOST_FACTS, FactRetriever
from offhook.speech.ports import Fact


class Shelf:
    """Ten facts, each a little further from any question."""

    def search(self, question: str, limit: int = 3, *, since: int = 0) -> Sequence[Fact]:
        return [Fact(f"fact {n} of {question}", "a.md", round(0.5 - 0.1 * n, 2)) for n in range(since, 10)][:limit]

    def all(self) -> Sequence[Fact]:
        return self.search("all", 10)


class Crowd(Shelf):
    """All of them near."""

    def search(self, question: str, limit: int = 3, *, since: int = 0) -> Sequence[Fact]:
        return [Fact(f"fact {n}", "a.md", 0.9) for n in range(since, 10)][:limit]


def test_what_is_not_near_is_not_told() -> None:
    found = asyncio.run(FactRetriever(Shelf()).search("hours"))
    assert found == [f"fact {n} of hours" for n in range(4)]


def test_what_the_model_is_told_anyhow_is_not_looked_up() -> None:
    assert asyncio.run(FactRetriever(Shelf(), 2).search("hours")) == ["fact 2 of hours", "fact 3 of hours"]


def test_headings_and_question_go_with_a_fact() -> None:
    class Menu(Shelf):
        def search(self, question: str, limit: int = 3, *, since: int = 0) -> Sequence[Fact]:
            brunch = ("Menu", "Brunch (Sundays only)")
            return [Fact("Eggs 12.", "a", 0.9, brunch), Fact("Until 24 hours before.", "a", 0.9, (), "Can I cancel?")]

    assert asyncio.run(FactRetriever(Menu()).search("eggs")) == [
        "Menu > Brunch (Sundays only): Eggs 12.",
        "Can I cancel? Until 24 hours before.",
    ]


def test_a_few_are_enough() -> None:
    assert len(asyncio.run(FactRetriever(Crowd()).search("hours"))) == MOST_FACTS
