"""Looks every hour whether the numbers at the carrier still turn to us, and keeps what differs."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, or_, select, update

from offhook import clock
from offhook.errors import OffhookError
from offhook.platform.checks import Check, Mark
from offhook.platform.numbers import Numbers
from offhook.store.store import Store
from offhook.store.tables.numbers import PHONE_NUMBERS

EVERY_MS: Final = 3_600_000
LOOK_S: Final = 60.0
"""How often it is asked whether a number's hour is over."""
AT_ONCE: Final = 50
MOST: Final = 50
_LOG: Final = logging.getLogger("offhook.numbers")


class NumberWatch:
    """One task of the process; several processes share the numbers between them."""

    def __init__(self, store: Store, numbers: Numbers, look_s: float = LOOK_S) -> None:
        self._store, self._numbers, self._look_s = store, numbers, look_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on."""
        self._task = asyncio.create_task(self._run(), name="numbers at the carrier")

    async def stop(self) -> None:
        """Look no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._look_s)
            try:
                await self.look()
            except OffhookError as error:
                _LOG.warning("the numbers were not looked at: %s", error)

    def checks(self, workspace: str) -> Iterator[Check]:
        """Of one workspace, for `/v1/health`. In a thread. Raises `StoreError`."""
        yield from of_numbers(self._store.write_now(lambda connection: drifted(connection, workspace)))

    async def look(self) -> None:
        """Those whose hour is over, each once however many processes look."""
        for workspace, key, looked_at, number in await self._store.read_wide(_due):
            is_ours = await self._store.write_wide(partial(_claim, key=key, looked_at=looked_at))
            if not is_ours:
                continue
            try:
                row = await self._numbers.check(workspace, key)
            except OffhookError as error:
                _LOG.warning("! %s could not be read at the carrier: %s", number, error)
            else:
                if row.drift:
                    changed = ", ".join(one["setting"] for one in row.drift)
                    _LOG.warning("! %s does not turn to us any more: %s was changed at the carrier; put it right with "
                                 "POST /v1/phone-numbers/%s/repair", number, changed, key)  # fmt: skip


def drifted(connection: Connection, workspace: str = "") -> list[tuple[str, str, str]]:
    """Numbers that do not turn to us any more, as of the last look: id, number, what was changed."""
    table = PHONE_NUMBERS.c
    where = [table.drift.is_not(None), *([table.workspace_id == workspace] if workspace else [])]
    rows = connection.execute(select(table.id, table.number, table.drift).where(*where).order_by(table.id).limit(MOST))
    # Nothing that differs is an empty list, or JSON's own null.
    return [(row.id, row.number, ", ".join(one["setting"] for one in row.drift)) for row in rows if row.drift]


def of_numbers(found: Sequence[tuple[str, str, str]]) -> Iterator[Check]:
    """A line for each of them; one line when there is none to tell of."""
    if not found:
        yield Check(Mark.GOOD, "numbers", "all turn to us at the carrier, as far as was seen")
    for key, number, changed in found:
        advice = f"put it right with POST /v1/phone-numbers/{key}/repair, or release the number"
        told = f"{number} does not turn to us any more: {changed} was changed at the carrier"
        yield Check(Mark.NOTE, "numbers", told, advice)


def _due(connection: Connection) -> list[Any]:
    table = PHONE_NUMBERS.c
    is_due = or_(table.looked_at.is_(None), table.looked_at < clock.wall_ms() - EVERY_MS)
    columns = select(table.workspace_id, table.id, table.looked_at, table.number)
    return list(connection.execute(columns.where(is_due).order_by(table.id).limit(AT_ONCE)))


def _claim(connection: Connection, key: str, looked_at: int | None) -> bool:
    table = PHONE_NUMBERS.c
    is_same = table.looked_at.is_(None) if looked_at is None else table.looked_at == looked_at
    found = connection.execute(update(PHONE_NUMBERS).where(table.id == key, is_same).values(looked_at=clock.wall_ms()))
    return found.rowcount > 0
