"""Agents made ready to be typed to: model, knowledge and tools of a document, without what hears and speaks.

So a rehearsal needs no voice's key and loads no voice. Those that were used last are kept for the next message.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from offhook.agents.prompt import system_message
from offhook.call.filling import Brought, Filled, filled, values_for
from offhook.call.page import NoVoice
from offhook.call.runtime import AgentRuntime
from offhook.errors import OffhookError
from offhook.platform.assembly import assemble
from offhook.platform.files import digest_of
from offhook.platform.line_up import Answering, LineUp, agent_of
from offhook.platform.snapshot import Secrets, Snapshot
from offhook.settings import Settings
from offhook.store.json import dumps
from offhook.telephony.browser import browser_facts

MOST_READY: Final = 8
WITHOUT_SOUND: Final[Mapping[str, Any]] = {
    "stt": {"provider": "scripted"}, "tts": {"provider": "scripted"}, "voice_detector": "energy",
    "end_of_turn": "scripted",
}  # fmt: skip
FolderOf = Callable[[Answering, Mapping[str, str]], Awaitable[Path]]


@dataclass(slots=True)
class _Ready:
    runtime: AgentRuntime
    secrets: Secrets
    """With which it was made: others mean another one."""
    users: int = 0
    is_gone: bool = False
    """Nobody gets it any more: it is closed when its last user is done."""


class RehearsalAgents:
    """Those of this process."""

    def __init__(self, line_up: LineUp, snapshot: Snapshot, settings: Settings, folder_of: FolderOf) -> None:
        self._line_up, self._snapshot, self._settings, self._folder_of = line_up, snapshot, settings, folder_of
        self._ready: OrderedDict[str, _Ready] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def ready(
        self, workspace: str, agent_id: str, document: Mapping[str, Any], files: Mapping[str, str]
    ) -> AsyncIterator[AgentRuntime]:
        """The agent of this document. Raises `ConfigurationError`, `ProviderError`, `StoreError`."""
        key = f"{workspace}/{agent_id}/{digest_of([dict(document), dict(files)])}"
        async with self._one_at_a_time:
            secrets, kept = self._snapshot.secrets(workspace), self._ready.get(key)
            if kept is None or kept.secrets != secrets:
                folder = await self._folder_of(Answering(workspace, agent_id, 0), files)
                runtime = await asyncio.to_thread(self._made, workspace, document, folder, secrets)
                await runtime.prepare(first_call_first=True)
                if kept is not None:
                    await self._let_go(self._ready.pop(key))
                kept = self._ready[key] = _Ready(runtime, secrets)
            self._ready.move_to_end(key)
            kept.users += 1
            while len(self._ready) > MOST_READY:
                await self._let_go(self._ready.popitem(last=False)[1])
        try:
            yield kept.runtime
        finally:
            kept.users -= 1
            if kept.is_gone:
                await self._let_go(kept)

    async def close(self) -> None:
        """Let go of all of them."""
        while self._ready:
            await self._let_go(self._ready.popitem()[1])

    async def _let_go(self, ready: _Ready) -> None:
        ready.is_gone = True
        if not ready.users:
            with suppress(OffhookError):
                await ready.runtime.close()

    def _made(self, workspace: str, document: Mapping[str, Any], folder: Path, secrets: Secrets) -> AgentRuntime:
        written = agent_of(dumps(dict(document)).encode(), folder)
        silent = agent_of(dumps({**document, **WITHOUT_SOUND}).encode(), folder)
        runtime = replace(
            assemble(silent, self._settings, self._line_up.keys_of(workspace)), voice=NoVoice(), kept=None
        )
        # The model is told what it is told in a call: what its voice speaks among it.
        runtime.system = system_message(written, runtime.facts)
        return runtime


def values_of(runtime: AgentRuntime, given: Mapping[str, object]) -> dict[str, Any]:
    """What is filled in for a rehearsal: what was given, else the defaults. No service is asked."""
    return dict(values_for(runtime.agent, Brought(browser_facts("rehearsal"), "rehearsal", given)).values)


def view_of(runtime: AgentRuntime, values: Mapping[str, Any]) -> AgentRuntime:
    """The agent with these values filled in."""
    return filled(runtime, Filled(dict(values), {})) if runtime.agent.wants_values else runtime
