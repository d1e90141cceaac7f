"""All rows of a database as lines of JSON, table by table, and back: the same for SQLite and PostgreSQL.

The first line of a table names its columns, each further one is a row. Rows are put into tables of the revision that
they were read at, and migrated from there: an archive of an older Offhook is restored by a newer one, on either
database.
"""

import base64
import contextlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO, Final

import msgspec
from sqlalchemy import JSON, Connection, LargeBinary, MetaData, Table, event, func, insert, inspect, select, text
from sqlalchemy.engine import URL, Engine

from offhook.errors import StoreError
from offhook.store import search
from offhook.store.engine import is_sqlite, open_engine
from offhook.store.json import column_text
from offhook.store.migrate import LOCK, newest, run_migrations
from offhook.store.schema import Json
from offhook.store.tables import METADATA

LEFT_OUT: Final = frozenset({"sessions", "login_links", "idempotency_keys", "processes"})
"""What must not come back: who has signed out stays so, a used link is used, a process of then is none of now."""
TOGETHER: Final = 1_000
"""Rows that are written at once."""
LOCK_MS: Final = 5_000
"""On PostgreSQL: tables that somebody holds for longer are in use."""

_FOREIGN_KEYS: Final = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text = ANY(:names)
"""
_INDEXES: Final = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid::regclass::text = ANY(:names)
AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""
"""Those that are no constraint's."""

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode

Open = Callable[[str], BinaryIO]
"""A place to write a table's lines to, by the table's name."""
Lines = Iterable[bytes]


def kept() -> list[Table]:
    """The tables of an archive, each behind those that it refers to."""
    return [table for table in METADATA.sorted_tables if table.name not in LEFT_OUT]


def dump(url: URL, open_table: Open) -> dict[str, int]:
    """All rows as they are at this moment; how many of each table. Blocks nobody."""
    engine = open_engine(url, connections=1, read_only=True)
    try:
        with _snapshot(engine, url) as connection:
            return {table.name: _dump(connection, table, open_table) for table in kept()}
    finally:
        engine.dispose()


def fingerprint(url: URL) -> str:
    """Of the master key that opens the secrets; empty when there are none."""
    table = METADATA.tables["master_keys"]
    engine = open_engine(url, connections=1, read_only=True)
    try:
        with engine.connect() as connection:
            found = select(table.c.fingerprint).order_by(table.c.version.desc()).limit(1)
            return connection.execute(found).scalar() or ""
    finally:
        engine.dispose()


def sample_calls(url: URL) -> int:
    """How many calls are there to be looked at, and were none."""
    table = METADATA.tables["calls"]
    engine = open_engine(url, connections=1, read_only=True)
    try:
        with engine.connect() as connection:
            found = select(func.count()).select_from(table).where(table.c.is_sample.is_(True))
            return int(connection.execute(found).scalar() or 0)
    finally:
        engine.dispose()


def build(url: URL, revision: str, tables: Iterable[tuple[str, int, Lines]]) -> None:
    """Make an SQLite file, or PostgreSQL's tables in place of those that are there, all of it or nothing.

    `tables`: names with how many rows there are to be, and the lines. Raises `StoreError` when it is not whole.
    """
    engine = open_engine(url, connections=1)
    try:
        with engine.connect() as connection:
            if is_sqlite(url):
                raw: Any = connection.connection.dbapi_connection
                raw.execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                if not is_sqlite(url):
                    _clear(connection)
                run_migrations(connection, revision)
                with _unhindered(connection):
                    for name, rows, lines in tables:
                        written = _load(connection, name, iter(lines))
                        if written != rows:
                            raise StoreError(f"the archive is not whole: {written} of {rows} rows of {name}")
                run_migrations(connection)
                search.rebuild(connection)
                _require_sound(connection)
    finally:
        engine.dispose()


def rows_of(url: URL) -> dict[str, int]:
    """How many rows each kept table has: what a restore is checked by."""
    engine = open_engine(url, connections=1, read_only=True)
    try:
        with engine.connect() as connection:
            return {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar() or 0
                for table in kept()
            }
    finally:
        engine.dispose()


def _snapshot(engine: Engine, url: URL) -> Any:
    if is_sqlite(url):
        return engine.begin()
    return engine.execution_options(isolation_level="REPEATABLE READ").begin()


def _dump(connection: Connection, table: Table, open_table: Open) -> int:
    count = 0
    with open_table(table.name) as file:
        file.write(_encode([str(column.name) for column in table.columns]) + b"\n")
        for rows in connection.execution_options(yield_per=TOGETHER).execute(select(table)).partitions():
            file.write(b"".join(_encode(tuple(row)) + b"\n" for row in rows))
            count += len(rows)
    return count


def _load(connection: Connection, name: str, lines: Iterator[bytes]) -> int:
    columns: list[str] = _decode(next(lines))
    table = _reflected(connection, name)
    if unknown := [column for column in columns if column not in table.c]:
        raise StoreError(f"the archive has columns of {name} that its revision has not: {', '.join(unknown)}")
    read = _reader(table, columns)
    if connection.dialect.name == "postgresql":
        return _copy(connection, table, columns, lines, read)
    statement, count = insert(table), 0
    while batch := [dict(zip(columns, read(line), strict=True)) for line in islice(lines, TOGETHER)]:
        connection.execute(statement, batch)
        count += len(batch)
    return count


def _reader(table: Table, columns: list[str]) -> Callable[[bytes], list[Any]]:
    """Gives the values of a line."""
    binary = [at for at, column in enumerate(columns) if isinstance(table.c[column].type, LargeBinary)]

    def read(line: bytes) -> list[Any]:
        values: list[Any] = _decode(line)
        for at in binary:
            if values[at] is not None:
                values[at] = base64.b64decode(values[at])
        return values

    return read


def _copy(
    connection: Connection, table: Table, columns: list[str], lines: Iterator[bytes], read: Callable[[bytes], list[Any]]
) -> int:
    """As PostgreSQL takes many rows, in a third of the time of inserts."""
    # Both are names of our own tables.
    names = ", ".join(f'"{column}"' for column in columns)
    documents = [at for at, column in enumerate(columns) if isinstance(table.c[column].type, JSON)]
    raw: Any = connection.connection.dbapi_connection
    count = 0
    with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for line in lines:
            values = read(line)
            for at in documents:
                if values[at] is not None:
                    values[at] = column_text(values[at])
            copy.write_row(values)
            count += 1
    return count


def _reflected(connection: Connection, name: str) -> Table:
    """As it is at the revision of the archive, which the tables of this program are ahead of."""
    table = Table(name, MetaData())

    def as_ours(inspector: Any, reflected: Any, column: Any) -> None:
        if isinstance(column["type"], JSON):
            column["type"] = Json

    event.listen(table, "column_reflect", as_ours)
    inspect(connection).reflect_table(table, None)
    return table


@contextlib.contextmanager
def _unhindered(connection: Connection) -> Iterator[None]:
    """PostgreSQL looks at foreign keys and indexes row by row, which is most of the time: made at the end, they are
    looked at once."""
    if connection.dialect.name != "postgresql":
        yield
        return
    ours = {"names": [table.name for table in METADATA.sorted_tables]}
    keys = connection.execute(text(_FOREIGN_KEYS), ours).all()
    for table, name, _ in keys:
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
    indexes = connection.execute(text(_INDEXES), ours).all()
    for name, _ in indexes:
        connection.execute(text(f"DROP INDEX {name}"))
    yield
    for _, definition in indexes:
        connection.execute(text(definition))
    for table, name, definition in keys:
        connection.execute(text(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'))


def _clear(connection: Connection) -> None:
    """Everything of ours, in this transaction: who uses it is waited for, and not for long."""
    connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MS}"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    # By name: the database may have tables of others.
    for table in (*METADATA.tables, search.TABLE, "alembic_version"):
        connection.execute(text(f'DROP TABLE IF EXISTS "{table}" CASCADE'))


def _require_sound(connection: Connection) -> None:
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found != newest():
        raise StoreError(f"the restored database is at revision {found}, not at {newest()}")
    if connection.dialect.name == "sqlite":
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise StoreError(f"a row of {broken[0]} would hang on nothing")
        checked = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if checked != "ok":
            raise StoreError("the restored database is not sound")
