"""The record of calls: the store follows the files, folds them, and loses nothing when it stalls or a process dies."""

import asyncio
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from offhook import clock
from offhook.call.journal import Briefing
from offhook.core.commands import TransferCall
from offhook.core.endings import EndReason
from offhook.core.events import TransferEnded, TransferEnding
from offhook.errors import StoreError
from offhook.ids import new_id
from offhook.platform.call_keeping import CallKeeping
from offhook.platform.folding import row_of
from offhook.store.scope import Scope
from offhook.store.tables.calls import CALL_TURNS, CALLS
from tests.calling import calling, told_call
from tests.platform.conftest import Play
from tests.platform_world import World


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    """Made before there is a loop: it has one of its own."""
    told_call()


def test_a_call_is_in_the_store_while_it_lives_and_folded_when_it_is_over(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id, record = here.begin()
            record.append(Briefing("hotel", "", variables={"name": "Ada"}), 0.0)
            here.tell(record, 0, 20)
            await here.has(call_id, 22)
            assert await here.lines(call_id) == list(range(22))
            row = await here.row(call_id)
            assert (row.status, row.agent_version, row.process_id, row.kind) == ("in_progress", 1, "proc_1", "phone")
            here.tell(record, 20)
            record.close(10.0)
            row = await here.folded(call_id)
            assert row.status == "ended" and row.end_reason == "caller.silent" and row.turns > 2
            assert row.gap_p50_ms and row.duration_ms > 10_000 and row.variables == {"name": "Ada"}
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
            await here.has(call_id, 41)
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
            await here.has(call_id, 61)
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


def test_a_transfer_is_a_status_while_it_lasts(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            call_id, record = here.begin()

            async def until(status: str) -> None:
                async def is_it() -> bool:
                    row = await here.row(call_id)
                    return row is not None and row.status == status

                await here.until(is_it)

            await until("in_progress")
            record.append(TransferCall("t1", "reception", "+15005550002", 20.0), 5.0)
            await until("transferring")
            record.append(TransferEnded("t1", TransferEnding.BUSY), 9.0)
            await until("in_progress")
            record.close(10.0, EndReason.CALLER_HUNG_UP)
            row = await here.folded(call_id)
            assert (row.status, row.end_reason, row.duration_ms) == ("ended", "caller.hung_up", 10_000)

    play_here(act)


def test_a_call_that_was_placed_keeps_what_its_row_was_given(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            header, _ = told_call()
            call_id = new_id("call")
            row = row_of(header, here.agent, 1, "proc_0", None)
            row |= {"id": call_id, "status": "queued", "direction": "outbound", "metadata": {"crm": "7"}, "place": 0}

            def place(scope: Scope) -> None:
                scope.insert(CALLS, **row | {"variables": {"name": "Ada"}, "answered_at": None})

            await world.platform.store.write(world.workspace, place)
            here.whole(call=call_id)
            found = await here.folded(call_id)
            assert (found.direction, found.metadata, found.variables) == ("outbound", {"crm": "7"}, {"name": "Ada"})
            assert found.status == "ended" and found.process_id == "proc_1" and found.answered_at
            listed = (await world.client.get("/calls", params={"q": "harbour"})).json()["data"]
            assert [call["id"] for call in listed] == [call_id]

    play(act)


def test_a_workspace_that_is_gone_holds_up_nobody_elses_records(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here:
            workspace_of = here.records._workspace_of
            here.records._workspace_of = lambda agent: "ws_gone"
            lost, record = here.begin()
            here.records._workspace_of = workspace_of
            kept = here.whole()
            row = await here.folded(kept)
            assert row.status == "ended"

            async def is_let_go() -> bool:
                return not here.records.has(lost)

            await here.until(is_let_go)
            record.close(1.0)
            assert await asyncio.to_thread(Path(record.name).is_dir), "its folder is kept"

    play_here(act)
