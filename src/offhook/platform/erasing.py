"""What database and objects hold of one caller or one call, and taking it away.

The rows of a call are those of every table with a `call_id`: a new one needs nothing here. What of a caller stands in
no call is named below; a test asks for each new table whether it is such a one.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from offhook import clock
from offhook.call.records.erase import LIVE_DAYS, Wanted, plain_number
from offhook.platform.audit import audit
from offhook.platform.backup import FOLDER
from offhook.platform.call_keeping import forget_call, tables_of_calls
from offhook.platform.folding import DAY_MS
from offhook.settings import Settings
from offhook.store.engine import database_url, file_of, is_sqlite
from offhook.store.migrate import migrate
from offhook.store.objects import Objects
from offhook.store.schema import WORKSPACES
from offhook.store.scope import Actor, Scope
from offhook.store.search import forget_for_good
from offhook.store.store import Store
from offhook.store.tables.agents import REHEARSALS
from offhook.store.tables.calls import BLOCKED_NUMBERS, CALL_OBJECTS, CALLS, REFUSED_CALLS
from offhook.store.tables.insight import CALL_FIGURES
from offhook.store.tables.people import AUDIT_EVENTS
from offhook.store.tables.tests import AGENT_TESTS, TEST_RUNS

MACHINE: Final = Actor("system", "", "offhook erase")
ERASED: Final = "(erased)"
_PAGE: Final = 5_000
"""Rows that are looked at in one step."""
_SLOW_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call of which the store has a row."""

    workspace: str
    id: str
    carrier_sid: str
    party: str
    """The number of the other side."""
    status: str
    is_over: bool
    """It has ended, and its record is made or never will be."""
    rows: int
    objects: tuple[tuple[str, int], ...]
    """Their keys, and how many bytes each has."""
    vendors: frozenset[str]
    """Providers that heard or said something of it."""
    tools: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stored:
    """All that was found."""

    calls: tuple[StoredCall, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """Workspace and id of calls that were not taken."""
    audited: tuple[tuple[str, str], ...] = ()
    """Workspace and id of changes on record that name the number."""
    blocked: tuple[str, ...] = ()
    """Ids of blocks of the number: they are left."""

    @property
    def names(self) -> frozenset[str]:
        """By which the calls are named elsewhere."""
        return frozenset(name for call in self.calls for name in (call.id, call.carrier_sid) if name)


@dataclass(slots=True)
class Erasing:
    """Of this installation: `open`, `find`, then one after the other, `close`."""

    store: Store
    objects: Objects
    data_dir: Path
    _workspaces: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, settings: Settings) -> "Erasing | None":
        """None: there is no database yet. Raises `ConfigurationError`, `StoreError`."""
        url = database_url(settings.database_url.reveal(), settings.data_dir)
        if is_sqlite(url) and not file_of(url).is_file():
            return None
        await asyncio.to_thread(migrate, url)
        objects = Objects.open(settings.objects_url.reveal(), settings.data_dir / "objects")
        return cls(Store(url), objects, settings.data_dir)

    def close(self) -> None:
        """May block."""
        self.store.close()

    # ── looking ──────────────────────────────────────────────────────────────────────────────────────────────

    async def find(self, wanted: Wanted) -> Stored:
        """Look for them in all workspaces. Raises `StoreError`."""

        def workspaces(connection: Connection) -> list[str]:
            return list(connection.execute(select(WORKSPACES.c.id)).scalars())

        self._workspaces = await self.store.read_wide(workspaces)
        found = [row async for row in self._rows(CALLS) if _is_of(row, wanted)]
        again = await self._said_again({row.id for row in found})
        found += [row async for row in self._rows(CALLS) if row.id in again] if again else []
        calls = tuple([await self._looked_at(row) for row in found])
        refused = () if wanted.call else tuple(
            [(row.workspace_id, row.id) async for row in self._rows(REFUSED_CALLS)
             if _is(row.from_number, wanted) or _is(row.to_number, wanted)]
        )  # fmt: skip
        blocked = () if wanted.call else tuple(
            [row.id async for row in self._rows(BLOCKED_NUMBERS) if _is(row.number, wanted)]
        )  # fmt: skip
        names = {call.id for call in calls}
        audited = tuple(
            [(row.workspace_id, row.id) async for row in self._rows(AUDIT_EVENTS)
             if _names_it(row, names, wanted) and row.object_id not in blocked]
        )  # fmt: skip
        return Stored(calls, refused, audited, blocked)

    async def _said_again(self, calls: set[str]) -> set[str]:
        """Calls of tests that were copied of these: the caller's words are said in them too."""

        def job(connection: Connection) -> set[str]:
            joined = TEST_RUNS.join(AGENT_TESTS, AGENT_TESTS.c.id == TEST_RUNS.c.test_id)
            rows = connection.execute(select(AGENT_TESTS.c.call_id, TEST_RUNS.c.made_call_id).select_from(joined))
            return {made for copied, made in rows if copied in calls and made}

        return await self.store.read_wide(job, within_s=_SLOW_S) - calls if calls else set()

    async def _rows(self, table: Table) -> Any:
        """Every row, a part at a time."""
        after = ""
        while True:

            def job(connection: Connection, after: str = after) -> Sequence[Any]:
                part = select(table).where(table.c.id > after).order_by(table.c.id).limit(_PAGE)
                return connection.execute(part).all()

            rows = await self.store.read_wide(job, within_s=_SLOW_S)
            for row in rows:
                yield row
            if len(rows) < _PAGE:
                return
            after = rows[-1].id

    async def _looked_at(self, row: Any) -> StoredCall:
        def job(scope: Scope) -> tuple[int, list[tuple[str, int]]]:
            counts = [len(scope.all(scope.select(table.c.call_id).where(table.c.call_id == row.id)))
                      for table in tables_of_calls()]  # fmt: skip
            kept = CALL_OBJECTS.c
            named = scope.all(scope.select(kept.key, kept.bytes).where(kept.call_id == row.id))
            return 1 + sum(counts), [(one.key, one.bytes) for one in named]

        rows, named = await self.store.read(row.workspace_id, job)
        known = {key for key, _ in named}
        # Those that were put there by a process that died before it wrote their rows.
        async for key in self.objects.keys(f"{row.workspace_id}/calls/{row.id}"):
            if key not in known:
                named.append((key, await self.objects.size(key) or 0))
        detail = row.detail if isinstance(row.detail, dict) else {}
        tools = detail.get("tools") or []
        is_late = (row.ended_at or row.created_at) < clock.wall_ms() - LIVE_DAYS * DAY_MS
        return StoredCall(
            workspace=row.workspace_id, id=row.id, carrier_sid=row.carrier_sid, party=_party(row), status=row.status,
            is_over=row.status == "ended" and (row.detail is not None or is_late), rows=rows, objects=tuple(named),
            vendors=frozenset(_vendors(detail)), tools=frozenset(str(tool.get("name", "")) for tool in tools),
        )  # fmt: skip

    # ── taking away ──────────────────────────────────────────────────────────────────────────────────────────

    async def erase_call(self, call: StoredCall) -> None:
        """Its rows, its objects, its words in the index. Raises `StoreError`."""
        await self.objects.delete(*(key for key, _ in call.objects))
        await self.store.write(call.workspace, _forget(call.id), MACHINE, within_s=_SLOW_S)

    async def erase_others(self, found: Stored) -> tuple[int, int]:
        """Refused calls, and the number in changes on record; how many. Raises `StoreError`."""
        refused = audited = 0
        for workspace in self._workspaces:

            def job(scope: Scope, workspace: str = workspace) -> tuple[int, int]:
                gone = sum(
                    scope.delete(REFUSED_CALLS, REFUSED_CALLS.c.id == key)
                    for whose, key in found.refused if whose == workspace
                )  # fmt: skip
                blotted = sum(
                    scope.update(AUDIT_EVENTS, AUDIT_EVENTS.c.id == key, before=None, after={"was": ERASED})
                    for whose, key in found.audited if whose == workspace
                )  # fmt: skip
                return gone, blotted

            gone, blotted = await self.store.write(workspace, job, MACHINE, within_s=_SLOW_S)
            refused, audited = refused + gone, audited + blotted
        return refused, audited

    async def settle(self) -> bool:
        """Leave nothing of it in the database's own files; False: somebody reads, and it will be later. PostgreSQL sees
        to that itself, with its next vacuum. Raises `StoreError`."""
        if not self.store.is_sqlite:
            return True
        is_first = True
        while not await self.store.write_wide(partial(forget_for_good, is_first=is_first), within_s=_SLOW_S):
            is_first = False
        return await asyncio.to_thread(self.store.empty_log)

    # ── what is left ─────────────────────────────────────────────────────────────────────────────────────────

    def backups(self) -> list[Path]:
        """Backups and restore points in the data folder. Raises `OSError`."""
        folder = self.data_dir / FOLDER
        return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def _forget(call_id: str) -> Callable[[Scope], None]:
    def job(scope: Scope) -> None:
        forget_call(scope, call_id)
        # What was typed to a draft may go on from what the caller said; it is kept for a day at most.
        scope.delete(REHEARSALS)
        scope.delete(AGENT_TESTS, AGENT_TESTS.c.call_id == call_id)
        # Of sums its part stays: nothing in them says whose it was.
        scope.delete(CALL_FIGURES, CALL_FIGURES.c.call_id == call_id)
        audit(scope, "call.erased", "call", call_id)
        scope.tell("call", call_id)

    return job


def _party(row: Any) -> str:
    return str(row.to_number if row.direction == "outbound" else row.from_number)


def _is(number: str, wanted: Wanted) -> bool:
    return bool(number) and plain_number(number) == plain_number(wanted.number)


def _is_of(row: Any, wanted: Wanted) -> bool:
    if wanted.call:
        return wanted.call in (row.id, row.carrier_sid) or row.id in wanted.names or wanted.call.endswith(f"-{row.id}")
    return _is(_party(row), wanted)


def _names_it(row: Any, calls: set[str], wanted: Wanted) -> bool:
    """A change of one of the calls that tells more than its id, or one that names the number."""
    told = [value for side in (row.before, row.after) if isinstance(side, dict) for value in side.values()]
    if row.object_id in calls:
        return bool(told)
    return not wanted.call and any(isinstance(value, str) and _is(value, wanted) for value in told)


def _vendors(detail: dict[str, Any]) -> Iterator[str]:
    providers = detail.get("providers")
    for labels in providers.values() if isinstance(providers, dict) else ():
        for label in labels if isinstance(labels, list) else [labels]:
            yield str(label).split(" ")[0]
