"""Who is alive: each process has a lease in the database that it renews, and is dead for the others when it is over.

One of the living *buries* a dead one: it closes its calls and takes its work over, and whoever buries and dies on the
way is buried with it by the next. A process that was stopped for long finds itself buried; it then goes on under
another id, since what it had was given to others.

Moments are the database's own: the clocks of two machines may differ.
"""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, insert, or_, select, text, update

from offhook import __version__, clock
from offhook.errors import OffhookError, StoreError
from offhook.ids import new_id
from offhook.store.store import Store
from offhook.store.tables.processes import PROCESSES

RENEW_S: Final = 5.0
LEASE_S: Final = 15.0
SERVER: Final = "server"
WORKER: Final = "worker"
_SHOWN: Final = tuple(
    PROCESSES.c[name] for name in ("id", "role", "host", "pid", "address", "version", "started_at", "lease_until")
)
_LOG: Final = logging.getLogger("offhook.processes")


@dataclass(frozen=True, slots=True)
class Lease:
    """How long a process is taken for alive without a word from it, and how often it gives one."""

    lasts_s: float = LEASE_S
    renew_s: float = RENEW_S


@dataclass(frozen=True, slots=True)
class Process:
    """One that is alive."""

    id: str
    role: str
    host: str
    pid: int
    address: str
    """Where the others reach it over HTTP; empty: not at all."""
    version: str
    started_at: int
    lease_until: int


class Processes:
    """This process among the others."""

    def __init__(self, store: Store, lease: Lease | None = None) -> None:
        self._store, self._role, self._lease = store, SERVER, lease or Lease()
        self.id = new_id("proc")
        self.address = ""
        self.on_dead: Final[list[Callable[[str], Awaitable[object]]]] = []
        """Told the id of a process that is dead, in this process alone, which is to close what it has left. When one of
        them raises, all are told again."""
        self.on_renamed: Final[list[Callable[[str, str], Awaitable[object]]]] = []
        """Told the id that this process had and the one that it has: what was its own may be others' now."""
        self._task: asyncio.Task[None] | None = None
        self._renewed_at = 0.0
        self._patient_until = 0.0
        self.is_first = False
        """What one process alone is to do is this one's: the oldest of the workers, or of all without workers."""

    async def start(self, role: str = SERVER, address: str = "") -> None:
        """Be alive. Raises `StoreError`."""
        self._role, self.address = role, address
        await self._begin()
        self._task = asyncio.create_task(self._live(), name="processes")

    async def stop(self) -> None:
        """Be gone in order: nobody has to wait for the lease. What was left open is closed by the others."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.wait({self._task})
        over = update(PROCESSES).where(PROCESSES.c.id == self.id).values(lease_until=0)
        with contextlib.suppress(StoreError):
            await self._store.write_wide(lambda connection: connection.execute(over).rowcount)

    async def living(self) -> list[Process]:
        """All that are alive, the oldest first. Raises `StoreError`."""

        def job(connection: Connection) -> Sequence[Any]:
            alive = select(*_SHOWN).where(PROCESSES.c.lease_until >= _now(connection)).order_by(PROCESSES.c.id)
            return connection.execute(alive).all()

        rows = await self._store.read_wide(job)
        return [Process(*row) for row in rows]

    async def find(self, process_id: str) -> Process | None:
        """The process of this id, when it is alive. Raises `StoreError`."""
        return next((one for one in await self.living() if one.id == process_id), None)

    # ── one's own lease ──────────────────────────────────────────────────────────────────────────────────────

    async def _begin(self) -> None:
        def job(connection: Connection) -> None:
            at = _now(connection)
            connection.execute(
                insert(PROCESSES).values(
                    id=self.id, role=self._role, host=socket.gethostname()[:200], pid=os.getpid(),
                    address=self.address, version=__version__, started_at=at, lease_until=at + self._lease_ms,
                )
            )  # fmt: skip
            self.is_first = self._is_first(connection, at)

        await self._store.write_wide(job)
        self._renewed_at = clock.now()

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(self._lease.renew_s)
            try:
                is_mine, dead = await self._renew()
                if not is_mine:
                    await self._rename()
                for process_id in dead:
                    await self._bury(process_id)
            except StoreError as error:
                _LOG.warning("the lease of this process could not be renewed, and is tried again: %s", error)

    async def _renew(self) -> tuple[bool, list[str]]:
        """Whether this process still has its lease, and the dead that it is to bury. One transaction each time: an idle
        server does nothing else."""

        def job(connection: Connection) -> tuple[bool, list[str]]:
            at = _now(connection)
            mine = and_(PROCESSES.c.id == self.id, PROCESSES.c.buried_by.is_(None))
            renewed = connection.execute(update(PROCESSES).where(mine).values(lease_until=at + self._lease_ms)).rowcount
            if not renewed or is_patient:
                return bool(renewed), []
            return True, self._claim(connection, at)

        came_late = clock.now() - self._renewed_at > self._lease.lasts_s
        is_patient = came_late or clock.now() < self._patient_until
        found = await self._store.write_wide(job, within_s=self._lease.lasts_s)
        if came_late:
            # Nobody could renew while the database was away: the others get the time to.
            self._patient_until = clock.now() + self._lease.lasts_s
        self._renewed_at = clock.now()
        return found

    async def _rename(self) -> None:
        was, self.id = self.id, new_id("proc")
        _LOG.warning("! this process was stopped for long and taken for dead: it is %s now", self.id)
        await self._begin()
        for told in self.on_renamed:
            await told(was, self.id)

    # ── the dead ─────────────────────────────────────────────────────────────────────────────────────────────

    def _claim(self, connection: Connection, at: int) -> list[str]:
        """The dead that are this process's to bury."""
        alive = select(PROCESSES.c.id).where(PROCESSES.c.lease_until >= at).scalar_subquery()
        is_free = or_(
            PROCESSES.c.buried_by.is_(None), PROCESSES.c.buried_by == self.id, PROCESSES.c.buried_by.not_in(alive)
        )
        dead = and_(PROCESSES.c.lease_until < at, PROCESSES.c.id != self.id, is_free)
        self.is_first = self._is_first(connection, at)
        # Of two that ask at once, one waits for the other's row, and then finds it taken.
        return [
            process_id
            for process_id in connection.execute(select(PROCESSES.c.id).where(dead).order_by(PROCESSES.c.id))
            .scalars()
            .all()
            if connection.execute(
                update(PROCESSES).where(PROCESSES.c.id == process_id, dead).values(buried_by=self.id)
            ).rowcount
        ]

    def _is_first(self, connection: Connection, at: int) -> bool:
        alive = select(PROCESSES.c.id, PROCESSES.c.role).where(PROCESSES.c.lease_until >= at)
        found = sorted(connection.execute(alive).all(), key=lambda row: (row.role != WORKER, row.id))
        return bool(found) and found[0].id == self.id

    async def _bury(self, process_id: str) -> None:
        _LOG.warning("= process %s is gone: what it left open is closed, and its work taken over", process_id)
        for told in self.on_dead:
            try:
                await told(process_id)
            except OffhookError as error:
                _LOG.warning("what process %s left is not closed yet: %s", process_id, error)
                return
        gone = delete(PROCESSES).where(PROCESSES.c.id == process_id, PROCESSES.c.buried_by == self.id)
        await self._store.write_wide(lambda connection: connection.execute(gone).rowcount)

    @property
    def _lease_ms(self) -> int:
        return round(self._lease.lasts_s * 1000)


def _now(connection: Connection) -> int:
    """Milliseconds since 1970 by the database's clock; SQLite has the machine's."""
    if connection.dialect.name == "sqlite":
        return clock.wall_ms()
    return int(connection.execute(text("SELECT extract(epoch FROM clock_timestamp()) * 1000")).scalar_one())
