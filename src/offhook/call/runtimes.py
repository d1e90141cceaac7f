"""Agents that are ready to take calls: each loaded once, shared by its calls, and let go when nobody needs it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Self

from offhook.call.filling import Brought, Given, brought_along, filled, nothing_given, values_for
from offhook.call.runtime import AgentRuntime
from offhook.errors import ConfigurationError
from offhook.telephony.facts import CallFacts

_LOG: Final = logging.getLogger("offhook.calls")
MOST_IDLE: Final = 8
"""Agents kept ready that nobody talks to; the one that was used longest ago goes first."""


@dataclass(slots=True, eq=False)
class _Shared:
    loading: "asyncio.Task[AgentRuntime]"
    users: int = 0
    used: int = field(default=0)
    """When it was used last, by count."""


@dataclass(frozen=True, slots=True)
class _View:
    """A call's own view of an agent; it holds the view, so that its identity stays taken."""

    view: AgentRuntime
    of: AgentRuntime
    brought: Brought


class Runtimes:
    """Counts who uses which agent. A key says which agent: what it means is the loader's business."""

    def __init__(
        self, load: Callable[[str], Awaitable[AgentRuntime]], who: Callable[[CallFacts], str],
        given: Given = nothing_given,
    ) -> None:  # fmt: skip
        """`load` gives a prepared runtime, or raises `OffhookError`; `who` answers a call; `given` is what came with
        it."""
        self._load, self._who, self._given = load, who, given
        self._views: dict[int, _View] = {}
        """By the identity of a call's own view of an agent, for as long as the call has it."""
        self._current: dict[str, _Shared] = {}
        self._used_by: dict[int, _Shared] = {}
        """By the identity of the runtime, for as long as somebody uses it."""
        self._closing: set[asyncio.Task[None]] = set()
        self._uses = 0

    @classmethod
    def of(cls, runtime: AgentRuntime) -> Self:
        """One agent, prepared already, answers every call."""

        async def load(key: str) -> AgentRuntime:
            if key:
                raise ConfigurationError(f"there is no agent {key!r} here")
            return runtime

        return cls(load, lambda _: "")

    # ── for calls ────────────────────────────────────────────────────────────────────────────────────────────

    async def resolve(self, facts: CallFacts, call_id: str = "") -> AgentRuntime:
        """Who answers this call, with what it brings along filled in; to be released. Raises what loading it raises."""
        runtime = await self.acquire(self._who(facts))
        if not runtime.agent.wants_values and not runtime.handoffs:
            return runtime
        view = None
        try:
            view = self._view(runtime, await brought_along(runtime, facts, call_id, self._given))
        finally:
            if view is None:
                self.release(runtime)
        return view

    async def handoff(self, runtime: AgentRuntime, name: str) -> AgentRuntime:
        """The agent that this one calls `name`; to be released. Raises what loading it raises."""
        key = runtime.handoffs.get(name)
        if key is None:
            known = ", ".join(runtime.handoffs) or "none"
            raise ConfigurationError(f"there is no agent {name!r} to hand over to; there are: {known}")
        following = await self.acquire(key)
        view = self._views.get(id(runtime))
        return self._view(following, view.brought) if view is not None else following

    def _view(self, runtime: AgentRuntime, brought: Brought) -> AgentRuntime:
        found = values_for(runtime.agent, brought)
        for trouble in found.troubles:
            # Which value it was is known to the journal alone.
            _LOG.warning("= %s  not filled in: %s", brought.call_id or "a call", trouble)
        view = filled(runtime, found)
        self._views[id(view)] = _View(view, runtime, brought)
        return view

    async def acquire(self, key: str) -> AgentRuntime:
        """The agent, loaded when nobody has it; to be released. Raises what loading it raises."""
        shared = self._current.get(key)
        if shared is None:
            shared = self._current[key] = _Shared(asyncio.ensure_future(self._loaded(key)))
        shared.users += 1
        runtime = None
        try:
            # Several calls wait for one load: that one of them goes away stops it for none.
            runtime = await asyncio.shield(shared.loading)
        finally:
            if runtime is None:
                shared.users -= 1
                if shared.loading.done() and self._current.get(key) is shared:
                    del self._current[key]
        self._uses += 1
        shared.used = self._uses
        self._used_by[id(runtime)] = shared
        return runtime

    def release(self, runtime: AgentRuntime) -> None:
        """A call does not need it any more."""
        if (view := self._views.pop(id(runtime), None)) is not None:
            runtime = view.of
        shared = self._used_by.get(id(runtime))
        if shared is None:
            return
        shared.users -= 1
        if not shared.users:
            del self._used_by[id(runtime)]
            if shared not in self._current.values():
                self._let_go(shared)
            self._forget_idle()

    # ── for the owner ────────────────────────────────────────────────────────────────────────────────────────

    def loaded(self) -> list[str]:
        """Those that are loaded, or being loaded, for later calls."""
        return list(self._current)

    def ready(self) -> dict[str, AgentRuntime]:
        """Those of `loaded` that are ready, by their keys."""
        done = ((key, shared.loading) for key, shared in self._current.items() if shared.loading.done())
        return {key: task.result() for key, task in done if not task.cancelled() and task.exception() is None}

    def replace(self, key: str) -> None:
        """Its file has changed: later calls get a new one; the old one lives as long as its calls."""
        shared = self._current.pop(key, None)
        if shared is not None and not shared.users:
            self._let_go(shared)

    async def close(self) -> None:
        """Let go of all of them, whoever uses them."""
        every = {id(shared): shared for shared in (*self._current.values(), *self._used_by.values())}
        self._current.clear()
        self._used_by.clear()
        for shared in every.values():
            self._let_go(shared)
        if self._closing:
            await asyncio.wait(self._closing)

    async def _loaded(self, key: str) -> AgentRuntime:
        return await self._load(key)

    def _forget_idle(self) -> None:
        idle = [(shared.used, key) for key, shared in self._current.items() if not shared.users]
        for _, key in sorted(idle)[: max(0, len(idle) - MOST_IDLE)]:
            self.replace(key)

    def _let_go(self, shared: _Shared) -> None:
        task = asyncio.ensure_future(_close(shared))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(shared: _Shared) -> None:
    shared.loading.cancel()
    await asyncio.wait([shared.loading])
    if not shared.loading.cancelled() and shared.loading.exception() is None:
        await shared.loading.result().close()
