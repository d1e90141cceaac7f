"""Brings the database's tables to what this program expects: forward only, on start, all of it or nothing.

An SQLite file is copied first and put back by itself when a step fails. PostgreSQL does all steps in one transaction,
behind a lock of its own, so that several processes that start together do it once.
"""

import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from offhook import __version__
from offhook.errors import ConfigurationError, StoreError
from offhook.store.engine import file_of, is_sqlite, open_engine
from offhook.store.search import create as create_search

if TYPE_CHECKING:
    from alembic.config import Config

LOCK: Final = 0x0FF_4004
"""Of PostgreSQL's advisory locks: ours."""
_LOG: Final = logging.getLogger("offhook.store")
FOLDER: Final = Path(__file__).parent / "migrations"


def known() -> list[str]:
    """The revisions that this program knows, oldest first: each file's name begins with its own."""
    return sorted(path.name.partition("_")[0] for path in FOLDER.glob("versions/[0-9]*.py"))


def newest() -> str:
    """The revision that this program expects."""
    return known()[-1]


def migrate(url: URL) -> str:
    """Bring the database forward; the revision that it had, empty for a new one.

    Raises `ConfigurationError` for a database that is newer than this program, `StoreError` when a step failed: then
    the database is as it was.
    """
    if is_sqlite(url):
        file_of(url).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_engine(url, connections=1)
    try:
        had = _had(engine)
        if had == newest():
            return had
        require_known(had)
        copy = _copied(url, had)
        try:
            _forward(url)
        except Exception as error:
            if copy is not None:
                engine.dispose()
                _put_back(file_of(url), copy)
            _LOG.exception("the database could not be brought from %s to %s", had or "nothing", newest())
            raise StoreError(
                f"the database could not be brought to this version and is as it was: {type(error).__name__}"
            ) from error
        if copy is not None:
            copy.unlink()
        return had
    finally:
        engine.dispose()


def _had(engine: Engine) -> str:
    try:
        with engine.connect() as connection:
            return _revision(connection)
    except DBAPIError as error:
        # The driver's own words may show the address, and with it a password.
        kind = type(error.orig).__name__
        raise StoreError(
            f"the database cannot be opened ({kind}): is it there, is there room, may it be written?"
        ) from error


def revision(url: URL) -> str:
    """The revision of a database, empty for a new one. Raises `StoreError`."""
    if is_sqlite(url) and not file_of(url).exists():
        return ""
    engine = open_engine(url, connections=1, read_only=True)
    try:
        with engine.connect() as connection:
            return _revision(connection)
    except SQLAlchemyError as error:
        # The driver's words may hold the address: only the kind of error is told.
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(f"the database cannot be read: {type(cause).__name__}") from error
    finally:
        engine.dispose()


def run_migrations(connection: Connection, to: str = "head") -> None:
    """Every step that is missing up to a revision, on this connection, which commits or does not."""
    # Imported here: most starts find nothing to do.
    from alembic import command

    # It tells each of its steps, which is no news for people.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    # Its tables differ from one database to the other, and can be made again from the calls.
    create_search(connection)


def _forward(url: URL) -> None:
    engine = open_engine(url, connections=1)
    try:
        with engine.connect() as connection:
            if is_sqlite(url):
                # To rewrite a table drops the old one: with foreign keys on, that deletes what hangs on its rows.
                raw: Any = connection.connection.dbapi_connection
                raw.execute("PRAGMA foreign_keys=OFF")
            with connection.begin():
                if not is_sqlite(url):
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                run_migrations(connection)
                if is_sqlite(url) and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise StoreError(f"a row of {broken[0]} would hang on nothing")
    finally:
        engine.dispose()


def require_known(had: str) -> None:
    """Raises `ConfigurationError` for the revision of a newer program."""
    if had and had not in known():
        raise ConfigurationError(
            "the database is newer than this program: install the version that made it, or a newer one",
            field="database",
            found=f"revision {had}",
            expected=f"revision {newest()}, that of Offhook {__version__}, or an older one",
        )


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def _copied(url: URL, had: str) -> Path | None:
    """Beside the file, until the steps are done."""
    if not is_sqlite(url) or not had:
        return None
    file = file_of(url)
    copy = file.with_name(f"{file.name}.before-{newest()}")
    copy.unlink(missing_ok=True)
    with sqlite3.connect(file) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    connection.close()
    copy.chmod(0o600)
    return copy


def _put_back(file: Path, copy: Path) -> None:
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    copy.replace(file)


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config
