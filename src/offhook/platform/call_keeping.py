"""What becomes of calls later: those of dead processes are closed, those that had their time are deleted.

Folders stay for a while when their call is folded, for who looks at them, and are swept away then.
"""

import asyncio
import logging
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from offhook import clock
from offhook.call.journal import Header, read_header
from offhook.call.records.folder import JOURNAL
from offhook.core.endings import EndReason
from offhook.errors import ConfigurationError, StoreError
from offhook.platform import insight
from offhook.platform.audit import audit
from offhook.platform.folding import EndedCall, forget_words, row_of
from offhook.platform.problems import Conflict, NotFound
from offhook.platform.records import CallRecords, WorkspaceOf
from offhook.store.objects import Objects
from offhook.store.schema import METADATA, is_scoped
from offhook.store.scope import SYSTEM, Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.calls import CALL_LINES, CALL_OBJECTS, CALLS
from offhook.store.tables.processes import PROCESSES

SWEEP_S: Final = 60.0
FOLDER_S: Final = 3_600.0
"""A folder stays for so long when its call is folded."""
QUIET_S: Final = 60.0
"""A folder without a row, to which nothing was written for so long, is of a process that died."""
MOST_TOGETHER: Final = 50
"""Calls that are deleted, or folders that are looked at, in one step."""
LIVE: Final = ("in_progress", "transferring")
_FOLDER: Final = re.compile(r"\d{8}-\d{6}-(call_[0-9A-Z]{26})(?:-\d+)?")
_LOG: Final = logging.getLogger("offhook.records")


@dataclass(slots=True)
class CallKeeping:
    """Of this process; several may do it at the same time."""

    store: Store
    objects: Objects
    records: CallRecords
    data_dir: Path
    workspace_of: WorkspaceOf
    keep_days: int | None = None
    _task: asyncio.Task[None] | None = None
    _foreign: set[str] = field(default_factory=set)
    """Folders of calls that are none of the platform's: they are not looked at again."""

    def start(self) -> None:
        """Do it from now on, again and again."""
        self._task = asyncio.create_task(self._run(), name="keeping calls")

    async def stop(self) -> None:
        """No more of it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        is_new = True
        while True:
            try:
                if is_new:
                    await self.close_dead()
                    is_new = False
                await self.sweep()
                await self.delete_due()
            except (StoreError, OSError) as error:
                _LOG.warning("calls are not looked after now, and will be later: %s", error)
            await asyncio.sleep(SWEEP_S)

    # ── of dead processes ────────────────────────────────────────────────────────────────────────────────────

    async def close_dead(self) -> int:
        """Close the calls that live in no process that lives; how many those are. Raises `StoreError`."""
        at = clock.wall_ms()

        def job(connection: Connection) -> Sequence[Any]:
            living = select(PROCESSES.c.id).where(PROCESSES.c.lease_until > at)
            found = select(CALLS.c.process_id).where(CALLS.c.status.in_(LIVE), CALLS.c.process_id.not_in(living))
            return connection.execute(found.distinct()).scalars().all()

        own = self.records.process_id
        dead = [process for process in await self.store.read_wide(job) if process != own]
        return sum([await self.close_orphans(process) for process in dead])

    async def close_orphans(self, process_id: str) -> int:
        """Close what this process has left live, folded from its folder, or from the lines that the store has.

        Raises `StoreError`.
        """

        def job(connection: Connection) -> Sequence[Any]:
            of_process = (CALLS.c.process_id == process_id, CALLS.c.status.in_(LIVE))
            return connection.execute(select(CALLS).where(*of_process)).all()

        rows = await self.store.read_wide(job)
        folders = await asyncio.to_thread(self._folders) if rows else {}
        for row in rows:
            if self.records.has(row.id):
                continue
            folder = folders.get(row.id) or await self._from_lines(row.workspace_id, row.id)
            values = {name: value for name, value in row._mapping.items() if name != "workspace_id"}
            over = (EndReason.OFFHOOK_DIED, 0.0)
            self.records.adopt(EndedCall(row.workspace_id, values, folder, over=over))
        return len(rows)

    async def _from_lines(self, workspace: str, call_id: str) -> Path | None:
        """A folder made of what the store has: the process's own is on another machine, or gone."""

        def job(scope: Scope) -> Sequence[Any]:
            lines = CALL_LINES.c
            wanted = scope.select(lines.body).where(lines.call_id == call_id)
            return scope.all(wanted.order_by(lines.sequence))

        rows = await self.store.read(workspace, job, within_s=30.0)
        if not rows:
            return None
        folder = self.data_dir / "calls" / f"{clock.stamp(clock.wall())}-{call_id}"

        def write() -> None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / JOURNAL).write_bytes(b"".join(bytes(row.body) + b"\n" for row in rows))

        await asyncio.to_thread(write)
        return folder

    def _folders(self) -> dict[str, Path]:
        calls = self.data_dir / "calls"
        found = [(path, _FOLDER.fullmatch(path.name)) for path in calls.iterdir()] if calls.is_dir() else []
        return {match[1]: path for path, match in found if match}

    # ── folders ──────────────────────────────────────────────────────────────────────────────────────────────

    async def sweep(self) -> None:
        """Take away the folders whose calls are folded, and fold those of which the store knows nothing.

        Raises `StoreError`.
        """
        folders = await asyncio.to_thread(self._folders)
        ids = [call_id for call_id in folders if call_id not in self._foreign and not self.records.has(call_id)]
        for begin in range(0, len(ids), MOST_TOGETHER):
            some = ids[begin : begin + MOST_TOGETHER]

            def job(connection: Connection, some: list[str] = some) -> dict[str, bool]:
                rows = connection.execute(select(CALLS.c.id, CALLS.c.detail.is_not(None)).where(CALLS.c.id.in_(some)))
                return {row[0]: bool(row[1]) for row in rows}

            known = await self.store.read_wide(job)
            for call_id in some:
                if known.get(call_id):
                    await asyncio.to_thread(_remove_old, folders[call_id])
                elif call_id not in known:
                    await self._adopt(call_id, folders[call_id])
                else:
                    await self._fold_again(call_id, folders[call_id])

    async def _adopt(self, call_id: str, folder: Path) -> None:
        """A call whose process died before the store knew of it."""
        header = await asyncio.to_thread(_quiet_header, folder)
        if header is None or self.records.has(call_id):
            return
        if not header.agent_key:
            self._foreign.add(call_id)
            return
        agent_id, _, version = header.agent_key.partition("/")
        workspace = self.workspace_of(agent_id)
        if workspace:
            row = row_of(header, agent_id, int(version or 0), self.records.process_id, self.keep_days)
            self.records.adopt(EndedCall(workspace, row, folder, over=(EndReason.OFFHOOK_DIED, 0.0)))

    async def _fold_again(self, call_id: str, folder: Path) -> None:
        """A call that has ended and was not folded: the process ended in between."""
        if await asyncio.to_thread(_quiet_header, folder) is None:
            return

        def job(connection: Connection) -> Any:
            return connection.execute(select(CALLS).where(CALLS.c.id == call_id, CALLS.c.status == "ended")).first()

        row = await self.store.read_wide(job)
        if row is not None and not self.records.has(call_id):
            values = {name: value for name, value in row._mapping.items() if name != "workspace_id"}
            over = (_reason(row.end_reason), (row.duration_ms or 0) / 1000)
            self.records.adopt(EndedCall(row.workspace_id, values, folder, over=over))

    # ── deleting ─────────────────────────────────────────────────────────────────────────────────────────────

    async def delete_due(self) -> int:
        """Delete the calls that had their time; how many those were. Raises `StoreError`."""
        deleted = 0
        while True:
            at = clock.wall_ms()

            def job(connection: Connection, at: int = at) -> Sequence[Any]:
                due = select(CALLS.c.workspace_id, CALLS.c.id).where(CALLS.c.delete_at <= at, CALLS.c.status == "ended")
                return connection.execute(due.order_by(CALLS.c.delete_at).limit(MOST_TOGETHER)).all()

            due = [row for row in await self.store.read_wide(job) if not self.records.has(row.id)]
            for row in due:
                await self._delete(row.workspace_id, row.id, SYSTEM)
            deleted += len(due)
            if len(due) < MOST_TOGETHER:
                if deleted:
                    _LOG.info("= %d calls had had their time and were deleted", deleted)
                return deleted

    async def delete(self, workspace: str, call_id: str, actor: Actor) -> None:
        """Delete a call: its rows, objects and folder. Raises `NotFound`, `Conflict` while it lives, `StoreError`."""
        row = await self.store.read(workspace, lambda scope: scope.get(CALLS, call_id))
        if row is None:
            raise NotFound("call", call_id)
        if row.status != "ended" or self.records.has(call_id):
            raise Conflict(
                "the call is not over, or its record is being made", code="call.live",
                what_to_do="End it first, and wait until its record is whole.",
            )  # fmt: skip
        await self._delete(workspace, call_id, actor)

    async def _delete(self, workspace: str, call_id: str, actor: Actor) -> None:
        def keys(scope: Scope) -> list[str]:
            objects = CALL_OBJECTS.c
            return [row.key for row in scope.all(scope.select(objects.key).where(objects.call_id == call_id))]

        # Objects first: a row that is gone names nothing that could still be deleted.
        await self.objects.delete(*await self.store.read(workspace, keys))

        def job(scope: Scope) -> None:
            forget_call(scope, call_id)
            audit(scope, "call.deleted", "call", call_id)
            scope.tell("call", call_id)

        await self.store.write(workspace, job, actor)
        folder = (await asyncio.to_thread(self._folders)).get(call_id)
        if folder is not None:
            await asyncio.to_thread(shutil.rmtree, folder, True)


OUTLIVE_CALLS: Final = frozenset({"call_figures", "agent_fixes", "agent_tests"})
"""Sums without a word or a number of anybody's, and what an owner has mended, or keeps as a test, because of a call."""


def tables_of_calls() -> list[Table]:
    """Whose rows go with their call."""
    scoped = [table for table in METADATA.sorted_tables if is_scoped(table) and "call_id" in table.c]
    return [table for table in scoped if table.name not in OUTLIVE_CALLS]


def forget_call(scope: Scope, call_id: str) -> None:
    """All rows of a call, what others were told of it too, and its words in the index."""
    forget_words(scope, call_id)
    insight.forget_call(scope, call_id)
    for table in reversed(tables_of_calls()):
        scope.delete(table, table.c.call_id == call_id)
    scope.delete(CALLS, CALLS.c.id == call_id)


def _remove_old(folder: Path) -> None:
    try:
        if clock.wall().timestamp() - folder.stat().st_mtime > FOLDER_S:
            shutil.rmtree(folder)
    except OSError as error:
        _LOG.warning("a folded call's folder cannot be removed: %s: %s", folder, error.strerror or error)


def _quiet_header(folder: Path) -> Header | None:
    """The header of a journal that nobody writes any more."""
    file = folder / JOURNAL
    try:
        if clock.wall().timestamp() - file.stat().st_mtime < QUIET_S:
            return None
        return read_header(file)
    except (OSError, ConfigurationError):
        return None


def _reason(name: str | None) -> EndReason:
    try:
        return EndReason(name or "")
    except ValueError:
        return EndReason.OFFHOOK_ERROR
