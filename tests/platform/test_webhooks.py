"""Webhooks to the owner: endpoints, signatures by the standard's own library, retries, rotation, redelivery."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.engine import URL

from offhook import clock
from offhook.ids import new_id
from offhook.platform import standard_webhooks as standard
from offhook.platform.deliveries import ALERT_MS, FORGET_MS
from offhook.store.scope import Scope
from offhook.store.tables.webhooks import DELIVERIES, EVENTS, WEBHOOKS
from tests.platform_world import World, in_world, new_database
from tests.webhook_world import Receiver

Act = Callable[[World, Receiver], Awaitable[None]]


def _run(url: URL, folder: Path, act: Act, *, starts: bool = True) -> None:
    async def main(world: World) -> None:
        if starts:
            await world.platform.start()
        async with asyncio.timeout(60), Receiver() as receiver:
            await act(world, receiver)

    in_world(url, folder, main, private_hosts=("127.0.0.1",))


@pytest.fixture
def here(tmp_path: Path) -> Callable[[Act], None]:
    """On SQLite, with the work going on."""
    url = new_database("sqlite", tmp_path)
    return lambda act: _run(url, tmp_path, act)


@pytest.fixture
def still(tmp_path: Path) -> Callable[[Act], None]:
    """On SQLite; nothing is delivered but by hand."""
    url = new_database("sqlite", tmp_path)
    return lambda act: _run(url, tmp_path, act, starts=False)


async def _made(world: World, receiver: Receiver, **more: Any) -> Any:
    answer = await world.client.post("/webhooks", json={"url": receiver.url, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _happens(world: World, kind: str = "call.ended", call_id: str = "", **data: Any) -> str:
    def job(scope: Scope) -> str:
        return world.platform.events.emit(scope, kind, data, call_id)

    return await world.platform.store.write(world.workspace, job)


async def _deliveries(world: World, made: Any) -> list[Any]:
    return list((await world.client.get(f"/webhooks/{made['id']}/deliveries")).json()["data"])


async def _attempt(world: World, delivery_id: str, round_number: int = 1) -> float | None:
    act = world.platform.webhooks.deliverer.act
    return await asyncio.to_thread(act, f"{world.workspace}/{delivery_id}/{round_number}")


async def _make_due(world: World) -> None:
    def job(connection: Connection) -> None:
        connection.execute(update(DELIVERIES).where(DELIVERIES.c.status == "pending").values(next_at=0))

    await world.platform.store.write_wide(job)


def test_an_event_reaches_whoever_wants_it_signed(database: URL, tmp_path: Path) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver, types=["call.ended"], description="the CRM")
        assert made["secret"].startswith("whsec_") and made["types"] == ["call.ended"]
        assert made["secret"] not in (await world.client.get(f"/webhooks/{made['id']}")).text
        call = new_id("call")
        await _happens(world, "call.started", call)
        event = await _happens(world, "call.ended", call, reason="caller.hung_up", word="ü")
        (got,) = await receiver.until(1)
        assert got.is_signed_with(made["secret"]) and not got.is_signed_with(standard.new_secret().reveal())
        assert got.headers["webhook-id"] == event and got.headers["content-type"] == "application/json"
        assert set(got.told) == {"type", "timestamp", "sequence", "data"}
        assert got.told["type"] == "call.ended" and got.told["sequence"] == 1
        assert got.told["data"] == {"reason": "caller.hung_up", "word": "ü"} and got.told["timestamp"].endswith("Z")
        async with asyncio.timeout(10):
            while (await _deliveries(world, made))[0]["status"] != "delivered":
                await asyncio.sleep(0.05)
        (one,) = await _deliveries(world, made)
        assert one["attempts"] == 1 and one["answer_status"] == 200 and one["answer"] == "ok" and one["delivered_at"]

    _run(database, tmp_path, act)


def test_an_endpoint_that_is_sent_twice_is_made_once(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        key = {"Idempotency-Key": "endpoint"}
        made = [await world.client.post("/webhooks", json={"url": receiver.url}, headers=key) for _ in range(2)]
        assert made[0].json() == made[1].json() and made[1].headers["idempotent-replayed"] == "true"
        assert len((await world.client.get("/webhooks")).json()["data"]) == 1

    still(act)


def test_a_failed_delivery_is_tried_again_and_again_anew_on_request(here: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver)
        receiver.answers.extend([(500, {}), (302, {"Location": "http://127.0.0.1:1/"})])
        sent = (await world.client.post(f"/webhooks/{made['id']}/test")).json()
        await receiver.until(1)
        # The second attempt is due after five seconds; that one waits, and is asked for again by hand.
        answer = await world.client.post(f"/webhooks/{made['id']}/deliveries/{sent['delivery_id']}/redeliver")
        assert answer.status_code == 202 and answer.json()["status"] == "pending" and answer.json()["attempts"] == 0
        got = await receiver.until(2)
        assert {one.headers["webhook-id"] for one in got} == {answer.json()["event_id"]}
        assert all(one.is_signed_with(made["secret"]) and one.told["type"] == "webhook.test" for one in got)
        got = await receiver.until(3)
        await asyncio.sleep(1.5)
        assert len(receiver.got) == 3, "the job of the first round knows that it is over"
        (one,) = await _deliveries(world, made)
        assert one["status"] == "delivered" and one["attempts"] == 2

    here(act)


def test_only_2xx_is_success_and_every_wait_is_the_standards(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver)
        await _happens(world)
        (one,) = await _deliveries(world, made)
        waits = []
        answers: list[tuple[int, dict[str, str]]] = [(301, {}), (199 + 205, {}), (500, {}), (429, {}), (503, {})]
        receiver.answers.extend([*answers, *answers])
        for _ in range(10):
            waits.append(await _attempt(world, one["id"]))
            await _make_due(world)
        assert waits[-1] is None, "ten attempts, and it is given up"
        for found, least in zip(waits[:-1], standard.RETRIES_S[1:], strict=True):
            assert found is not None and least <= found <= least * 1.1
        (one,) = await _deliveries(world, made)
        assert one["status"] == "failed" and one["attempts"] == 10 and one["next_at"] is None
        assert len(receiver.got) == 10
        ids = {got.headers["webhook-id"] for got in receiver.got}
        assert len(ids) == 1 and len({got.body for got in receiver.got}) == 1
        # An endpoint that fails for a moment is not disabled.
        assert (await world.client.get(f"/webhooks/{made['id']}")).json()["disabled_at"] is None

    still(act)


def test_an_attempt_that_was_made_is_not_made_again_before_it_is_due(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver)
        await _happens(world)
        (one,) = await _deliveries(world, made)
        receiver.answers.append((500, {}))
        assert await _attempt(world, one["id"]) is not None
        again = await _attempt(world, one["id"])
        assert again is not None and 4 < again < 6 and len(receiver.got) == 1
        # Two that take the job for theirs at once: one of them sends.
        await _make_due(world)
        receiver.before = lambda got: None
        await asyncio.gather(*(_attempt(world, one["id"]) for _ in range(4)))
        assert len(receiver.got) == 2
        assert await _attempt(world, one["id"]) is None and await _attempt(world, "dlv_nothing") is None

    still(act)


def test_410_disables_and_retry_after_is_honoured(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver)
        await _happens(world)
        await _happens(world)
        second, first = await _deliveries(world, made)
        receiver.answers.append((503, {"Retry-After": "7000"}))
        waited = await _attempt(world, first["id"])
        assert waited is not None and waited >= 7_000
        await _make_due(world)
        receiver.answers.append((410, {}))
        assert await _attempt(world, first["id"]) is None
        told = await world.client.get(f"/webhooks/{made['id']}")
        assert told.json()["disabled_at"] and "410" in told.json()["disabled_reason"]
        assert await _attempt(world, second["id"]) is None and len(receiver.got) == 2
        statuses = [(one["status"], one["answer"]) for one in await _deliveries(world, made)]
        assert statuses == [("failed", "the endpoint is disabled"), ("failed", "ok")]
        await _happens(world)
        assert len(await _deliveries(world, made)) == 2, "it is told nothing"
        refused = await world.client.post(f"/webhooks/{made['id']}/test")
        assert refused.status_code == 409 and refused.json()["code"] == "webhook.disabled"
        change = {"If-Match": told.headers["etag"]}
        enabled = await world.client.patch(f"/webhooks/{made['id']}", json={"is_disabled": False}, headers=change)
        assert enabled.json()["disabled_at"] is None and enabled.headers["etag"] != told.headers["etag"]
        stale = await world.client.patch(f"/webhooks/{made['id']}", json={"description": "x"}, headers=change)
        assert stale.status_code == 412

    still(act)


def test_who_fails_for_days_is_told_of_and_then_disabled(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver)

        async def fails_since(ago_ms: int) -> None:
            values = {"failing_since": clock.wall_ms() - ago_ms, "alerted_at": None}
            await world.platform.store.write_wide(lambda c: c.execute(update(WEBHOOKS).values(**values)).rowcount)

        await _happens(world)
        (one,) = await _deliveries(world, made)
        receiver.answers.extend([(500, {})] * 11)
        await fails_since(ALERT_MS + 60_000)
        await _attempt(world, one["id"])
        row = await world.platform.webhooks.get(world.workspace, made["id"])
        assert row.alerted_at is not None and row.disabled_at is None
        for _ in range(9):
            await _make_due(world)
            await _attempt(world, one["id"])
        row = await world.platform.webhooks.get(world.workspace, made["id"])
        assert row.disabled_at is not None and "it has failed since" in row.disabled_reason
        # Once it answers, all is forgotten.
        await world.client.patch(f"/webhooks/{made['id']}", json={"is_disabled": False}, headers={"If-Match": "*"})
        await fails_since(60_000)
        receiver.answers.clear()
        await _happens(world)
        await _attempt(world, (await _deliveries(world, made))[0]["id"])
        assert (await world.platform.webhooks.get(world.workspace, made["id"])).failing_since is None

    still(act)


def test_after_a_rotation_both_secrets_sign_for_a_day(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        own = "whsec_" + "QUJD" * 8
        made = await _made(world, receiver, secret=own)
        assert made["secret"] == own
        new = (await world.client.post(f"/webhooks/{made['id']}/rotate-secret", json={})).json()["secret"]
        await _happens(world)
        await _attempt(world, (await _deliveries(world, made))[0]["id"])
        (got,) = receiver.got
        assert new != own and got.is_signed_with(own) and got.is_signed_with(new)
        assert len(got.headers["webhook-signature"].split(" ")) == 2
        past = update(WEBHOOKS).values(old_secret_until=1)
        await world.platform.store.write_wide(lambda connection: connection.execute(past).rowcount)
        await _happens(world)
        await _attempt(world, (await _deliveries(world, made))[0]["id"])
        assert not receiver.got[1].is_signed_with(own) and receiver.got[1].is_signed_with(new)

    still(act)


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("https://localhost/hook", "private"),
        ("https://127.0.0.2/hook", "private"),
        ("https://10.0.0.7/hook", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://[::1]/hook", "private"),
        ("https://[::ffff:10.0.0.1]/hook", "private"),
        ("https://nowhere.invalid/hook", "could not be resolved"),
        ("http://example.com/hook", "https"),
        ("https://user:secret@example.com/hook", "without user"),
        ("ftp://example.com/hook", "expected"),
        ("https://example.com/a b", "expected"),
        ("example.com", "expected"),
        ("https://" + "a" * 2_100, "2000"),
    ],
)
def test_addresses_that_are_not_public_are_refused(still: Callable[[Act], None], url: str, detail: str) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        answer = await world.client.post("/webhooks", json={"url": url})
        (flaw,) = answer.json()["errors"]
        assert answer.status_code == 422 and flaw["pointer"] == "/url" and "allow_private" not in flaw["detail"]
        assert detail in flaw["detail"] or flaw["code"] == "string_too_long"
        assert (await world.client.get("/webhooks")).json()["data"] == []

    still(act)


def test_a_name_that_means_a_private_address_later_is_not_reached(still: Callable[[Act], None]) -> None:
    """The address is looked at when it is sent to, and that very address is connected to."""

    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver)
        moved = update(WEBHOOKS).values(url=f"https://localhost:{receiver.port}/hook")
        await world.platform.store.write_wide(lambda connection: connection.execute(moved).rowcount)
        await _happens(world)
        assert await _attempt(world, (await _deliveries(world, made))[0]["id"]) is not None
        (one,) = await _deliveries(world, made)
        assert not receiver.got and one["answer_status"] is None and "private" in one["answer"]

    still(act)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": "https://93.184.215.14/", "types": ["call.flew"]}, "/types"),
        ({"url": "https://93.184.215.14/", "secret": "whsec_short"}, "/secret"),
        ({"url": "https://93.184.215.14/", "secret": "QUJD" * 8}, "/secret"),
        ({"url": "https://93.184.215.14/", "colour": 1}, "/colour"),
    ],
)
def test_what_cannot_be_used_is_named(still: Callable[[Act], None], body: Any, pointer: str) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        answer = await world.client.post("/webhooks", json=body)
        assert answer.status_code == 422 and [one["pointer"] for one in answer.json()["errors"]] == [pointer]

    still(act)


def test_another_workspace_sees_and_changes_nothing(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver)
        await _happens(world)
        (one,) = await _deliveries(world, made)
        _, key = await world.other()
        theirs = world.as_key(key)
        hook = f"/webhooks/{made['id']}"
        asked = [("GET", hook), ("DELETE", hook), ("POST", f"{hook}/test"), ("GET", f"{hook}/deliveries"),
                 ("POST", f"{hook}/rotate-secret"), ("GET", f"{hook}/deliveries/{one['id']}"),
                 ("POST", f"{hook}/deliveries/{one['id']}/redeliver")]  # fmt: skip
        for method, path in asked:
            body: Any = {} if path.endswith("secret") else None
            answer = await world.client.request(method, path, headers=theirs, json=body)
            assert answer.status_code == 404 and answer.json()["code"].endswith(".not_found")
        change = await world.client.patch(hook, json={"url": receiver.url}, headers={**theirs, "If-Match": "*"})
        assert change.status_code == 404 and (await world.client.get("/webhooks", headers=theirs)).json()["data"] == []
        assert (await world.client.get(hook)).status_code == 200

    still(act)


def test_lists_come_in_parts_and_by_status(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        made = await _made(world, receiver)
        for _ in range(5):
            await _happens(world)
        listed = await _deliveries(world, made)
        await _attempt(world, listed[0]["id"])
        path = f"/webhooks/{made['id']}/deliveries"
        first = (await world.client.get(path, params={"limit": 3})).json()
        rest = (await world.client.get(path, params={"limit": 3, "after": first["next"]})).json()
        assert [one["id"] for one in first["data"] + rest["data"]] == [one["id"] for one in listed]
        assert rest["next"] is None
        done = (await world.client.get(path, params={"status": "delivered"})).json()["data"]
        assert [one["id"] for one in done] == [listed[0]["id"]]
        assert (await world.client.get(path, params={"status": "lost"})).status_code == 422
        assert (await world.client.delete(f"/webhooks/{made['id']}")).status_code == 204
        assert (await world.client.get(path)).status_code == 404
        left = await world.platform.store.read_wide(lambda c: c.execute(select(DELIVERIES.c.id)).all())
        assert not left and not await world.platform.vault.all_of(world.workspace)

    still(act)


def test_old_events_are_forgotten(still: Callable[[Act], None]) -> None:
    async def act(world: World, receiver: Receiver) -> None:
        await _made(world, receiver)
        old, new = await _happens(world), await _happens(world)
        past = update(EVENTS).where(EVENTS.c.id == old).values(at=clock.wall_ms() - FORGET_MS - 1)
        await world.platform.store.write_wide(lambda connection: connection.execute(past).rowcount)
        assert await asyncio.to_thread(world.platform.webhooks.deliverer.forget, "1") is None
        left = await world.platform.store.read_wide(lambda c: c.execute(select(EVENTS.c.id)).scalars().all())
        assert left == [new]

    still(act)
