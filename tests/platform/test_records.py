"""The record of calls: the store follows the files, folds them, and loses nothing when it stalls or a process dies."""

import asyncio
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from offhook import clock
from offhook.call.journal import Header, Line, read_header, read_lines
from offhook.call.records.files import FileRecords
from offhook.call.records.port import Record
from offhook.ids import new_id
from offhook.platform.call_keeping import CallKeeping
from offhook.platform.records import CallRecords
from offhook.store.scope import Scope
from offhook.store.tables.calls import CALL_LINES, CALL_TURNS, CALLS
from tests.platform.conftest import Play
from tests.platform.test_line_up import add_agent
from tests.platform_world import World
from tests.rig import Rig, caller_script, run_call_of

PERIOD_S = 0.01


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    """Made before there is a loop: it has one of its own."""
    told_call()


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
        own = {"call": call_id, "agent_key": f"{self.agent}/1", "started": clock.wall().isoformat()}
        return call_id, self.records.open(msgspec.structs.replace(header, **own, **changes))

    def tell(self, record: Record, begin: int = 0, end: int | None = None) -> None:
        for line in told_call()[1][begin:end]:
            if type(line.what).__name__ != "Closed":
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

    async def until(self, is_so: Callable[[], Any], what: str) -> None:
        async with asyncio.timeout(10):
            while not (await is_so()):
                await asyncio.sleep(0.01)

    async def folded(self, call_id: str) -> Any:
        async def is_folded() -> bool:
            row = await self.row(call_id)
            return row is not None and row.detail is not None and not self.records.has(call_id)

        await self.until(is_folded, "folded")
        return await self.row(call_id)

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
    platform.call_records = records
    platform.call_feeds._records = records
    platform.call_keeping.records = records
    try:
        yield Calling(world, records, agent)
    finally:
        await asyncio.to_thread(records.stop)
        await records.close(5.0 if stops else 0.0)


def test_a_call_is_in_the_store_while_it_lives_and_folded_when_it_is_over(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id, record = here.begin()
            here.tell(record, 0, 20)

            async def has_lines() -> bool:
                return len(await here.lines(call_id)) == 21

            await here.until(has_lines, "lines")
            assert await here.lines(call_id) == list(range(21))
            row = await here.row(call_id)
            assert (row.status, row.agent_version, row.process_id, row.kind) == ("in_progress", 1, "proc_1", "phone")
            here.tell(record, 20)
            record.close(10.0)
            row = await here.folded(call_id)
            assert row.status == "ended" and row.end_reason == "caller.silent" and row.turns > 2
            assert row.gap_p50_ms and row.duration_ms > 10_000
            assert await here.lines(call_id) == []
            key = f"{world.workspace}/calls/{call_id}/journal.jsonl.gz"
            assert await world.platform.objects.size(key)

    play(act)


def test_a_database_that_stalls_holds_no_call_and_loses_nothing(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            store, until = world.platform.store, threading.Event()
            stall = asyncio.ensure_future(store.write_wide(lambda connection: until.wait(20)))
            await asyncio.sleep(0.02)
            longest, ids = 0.0, []
            for _ in range(5):
                before = clock.machine()
                ids.append(here.whole())
                longest = max(longest, clock.machine() - before)
                await asyncio.sleep(0.05)
            assert longest < 0.25 and here.records.waiting == 5
            until.set()
            await stall
            for call_id in ids:
                row = await here.folded(call_id)
                assert row.status == "ended" and "record.lines_lost" not in row.warnings
                whole = await world.platform.calls.whole(world.workspace, call_id)
                assert whole.turns[0]["text"] and whole.objects["recording"] > 44

    play_here(act)


def test_a_store_that_fails_is_tried_again(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            store = world.platform.store
            real, fails = store.write_wide, [3]

            async def write_wide(job: Any, **options: Any) -> Any:
                if fails[0]:
                    fails[0] -= 1
                    from offhook.errors import StoreError

                    raise StoreError("no")
                return await real(job, **options)

            store.write_wide = write_wide  # type: ignore[method-assign]
            row = await here.folded(here.whole())
            assert row.status == "ended" and row.warnings == []

    play_here(act)


def test_calls_of_a_process_that_died_are_closed_from_their_folders(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world, "proc_dead", stops=False) as here:
            call_id, record = here.begin()
            here.tell(record, 0, 40)

            async def has_lines() -> bool:
                return len(await here.lines(call_id)) == 41

            await here.until(has_lines, "lines")
        async with calling(world, "proc_new") as there:
            keeping = world.platform.call_keeping
            assert await keeping.close_dead() == 1
            row = await there.folded(call_id)
            assert (row.status, row.end_reason) == ("ended", "offhook.died")
            assert "record.unfinished" in row.warnings and row.duration_ms > 0
            assert await keeping.close_dead() == 0

    play(act)


def test_calls_of_a_process_on_another_machine_are_closed_from_the_lines_in_the_store(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world, "proc_dead", stops=False) as here:
            call_id, record = here.begin()
            here.tell(record, 0, 60)

            async def has_lines() -> bool:
                return len(await here.lines(call_id)) == 61

            await here.until(has_lines, "lines")
        elsewhere = Path(tempfile.mkdtemp(prefix="offhook-other-"))
        async with calling(world, "proc_new") as there:
            p = world.platform
            keeping = CallKeeping(p.store, p.objects, there.records, elsewhere, p._workspace_of)
            assert await keeping.close_orphans("proc_dead") == 1
            row = await there.folded(call_id)
            assert row.end_reason == "offhook.died" and row.turns >= 1

    play_here(act)


def test_a_folder_that_the_store_never_heard_of_is_found(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world, "proc_dead", stops=False) as here:
            here.records._round = never  # type: ignore[method-assign]
            call_id, record = here.begin()
            here.tell(record)
            record.close(10.0)
        async with calling(world, "proc_new") as there:
            assert await there.row(call_id) is None
            keeping = world.platform.call_keeping
            for folder in keeping._folders().values():
                age(folder)
            await keeping.sweep()
            row = await there.folded(call_id)
            assert row.end_reason == "caller.silent" and "record.unfinished" not in row.warnings
            await keeping.sweep()
            assert keeping._folders() == {}, "it is folded, and old enough"

    play_here(act)


async def never() -> bool:
    """A round that does not come back."""
    await asyncio.Event().wait()
    return False


def age(folder: Path) -> None:
    import os

    for path in (*folder.iterdir(), folder):
        os.utime(path, (1, 1))


def test_what_had_its_time_is_deleted_with_all_that_is_kept_of_it(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            old, young = here.whole(), here.whole()
            for call_id in (old, young):
                await here.folded(call_id)
            store = world.platform.store
            await store.write_wide(lambda connection: connection.execute(
                update(CALLS).where(CALLS.c.id == old).values(delete_at=clock.wall_ms() - 1)
            ))  # fmt: skip
            assert await world.platform.call_keeping.delete_due() == 1
            assert await here.row(old) is None and await here.row(young) is not None
            left = [key async for key in world.platform.objects.keys(f"{world.workspace}/calls/{old}")]
            assert left == []
            rows = await store.read(
                world.workspace, lambda scope: scope.all(scope.select(CALL_TURNS.c.call_id).distinct())
            )
            assert [row[0] for row in rows] == [young]
            found = (await world.client.get("/calls", params={"q": "harbour"})).json()["data"]
            assert [call["id"] for call in found] == [young]

    play(act)
