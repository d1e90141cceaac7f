"""The store as the loop sees it: `await store.read(workspace, job)`, `await store.write(workspace, job)`.

A job is a plain function of a `Scope` that runs in a thread of the store, in one transaction. SQLite has one writer and
a few readers that cannot write; PostgreSQL has a few of both. What waits is bounded: a store that stalls refuses more
work instead of filling memory, and no call waits for it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from offhook import clock
from offhook.errors import StoreBusy, StoreError
from offhook.store.engine import SqliteConnection, is_sqlite, open_engine
from offhook.store.scope import SYSTEM, Actor, Change, Scope

READERS: Final = 3
POSTGRES_WRITERS: Final = 4
READ_S: Final = 5.0
WRITE_S: Final = 30.0
MOST_WAITING: Final = 2_000
"""Jobs that wait for a thread; a further one is refused."""
_STEPS: Final = 20_000
"""SQLite is asked for the time after so many of its steps, about a millisecond."""
_LOG: Final = logging.getLogger("offhook.store")

T = TypeVar("T")
Job = Callable[[Scope], T]
WideJob = Callable[[Connection], T]


class Store:
    """One database."""

    def __init__(self, url: URL, on_changes: Callable[[Sequence[Change]], None] = lambda changes: None) -> None:
        """`on_changes` is told on the loop, after the commit, what a write has changed."""
        self.url, self.on_changes = url, on_changes
        self.is_sqlite = is_sqlite(url)
        writers = 1 if self.is_sqlite else POSTGRES_WRITERS
        self._write_engine = open_engine(url, connections=writers)
        self._read_engine = open_engine(url, connections=READERS, read_only=True)
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="store-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._waiting = 0
        self._failing_since: float | None = None

    # ── a workspace ──────────────────────────────────────────────────────────────────────────────────────────

    async def read(self, workspace: str, job: Job[T], *, within_s: float = READ_S) -> T:
        """What the job finds. Raises `StoreError`; `StoreBusy` when it may soon go."""
        return await self.read_wide(lambda connection: job(Scope(connection, workspace)), within_s=within_s)

    async def write(self, workspace: str, job: Job[T], actor: Actor = SYSTEM, *, within_s: float = WRITE_S) -> T:
        """What the job gives; all that it wrote, or nothing. Raises as `read`; what the job raises comes through."""

        def scoped(connection: Connection) -> tuple[T, list[Change]]:
            scope = Scope(connection, workspace, actor)
            return job(scope), scope.changes

        result, changes = await self.write_wide(scoped, within_s=within_s)
        if changes:
            self.on_changes(changes)
        return result

    # ── all of it ────────────────────────────────────────────────────────────────────────────────────────────

    async def read_wide(self, job: WideJob[T], *, within_s: float = READ_S) -> T:
        """As `read`, of all workspaces: for people, processes and what is kept in memory."""
        return await self._in_thread(self._readers, self._read_engine, job, within_s)

    async def write_wide(self, job: WideJob[T], *, within_s: float = WRITE_S) -> T:
        """As `write`, of all workspaces; nobody is told of changes."""
        return await self._in_thread(self._writers, self._write_engine, job, within_s)

    # ── from threads ─────────────────────────────────────────────────────────────────────────────────────────

    def write_now(self, job: WideJob[T], *, within_s: float = WRITE_S) -> T:
        """For threads of their own (journals, durable work): waits for a writer."""
        return self._writers.submit(self._run, self._write_engine, job, clock.machine() + within_s).result()

    def empty_log(self) -> bool:
        """What waits in SQLite's log goes into the file, and the log is emptied; False: somebody reads it. Waits."""

        def job() -> bool:
            connection = self._write_engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = cursor.fetchone()
                return busy is not None and not busy[0]
            finally:
                connection.close()

        return self._writers.submit(job).result()

    # ── how it goes ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def waiting(self) -> int:
        """Jobs that wait or run."""
        return self._waiting

    @property
    def failing_s(self) -> float:
        """For how long no job has come through; 0: all is well."""
        return clock.machine() - self._failing_since if self._failing_since is not None else 0.0

    def close(self) -> None:
        """Finish what waits and close. May block: for the end of the process."""
        self._writers.shutdown(wait=True)
        self._readers.shutdown(wait=True)
        self._read_engine.dispose()
        self._write_engine.dispose()

    async def _in_thread(self, threads: ThreadPoolExecutor, engine: Engine, job: WideJob[T], within_s: float) -> T:
        if self._waiting >= MOST_WAITING:
            raise StoreBusy(f"{self._waiting} jobs wait for the database already")
        until_at = clock.machine() + within_s
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(threads, self._run, engine, job, until_at)
        future.add_done_callback(self._done)
        try:
            # A job that was begun is not taken back: what it wrote is written, whoever waits for it.
            async with asyncio.timeout(within_s + 1.0):
                return await asyncio.shield(future)
        except TimeoutError:
            raise StoreBusy(f"the database did not answer within {within_s:g} s") from None

    def _done(self, future: "asyncio.Future[Any]") -> None:
        self._waiting -= 1
        if not future.cancelled():
            future.exception()

    def _run(self, engine: Engine, job: WideJob[T], until_at: float) -> T:
        if clock.machine() >= until_at:
            raise StoreBusy("the database was busy for too long")
        try:
            with engine.begin() as connection, _Deadline(connection, until_at):
                result = job(connection)
        except IntegrityError:
            self._failing_since = None
            raise
        except DBAPIError as error:
            raise self._failed(error, until_at) from error
        except SQLAlchemyError as error:
            raise self._failed(error, until_at) from error
        self._failing_since = None
        return result

    def _failed(self, error: SQLAlchemyError, until_at: float) -> StoreError:
        """The statement's values may be secrets: only the kind of error and the driver's own words are told."""
        if clock.machine() >= until_at:
            return StoreBusy("the query took too long: narrow it")
        if self._failing_since is None:
            self._failing_since = clock.machine()
        cause = error.orig or error if isinstance(error, DBAPIError) else error
        _LOG.warning("the database failed: %s: %.200s", type(cause).__name__, str(cause).splitlines()[0])
        return StoreError(f"the database failed: {type(cause).__name__}")


class _Deadline:
    """No query runs past it, and none is left half read."""

    def __init__(self, connection: Connection, until_at: float) -> None:
        self._connection, self._until_at = connection, until_at
        self._sqlite: SqliteConnection | None = None

    def __enter__(self) -> None:
        left_s = max(0.001, self._until_at - clock.machine())
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(f"SET LOCAL statement_timeout = {int(left_s * 1000) + 1}"))
            return
        raw: Any = self._connection.connection.dbapi_connection
        self._sqlite = raw
        raw.set_progress_handler(lambda: clock.machine() >= self._until_at, _STEPS)

    def __exit__(self, *error: object) -> None:
        if self._sqlite is not None:
            self._sqlite.set_progress_handler(None, 0)
            self._sqlite.close_cursors()
