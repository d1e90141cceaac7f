"""Two processes of one installation: what one changes the other knows, also after the bus was away."""

import asyncio
from pathlib import Path
from typing import Any

from offhook.platform.elsewhere import OtherProcesses
from offhook.platform.platform import Platform
from offhook.platform.vault import SecretKind
from offhook.platform.wires import PostgresWire
from offhook.settings import Secret
from offhook.store.engine import database_url
from tests.cut_wire import cut_wire
from tests.platform_world import World, in_world, new_database, postgresql, settings_for


def test_what_one_process_changes_the_other_has_in_memory(tmp_path: Path) -> None:
    url = new_database("postgresql", tmp_path)
    folder = postgresql().get_uri().rpartition("host=")[2]

    async def act(world: World) -> None:
        first = world.platform
        second = await Platform.open(settings_for(url, tmp_path))
        async with cut_wire(f"{folder}/.s.PGSQL.5432") as between:
            address = f"postgresql://postgres@127.0.0.1:{between.port}/{url.database}"
            second.bus._wire = PostgresWire(database_url(address, Path()))
            await first.start()
            await second.start()
            try:
                await _told(first, second, world.workspace, between)
            finally:
                await second.stop()

    in_world(url, tmp_path, act)


async def _told(first: Platform, second: Platform, workspace: str, between: Any) -> None:
    async def put(name: str) -> None:
        await first.vault.put(workspace, SecretKind.TOOL_KEY, name, Secret("a-secret"))

    async def knows(name: str) -> None:
        async with asyncio.timeout(15):
            while not _has(second, workspace, name):
                await asyncio.sleep(0.01)

    assert {one.id for one in await first.processes.living()} == {first.processes.id, second.processes.id}
    assert first.processes.is_first
    await put("ONE")
    await knows("ONE")
    between.is_refusing = True
    between.cut()
    async with asyncio.timeout(10):
        while second.bus.is_up:
            await asyncio.sleep(0.01)
    await put("TWO")
    await asyncio.sleep(0.1)
    assert not _has(second, workspace, "TWO")
    between.is_refusing = False
    await knows("TWO")
    await _asked(first, second)


async def _asked(first: Platform, second: Platform) -> None:
    """Where a call lives, and what is answered there."""
    here = OtherProcesses(first.bus, lambda sid: False, lambda call_id: False)
    there = OtherProcesses(second.bus, lambda sid: sid == "CA1", lambda call_id: call_id == "call_1")
    there.answer_with(lambda question: {"document": question["path"] + "!"})
    there.address = ("127.0.0.1", 4321)
    async with asyncio.timeout(10):
        while not second.bus.is_up:
            await asyncio.sleep(0.01)
    assert await here.ask("CA1", {"path": "/after"}) == {"document": "/after!"}
    assert await here.where("call_1") == ("127.0.0.1", 4321)
    assert await here.where("call_2") is None and await there.ask("CA1", {"path": "/after"}) is None


def _has(platform: Platform, workspace: str, name: str) -> bool:
    return (SecretKind.TOOL_KEY, name) in platform.snapshot.secrets(workspace)
