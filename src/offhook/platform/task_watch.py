"""Keeps tasks true to what the server sees: opened when something is so, over when it is so no more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from sqlalchemy import Connection, select

from offhook.errors import OffhookError
from offhook.platform.processes import Processes
from offhook.platform.task_sights import OfProcess, OfServer, Sight
from offhook.platform.tasks import OF_CALLS, OPEN, TaskKind, close, open_task
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.insight import TASKS

LOOK_S: Final = 30.0
AGAIN_LOOKS: Final = 20
"""After so many looks the store is asked again whether all is as it was left."""
MOST: Final = 200
"""Sights of a workspace."""
SERVER: Final = "server"
"""The source of what is the same however many processes look."""
_T: Final = TASKS.c
_LOG: Final = logging.getLogger("offhook.platform")


class TaskWatch:
    """One task of each process."""

    def __init__(self, store: Store, processes: Processes, of_server: OfServer, of_process: OfProcess) -> None:
        self._store, self._processes = store, processes
        self._of_server, self._of_process = of_server, of_process
        self._told: dict[tuple[str, str], list[Sight]] = {}
        """What was written last, by workspace and source."""
        self._looks = 0
        self._task: asyncio.Task[None] | None = None

    def start(self, look_s: float = LOOK_S) -> None:
        """Look from now on."""
        self._task = asyncio.create_task(self._run(look_s), name="tasks")

    async def stop(self) -> None:
        """Look no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self, look_s: float) -> None:
        while True:
            await asyncio.sleep(look_s)
            try:
                await self.look()
            except OffhookError as error:
                _LOG.warning("what needs a person was not looked at: %s", error)

    async def look(self) -> None:
        """Once. Raises `StoreError`."""
        if self._looks % AGAIN_LOOKS == 0:
            self._told.clear()
        self._looks += 1
        looks: list[tuple[str, Callable[[], Awaitable[Sequence[Sight]]]]] = [
            (self._processes.id, self._of_process.look)
        ]
        if self._processes.is_first:
            looks.append((SERVER, self._of_server.look))
            await self._bury()
        for source, look in looks:
            await self._tell(source, await look())

    async def _tell(self, source: str, sights: Sequence[Sight]) -> None:
        seen: dict[str, list[Sight]] = {workspace: [] for workspace, told in self._told if told == source}
        for sight in sights:
            seen.setdefault(sight.workspace, []).append(sight)
        if (self._looks - 1) % AGAIN_LOOKS == 0:
            # What was written before this process began is among it.
            for workspace in await self._store.read_wide(partial(_workspaces, source=source)):
                seen.setdefault(workspace, [])
        for workspace, found in seen.items():
            if self._told.get((workspace, source)) != found:
                await self._store.write(workspace, partial(_keep, source=source, sights=found[:MOST]))
                self._told[workspace, source] = found

    async def _bury(self) -> None:
        """What processes saw that are no more, nobody sees."""
        living = {one.id for one in await self._processes.living()} | {OF_CALLS, SERVER, self._processes.id}

        def job(connection: Connection) -> Sequence[tuple[str, str]]:
            gone = select(_T.workspace_id, _T.source).where(_T.is_over.is_(False), _T.source.not_in(living))
            return [(row[0], row[1]) for row in connection.execute(gone.distinct().limit(MOST))]

        for workspace, source in await self._store.read_wide(job):
            await self._store.write(workspace, partial(_keep, source=source, sights=()))


def _workspaces(connection: Connection, source: str) -> list[str]:
    found = select(_T.workspace_id).where(_T.source == source, _T.is_over.is_(False)).distinct()
    return [row[0] for row in connection.execute(found.limit(MOST))]


def _keep(scope: Scope, source: str, sights: Sequence[Sight]) -> None:
    """Open what is new, tell what is told otherwise, and end what is over."""
    found = scope.all(scope.select(TASKS).where(_T.source == source, _T.is_over.is_(False)))
    known = {(row.kind, row.subject): row for row in found}
    for sight in sights:
        row = known.pop((str(sight.kind), sight.subject[:200]), None)
        # What somebody has done stays done while it goes on.
        if row is None or row.status == OPEN:
            open_task(
                scope, sight.kind, sight.subject, sight.sentence, source=source, agent_id=sight.agent_id,
                due_at=sight.due_at, detail=sight.detail,
            )  # fmt: skip
    for row in known.values():
        if row.status == OPEN:
            close(scope, TaskKind(row.kind), row.subject)
        else:
            scope.update(TASKS, _T.id == row.id, is_over=True)
