"""Brings a backup back: what is there now is kept as a restore point, the backup is built, migrated and checked, and
only then put in its place. When anything fails, all is as it was.
"""

import asyncio
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from offhook import clock
from offhook.errors import ConfigurationError, OffhookError, StoreError
from offhook.platform.backup import (
    Manifest,
    default_file,
    make,
    put_objects,
    read_manifest,
    table_lines,
)
from offhook.settings import Settings
from offhook.store.archive import build, rows_of
from offhook.store.engine import database_url, file_of, is_sqlite, open_engine
from offhook.store.migrate import known, migrate, newest, require_known, revision
from offhook.store.tables.processes import PROCESSES

POINT: Final = "before-restore"
COPY_ENDING: Final = ".db"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    manifest: Manifest | None
    """None: it was a copy of a database file, a restore point."""
    point: Path | None
    """What was there before, to be restored in its turn; None: nothing was."""
    rows: int
    objects: int
    """That were brought back."""


def restore(settings: Settings, file: Path) -> Restored:
    """Bring back an archive of `offhook backup`, or a restore point. No server may run.

    Raises `ConfigurationError`, `StoreError`; then nothing has changed.
    """
    if not file.is_file():
        raise ConfigurationError("there is no such backup", file=str(file))
    url = database_url(settings.database_url.reveal(), settings.data_dir)
    try:
        if file.suffix == COPY_ENDING:
            return _of_copy(url, settings, file)
        manifest = read_manifest(file)
        _require_fit(file, manifest)
        with zipfile.ZipFile(file) as archive:
            place = _in_file if is_sqlite(url) else _in_server
            point = place(url, settings, manifest, archive)
            objects = asyncio.run(put_objects(settings, archive)) if manifest.has_objects else 0
        return Restored(manifest, point, sum(rows_of(url).values()), objects)
    except OffhookError:
        raise
    except (SQLAlchemyError, sqlite3.Error, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        cause = error.orig or error if isinstance(error, DBAPIError) else error
        told = "others use the database: stop every server first" if "LockNotAvailable" in repr(cause) else ""
        raise StoreError(
            f"the backup could not be restored, and nothing has changed: {told or type(cause).__name__}"
        ) from error


def _require_fit(file: Path, manifest: Manifest) -> None:
    if manifest.revision not in known():
        raise ConfigurationError(
            "the backup is of a newer Offhook: install that, or a newer one", file=str(file),
            found=f"version {manifest.version}, revision {manifest.revision}", expected=f"revision {newest()} or older",
        )  # fmt: skip


def _tables(manifest: Manifest, archive: zipfile.ZipFile) -> Iterator[tuple[str, int, Iterator[bytes]]]:
    return ((name, rows, table_lines(archive, name)) for name, rows in manifest.tables.items())


# ── a file ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _in_file(url: URL, settings: Settings, manifest: Manifest, archive: zipfile.ZipFile) -> Path | None:
    file = file_of(url)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_alone(file)
    made = _fresh(file)
    build(url.set(database=str(made)), manifest.revision, _tables(manifest, archive))
    return _swap(file, made, settings)


def _of_copy(url: URL, settings: Settings, copy: Path) -> Restored:
    if not is_sqlite(url):
        raise ConfigurationError(
            "is a copy of an SQLite file, and the database is PostgreSQL", file=str(copy), expected="an archive (.zip)"
        )
    file = file_of(url)
    _require_alone(file)
    made = _fresh(file)
    shutil.copyfile(copy, made)
    made.chmod(0o600)
    new = url.set(database=str(made))
    require_known(revision(new))
    migrate(new)
    rows = sum(rows_of(new).values())
    return Restored(None, _swap(file, made, settings), rows, 0)


def _fresh(file: Path) -> Path:
    """Where the restored database is made, beside its place."""
    made = file.with_name(f"{file.name}.restoring")
    for suffix in ("", "-wal", "-shm"):
        made.with_name(made.name + suffix).unlink(missing_ok=True)
    return made


def _swap(file: Path, made: Path, settings: Settings) -> Path | None:
    _alone(made)
    point: Path | None = None
    if file.exists():
        _require_alone(file)
        point = default_file(settings, POINT, COPY_ENDING)
        point.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(file, point)
        point.chmod(0o600)
    made.replace(file)
    return point


def _require_alone(file: Path) -> None:
    if file.exists() and not _alone(file):
        raise ConfigurationError("the database is in use: stop the server first", file=str(file))


def _alone(file: Path) -> bool:
    """Nobody else has the file open; what stands in its log of writes is in the file then."""
    connection = sqlite3.connect(file, timeout=1.0)
    try:
        # SQLite leaves this mode for nobody who is not alone, and comes back to it by itself.
        return bool(connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] == "delete")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


# ── a server ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _in_server(url: URL, settings: Settings, manifest: Manifest, archive: zipfile.ZipFile) -> Path | None:
    point: Path | None = None
    if revision(url):
        migrate(url)
        if alive := _alive(url):
            raise ConfigurationError(f"the database is in use by {', '.join(alive)}: stop every server first")
        point = make(settings, default_file(settings, POINT)).file
    build(url, manifest.revision, _tables(manifest, archive))
    return point


def _alive(url: URL) -> list[str]:
    """Processes whose lease is not over."""

    def read(connection: Connection) -> list[str]:
        found = select(PROCESSES.c.host, PROCESSES.c.pid).where(PROCESSES.c.lease_until > clock.wall_ms())
        return [f"{host}:{pid}" for host, pid in connection.execute(found)]

    engine = open_engine(url, connections=1, read_only=True)
    try:
        with engine.connect() as connection:
            return read(connection)
    finally:
        engine.dispose()
