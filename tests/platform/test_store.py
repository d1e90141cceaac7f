"""The store: transactions, workspaces that cannot be crossed, deadlines, migrations."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.engine import URL

from offhook.errors import ConfigurationError, StoreBusy, StoreError
from offhook.ids import id_at, new_id
from offhook.store import migrate as migrations
from offhook.store.engine import database_url, open_engine
from offhook.store.schema import METADATA, is_scoped
from offhook.store.scope import CrossingError, Scope
from offhook.store.search import is_ours
from offhook.store.store import READERS
from offhook.store.tables.people import API_KEYS, AUDIT_EVENTS, IDEMPOTENCY
from tests.platform.conftest import Play
from tests.platform_world import KINDS, World, empty_database


def note(scope: Scope, key: str, action: str = "test.done") -> None:
    scope.insert(
        AUDIT_EVENTS, id=key, at=1, actor_kind="system", actor_id="", actor_name="", action=action, object_kind="test",
        object_id="", before=None, after={"a": 1},
    )  # fmt: skip


def test_what_a_job_wrote_is_there_and_what_a_failed_one_wrote_is_not(play: Play) -> None:
    async def act(world: World) -> None:
        store, ours = world.platform.store, world.workspace
        await store.write(ours, lambda scope: note(scope, "aud_1"))

        def fails(scope: Scope) -> None:
            note(scope, "aud_2")
            raise ValueError("in the middle")

        with pytest.raises(ValueError, match="in the middle"):
            await store.write(ours, fails)
        found = await store.read(ours, lambda scope: scope.all(scope.select(AUDIT_EVENTS.c.id, AUDIT_EVENTS.c.after)))
        assert ("aud_1", {"a": 1}) in [tuple(row) for row in found]
        assert "aud_2" not in [row.id for row in found]

    play(act)


def test_a_scope_sees_and_changes_its_own_workspace_alone(play: Play) -> None:
    async def act(world: World) -> None:
        store, ours = world.platform.store, world.workspace
        theirs, _ = await world.other()
        await store.write(theirs, lambda scope: note(scope, "aud_theirs"))

        def reach(scope: Scope) -> Any:
            assert scope.get(AUDIT_EVENTS, "aud_theirs") is None
            assert scope.update(AUDIT_EVENTS, AUDIT_EVENTS.c.id == "aud_theirs", action="x") == 0
            assert scope.delete(AUDIT_EVENTS) >= 1
            assert not scope.put(AUDIT_EVENTS, ["id"], id="aud_theirs", at=1, actor_kind="", actor_id="", actor_name="",
                                 action="stolen", object_kind="", object_id="")  # fmt: skip

        await store.write(ours, reach)
        row = await store.read(theirs, lambda scope: scope.get(AUDIT_EVENTS, "aud_theirs"))
        assert row is not None and row.action == "test.done"

    play(act)


def test_what_was_written_is_told_on_every_database(play: Play) -> None:
    async def act(world: World) -> None:
        values = {"body_hash": "b", "created_at": 1}

        def write(scope: Scope) -> list[bool]:
            once = [scope.insert_once(IDEMPOTENCY, ["request_hash"], request_hash="a", **values) for _ in range(2)]
            return [*once, *(scope.put(IDEMPOTENCY, ["request_hash"], request_hash=key, **values) for key in "ac")]

        assert await world.platform.store.write(world.workspace, write) == [True, False, True, True]

    play(act)


@pytest.mark.parametrize(
    "cross",
    [
        lambda scope: scope.all(select(AUDIT_EVENTS)),
        lambda scope: scope.all(
            scope.select(AUDIT_EVENTS.c.id).join(API_KEYS, API_KEYS.c.id == AUDIT_EVENTS.c.actor_id)
        ),
        lambda scope: scope.all(scope.select(AUDIT_EVENTS.c.id).where(AUDIT_EVENTS.c.id == API_KEYS.c.id)),
        lambda scope: scope.all(scope.select(AUDIT_EVENTS.c.id).where(AUDIT_EVENTS.c.id.in_(select(API_KEYS.c.id)))),
        lambda scope: scope.all(scope.select(AUDIT_EVENTS.alias().c.id)),
        lambda scope: scope.all(Scope(scope._connection, "ws_else").select(AUDIT_EVENTS)),
        lambda scope: scope.insert(AUDIT_EVENTS, workspace_id="ws_else", id="aud_x"),
        lambda scope: scope.text("SELECT id FROM audit_events"),
    ],
)
def test_a_query_without_its_workspace_cannot_be_written(play: Play, cross: Any) -> None:
    async def act(world: World) -> None:
        with pytest.raises(CrossingError):
            await world.platform.store.write(world.workspace, cross)

    play(act)


def test_a_query_that_takes_too_long_is_stopped(play: Play) -> None:
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 1000000000) "
        "SELECT count(*) FROM n WHERE :workspace != ''",
        "postgresql": "SELECT pg_sleep(20) WHERE :workspace != ''",
    }

    async def act(world: World) -> None:
        store = world.platform.store
        with pytest.raises(StoreBusy):
            await store.read(world.workspace, lambda scope: scope.text(slow[scope.dialect]), within_s=0.2)
        assert await store.read(world.workspace, lambda scope: scope.scalar(scope.select(API_KEYS.c.id))) is not None

    play(act)


def test_a_job_that_reads_half_does_not_hold_the_next_one_back(play: Play) -> None:
    """In SQLite an open cursor keeps its view of the database beyond the commit."""

    async def act(world: World) -> None:
        store, ours = world.platform.store, world.workspace

        def fill(scope: Scope) -> None:
            for number in range(9):
                note(scope, f"aud_{number}")

        await store.write(ours, fill)
        kept: list[Any] = []

        def half(connection: Connection) -> None:
            found = connection.execute(select(AUDIT_EVENTS.c.id))
            found.fetchone()
            kept.append(found)

        for _ in range(READERS):
            await store.read_wide(half)
        await store.write(ours, lambda scope: note(scope, "aud_new"))
        for _ in range(READERS):
            assert await store.read(ours, lambda scope: scope.get(AUDIT_EVENTS, "aud_new")) is not None

    play(act)


def test_readers_cannot_write(play: Play) -> None:
    async def act(world: World) -> None:
        with pytest.raises(StoreError):
            await world.platform.store.read(world.workspace, lambda scope: note(scope, "aud_1"))

    play(act)


def test_changes_are_told_after_the_commit_and_not_after_a_failure(play: Play) -> None:
    async def act(world: World) -> None:
        store, told = world.platform.store, []  # type: ignore[var-annotated]
        store.on_changes = told.extend

        def change(scope: Scope) -> None:
            note(scope, new_id("aud"))
            scope.tell("agent", "agent_1")

        def fail(scope: Scope) -> None:
            scope.tell("agent", "agent_2")
            raise ValueError

        await store.write(world.workspace, change)
        with pytest.raises(ValueError):
            await store.write(world.workspace, fail)
        assert [(one.workspace, one.kind, one.id) for one in told] == [(world.workspace, "agent", "agent_1")]

    play(act)


def test_the_migrations_make_the_tables_that_the_code_has(database: URL) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_engine(database, connections=1)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={
            "compare_type": True, "compare_server_default": False,
            "include_name": lambda name, kind, parents: kind != "table" or not is_ours(name),
        })  # fmt: skip
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_that_is_newer_is_refused_with_what_to_do(kind: str, tmp_path: Path) -> None:
    with empty_database(kind, tmp_path) as url:
        assert migrations.migrate(url) == ""
        assert migrations.migrate(url) == migrations.newest()
        engine = open_engine(url, connections=1)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        with pytest.raises(ConfigurationError, match="install the version that made it"):
            migrations.migrate(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_migration_that_fails_leaves_the_database_as_it_was(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty_database(kind, tmp_path) as url:
        migrations.migrate(url)
        engine = open_engine(url, connections=1)
        with engine.begin() as connection:
            connection.execute(
                text("INSERT INTO workspaces (id, name, settings, created_at) VALUES ('ws_1', 'a', '{}', 1)")
            )
        engine.dispose()

        def broken(connection: Any) -> None:
            connection.execute(text("DELETE FROM workspaces"))
            connection.execute(text("CREATE TABLE half (a INTEGER)"))
            raise RuntimeError("a step failed")

        monkeypatch.setattr(migrations, "newest", lambda: "0002_next")
        monkeypatch.setattr(migrations, "run_migrations", broken)
        with pytest.raises(StoreError, match="as it was"):
            migrations.migrate(url)
        engine = open_engine(url, connections=1)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT id FROM workspaces")).scalar() == "ws_1"
            assert not inspect(connection).has_table("half")
        engine.dispose()


def test_every_table_belongs_to_a_workspace_or_says_why_not() -> None:
    wide = {table.name for table in METADATA.tables.values() if not is_scoped(table)}
    assert wide == {"workspaces", "users", "sessions", "login_links", "master_keys", "processes"}


def test_many_jobs_at_once_all_come_through(play: Play) -> None:
    async def act(world: World) -> None:
        store = world.platform.store
        jobs = [store.write(world.workspace, partial(note, key=f"aud_{n:03}")) for n in range(100)]
        reads = [
            store.read(world.workspace, lambda scope: scope.all(scope.select(AUDIT_EVENTS.c.id))) for _ in range(50)
        ]
        await asyncio.gather(*jobs, *reads)
        found = await store.read(world.workspace, lambda scope: scope.all(scope.select(AUDIT_EVENTS.c.id)))
        assert len({row.id for row in found} & {f"aud_{n:03}" for n in range(100)}) == 100

    play(act)


@pytest.mark.parametrize("address", ["mysql://root@host/name", "postgresql://host", "nonsense", "://"])
def test_an_address_that_is_no_database_is_refused_without_showing_it(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="OFFHOOK_DATABASE_URL") as caught:
        database_url(address.replace("host", "user:s3cret@host"), tmp_path)
    assert "s3cret" not in str(caught.value)


def test_ids_sort_by_their_time() -> None:
    first, second = new_id("call"), new_id("call")
    assert first.startswith("call_") and len(first) == 31 and first[:15] <= second[:15]
    assert id_at("call", 1_600_000_000_000) < first < id_at("call", 4_000_000_000_000)
