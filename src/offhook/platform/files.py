"""Agents that are managed by their files: `offhook serve AGENT.yaml`. A file that has changed is a new version."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from offhook import clock
from offhook.agents.load import load_team
from offhook.agents.model import Agent
from offhook.agents.yaml_document import read_document
from offhook.errors import OffhookError
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.events import PUBLISHED_EVENT, Emit, published, untold
from offhook.platform.people_rows import lock
from offhook.store.json import dumps
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.agents import AGENT_VERSIONS, AGENTS, OVERRIDDEN_FROM

LOOK_S: Final = 2.0
"""The files are looked at so often."""
BY_FILE: Final = "file"
_LOG: Final = logging.getLogger("offhook.platform")


def digest_of(document: Any) -> str:
    """The same for the same document."""
    return hashlib.sha256(dumps(document).encode()).hexdigest()


class FileAgents:
    """The agents of a team of files, kept as the files say."""

    def __init__(self, store: Store, workspace: str, file: Path, emit: Emit = untold) -> None:
        """`file` is the agent that answers; those that it can hand over to come along."""
        self._store, self._workspace, self._file, self._emit = store, workspace, file, emit
        self._seen: dict[Path, tuple[int, int]] = {}
        self._task: asyncio.Task[None] | None = None

    async def adopt(self) -> Mapping[Path, str]:
        """Bring the workspace's agents to what the files say; their ids, the one that answers first.

        Raises `ConfigurationError`.
        """
        team, documents = await asyncio.to_thread(self._read)

        def job(scope: Scope) -> dict[Path, str]:
            # Each process of the server sees the same file, and sees it change: one of them takes it over first.
            scope.beside(lambda connection: lock(connection, scope.workspace))
            return {file: _put(scope, file, agent, documents[file], self._emit) for file, agent in team.items()}

        return await self._store.write(self._workspace, job, Actor("file", "", str(self._file)))

    def watch(self) -> None:
        """From now on look whether a file has changed."""
        self._task = asyncio.create_task(self._watch(), name="agents' files")

    async def stop(self) -> None:
        """Look no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def _read(self) -> tuple[dict[Path, Agent], dict[Path, dict[str, Any]]]:
        team = load_team(self._file)
        self._seen = {file: _stamp(file) for agent in team.values() for file in (*team, *agent.knowledge_paths())}
        return team, {file: read_document(file).data for file in team}

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if not await asyncio.to_thread(self._has_changed):
                continue
            try:
                await self.adopt()
            except OffhookError as error:
                self._seen = {file: _stamp(file) for file in self._seen}
                _LOG.warning("= a changed file is not taken, calls go on with the last good one: %s", error)
            else:
                _LOG.info("= %s has changed: calls from now on are answered by it", self._file.name)

    def _has_changed(self) -> bool:
        return any(_stamp(file) != stamp for file, stamp in self._seen.items())


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _put(scope: Scope, file: Path, agent: Agent, document: dict[str, Any], emit: Emit) -> str:
    """The agent's row and, when it differs from the last, a version."""
    known: Callable[..., Any] = scope.select(AGENTS.c.id, AGENTS.c.published_version).where
    row = scope.first(known(AGENTS.c.managed_by == BY_FILE, AGENTS.c.file == str(file), AGENTS.c.deleted_at.is_(None)))
    at, agent_id = clock.wall_ms(), row.id if row is not None else new_id("agent")
    if row is None:
        scope.insert(
            AGENTS, id=agent_id, name=agent.name, draft=document, revision=1, managed_by=BY_FILE, file=str(file),
            created_at=at, updated_at=at,
        )  # fmt: skip
    # What a file names is part of it: new knowledge is a new version too.
    stamps = [list(_stamp(path)) for path in agent.knowledge_paths()]
    digest = digest_of([document, stamps])
    versions = AGENT_VERSIONS.c
    earlier = scope.select(versions.number, versions.digest).where(versions.agent_id == agent_id)
    last = scope.first(earlier.where(versions.number < OVERRIDDEN_FROM).order_by(versions.number.desc()))
    if last is None or last.digest != digest:
        number = last.number + 1 if last is not None else 1
        scope.insert(
            AGENT_VERSIONS, agent_id=agent_id, number=number, document=document, files={}, digest=digest,
            created_by=scope.actor.id, created_by_name=scope.actor.name[:200], created_at=at,
        )  # fmt: skip
        scope.update(
            AGENTS, AGENTS.c.id == agent_id, name=agent.name, draft=document, published_version=number, updated_at=at,
            revision=AGENTS.c.revision + 1,
        )  # fmt: skip
        audit(scope, "agent.published", "agent", agent_id, after={"version": number, "file": file.name})
        scope.tell("agent", agent_id)
        emit(scope, PUBLISHED_EVENT, published(agent_id, document, number, f"{file.name} has changed"))
    return agent_id
