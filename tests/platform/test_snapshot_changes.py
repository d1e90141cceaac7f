"""What changes while the snapshot reads it is read once more."""

import asyncio
from typing import Any

import pytest

from offhook.errors import StoreError
from offhook.platform.snapshot import Snapshot
from offhook.store.scope import Change


class SlowStore:
    """Answers a read when it is let; `told` is what the database holds."""

    def __init__(self) -> None:
        self.told, self.reads, self.fails = "old", 0, 0
        self.gate = asyncio.Event()

    async def read_wide(self, job: Any, *, within_s: float = 5.0) -> Any:
        read = self.told
        self.reads += 1
        await self.gate.wait()
        self.gate.clear()
        if self.fails:
            self.fails -= 1
            raise StoreError("the database is away")
        return {"w": read}


CHANGE = Change("w", "workspace", "w")


def run(fails: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, int]:
    monkeypatch.setattr("offhook.platform.snapshot.AGAIN_S", 0.0)

    async def main() -> tuple[Any, int]:
        store: Any = SlowStore()
        store.fails = fails
        snapshot = Snapshot(store, lambda connection, workspace: {})
        snapshot._task = asyncio.create_task(snapshot._keep())
        snapshot.changed([CHANGE])
        while not store.reads:
            await asyncio.sleep(0)
        store.told = "new"
        snapshot.changed([CHANGE])
        settled = asyncio.ensure_future(snapshot.settle())
        while not settled.done():
            store.gate.set()
            await asyncio.sleep(0)
        await snapshot.stop()
        return snapshot.workspace("w"), store.reads

    return asyncio.run(asyncio.wait_for(main(), 5.0))


def test_what_changes_while_it_is_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(0, monkeypatch) == ("new", 2)


def test_a_read_that_failed_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(2, monkeypatch) == ("new", 3)
