"""Databases for the platform's tests: each test runs on SQLite and on a real PostgreSQL."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher
from sqlalchemy.engine import URL

from offhook.platform import passwords
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
