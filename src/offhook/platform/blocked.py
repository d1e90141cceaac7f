"""Numbers that are not put through: an exact one, or all that begin with one (`+4930*`). In memory for the desk."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from offhook import clock
from offhook.ids import new_id
from offhook.platform.audit import audit
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound
from offhook.store.schema import WORKSPACE
from offhook.store.scope import Actor, Change, Scope
from offhook.store.store import Store
from offhook.store.tables.calls import BLOCKED_NUMBERS

MOST_BLOCKED: Final = 10_000
"""Of one workspace."""
_WRITTEN: Final = re.compile(r"\+[1-9][0-9]{1,14}\*?")
_LONGEST: Final = 17
KIND: Final = "blocked_number"


class BlockedNumbers:
    """Of all workspaces. It is read again when it changes, and every few seconds for what others changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, frozenset[str]] = {}

    def has(self, workspace: str, number: str) -> bool:
        """This number is not put through."""
        known = self._known.get(workspace)
        if not known or not number:
            return False
        return number in known or any(f"{number[:length]}*" in known for length in range(2, len(number[:_LONGEST]) + 1))

    async def refresh(self) -> None:
        """Read all of it. Raises `StoreError`."""

        def job(connection: Connection) -> dict[str, set[str]]:
            found: dict[str, set[str]] = {}
            for row in connection.execute(select(BLOCKED_NUMBERS.c[WORKSPACE], BLOCKED_NUMBERS.c.number)):
                found.setdefault(row[0], set()).add(row[1])
            return found

        found = await self._store.read_wide(job)
        self._known = {workspace: frozenset(numbers) for workspace, numbers in found.items()}

    @staticmethod
    def concerns(changes: Iterable[Change]) -> bool:
        """One of the changes is of the list."""
        return any(change.kind == KIND for change in changes)

    async def part(self, workspace: str, limit: int, after: str) -> Sequence[Any]:
        """A part of the list, newest first."""
        c = BLOCKED_NUMBERS.c

        def job(scope: Scope) -> Sequence[Any]:
            wanted = scope.select(BLOCKED_NUMBERS).order_by(c.id.desc()).limit(limit)
            return scope.all(wanted.where(c.id < after) if after else wanted)

        return await self._store.read(workspace, job)

    async def add(self, workspace: str, number: str, note: str, actor: Actor) -> Any:
        """One more; the row. Raises `Invalid`, `Conflict`: it is there already, or there are too many."""
        plain = re.sub(r"[\s().\-/]", "", number)
        if not _WRITTEN.fullmatch(plain):
            detail = "expected a number with its country (`+4930123456`), or the beginning of numbers (`+4930*`)"
            raise Invalid([Flaw("/number", detail, "number")])
        key = new_id("blk")

        def job(scope: Scope) -> Any:
            if len(scope.all(scope.select(BLOCKED_NUMBERS.c.id).limit(MOST_BLOCKED))) >= MOST_BLOCKED:
                raise Conflict(f"{MOST_BLOCKED} numbers are blocked already", code=f"{KIND}.too_many")
            row = {"id": key, "number": plain, "note": note, "created_at": clock.wall_ms()}
            if not scope.insert_once(BLOCKED_NUMBERS, ["workspace_id", "number"], **row):
                raise Conflict(f"{plain} is blocked already", code=f"{KIND}.exists")
            audit(scope, f"{KIND}.added", KIND, key, after={"number": plain, "note": note})
            scope.tell(KIND, key)
            return scope.get(BLOCKED_NUMBERS, key)

        return await self._store.write(workspace, job, actor)

    async def remove(self, workspace: str, key: str, actor: Actor) -> None:
        """Put it through again. Raises `NotFound`."""

        def job(scope: Scope) -> None:
            row = scope.get(BLOCKED_NUMBERS, key)
            if row is None:
                raise NotFound(KIND, key)
            scope.delete(BLOCKED_NUMBERS, BLOCKED_NUMBERS.c.id == key)
            audit(scope, f"{KIND}.removed", KIND, key, before={"number": row.number, "note": row.note})
            scope.tell(KIND, key)

        await self._store.write(workspace, job, actor)
