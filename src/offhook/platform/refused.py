"""Calls that were not taken, on record: written behind, for the desk never waits."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from offhook import clock
from offhook.errors import AdmissionAsks, AdmissionRefused, StoreError
from offhook.ids import new_id
from offhook.store.schema import WORKSPACES
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.calls import REFUSED_CALLS
from offhook.telephony.facts import CallFacts

MOST_WAITING: Final = 1_000
"""While the database does not answer; of more the oldest are lost, which is told."""
AT_ONCE: Final = 100
AGAIN_S: Final = 2.0
_NUMBER: Final = 80
_LOG: Final = logging.getLogger("offhook.platform")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them are asked for; empty: all."""

    reason: str = ""
    """`shield.*` is every reason that begins so."""
    from_number: str = ""
    to_number: str = ""
    since: int | None = None
    until: int | None = None


class RefusedCalls:
    """Told by the desk; `refused` is one of its `on_refused`."""

    def __init__(self, store: Store, saved_nano: Callable[[str, str], int] = lambda workspace, reason: 0) -> None:
        """`saved_nano`: what a call would have cost, by workspace and reason."""
        self._store, self._saved_nano = store, saved_nano
        self._waiting: Final[deque[tuple[str, dict[str, Any]]]] = deque()
        self._lost = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Write from now on."""
        self._task = asyncio.create_task(self._run(), name="refused calls")

    async def stop(self) -> None:
        """Write what waits, if the database takes it now."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        with contextlib.suppress(StoreError):
            await self._write()

    def refused(self, facts: CallFacts, workspace: str, refused: AdmissionRefused) -> None:
        """A call was not taken. What is nobody's is the first workspace's to see."""
        if isinstance(refused, AdmissionAsks):
            return  # It is taken, or the caller hangs up, or it is refused when no key was pressed.
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._lost += 1
        row = {
            "id": new_id("ref"), "at": clock.wall_ms(), "from_number": facts.from_number[:_NUMBER],
            "to_number": facts.to_number[:_NUMBER], "reason": str(refused)[:_NUMBER], "heard": refused.sentence,
            "saved_nano": self._saved_nano(workspace, str(refused)),
        }  # fmt: skip
        self._waiting.append((workspace, row))
        self._wake.set()

    async def part(self, workspace: str, wanted: "Wanted", limit: int, after: str) -> Sequence[Any]:
        """A part of the list, newest first. Raises `StoreError`."""
        c = REFUSED_CALLS.c

        def job(scope: Scope) -> Sequence[Any]:
            where = [c.id < after] if after else []
            where += [c.reason == wanted.reason] if wanted.reason and not wanted.reason.endswith("*") else []
            if wanted.reason.endswith("*"):
                where.append(c.reason.startswith(wanted.reason[:-1], autoescape=True))
            where += [c.from_number == wanted.from_number] if wanted.from_number else []
            where += [c.to_number == wanted.to_number] if wanted.to_number else []
            where += [c.at >= wanted.since] if wanted.since is not None else []
            where += [c.at < wanted.until] if wanted.until is not None else []
            return scope.all(scope.select(REFUSED_CALLS).where(*where).order_by(c.id.desc()).limit(limit))

        return await self._store.read(workspace, job)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._write()
            except StoreError:
                await asyncio.sleep(AGAIN_S)
                self._wake.set()

    async def _write(self) -> None:
        if self._lost:
            _LOG.warning("! %d refused calls are not on record: the database did not answer for long", self._lost)
            self._lost = 0
        while self._waiting:
            some = list(self._waiting)[:AT_ONCE]
            by_workspace: dict[str, list[dict[str, Any]]] = {}
            first = "" if all(workspace for workspace, _ in some) else await self._first()
            for workspace, row in some:
                by_workspace.setdefault(workspace or first, []).append(row)
            for workspace, rows in by_workspace.items():
                # Of a workspace that is gone nobody asks.
                with contextlib.suppress(IntegrityError):
                    if workspace:
                        await self._store.write(workspace, partial(_put, rows=rows))
            # Of those that were written twice, since one workspace failed, the second time changes nothing.
            for entry in some:
                with contextlib.suppress(ValueError):
                    self._waiting.remove(entry)

    async def _first(self) -> str:
        def job(connection: Connection) -> str:
            return str(connection.execute(select(WORKSPACES.c.id).order_by(WORKSPACES.c.id).limit(1)).scalar() or "")

        return await self._store.read_wide(job)


def _put(scope: Scope, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        scope.insert_once(REFUSED_CALLS, ["id"], **row)
