"""Looking up facts for a request: what is found, what is kept, what is bounded."""

import asyncio
from collections.abc import Sequence

from offhook.call.compose import Retriever
from offhook.call.retrieval import KEPT, PASSAGES, FactsRetriever
from offhook.speech.ports import Fact


class Known:
    """Facts that count how often they are searched."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def search(self, question: str, limit: int = 3) -> Sequence[Fact]:
        """The question itself is what is known best."""
        self.asked.append(question)
        scores = (0.9, 0.5, 0.1, 0.05)
        return [Fact(f"{question} {score}", "facts.md", score) for score in scores][:limit]

    def all(self) -> Sequence[Fact]:
        """None."""
        return ()


def test_what_answers_is_found_and_kept_for_the_same_words() -> None:
    known = Known()
    retriever: Retriever = FactsRetriever(known)

    async def test() -> None:
        assert await retriever.search("when  do you open") == ("when do you open 0.9", "when do you open 0.5")
        assert await retriever.search(" when do you open ") == ("when do you open 0.9", "when do you open 0.5")
        assert await retriever.search("  ") == ()
        assert known.asked == ["when do you open"] and PASSAGES >= 2

    asyncio.run(test())


def test_what_is_kept_is_bounded() -> None:
    known = Known()
    retriever = FactsRetriever(known)

    async def test() -> None:
        for number in range(3 * KEPT):
            await retriever.search(f"question {number}")
        await retriever.search(f"question {3 * KEPT - 1}")
        assert len(known.asked) == 3 * KEPT
        await retriever.search("question 0")
        assert len(known.asked) == 3 * KEPT + 1

    asyncio.run(test())
