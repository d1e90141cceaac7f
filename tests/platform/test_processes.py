"""Who is alive: leases, the burial of the dead by one of the living, and a process that finds itself buried."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import URL

from offhook.errors import StoreError
from offhook.platform.processes import Lease, Processes
from offhook.store.store import Store
from offhook.store.tables.processes import PROCESSES

LEASE = Lease(lasts_s=0.4, renew_s=0.1)


class _Here:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.buried: list[tuple[str, str]] = []
        self.all: list[Processes] = []

    async def process(self) -> Processes:
        made = Processes(self.store, lease=LEASE)

        async def bury(process_id: str) -> None:
            self.buried.append((made.id, process_id))

        made.on_dead.append(bury)
        await made.start()
        self.all.append(made)
        return made

    async def rows(self) -> set[str]:
        return set(await self.store.read_wide(lambda c: c.execute(select(PROCESSES.c.id)).scalars().all()))


@contextlib.asynccontextmanager
async def _here(url: URL) -> AsyncIterator[_Here]:
    store = Store(url)
    here = _Here(store)
    try:
        yield here
    finally:
        for process in here.all:
            await process.stop()
        await asyncio.to_thread(store.close)


def _run(url: URL, act: Callable[[_Here], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(30), _here(url) as here:
            await act(here)

    asyncio.run(main())


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.02)


def _kill(process: Processes) -> None:
    """As `kill -9` would: it renews nothing more."""
    assert process._task is not None
    process._task.cancel()


def test_the_living_are_known_and_one_of_them_buries_the_dead(database: URL) -> None:
    async def act(here: _Here) -> None:
        first, second, third = [await here.process() for _ in range(3)]
        living = await second.living()
        assert [one.id for one in living] == [first.id, second.id, third.id] and living[0].pid > 0
        assert await first.find(third.id) == living[2] and await first.find("proc_nobody") is None
        _kill(first)
        await _until(lambda: bool(here.buried))
        await asyncio.sleep(0.5)
        assert len(here.buried) == 1, "one of them, once"
        assert here.buried[0][1] == first.id and await here.rows() == {second.id, third.id}

    _run(database, act)


def test_who_stops_in_order_leaves_at_once(database: URL) -> None:
    async def act(here: _Here) -> None:
        first, second = [await here.process() for _ in range(2)]
        await first.stop()
        assert [one.id for one in await second.living()] == [second.id]
        await _until(lambda: here.buried == [(second.id, first.id)])

    _run(database, act)


def test_a_burial_that_failed_is_done_again_also_by_another(database: URL) -> None:
    async def act(here: _Here) -> None:
        first, second = [await here.process() for _ in range(2)]
        failures: list[str] = []

        async def fail(process_id: str) -> None:
            failures.append(process_id)
            raise StoreError

        second.on_dead.append(fail)
        _kill(first)
        await _until(lambda: len(failures) >= 2)
        assert first.id in await here.rows()
        # The one that has begun it dies on the way: the next buries both.
        _kill(second)
        third = await here.process()
        await _until(lambda: {dead for by, dead in here.buried if by == third.id} == {first.id, second.id})

    _run(database, act)


def test_a_process_that_was_stopped_goes_on_under_another_id(database: URL) -> None:
    async def act(here: _Here) -> None:
        first, second = [await here.process() for _ in range(2)]
        renamed: list[tuple[str, str]] = []

        async def told(was: str, now: str) -> None:
            renamed.append((was, now))

        first.on_renamed.append(told)
        was = first.id

        def bury(connection: Connection) -> int:
            found = update(PROCESSES).where(PROCESSES.c.id == was).values(lease_until=0, buried_by=second.id)
            return connection.execute(found).rowcount

        assert await here.store.write_wide(bury) == 1
        await _until(lambda: bool(renamed))
        assert renamed == [(was, first.id)] and first.id != was
        assert {one.id for one in await second.living()} == {first.id, second.id}
        await _until(lambda: here.buried == [(second.id, was)])

    _run(database, act)


def test_after_the_database_was_away_nobody_is_buried_for_it(database: URL) -> None:
    """No lease could be renewed: who is back first must not bury all others."""

    async def act(here: _Here) -> None:
        first, second = [await here.process() for _ in range(2)]
        real = here.store.write_wide
        is_away = True

        async def away(job: object, *, within_s: float = 1.0) -> object:
            if is_away:
                raise StoreError
            return await real(job, within_s=within_s)  # type: ignore[arg-type]

        here.store.write_wide = away  # type: ignore[method-assign, assignment]
        await asyncio.sleep(LEASE.lasts_s + 0.3)
        is_away = False
        await asyncio.sleep(LEASE.lasts_s + 0.3)
        assert not here.buried and {one.id for one in await first.living()} == {first.id, second.id}

    _run(database, act)
