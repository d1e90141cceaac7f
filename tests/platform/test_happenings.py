"""What happens arrives at the owner's systems, signed, once, and in the order that `sequence` tells."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from offhook import clock
from offhook.core.commands import TransferCall
from offhook.core.endings import EndReason
from offhook.core.events import TransferEnded, TransferEnding
from offhook.errors import ProviderUnavailable
from offhook.ids import new_id
from offhook.platform.dials import Dials, NewDial
from offhook.platform.events import TYPES
from offhook.platform.folding import EndedCall
from offhook.platform.provider_watch import ProviderWatch
from offhook.speech.health import HealthBoard
from offhook.store.scope import SYSTEM, Scope
from offhook.store.tables.calls import CALL_LINES, CALLS
from offhook.store.tables.numbers import CARRIER_ACCOUNTS, PHONE_NUMBERS
from offhook.store.tables.webhooks import DELIVERIES, EVENTS
from offhook.telephony.carriers.twilio_rest import NewCall
from tests.calling import Calling, calling, told_call
from tests.platform.test_line_up import DOCUMENT
from tests.platform_world import World, in_world, new_database
from tests.webhook_world import Got, Receiver

Act = Callable[[World, Calling, "Told"], Awaitable[None]]


@pytest.fixture(autouse=True, scope="module")
def told() -> None:
    """Made before there is a loop: it has one of its own."""
    told_call()


class Told:
    """What a receiver was told, each looked at by the standard's own library."""

    def __init__(self, receiver: Receiver, secret: str) -> None:
        self._receiver, self._secret = receiver, secret

    async def of(self, *types: str) -> list[Any]:
        """The first event of each type."""
        async with asyncio.timeout(30):
            while not set(types) <= {one.told["type"] for one in self._receiver.got}:
                await asyncio.sleep(0.02)
        return [next(self._checked(one) for one in self._receiver.got if one.told["type"] == name) for name in types]

    @property
    def types(self) -> list[str]:
        return [one.told["type"] for one in self._receiver.got]

    def _checked(self, got: Got) -> Any:
        assert got.is_signed_with(self._secret)
        return got.told


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A call of a list without what a list counts beside it."""
    return {name: value for name, value in row.items() if name not in ("failed_tools", "found", "unanswered", "unkept")}


def run(kind: str, folder: Path, act: Act) -> None:
    async def main(world: World) -> None:
        await world.platform.start()
        async with asyncio.timeout(60), Receiver() as receiver, calling(world) as here:
            here.records.happenings = world.platform.happenings
            made = (await world.client.post("/webhooks", json={"url": receiver.url})).json()
            await act(world, here, Told(receiver, made["secret"]))

    in_world(new_database(kind, folder), folder, main, private_hosts=("127.0.0.1",))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_call_tells_of_itself_from_its_beginning_to_its_record(kind: str, tmp_path: Path) -> None:
    async def act(world: World, here: Calling, told: Told) -> None:
        call_id, record = here.begin()
        here.tell(record, 0, 40)
        record.append(TransferCall("t1", "sales", "+15005550009", 20.0), 5.0)
        record.append(TransferEnded("t1", TransferEnding.CONNECTED, 12.5), 6.0)
        record.append(TransferCall("t2", "sales", "+15005550009", 20.0), 6.5)
        record.append(TransferEnded("t2", TransferEnding.BUSY, cause="busy"), 7.0)
        here.tell(record, 40)
        record.caller(0.0, b"\x00" * 16_000)
        record.close(10.0)
        await here.folded(call_id)
        names = [
            "call.started", "call.answered", "turn.completed", "transfer.started", "transfer.bridged",
            "transfer.failed", "call.ended", "call.analyzed", "call.recording_ready",
        ]  # fmt: skip
        every = await told.of(*names)
        by_type = {one["type"]: one for one in every}
        assert all(one["data"]["call_id"] == call_id for one in every)
        # Deliveries overtake each other, and there are several turns.
        order = [by_type[name]["sequence"] for name in names if name not in ("turn.completed", "transfer.started")]
        assert order[:2] == [1, 2] and order == sorted(set(order))
        listed = (await world.client.get("/calls")).json()["data"][0]
        assert by_type["call.analyzed"]["data"] == {
            "call_id": listed.pop("id"),
            **{name: value for name, value in plain(listed).items() if name != "is_sample"},
        }
        assert by_type["call.ended"]["data"]["end_reason"] == listed["end_reason"]
        turn = by_type["turn.completed"]["data"]
        assert turn["role"] in ("caller", "agent") and turn["text"] and isinstance(turn["at_s"], float)
        assert by_type["transfer.bridged"]["data"]["talked_s"] == 12.5
        assert by_type["transfer.failed"]["data"] | {"reason": "busy"} == by_type["transfer.failed"]["data"]
        assert by_type["transfer.started"]["data"]["number"] == "+15005550009"
        # What is written again, since nobody knew whether it was, is told once.
        row = await here.row(call_id)
        before = await events(world)
        values = {name: value for name, value in row._mapping.items() if name != "workspace_id"}
        folder = next((world.platform.settings.data_dir / "calls").glob(f"*{call_id}*"))
        here.records.adopt(EndedCall(world.workspace, values, folder))
        await here.until(lambda: _is_idle(here))
        assert await events(world) == before

    run(kind, tmp_path, act)


async def _is_idle(here: Calling) -> bool:
    return not here.records.waiting


async def events(world: World) -> int:
    return len(await world.platform.store.read(world.workspace, lambda scope: scope.all(scope.select(EVENTS.c.id))))


def test_a_call_that_was_placed_has_begun_when_it_rings_and_ends_unanswered(tmp_path: Path) -> None:
    async def act(world: World, here: Calling, told: Told) -> None:
        dials: Dials = world.platform.placing.dials
        call = NewCall(to="+15005550009", from_number="+15005550006", url="https://a/", status_callback="https://b/")
        new = NewDial(new_id("call"), here.agent, 1, "AC1", call, {}, {"crm": "42"}, is_pinned=False)
        dial = await dials.add(world.workspace, new, SYSTEM, world.platform.jobs)
        assert await events(world) == 0, "nobody's telephone rings yet"
        dial.advance("ringing")
        await dials.show(dial)
        await dials.show(dial)
        dial.advance("ended")
        await dials.end(dial, EndReason.CALLEE_NO_ANSWER, "nobody")
        started, ended = await told.of("call.started", "call.ended")
        assert started["data"]["status"] == "ringing" and started["data"]["metadata"] == {"crm": "42"}
        assert ended["data"]["end_reason"] == "callee.no_answer" and ended["sequence"] == 2 == await events(world)

    run("sqlite", tmp_path, act)


def test_versions_numbers_providers_and_budgets_are_told_once(tmp_path: Path) -> None:
    async def act(world: World, here: Calling, told: Told) -> None:
        platform = world.platform
        made = (await world.client.post("/agents", json={"document": DOCUMENT})).json()
        for _ in range(2):
            assert (await world.client.post(f"/agents/{made['id']}/publish", json={})).status_code in (200, 201)
        number = await _number(world)
        drift = [{"setting": "voice_url", "wanted": "https://us", "found": "https://them"}]
        for found in (drift, drift, [], drift):
            await platform.numbers._note(world.workspace, number, found)
        board = HealthBoard()
        watches = [_watch(world, board) for _ in range(2)]
        for _ in range(20):
            board.of("x", "tts", "cartesia sonic-3").fail(ProviderUnavailable("down"), clock.now())
        for watch in (*watches, watches[0]):
            watch.look()
            await watch.tell()
        answer = await world.client.put("/limits", json={"calls_a_day": 0}, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        await platform.snapshot.settle()
        for _ in range(2):
            await platform.gate_house.limits.refresh()
        published, disconnected, degraded, budget = await told.of(
            "agent.published", "number.disconnected", "provider.degraded", "budget.reached"
        )
        assert budget["data"]["limit"] == "limit.calls_a_day" and told.types.count("budget.reached") == 1
        assert published["data"] == {"agent_id": made["id"], "name": DOCUMENT["name"], "version": 1, "note": ""}
        assert disconnected["data"]["drift"] == drift and disconnected["data"]["number"] == "+15005550006"
        assert degraded["data"]["provider"] == "cartesia sonic-3" and degraded["data"]["kind"] == "tts"
        assert "sequence" not in degraded and told.types.count("provider.degraded") == 1
        assert told.types.count("agent.published") == 1

    run("sqlite", tmp_path, act)


class _Runtime:
    def __init__(self, board: HealthBoard) -> None:
        self.health = board

    def mask(self, text: str) -> str:
        return text


def _watch(world: World, board: HealthBoard) -> ProviderWatch:
    ready: Any = lambda: {"agent_1/1": _Runtime(board)}  # noqa: E731
    return ProviderWatch(world.platform.store, ready, lambda agent_id: world.workspace, world.platform.events.emit)


async def _number(world: World) -> str:
    key, account = new_id("num"), new_id("acct")

    def job(scope: Scope) -> None:
        scope.insert(CARRIER_ACCOUNTS, id=account, carrier="twilio", account_sid="AC1", status="ok", created_at=1)
        scope.insert(
            PHONE_NUMBERS, id=key, carrier_account_id=account, number="+15005550006", carrier_sid="PN1", previous={},
            connected_at=1,
        )  # fmt: skip

    await world.platform.store.write(world.workspace, job)
    return key


def test_what_nobody_wants_is_not_written_and_samples_are_nobodys_calls(tmp_path: Path) -> None:
    async def act(world: World, here: Calling, told: Told) -> None:
        hook = (await world.client.get("/webhooks")).json()["data"][0]
        answer = await world.client.patch(
            f"/webhooks/{hook['id']}", json={"types": ["call.ended"]}, headers={"If-Match": "*"}
        )
        assert answer.status_code == 200, answer.text
        sample, ours = here.begin(), here.begin()

        async def known() -> bool:
            return await here.row(sample[0]) is not None

        await here.until(known)

        def mark(scope: Scope) -> None:
            scope.update(CALLS, CALLS.c.id == sample[0], is_sample=True)

        await world.platform.store.write(world.workspace, mark)
        for call_id, record in (sample, ours):
            here.tell(record)
            record.close(10.0)
            await here.folded(call_id)
        (ended,) = await told.of("call.ended")
        assert ended["data"]["call_id"] == ours[0] and await events(world) == 1 == len(told.types)

    run("sqlite", tmp_path, act)


def test_deliveries_without_a_job_are_taken_up_at_the_start(tmp_path: Path) -> None:
    async def main(world: World) -> None:
        async with asyncio.timeout(60), Receiver() as receiver:
            made = (await world.client.post("/webhooks", json={"url": receiver.url})).json()

            def restored(scope: Scope) -> None:
                at = clock.wall_ms()
                scope.insert(EVENTS, id="evt_1", type="call.ended", at=at, data={"n": 1})
                scope.insert(
                    DELIVERIES, id="dlv_1", webhook_id=made["id"], event_id="evt_1", status="pending", next_at=at,
                    created_at=at,
                )  # fmt: skip

            await world.platform.store.write(world.workspace, restored)
            await world.platform.start()
            (got,) = await receiver.until(1)
            assert got.told["data"] == {"n": 1} and got.is_signed_with(made["secret"])

    in_world(new_database("sqlite", tmp_path), tmp_path, main, private_hosts=("127.0.0.1",))


def test_a_process_that_was_taken_for_dead_takes_its_calls_back(tmp_path: Path) -> None:
    async def act(world: World, here: Calling, told: Told) -> None:
        call_id, record = here.begin()
        here.tell(record, 0, 30)
        await here.has(call_id, 31)

        def closed(scope: Scope) -> None:
            died = {"status": "ended", "ended_at": 1, "duration_ms": 1, "end_reason": "offhook.died", "detail": {}}
            scope.update(CALLS, CALLS.c.id == call_id, process_id="proc_1", **died)
            scope.delete(CALL_LINES, CALL_LINES.c.call_id == call_id)

        await world.platform.store.write(world.workspace, closed)
        await here.records.take_back("proc_1", "proc_2")
        await here.has(call_id, 31)
        row = await here.row(call_id)
        assert (row.status, row.process_id, row.end_reason, row.detail) == ("in_progress", "proc_2", None, None)
        here.tell(record, 30)
        record.close(10.0)
        row = await here.folded(call_id)
        assert row.status == "ended" and row.end_reason == "caller.silent" and row.turns > 1

    run("sqlite", tmp_path, act)


def test_the_published_list_is_what_is_told() -> None:
    assert set(TYPES) == {
        "call.started", "call.answered", "call.ended", "call.analyzed", "call.recording_ready", "turn.completed",
        "transfer.started", "transfer.bridged", "transfer.failed", "agent.published", "number.disconnected",
        "provider.degraded", "budget.reached",
    }  # fmt: skip
