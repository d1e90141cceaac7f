"""What a model is asked for a reply: its `Ask`, the history, the agent in charge, and what was looked up for it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from offhook import clock
from offhook.call import compose
from offhook.call.boundary import Boundaries, clean
from offhook.call.tasks import CallTasks
from offhook.core.commands import Ask
from offhook.core.events import Event, KnowledgeFound
from offhook.core.history import AnyEntry
from offhook.errors import OffhookError
from offhook.speech.ports import ModelRequest, ToolSpec

if TYPE_CHECKING:
    from offhook.call.runtime import AgentRuntime

LOOK_UP_S: Final = 0.25
"""A reply waits no longer for what is looked up for it: a late answer is worse than one without it."""
KEPT_QUERIES: Final = 8
"""Of a turn there are a few versions, each a little longer than the one before."""
PASSAGE_CHARS: Final = 4_000
PASSAGES: Final = 12


@dataclass(frozen=True, slots=True)
class Brief:
    """What the model of an agent is told beside the history: pinned for as long as the agent is in charge."""

    system: str
    tools: tuple[ToolSpec, ...]


class Composer:
    """Composes the requests of one agent in one call."""

    def __init__(
        self, call_id: str, agent: "AgentRuntime", history: Sequence[AnyEntry], post: Callable[[Event], None],
        tasks: CallTasks, boundaries: Boundaries,
    ) -> None:  # fmt: skip
        self._call_id, self._agent, self._history, self._post = call_id, agent, history, post
        self._tasks, self._boundaries = tasks, boundaries
        self.brief: Final = Brief(agent.system, agent.toolbox.specs)
        self._found: dict[str, asyncio.Future[tuple[str, ...]]] = {}
        """By the caller's words: a reply that is committed or begun anew finds what the speculation looked up."""

    async def compose(self, reply: int, ask: Ask) -> ModelRequest:
        """The request; it waits for what is looked up, and not for long."""
        passages = await self._look_up(reply, ask)
        return compose.request(
            self._history, ask, system=self.brief.system, tools=self.brief.tools, passages=passages,
            call_id=self._call_id,
        )  # fmt: skip

    async def _look_up(self, reply: int, ask: Ask) -> tuple[str, ...]:
        query = compose.query(self._history, ask)
        if self._agent.retriever is None or not query:
            return ()
        began_at = clock.now()
        found = self._found.get(query)
        if found is None:
            found = self._found[query] = asyncio.get_running_loop().create_future()
            self._tasks.start(self._search(query, found), "look-up")
            while len(self._found) > KEPT_QUERIES:
                del self._found[next(iter(self._found))]
        # The search goes on when this reply is withdrawn: the next one is asked with the same words.
        await asyncio.wait([found], timeout=LOOK_UP_S)
        passages, is_late = (found.result(), False) if found.done() else ((), True)
        self._post(KnowledgeFound(reply, query, passages, round(clock.now() - began_at, 6), is_late))
        return passages

    async def _search(self, query: str, found: "asyncio.Future[tuple[str, ...]]") -> None:
        passages: Sequence[str] = ()
        try:
            with self._boundaries.around("the knowledge"):
                assert self._agent.retriever is not None
                passages = await self._agent.retriever.search(query)
        except OffhookError:
            # Told in the log. It is tried again when the same words come again.
            self._found.pop(query, None)
        found.set_result(tuple(clean(passage)[:PASSAGE_CHARS] for passage in list(passages)[:PASSAGES]))
