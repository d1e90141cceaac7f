"""Calls for tests of the platform: their records are told what a real one was told, without a telephone."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from offhook import clock
from offhook.call.journal import Briefing, Header, Line, read_header, read_lines
from offhook.call.records.files import FileRecords
from offhook.call.records.port import Record
from offhook.core.commands import Command
from offhook.core.events import Event
from offhook.ids import new_id
from offhook.platform.records import CallRecords
from offhook.store.scope import Scope
from offhook.store.tables.calls import CALL_LINES, CALLS
from tests.platform.test_line_up import add_agent
from tests.platform_world import World
from tests.rig import Rig, caller_script, run_call_of

PERIOD_S = 0.01


@cache
def told_call() -> tuple[Header, tuple[Line, ...]]:
    """A call with a question and an answer, and all that its journal was told."""
    folder = Path(tempfile.mkdtemp(prefix="offhook-call-"))
    script = caller_script({"say": "Do you have a room with a view of the harbour?"})
    journal = run_call_of(Rig(), script, folder).folder / "journal.jsonl"
    return read_header(journal), tuple(line for line in read_lines(journal) if isinstance(line, Line))


class Calling:
    """Makes calls in a world without telephones: their records are told what a real one was told."""

    def __init__(self, world: World, records: CallRecords, agent: str) -> None:
        self.world, self.records, self.agent = world, records, agent

    def begin(self, **changes: Any) -> tuple[str, Record]:
        call_id = new_id("call")
        header, _ = told_call()
        call_id = changes.pop("call", call_id)
        own = {"call": call_id, "agent_key": f"{self.agent}/1", "started": clock.wall().isoformat()}
        return call_id, self.records.open(msgspec.structs.replace(header, **own, **changes))

    def tell(self, record: Record, begin: int = 0, end: int | None = None) -> None:
        for line in told_call()[1][begin:end]:
            if isinstance(line.what, Event | Command | Briefing):
                record.append(line.what, line.at)

    def whole(self, **changes: Any) -> str:
        call_id, record = self.begin(**changes)
        self.tell(record)
        record.caller(0.0, b"\x00" * 16_000)
        record.agent(1.0, b"\x10" * 8_000)
        record.close(10.0)
        return call_id

    async def row(self, call_id: str) -> Any:
        return await self.world.platform.store.read(self.world.workspace, lambda scope: scope.get(CALLS, call_id))

    async def until(self, is_so: Callable[[], Awaitable[bool]], within_s: float = 10.0) -> None:
        async with asyncio.timeout(within_s):
            while not (await is_so()):
                await asyncio.sleep(0.01)

    async def folded(self, call_id: str) -> Any:
        async def is_folded() -> bool:
            row = await self.row(call_id)
            return row is not None and row.detail is not None and not self.records.has(call_id)

        await self.until(is_folded)
        return await self.row(call_id)

    async def has(self, call_id: str, lines: int) -> None:
        """Wait until the store has so many lines, the header among them."""

        async def has_them() -> bool:
            return len(await self.lines(call_id)) == lines

        await self.until(has_them)

    async def lines(self, call_id: str) -> list[int]:
        def job(scope: Scope) -> Any:
            wanted = scope.select(CALL_LINES.c.sequence).where(CALL_LINES.c.call_id == call_id)
            return scope.all(wanted.order_by(CALL_LINES.c.sequence))

        return [row.sequence for row in await self.world.platform.store.read(self.world.workspace, job)]


@asynccontextmanager
async def calling(world: World, process_id: str = "proc_1", stops: bool = True) -> AsyncIterator[Calling]:
    """A process that takes calls."""
    platform, agent = world.platform, new_id("agent")
    await platform.store.write(world.workspace, lambda scope: add_agent(scope, agent))
    await platform.snapshot.settle()
    records = CallRecords(
        platform.store, platform.objects, platform._workspace_of, lambda: process_id, period_s=PERIOD_S
    ).over(FileRecords(platform.settings.data_dir))
    records.start()
    platform.call_records, records.spent = records, platform.metrics.spent
    platform.call_feeds._records = records
    platform.call_keeping.records = records
    try:
        yield Calling(world, records, agent)
    finally:
        await asyncio.to_thread(records.stop)
        await records.close(5.0 if stops else 0.0)
