"""`/v1/stream`: what a dashboard's tab is told, by whom it may be asked, and what bounds it."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from offhook.api import stream as stream_of
from offhook.platform import streams
from offhook.platform.callers import SCOPES, Role
from offhook.platform.outbox import Outbox
from offhook.store.scope import SYSTEM, Change, Scope
from offhook.store.tables.calls import CALLS
from tests.calling import calling, told_call
from tests.people_world import office
from tests.platform.conftest import Play
from tests.platform_world import World
from tests.stream_world import port_of, tab


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    """Made before there is a loop: it has one of its own."""
    told_call()


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A call of a list without what a list counts beside it."""
    return {name: value for name, value in row.items() if name not in ("failed_tools", "found", "unanswered", "unkept")}


def topic(name: str, kind: str = "") -> Any:
    return lambda one: one["topic"] == name and (not kind or one.get("type") == kind)


def test_calls_are_told_as_they_begin_change_and_end_and_those_that_live_at_once(play: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here, port_of(world.platform) as port, tab(port, world.key) as open_tab:
            before, first = here.begin()
            await here.has(before, 1)
            await open_tab.say(subscribe="calls")
            known = await open_tab.next()
            assert (known["type"], known["data"]["id"]) == ("call.changed", before)
            call_id, record = here.begin()
            started = await open_tab.until(topic("calls", "call.started"))
            listed = (await world.client.get("/calls")).json()["data"]
            assert started["data"] == plain(next(one for one in listed if one["id"] == call_id))
            here.tell(record)
            record.close(10.0)
            ended = await open_tab.until(topic("calls", "call.ended"))
            assert ended["data"]["id"] == call_id and ended["data"]["end_reason"]
            await here.folded(call_id)
            whole = (await world.client.get("/calls", params={"limit": 1})).json()["data"][0]
            whole = plain(whole)
            if ended["data"] != whole:  # Both were told together, or one after the other.
                assert (await open_tab.until(topic("calls", "call.changed")))["data"] == whole
            await open_tab.say(unsubscribe="calls")
            await open_tab.say(subscribe="changes")
            await asyncio.sleep(0.1)
            first.close(1.0)
            seen = await open_tab.until(lambda one: one["topic"] == "changes" and one["data"]["id"] == before)
            assert seen == {"topic": "changes", "data": {"kind": "call", "id": before}}
            kinds = [one["type"] for one in open_tab.got if one["topic"] == "calls"]
            assert kinds[:2] == ["call.changed", "call.started"] and kinds.count("call.ended") == 1

    play(act)


def test_one_call_is_followed_and_taken_up_where_it_ended(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here, port_of(world.platform) as port, tab(port, world.key) as open_tab:
            call_id, record = here.begin()
            here.tell(record, 0, 30)
            await here.has(call_id, 31)
            name = f"call:{call_id}"
            await open_tab.say(subscribe=name)
            await open_tab.next()
            here.tell(record, 30)
            record.close(10.0)
            await open_tab.until(topic(name, "end"))
            told = open_tab.got[:]
            assert {"caller_turn", "agent_turn", "gap", "ended"} <= {one["type"] for one in told}
            numbers = [one["sequence"] for one in told if one["sequence"]]
            assert numbers == sorted(set(numbers))
            middle = numbers[len(numbers) // 2]
            open_tab.got.clear()
            await open_tab.say(subscribe=name, after=middle)
            await open_tab.until(topic(name, "end"))
            assert [one for one in open_tab.got if one["sequence"]] == [
                one for one in told if one["sequence"] > middle
            ]  # fmt: skip
            await open_tab.say(subscribe="call:call_none")
            error = await open_tab.next()
            assert error["topic"] == "call:call_none" and error["error"]["code"] == "call.not_found"
            assert error["error"]["status"] == 404 and error["error"]["what_to_do"]

    play_here(act)


def test_who_may_less_is_told_less_and_other_workspaces_are_silent(play_here: Play) -> None:
    async def act(world: World) -> None:
        made = await world.platform.api_keys.create(world.workspace, "calls", ["calls:read"], SYSTEM)
        _, other = await world.other()
        async with (
            calling(world) as here, port_of(world.platform) as port, tab(port, made.text) as less,
            tab(port, other) as stranger, tab(port, world.key) as whole,
        ):  # fmt: skip
            for one in (less, stranger, whole):
                await one.say(subscribe="changes")
            await stranger.say(subscribe="calls")
            await less.say(subscribe="health")
            refused = await less.next()
            assert refused["error"]["code"] == "auth.forbidden" and refused["topic"] == "health"
            price = {"component": "carrier", "item": "twilio inbound", "unit": "minute", "amount": "0.0085"}
            assert (await world.client.post("/prices", json=price)).status_code == 201
            await whole.until(lambda one: one["data"]["kind"] == "price")
            call_id = here.whole()
            await here.folded(call_id)
            assert (await less.next())["data"] == {"kind": "call", "id": call_id}
            await stranger.say(subscribe=f"call:{call_id}")
            assert (await stranger.next())["error"]["code"] == "call.not_found"
            assert len(stranger.got) == 1

    play_here(act)


def test_a_stream_ends_when_its_key_is_revoked_its_session_over_or_its_role_another(play_here: Play) -> None:
    async def act(world: World) -> None:
        keys = world.platform.api_keys
        made = await keys.create(world.workspace, "soon revoked", sorted(SCOPES), SYSTEM)
        async with office(world) as here, port_of(world.platform) as port:
            owner = await here.owner()
            viewer = await here.invited(owner, "vera@example.com")
            host = f"http://127.0.0.1:{port}"

            async def session(browser: httpx2.AsyncClient) -> dict[str, str]:
                value = next(iter(browser.cookies.jar)).value
                return {"Cookie": f"offhook={value}", "Origin": host}

            own = await session(viewer)
            async with tab(port, made.text) as by_key, tab(port, **own) as by_session:
                await by_session.say(subscribe="changes")
                await keys.revoke(world.workspace, made.id, SYSTEM)
                assert await by_key.why_closed(3.0) == (stream_of.UNKNOWN, "auth.unknown")
                user = (await viewer.get("/session")).json()["user"]["id"]
                await owner.patch(f"/members/{user}", json={"role": Role.EDITOR.value})
                assert await by_session.why_closed(3.0) == (stream_of.UNKNOWN, "auth.changed")
            async with tab(port, **own) as again:
                await again.say(subscribe="health")
                assert (await again.next())["type"] == "health.changed"
                assert (await viewer.delete("/session")).status_code == 204
                assert await again.why_closed(3.0) == (stream_of.UNKNOWN, "auth.unknown")
            foreign = {**await session(owner), "Origin": "https://elsewhere.example"}
            async with tab(port, **foreign) as page:
                assert await page.why_closed() == (stream_of.NOT_ALLOWED, "session.foreign_page")
            async with tab(port, "oh_nobody") as nobody:
                assert await nobody.why_closed() == (stream_of.UNKNOWN, "auth.unknown")

    play_here(act)


def test_streams_are_few_messages_are_read_and_all_end_with_the_server(
    play_here: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_TABS", 2)
    monkeypatch.setattr(stream_of, "BEAT_S", 0.2)

    async def act(world: World) -> None:
        async with port_of(world.platform) as port, tab(port, world.key) as one, tab(port, world.key) as two:
            async with tab(port, world.key) as three:
                assert await three.why_closed() == (stream_of.TOO_MANY, "stream.too_many")
            assert await one.until(topic("", "heartbeat")) == {"topic": "", "type": "heartbeat"}
            for odd in ("no json", "[]", '{"subscribe": "all"}', '{"subscribe": "calls", "more": 1}', "{}"):
                await two.socket.send(odd)
                told = await two.until(lambda one: "error" in one)
                assert told["topic"] == "" and told["error"]["code"] == "request.invalid", odd
            await two.socket.send(b"\x00\x01")
            assert (await two.until(lambda one: "error" in one))["error"]["status"] == 422
            for n in range(stream_of.MOST_TOPICS):
                await two.say(subscribe=f"call:call_{n}")
            for _ in range(stream_of.WISHES.most):
                await two.say(unsubscribe="calls")
            assert await two.why_closed() == (stream_of.TOO_MANY, "stream.too_many_messages")
            world.platform.end_streams()
            assert await one.why_closed(2.0) == (stream_of.ENDS, "server.ends")

    play_here(act)


def test_who_reads_slowly_is_told_that_something_was_lost_and_then_what_follows() -> None:
    async def act() -> list[str]:
        outbox = Outbox(most=3)
        for n in range(10):
            outbox.put("changes", f"c{n}", key=str(n))
        outbox.put("calls", "call")
        got = [await outbox.next(0.1) for _ in range(2)]
        outbox.put("changes", "later", key="0")
        outbox.put("changes", "later", key="0")
        return [*got, await outbox.next(0.1), await outbox.next(0.01)]

    assert asyncio.run(act()) == ['{"lost":true,"topic":"changes"}', "call", "later", ""]


def test_what_waits_is_bounded_in_bytes_and_who_can_wait_loses_nothing() -> None:
    async def act() -> None:
        outbox = Outbox(most=100, most_bytes=1_000)
        read: list[str] = []

        async def feed() -> None:
            for n in range(50):
                await outbox.room()
                outbox.put("call:1", f"{n}".rjust(100))
                assert not outbox._bytes > 1_100

        feeding = asyncio.create_task(feed())
        while len(read) < 50:
            read.append(await outbox.next(1.0))
        await feeding
        assert [int(text) for text in read] == list(range(50))
        outbox.put("call:1", "x")
        outbox.put("calls", "y")
        outbox.forget("call:1")
        assert await outbox.next(0.1) == "y"

    asyncio.run(act())


def test_after_a_hole_in_the_bus_whoever_watches_reads_again(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with port_of(world.platform) as port, tab(port, world.key) as open_tab:
            for name in ("calls", "changes"):
                await open_tab.say(subscribe=name)
            await _is_open(world, 2)
            world.platform.streams.missed()
            lost = {one["topic"] for one in (await open_tab.next(), await open_tab.next()) if one["lost"]}
            assert lost == {"calls", "changes"}
            changes = [Change(world.workspace, "agent", f"agent_{n}") for n in range(5)] * 3
            world.platform.streams.changed(changes)
            told = [(await open_tab.next())["data"]["id"] for _ in range(5)]
            assert told == [f"agent_{n}" for n in range(5)]

    play_here(act)


def opened(world: World) -> list[streams.Stream]:
    return [one for here in world.platform.streams._workspaces.values() for one in here.streams]


async def _is_open(world: World, topics: int) -> None:
    async with asyncio.timeout(5):
        while sum(len(one.topics) for one in opened(world)) < topics:
            await asyncio.sleep(0.01)


def test_who_takes_nothing_is_let_go_and_costs_no_more_than_its_bounds(
    play_here: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_of, "SEND_S", 0.3)

    async def act(world: World) -> None:
        async with port_of(world.platform) as port, tab(port, world.key) as stuck:
            await stuck.say(subscribe="changes")
            await _is_open(world, 1)
            stuck.socket.transport.pause_reading()
            (one,) = opened(world)
            async with asyncio.timeout(10):
                while opened(world):
                    one.outbox.put("changes", "x" * 500_000)
                    assert one.outbox._bytes <= 1_500_000
                    await asyncio.sleep(0.01)
            assert world.platform.streams.tabs._taken.total() == 0
            stuck.socket.transport.abort()

    play_here(act)


def test_a_call_that_was_placed_and_never_answered_ends_too(play_here: Play) -> None:
    async def act(world: World) -> None:
        async with calling(world) as here, port_of(world.platform) as port, tab(port, world.key) as open_tab:
            call_id = here.whole()
            await here.folded(call_id)

            def move(status: str) -> Any:
                def job(scope: Scope) -> None:
                    scope.update(CALLS, CALLS.c.id == call_id, status=status)
                    scope.tell("call", call_id)

                return job

            await open_tab.say(subscribe="calls")
            await _is_open(world, 1)
            kinds = []
            for status in ("scheduled", "scheduled", "queued", "ringing", "ended"):
                await world.platform.store.write(world.workspace, move(status))
                told = await open_tab.next()
                assert told["data"]["status"] == status
                kinds.append(told["type"])
            # Told a second time, the calls that lived before are told as well: what begins from then on is new.
            assert kinds == ["call.changed", "call.changed", "call.started", "call.changed", "call.ended"]

    play_here(act)


UNTOLD = {"secret", "session"}
"""Nobody's business but ours."""


def test_every_kind_of_change_is_told_or_is_on_the_list_of_those_that_are_not() -> None:
    source = Path(streams.__file__).parent
    text = "".join(file.read_text() for file in source.glob("*.py"))
    kinds = set(re.findall(r'scope\.tell\(\s*"(\w+)"', text)) | set(re.findall(r'^KIND: Final = "(\w+)"', text, re.M))
    assert {"agent", "call", "phone_number"} <= kinds
    assert kinds - set(streams.SCOPES_OF) - UNTOLD == set()
    assert set(streams.SCOPES_OF.values()) <= SCOPES
