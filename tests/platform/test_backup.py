"""Backup and restore: what comes back is what was there, on either database, from an older version, or nothing."""

import asyncio
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.engine import URL

from offhook.errors import ConfigurationError, StoreError
from offhook.platform.backup import default_file, make, read_manifest
from offhook.platform.restore import restore
from offhook.settings import Settings
from offhook.store import migrate as migrating
from offhook.store.archive import LEFT_OUT, kept, rows_of
from offhook.store.engine import database_url, open_engine
from offhook.store.json import dumps
from offhook.store.objects import Objects
from offhook.store.schema import WORKSPACES
from offhook.store.tables import METADATA
from offhook.store.tables.agents import AGENT_VERSIONS, AGENTS
from offhook.store.tables.calls import CALL_LINES, CALLS
from offhook.store.tables.people import SESSIONS, USERS
from offhook.store.tables.vault import MASTER_KEYS, SECRETS
from tests.platform_world import KINDS, empty_database, new_database, settings_for

SEALED = bytes(range(256))
DOCUMENT = {"name": "Jo", "greeting": "Grüß Gott 🙂", "list": [1, 2.5, None, True], "empty": {}}


def fill(connection: Connection, calls: int = 3) -> None:
    """Some of everything that a column can hold."""
    at = {"workspace_id": "ws_1", "created_at": 1, "updated_at": 2}
    connection.execute(insert(WORKSPACES).values(id="ws_1", name="Ours", settings={"a": None}, created_at=1))
    connection.execute(insert(USERS).values(id="user_1", email="a@b.c", name="A", created_at=1))
    connection.execute(insert(AGENTS).values(id="agent_1", name="Jo", draft=DOCUMENT, revision=1, managed_by="", **at))
    version = {"workspace_id": "ws_1", "agent_id": "agent_1", "number": 1, "digest": "d", "created_by": ""}
    connection.execute(insert(AGENT_VERSIONS).values(document=DOCUMENT, created_at=1, **version))
    connection.execute(
        insert(MASTER_KEYS).values(version=1, nonce=b"n", check=SEALED, fingerprint="ab12-cd34", created_at=1)
    )
    secret = {"id": "sec_1", "kind": "provider_key", "name": "openai", "key_version": 1, "last_four": "c2"}
    connection.execute(insert(SECRETS).values(wrapped_key=b"\0\xff", sealed=SEALED, **secret, **at))
    session = {
        "id_hash": "h",
        "way": "password",
        "user_id": "user_1",
        "workspace_id": "ws_1",
        "seen_at": 1,
        "expires_at": 9,
    }
    connection.execute(insert(SESSIONS).values(created_at=1, **session))
    call = {
        "workspace_id": "ws_1", "kind": "phone", "direction": "inbound", "status": "ended", "from_number": "+1",
        "to_number": "+2", "created_at": 5, "variables": {"name": "Ann\u2028"}, "metadata": {}, "warnings": [],
        "is_sample": False, "cost_nano": 13_200_000,
    }  # fmt: skip
    connection.execute(insert(CALLS), [{"id": f"call_{n:05d}", **call} for n in range(calls)])
    line = {"workspace_id": "ws_1", "call_id": "call_00000", "sequence": 1, "at_s": 0.1, "kind": "x"}
    connection.execute(insert(CALL_LINES).values(body=b"{}\n", **line))


def everything(url: URL) -> dict[str, list[Any]]:
    """All kept rows, in an order that does not depend on the database."""
    engine = open_engine(url, connections=1)
    with engine.connect() as connection:
        found = {
            table.name: sorted(dumps(list(row)) for row in connection.execute(select(*table.columns)))
            for table in METADATA.sorted_tables
        }
    engine.dispose()
    return found


def filled(url: URL) -> URL:
    engine = open_engine(url, connections=1)
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    return url


def changed(url: URL) -> None:
    engine = open_engine(url, connections=1)
    with engine.begin() as connection:
        connection.execute(text("UPDATE agents SET name = 'other'"))
        connection.execute(text("DELETE FROM calls WHERE id = 'call_00001'"))
    engine.dispose()


@pytest.fixture
def settings(database: URL, tmp_path: Path) -> Settings:
    return settings_for(filled(database), tmp_path)


def url_of(settings: Settings) -> URL:
    return database_url(settings.database_url.reveal(), settings.data_dir)


def test_what_was_there_comes_back(settings: Settings) -> None:
    url = url_of(settings)
    before = everything(url)
    made = make(settings, default_file(settings))
    assert made.file.stat().st_mode & 0o777 == 0o600
    assert made.manifest.tables["calls"] == 3 and made.manifest.vault_fingerprint == "ab12-cd34"
    assert read_manifest(made.file) == made.manifest
    changed(url)
    other = everything(url)
    done = restore(settings, made.file)
    after = everything(url)
    assert {name: rows for name, rows in after.items() if name not in LEFT_OUT} == {
        name: rows for name, rows in before.items() if name not in LEFT_OUT
    }
    assert before["sessions"] and not after["sessions"]
    # And what was there in between is not lost.
    assert done.point is not None and done.point.stat().st_mode & 0o777 == 0o600
    restore(settings, done.point)
    assert everything(url)["agents"] == other["agents"] and len(everything(url)["calls"]) == 2


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_into_an_empty_place_of_either_kind(source: str, target: str, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    old = settings_for(filled(new_database(source, ours)), ours)
    asyncio.run(Objects.open("", ours / "objects").put("ws_1/calls/call_1/recording.wav", b"RIFF"))
    made = make(old, tmp_path / "moved.zip", with_objects=True)
    with empty_database(target, theirs) as url:
        done = restore(settings_for(url, theirs), made.file)
        assert done.point is None and done.objects == 1
        before, after = everything(url_of(old)), everything(url)
    assert {name for name, rows in after.items() if rows} == {name for name, rows in before.items() if rows} - LEFT_OUT
    assert all(after[table.name] == before[table.name] for table in kept())
    found = asyncio.run(Objects.open("", theirs / "objects").get("ws_1/calls/call_1/recording.wav"))
    assert found == b"RIFF"


NEXT = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0099", "{before}"


def upgrade() -> None:
    with op.batch_alter_table("agents") as table:
        table.add_column(sa.Column("colour", sa.String(20), nullable=False, server_default="blue"))
    {more}
"""


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`next_version(more)`: from now on the program is one that knows a further revision."""

    def step(more: str = "") -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(migrating.FOLDER, folder)
        (folder / "versions/0099_next.py").write_text(NEXT.format(before=migrating.newest(), more=more))
        monkeypatch.setattr(migrating, "FOLDER", folder)

    return step


def test_an_older_version_is_brought_forward(settings: Settings, next_version: Any) -> None:
    url = url_of(settings)
    made = make(settings, default_file(settings))
    next_version()
    restore(settings, made.file)
    engine = open_engine(url, connections=1)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name, colour FROM agents")).all() == [("Jo", "blue")]
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "0099"
    engine.dispose()


def test_a_step_that_fails_leaves_all_as_it_was(settings: Settings, next_version: Any) -> None:
    made = make(settings, default_file(settings))
    url = url_of(settings)
    changed(url)
    before = everything(url)
    next_version("raise ValueError('no')" if url.drivername == "sqlite" else "op.execute('SELECT 1 / 0')")
    with pytest.raises((StoreError, ValueError)):
        restore(settings, made.file)
    assert everything(url) == before


@pytest.mark.parametrize("lost", ["rows", "table", "manifest", "newer"])
def test_an_archive_that_is_not_whole_changes_nothing(settings: Settings, lost: str, tmp_path: Path) -> None:
    made, broken, url = make(settings, default_file(settings)), tmp_path / "broken.zip", url_of(settings)
    with zipfile.ZipFile(made.file) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if lost == "rows" and name == "tables/calls.jsonl":
                data = b"\n".join(data.splitlines()[:-1])
            if (lost, name) in (("table", "tables/agents.jsonl"), ("manifest", "manifest.json")):
                continue
            new.writestr(name, data.replace(b'"0001"', b'"9999"') if lost == "newer" else data)
    before = everything(url)
    with pytest.raises((StoreError, ConfigurationError)):
        restore(settings, broken)
    assert everything(url) == before


def test_a_file_in_use_is_left_alone(tmp_path: Path) -> None:
    settings = settings_for(filled(new_database("sqlite", tmp_path)), tmp_path)
    made = make(settings, default_file(settings))
    other = sqlite3.connect(tmp_path / "offhook.db")
    other.execute("SELECT * FROM agents").fetchall()
    with pytest.raises(ConfigurationError, match="in use"):
        restore(settings, made.file)
    other.close()
    restore(settings, made.file)


def test_a_backup_is_made_while_others_write(tmp_path: Path) -> None:
    settings = settings_for(filled(new_database("sqlite", tmp_path)), tmp_path)
    other = sqlite3.connect(tmp_path / "offhook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE agents SET name = 'not yet'")
    made = make(settings, tmp_path / "now.zip")
    other.execute("ROLLBACK")
    other.close()
    assert b"not yet" not in zipfile.ZipFile(made.file).read("tables/agents.jsonl")


def test_no_file_is_written_over_and_no_half_is_left(tmp_path: Path) -> None:
    settings = settings_for(filled(new_database("sqlite", tmp_path)), tmp_path)
    file = tmp_path / "a.zip"
    make(settings, file)
    with pytest.raises(ConfigurationError, match="written over"):
        make(settings, file)
    file.unlink()
    with sqlite3.connect(tmp_path / "offhook.db") as connection:
        connection.execute("DROP TABLE call_turns")
    with pytest.raises(StoreError):
        make(settings, file)
    assert [path for path in tmp_path.iterdir() if ".zip" in path.name] == []


def test_two_in_one_second_are_two(settings: Settings) -> None:
    files = [make(settings, default_file(settings)).file for _ in range(2)]
    assert len({file.name for file in files}) == 2 and all(file.exists() for file in files)
    points = [restore(settings, file).point for file in files]
    assert None not in points and len(set(points)) == 2


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    assert set(METADATA.tables) >= LEFT_OUT


def test_a_manifest_says_what_it_is(settings: Settings) -> None:
    manifest = make(settings, default_file(settings)).manifest
    assert manifest.revision == migrating.newest()
    assert rows_of(url_of(settings)) == manifest.tables
    assert manifest.database == ("sqlite" if url_of(settings).drivername == "sqlite" else "postgresql")
    assert not manifest.has_objects
