"""Looks facts up for a turn, beside a model that thinks for itself."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Final

from offhook.agents.known import by_itself
from offhook.speech.ports import Facts

MOST_FACTS: Final = 6
"""Of one list, mostly: its entries are under the same heading."""
LEAST_SCORE: Final = 0.2
"""What is less near to the question has nothing to do with it: a model takes all that it is given for an answer."""


class FactRetriever:
    """The facts nearest to what the caller said, if any are near."""

    def __init__(self, facts: Facts, since: int = 0) -> None:
        """The first `since` facts stand in the system message: they are known without being looked up."""
        self._facts, self._since = facts, since

    async def search(self, text: str) -> Sequence[str]:
        """The facts with their headings, best first; the search itself runs in a worker thread."""
        found = await asyncio.to_thread(partial(self._facts.search, text, MOST_FACTS, since=self._since))
        return [by_itself(fact) for fact in found if fact.score >= LEAST_SCORE]
