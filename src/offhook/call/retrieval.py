"""Looking things up for a request: the agent's facts as passages, searched in a worker and kept for the same words."""

import asyncio
from collections.abc import Sequence
from typing import Final

from offhook.speech.ports import Facts

PASSAGES: Final = 4
LEAST_SCORE: Final = 0.2
"""A fact that answers worse is not worth its tokens."""
KEPT: Final = 8
"""A speculation, its successors and the commit ask for the same words."""


class FactsRetriever:
    """See `offhook.call.compose.Retriever`. One for each call: what it keeps is that call's."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._found: dict[str, tuple[str, ...]] = {}

    async def search(self, text: str) -> Sequence[str]:
        """The nearest facts, best first. Cancelled, nothing is kept; the search itself ends in its worker."""
        words = " ".join(text.split())
        if not words:
            return ()
        if words not in self._found:
            # With the embedding model it takes milliseconds, and the loop carries every call's audio.
            facts = await asyncio.to_thread(self._facts.search, words, PASSAGES)
            self._found[words] = tuple(fact.text for fact in facts if fact.score >= LEAST_SCORE)
            while len(self._found) > KEPT:
                del self._found[next(iter(self._found))]
        return self._found[words]
