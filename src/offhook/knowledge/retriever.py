"""Looks facts up for a turn, beside a model that thinks for itself."""

import asyncio
from collections.abc import Sequence
from typing import Final

from offhook.speech.ports import Facts

MOST_FACTS: Final = 4
LEAST_SCORE: Final = 0.2
"""What is less near to the question has nothing to do with it: a model takes all that it is given for an answer."""


class FactRetriever:
    """The facts nearest to what the caller said, if any are near."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    async def search(self, text: str) -> Sequence[str]:
        """The facts, best first; the search itself runs in a worker thread."""
        found = await asyncio.to_thread(self._facts.search, text, MOST_FACTS)
        return [fact.text for fact in found if fact.score >= LEAST_SCORE]
