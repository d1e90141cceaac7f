"""Engines for the two databases: SQLite in one file, PostgreSQL by its address."""

import sqlite3
import weakref
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, Pool, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from offhook.errors import ConfigurationError
from offhook.store.json import column_text, loads

BUSY_MS: Final = 10_000
CACHE_KB: Final = 32_000
DATABASE_FILE: Final = "offhook.db"
_PSYCOPG: Final = "postgresql+psycopg"
_WAYS: Final = {"postgresql": _PSYCOPG, "postgres": _PSYCOPG, _PSYCOPG: _PSYCOPG, "sqlite": "sqlite"}


class SqliteConnection(sqlite3.Connection):
    """Knows its cursors. One that was not read to its end holds the database as it then was, behind the commit too:
    whoever gets the connection next would read what was."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cursors: list[weakref.ref[sqlite3.Cursor]] = []

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        """As every connection; it is remembered for as long as it lives."""
        made = super().cursor(factory)
        self._cursors.append(weakref.ref(made))
        return made

    def close_cursors(self) -> None:
        """At the end of a job, in the job's thread."""
        for one in self._cursors:
            if (cursor := one()) is not None:
                cursor.close()
        self._cursors.clear()


def database_url(address: str, data_dir: Path) -> URL:
    """Where the database is: `postgresql://...`, or a file in the data folder when no address is given.

    Raises `ConfigurationError`.
    """
    if not address:
        return URL.create("sqlite", database=str(data_dir / DATABASE_FILE))
    expected = "postgresql://user:password@host:5432/name, or sqlite:////path/to/file"
    try:
        url = make_url(address)
    except ArgumentError:
        # The address holds a password: it is not shown.
        raise ConfigurationError("cannot be read", field="OFFHOOK_DATABASE_URL", expected=expected) from None
    way = _WAYS.get(url.drivername)
    if way is None or not url.database:
        raise ConfigurationError(
            "no such database", field="OFFHOOK_DATABASE_URL", found=url.drivername, expected=expected
        )
    return url.set(drivername=way)


def is_sqlite(url: URL) -> bool:
    """The database is a file of this machine."""
    return url.drivername == "sqlite"


def file_of(url: URL) -> Path:
    """The file of an SQLite database."""
    return Path(url.database or "")


def open_engine(url: URL, *, connections: int, read_only: bool = False) -> Engine:
    """An engine for so many threads; each keeps its connection."""
    pool: type[Pool] = QueuePool
    options: dict[str, Any] = {
        "poolclass": pool, "pool_size": connections, "max_overflow": 0, "json_serializer": column_text,
        "json_deserializer": loads, "future": True,
    }  # fmt: skip
    if is_sqlite(url):
        return _sqlite(url, options, read_only)
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, **options)
    if read_only:
        engine = engine.execution_options(postgresql_readonly=True)
    return engine


def _sqlite(url: URL, options: dict[str, Any], read_only: bool) -> Engine:
    file = file_of(url)
    mode = "ro" if read_only else "rwc"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            f"{file.absolute().as_uri()}?mode={mode}", uri=True, check_same_thread=False, isolation_level=None,
            timeout=BUSY_MS / 1000, cached_statements=512, factory=SqliteConnection,
        )  # fmt: skip

    engine = create_engine("sqlite://", creator=connect, **options)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, record: object) -> None:
        pragmas = ["foreign_keys=ON", f"busy_timeout={BUSY_MS}", "temp_store=MEMORY"]
        if not read_only:
            pragmas += ["journal_mode=WAL", "synchronous=NORMAL", f"cache_size=-{CACHE_KB}"]
            # What is deleted is written over: what was said is not left on free pages.
            pragmas.append("secure_delete=ON")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A transaction that will write takes the lock at once: one that wants it halfway through fails, not waits.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
