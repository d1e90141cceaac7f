"""Databases for the platform's tests: each test runs on SQLite and on a real PostgreSQL."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher
from sqlalchemy.engine import URL

from offhook.platform import keys, passwords, vault
from offhook.settings import Secret
from tests.canaries import Canaries
from tests.platform_world import KINDS, World, in_world, new_database

T = TypeVar("T")
Play = Callable[[Callable[[World], Awaitable[Any]]], Any]


_SLOW = passwords._HASHER


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing, but for tests of what they cost."""
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def slow_passwords(quick_passwords: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes as the product makes them."""
    monkeypatch.setattr(passwords, "_HASHER", _SLOW)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """A database with all tables."""
    return new_database(request.param, tmp_path)


@pytest.fixture
def play_here(tmp_path: Path) -> Play:
    """As `play`, on SQLite alone: for what no database could change."""
    url = new_database("sqlite", tmp_path)
    return lambda act: in_world(url, tmp_path, act)


@pytest.fixture
def play(database: URL, tmp_path: Path) -> Play:
    """`play(act)` runs `act(world)` on the database."""
    return lambda act: in_world(database, tmp_path, act)


@pytest.fixture(autouse=True)
def no_secret_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Canaries]:
    """Every API key that a test made and every secret that it put into the vault is in no file and no log behind it."""
    canaries, make_key, put_in = Canaries(), keys.make_key, vault.Vault.put_in

    def made(kind: str) -> str:
        return canaries.add("an API key", make_key(kind))

    def put(self: vault.Vault, scope: Any, kind: str, name: str, secret: Secret, *more: Any, **named: Any) -> str:
        canaries.add(f"the {kind} {name}", secret.reveal())
        return put_in(self, scope, kind, name, secret, *more, **named)

    monkeypatch.setattr(keys, "make_key", made)
    monkeypatch.setattr(vault.Vault, "put_in", put)
    with caplog.at_level(logging.DEBUG, "offhook"):
        yield canaries
    assert not canaries.found_in("the log", caplog.text)
    assert not canaries.found_in_folder(tmp_path)
