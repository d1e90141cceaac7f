"""Agents are loaded once, shared, and let go when nobody uses them any more."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from offhook.call.runtime import AgentRuntime
from offhook.call.runtimes import MOST_IDLE, Runtimes
from offhook.errors import ConfigurationError
from offhook.simulator.virtual import run_virtual
from offhook.telephony.facts import CallFacts
from tests.rig import Rig


class Shelf:
    """Loads agents, and counts."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.closed: list[str] = []
        self.broken = False

    async def load(self, key: str) -> AgentRuntime:
        self.loaded.append(key)
        await asyncio.sleep(1.0)
        if self.broken:
            raise ConfigurationError("no such agent")
        shelf, runtime = self, Rig().runtime()
        runtime.handoffs = {"billing": "billing.yaml"}

        class Closing(type(runtime.llm)):  # type: ignore[misc]
            async def close(self) -> None:
                shelf.closed.append(key)

        runtime.llm.__class__ = Closing
        return runtime


def with_shelf(act: Callable[[Runtimes, Shelf], Awaitable[None]]) -> None:
    async def main() -> None:
        shelf = Shelf()
        runtimes = Runtimes(shelf.load, lambda facts: facts.to_number)
        await act(runtimes, shelf)
        await runtimes.close()
        assert sorted(shelf.closed) == sorted(shelf.loaded) or shelf.broken
        assert len(asyncio.all_tasks()) == 1

    run_virtual(main())


def test_calls_share_one_agent() -> None:
    async def act(runtimes: Runtimes, shelf: Shelf) -> None:
        first, second = await asyncio.gather(*(runtimes.resolve(CallFacts("CA", to_number="+1")) for _ in range(2)))
        assert first.llm is second.llm and shelf.loaded == ["+1"]
        assert (await runtimes.resolve(CallFacts("CA", to_number="+2"))).llm is not first.llm
        runtimes.release(first)
        runtimes.release(second)
        assert shelf.closed == [], "the next call will want it"
        assert (await runtimes.acquire("+1")).llm is first.llm

    with_shelf(act)


def test_one_that_was_replaced_lives_as_long_as_its_calls() -> None:
    async def act(runtimes: Runtimes, shelf: Shelf) -> None:
        old = await runtimes.acquire("a")
        runtimes.replace("a")
        new = await runtimes.acquire("a")
        assert new is not old and shelf.closed == []
        runtimes.release(old)
        await asyncio.sleep(0.1)
        assert shelf.closed == ["a"]
        runtimes.release(old)
        runtimes.release(new)
        await asyncio.sleep(0.1)
        assert shelf.closed == ["a"], "it is the current one"

    with_shelf(act)


def test_a_load_that_fails_is_tried_again() -> None:
    async def act(runtimes: Runtimes, shelf: Shelf) -> None:
        shelf.broken = True
        for _ in range(2):
            with pytest.raises(ConfigurationError):
                await runtimes.acquire("a")
        assert shelf.loaded == ["a", "a"]

    with_shelf(act)


def test_a_caller_who_goes_away_stops_the_load_of_nobody_else() -> None:
    async def act(runtimes: Runtimes, shelf: Shelf) -> None:
        gone, waiting = (asyncio.ensure_future(runtimes.acquire("a")) for _ in range(2))
        await asyncio.sleep(0.5)
        gone.cancel()
        assert isinstance(await waiting, AgentRuntime) and shelf.loaded == ["a"]

    with_shelf(act)


def test_few_that_nobody_uses_are_kept() -> None:
    async def act(runtimes: Runtimes, shelf: Shelf) -> None:
        for number in range(MOST_IDLE + 3):
            runtimes.release(await runtimes.acquire(str(number)))
        await asyncio.sleep(0.1)
        assert shelf.closed == ["0", "1", "2"]

    with_shelf(act)


def test_a_handoff_goes_by_the_agents_own_names() -> None:
    async def act(runtimes: Runtimes, shelf: Shelf) -> None:
        first = await runtimes.acquire("a")
        await runtimes.handoff(first, "billing")
        assert shelf.loaded == ["a", "billing.yaml"]
        with pytest.raises(ConfigurationError, match="there are: billing"):
            await runtimes.handoff(first, "sales")

    with_shelf(act)
