"""The samples of a workspace: made once, behind its first start; removed by one click; never the owner's own numbers.

Which workspace is to have them is written in the transaction that makes it. Whatever is interrupted is done by the next
start; what two processes make at the same moment is one, for its ids and keys are the same.
"""

import asyncio
import contextlib
import hashlib
import logging
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select, update

from offhook import clock
from offhook.agents import yaml_values
from offhook.call.journal import read_header
from offhook.call.records.folder import JOURNAL
from offhook.errors import OffhookError
from offhook.ids import settled_id
from offhook.knowledge.kinds import Kind
from offhook.platform.agent_rows import files_of, insert_agent, put_version
from offhook.platform.audit import audit
from offhook.platform.call_keeping import CallKeeping
from offhook.platform.documents import MEDIA_TYPES, put_document
from offhook.platform.documents import key_of as document_key
from offhook.platform.folding import EndedCall, Folded, fold, row_of, write_folded
from offhook.platform.folding import key_of as object_key
from offhook.platform.people_rows import lock
from offhook.platform.prices import book_of
from offhook.platform.problems import NotFound
from offhook.platform.samples.packed import AGENT, EARLIER, FACTS, NAMES, VERSIONS, unpack
from offhook.store.objects import Objects
from offhook.store.schema import WORKSPACES
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.agents import AGENTS, DOCUMENTS
from offhook.store.tables.calls import CALLS
from offhook.store.tables.numbers import PHONE_NUMBERS

SETTING: Final = "samples"
"""Under this name a workspace's settings say how far they are."""
WANTED: Final = "wanted"
MADE: Final = "made"
REMOVED: Final = "removed"
AGES_MS: Final = tuple(round(hours * 3_600_000) for hours in (2.4, 5.1, 26.3, 49.7, 74.2))
"""How long before the first start each of the calls was, in the order of their names."""
NOTES: Final = {1: "With vendors' services", 2: "On this machine alone: needs no key"}
"""Of the agent's versions, by number."""
MAKER: Final = Actor("system", "", "first start")
_LOG: Final = logging.getLogger("offhook.samples")


def document(version: int = len(NOTES)) -> dict[str, Any]:
    """What a version of the sample agent says; the last one is published. Raises `OSError`."""
    found: dict[str, Any] = yaml_values.parse(AGENT.read_bytes())
    return found if version == len(NOTES) else found | yaml_values.parse(EARLIER.read_bytes())


@dataclass(slots=True)
class Samples:
    """Those of all workspaces."""

    store: Store
    objects: Objects
    keeping: CallKeeping
    data_dir: Path
    _task: asyncio.Task[None] | None = field(default=None, init=False)

    def start(self) -> None:
        """Make what is wanted, beside the calls."""
        self._task = asyncio.create_task(self._run(), name="samples")

    async def stop(self) -> None:
        """What is not made by now is made by the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            await self.make()
        except (OffhookError, OSError) as error:
            _LOG.warning("the samples are not made now, and will be at the next start: %s", error)

    async def make(self) -> int:
        """Make them where they are wanted; in how many workspaces that was. Raises `StoreError`, `OSError`."""

        def job(connection: Connection) -> Sequence[Any]:
            rows = connection.execute(select(WORKSPACES.c.id, WORKSPACES.c.settings, WORKSPACES.c.created_at))
            return [row for row in rows if row.settings.get(SETTING) == WANTED]

        return sum([await self._make_in(row.id, row.created_at) for row in await self.store.read_wide(job)])

    async def _make_in(self, workspace: str, at_ms: int) -> bool:
        """Objects first, then all rows in one transaction: they are there whole or not at all."""
        facts = await asyncio.to_thread(FACTS.read_bytes)
        agent_id, knows = settled_id("agent", at_ms, workspace), hashlib.sha256(facts).hexdigest()
        book, kept = await book_of(self.store, workspace), list[tuple[EndedCall, Folded]]()
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="samples-", dir=self.data_dir))
        try:
            for name, age_ms in zip(NAMES, AGES_MS, strict=True):
                call = await asyncio.to_thread(_unpacked, name, folder, workspace, agent_id, at_ms - age_ms)
                folded = await asyncio.to_thread(fold, call, book, None)
                for kind, data in folded.objects.items():
                    await self.objects.put(object_key(workspace, call.call_id, kind), data)
                kept.append((call, folded))
            await self.objects.put(document_key(workspace, knows), facts)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, True)

        def job(scope: Scope) -> str:
            state = _state(scope)
            if state == WANTED:
                _write_agent(scope, agent_id, knows, len(facts))
                for call, folded in kept:
                    write_folded(call, folded, scope)
                _set_state(scope, MADE)
            return state

        state = await self.store.write(workspace, job, MAKER)
        if state == REMOVED:
            # Whoever removed them did not know of these.
            keys = [object_key(workspace, call.call_id, kind) for call, folded in kept for kind in folded.objects]
            await self.objects.delete(document_key(workspace, knows), *keys)
        return state == WANTED

    async def remove(self, workspace: str, actor: Actor) -> None:
        """Take them away; there need not be any. A sample agent that was changed, or that has a telephone number, is
        the owner's by now: it stays, and is no sample any more. Raises `StoreError`."""

        def job(scope: Scope) -> list[str]:
            if _state(scope):
                _set_state(scope, REMOVED)
            for row in scope.all(scope.select(AGENTS).where(AGENTS.c.is_sample != 0, AGENTS.c.deleted_at.is_(None))):
                _let_go(scope, row)
            return [row.id for row in scope.all(scope.select(CALLS.c.id).where(CALLS.c.is_sample.is_(True)))]

        for call_id in await self.store.write(workspace, job, actor):
            # Somebody else may be deleting it just now.
            with contextlib.suppress(NotFound):
                await self.keeping.delete(workspace, call_id, actor)


def _unpacked(name: str, folder: Path, workspace: str, agent_id: str, at_ms: int) -> EndedCall:
    """A kept call as if it had been one of this workspace. In a thread."""
    call_id = settled_id("call", at_ms, f"{workspace} {name}")
    version = VERSIONS[name]
    path = unpack(name, folder, call=call_id, agent_key=f"{agent_id}/{version}", started=clock.rfc3339(at_ms))
    row = row_of(read_header(path / JOURNAL), agent_id, version, "", None)
    return EndedCall(workspace, {**row, "process_id": None, "is_sample": True}, path)


def _write_agent(scope: Scope, agent_id: str, knows: str, size: int) -> None:
    agent = document()
    insert_agent(scope, agent_id, str(agent["name"]), agent, is_sample=True)
    put_document(scope, agent_id, FACTS.name, knows, MEDIA_TYPES[Kind.MARKDOWN], size)
    for version, note in NOTES.items():
        put_version(scope, agent_id, document(version), files_of(scope, agent_id, agent), note, "agent.published")


def _let_go(scope: Scope, agent: Any) -> None:
    has_number = scope.first(scope.select(PHONE_NUMBERS.c.id).where(PHONE_NUMBERS.c.agent_id == agent.id)) is not None
    if has_number or agent.revision > 1 or agent.published_version != len(NOTES):
        scope.update(AGENTS, AGENTS.c.id == agent.id, is_sample=0)
        audit(scope, "agent.kept", "agent", agent.id, before={"is_sample": True}, after={"is_sample": False})
    else:
        scope.update(AGENTS, AGENTS.c.id == agent.id, deleted_at=clock.wall_ms())
        scope.delete(DOCUMENTS, DOCUMENTS.c.agent_id == agent.id)
        audit(scope, "agent.deleted", "agent", agent.id, before={"is_sample": True})
    scope.tell("agent", agent.id)


# ── how far they are ─────────────────────────────────────────────────────────────────────────────────────────────


def _state(scope: Scope) -> str:
    """What the workspace's settings say, locked until the end of the transaction."""

    def job(connection: Connection) -> Any:
        lock(connection, scope.workspace)
        return connection.execute(select(WORKSPACES.c.settings).where(WORKSPACES.c.id == scope.workspace)).scalar()

    return str((scope.beside(job) or {}).get(SETTING, ""))


def _set_state(scope: Scope, state: str) -> None:
    def job(connection: Connection) -> None:
        own = WORKSPACES.c.id == scope.workspace
        settings = connection.execute(select(WORKSPACES.c.settings).where(own)).scalar() or {}
        connection.execute(update(WORKSPACES).where(own).values(settings={**settings, SETTING: state}))

    scope.beside(job)
    scope.tell("workspace", scope.workspace)
