"""Who of the providers is ill: looked at every two seconds, told to the owner's systems and to the other processes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from offhook import clock
from offhook.call.runtime import AgentRuntime
from offhook.errors import StoreError
from offhook.ids import settled_id
from offhook.platform.bus import Body, Bus
from offhook.platform.events import Emit
from offhook.speech.health import Standing, State
from offhook.store.store import Store

LOOK_S: Final = 2.0
DEGRADED: Final = "provider.degraded"
TOPIC: Final = "providers"
TELL_S: Final = 10.0
"""The other processes are told again so often, while somebody is ill;"""
BELIEVED_S: Final = 30.0
"""and believe it for so long."""
MOST_TOLD: Final = 10
MOST_PROCESSES: Final = 200
ONCE_MS: Final = 600_000
"""Several processes that find a provider ill within the same so long tell of it once."""
_CAUSE: Final = 200
_LOG: Final = logging.getLogger("offhook.platform")

Key = tuple[str, str, str]
"""Workspace, kind and name."""


class ProviderWatch:
    """Of the agents that are loaded in this process."""

    def __init__(
        self, store: Store, ready: Callable[[], Mapping[str, AgentRuntime]], workspace_of: Callable[[str], str],
        emit: Emit,
    ) -> None:  # fmt: skip
        self._store, self._ready, self._workspace_of, self._emit = store, ready, workspace_of, emit
        self._ill: set[Key] = set()
        self._to_tell: dict[Key, dict[str, Any]] = {}
        self._bus: Bus | None = None
        self._told: tuple[float, list[Any]] = 0.0, []
        self._elsewhere: dict[str, tuple[float, list[Any]]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self, bus: Bus) -> None:
        """Look from now on."""
        self._bus = bus
        bus.subscribe(TOPIC, self._learn)
        self._task = asyncio.create_task(self._run(), name="providers")

    async def stop(self) -> None:
        """Look no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def elsewhere(self, workspace: str) -> list[tuple[str, Standing]]:
        """Who is ill in other processes, with the agent's id, as far as they have told."""
        at, wall = clock.now(), clock.wall_ms()
        return [
            (agent_id, Standing(kind, name, State(state), 0, {}, None, max(0.0, (retry_at - wall) / 1000), cause,
                                max(0.0, (wall - since) / 1000)))
            for told_at, ill in self._elsewhere.values() if at - told_at < BELIEVED_S
            for own, agent_id, kind, name, state, cause, since, retry_at in ill if own == workspace
        ]  # fmt: skip

    def look(self) -> None:
        """Note who is ill by now."""
        at, wall, found = clock.now(), clock.wall_ms(), []
        ill: set[Key] = set()
        for agent, runtime in self._ready().items():
            for one in runtime.health.ill(at):
                agent_id = agent.partition("/")[0]
                workspace = self._workspace_of(agent_id)
                if not workspace:
                    continue
                key, cause = (workspace, one.kind, one.name), runtime.mask(one.cause)[:_CAUSE]
                since, retry_at = wall - round(one.ill_s * 1000), wall + round(one.retry_in_s * 1000)
                found.append([workspace, agent_id, one.kind, one.name, one.state.value, cause, since, retry_at])
                if key not in self._ill and key not in ill:
                    self._to_tell[key] = {
                        "kind": one.kind, "provider": one.name, "agent_id": agent_id, "cause": cause,
                        "since": clock.rfc3339(since),
                    }  # fmt: skip
                ill.add(key)
        self._ill = ill
        self._publish(found, at)

    def _publish(self, found: list[Any], at: float) -> None:
        """Tell the other processes: at once who is ill now and who is well again, and from time to time."""
        told_at, before = self._told
        is_same = [one[:5] for one in found] == [one[:5] for one in before]
        if self._bus is not None and (not is_same or (found and at - told_at >= TELL_S)):
            self._told = at, found
            self._bus.publish(TOPIC, {"process": self._bus.process_id, "ill": found[:MOST_TOLD]})

    def _learn(self, body: Body) -> None:
        at = clock.now()
        self._elsewhere = {key: kept for key, kept in self._elsewhere.items() if at - kept[0] < BELIEVED_S}
        if len(self._elsewhere) < MOST_PROCESSES:
            self._elsewhere[str(body["process"])] = at, list(body["ill"])

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()
            try:
                await self.tell()
            except StoreError as error:
                _LOG.warning("that a provider is ill could not be told yet: %s", error)

    async def tell(self) -> None:
        """Write what is to be told. Raises `StoreError`."""
        for key, data in list(self._to_tell.items()):
            began_ms = clock.wall_ms() // ONCE_MS * ONCE_MS
            event_id = settled_id("evt", began_ms, f"{DEGRADED} {' '.join(key)}")
            await self._store.write(key[0], partial(self._emit, event_type=DEGRADED, data=data, event_id=event_id))
            del self._to_tell[key]
