"""Limits that stop calls, across processes and days; the shield; calls that were not taken; all over the API too."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from offhook import clock
from offhook.call.handle import CallHandle, Inside
from offhook.call.records.files import FileRecords
from offhook.core.commands import Ask, StartReply
from offhook.core.endings import EndReason
from offhook.core.events import EndRequested, Event, ReplyGenerated
from offhook.errors import AdmissionAsks, AdmissionRefused
from offhook.ids import id_at, new_id
from offhook.platform.gate_house import GateHouse
from offhook.platform.line_up import Answering
from offhook.platform.price_book import PriceBook
from offhook.platform.tally import Subject, Taken
from offhook.store.scope import Scope
from offhook.store.tables.agents import AGENT_VERSIONS
from offhook.store.tables.calls import CALLS, PRICES
from offhook.store.tables.webhooks import EVENTS
from offhook.telephony.browser import BrowserLine
from offhook.telephony.facts import CallFacts
from tests.platform.conftest import Play
from tests.platform.test_line_up import DOCUMENT, add_agent
from tests.platform_world import World
from tests.record_world import HEADER

DAY_MS = 86_400_000
CALLER = "+15005550006"


def facts(call_sid: str, caller: str = CALLER, **others: Any) -> CallFacts:
    return CallFacts(call_sid, caller, "+15005550001", **others)


async def an_agent(world: World, **document: Any) -> Answering:
    agent = new_id("agent")

    def job(scope: Scope) -> None:
        add_agent(scope, agent, 1)
        scope.update(AGENT_VERSIONS, AGENT_VERSIONS.c.agent_id == agent, document=DOCUMENT | document)

    await world.platform.store.write(world.workspace, job)
    await world.platform.snapshot.settle()
    return Answering(world.workspace, agent, 1)


async def limit(world: World, **limits: Any) -> None:
    answer = await world.client.put("/limits", json=limits, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    await world.platform.snapshot.settle()


def row(answering: Answering, at: int, **others: Any) -> dict[str, Any]:
    plain = {
        "id": f"{id_at('call', at)}{new_id('x')[-16:]}", "agent_id": answering.agent_id, "kind": "phone",
        "direction": "inbound", "status": "ended", "from_number": CALLER, "to_number": "", "created_at": at,
        "duration_ms": 60_000, "cost_nano": 100_000_000, "variables": {}, "metadata": {}, "warnings": [],
        "is_sample": False, "detail": {},
    }  # fmt: skip
    return plain | others


def refusal(house: GateHouse, call: CallFacts, answering: Answering) -> AdmissionRefused:
    with pytest.raises(AdmissionRefused) as refused:
        house.shield.guard(call, answering)
        house.limits.guard(call, answering)
    return refused.value


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"concurrent_calls": 2}, EndReason.LIMIT_CONCURRENT_CALLS),
        ({"calls_a_day": 4}, EndReason.LIMIT_CALLS_A_DAY),
        ({"minutes_a_day": 2}, EndReason.LIMIT_MINUTES_A_DAY),
        ({"minutes_a_month": 2}, EndReason.LIMIT_MINUTES_A_MONTH),
        ({"dollars_a_day": 0.2}, EndReason.LIMIT_DOLLARS_A_DAY),
        ({"dollars_a_month": 0.2}, EndReason.LIMIT_DOLLARS_A_MONTH),
        ({"caller_concurrent_calls": 1}, EndReason.LIMIT_CALLER_CONCURRENT_CALLS),
        ({"caller_calls_a_day": 3}, EndReason.LIMIT_CALLER_CALLS_A_DAY),
        ({"caller_minutes_a_day": 2}, EndReason.LIMIT_CALLER_MINUTES_A_DAY),
    ],
)
@pytest.mark.parametrize("of", ["workspace", "agent"])
def test_each_limit_counts_what_all_processes_took(
    play_here: Play, limits: dict[str, Any], reason: EndReason, of: str
) -> None:
    async def act(world: World) -> None:
        house = world.platform.gate_house
        answering = await an_agent(world, **({"limits": limits} if of == "agent" else {}))
        await limit(world, **({} if of == "agent" else limits))
        at = clock.wall_ms()

        def job(scope: Scope) -> None:
            # Two that are over, one of another caller; one that lives in another process; one of last year.
            scope.insert_many(CALLS, [row(answering, at - 2000), row(answering, at - 1000)])
            live = row(answering, at - 500, status="in_progress", duration_ms=None, cost_nano=None, detail=None)
            scope.insert_many(CALLS, [live, row(answering, at - 400 * DAY_MS)])

        await world.platform.store.write(world.workspace, job)
        if clock.began_ms(at, "UTC")[0] > at - 5000:
            return  # It is midnight in the test.
        await house.limits.refresh()
        # Three of the day, one of them live: two limits have room for one more, the others for none.
        for number in range({"concurrent_calls": 1, "calls_a_day": 1}.get(next(iter(limits)), 0)):
            house.limits.guard(facts(f"CA{number}"), answering)
        refused = refusal(house, facts("CA9"), answering)
        assert str(refused) == reason
        assert refused.sentence.startswith("I am sorry") and refused.language == "en-US"

    play_here(act)


def test_a_call_of_ours_counts_once_before_and_after_it_is_in_the_store(play: Play) -> None:
    async def act(world: World) -> None:
        house, answering = world.platform.gate_house, await an_agent(world)
        await limit(world, calls_a_day=2, minutes_a_day=600)
        house.limits.guard(facts("CA1"), answering)
        house.limits.guard(facts("CA1"), answering)
        taken = house.limits.tally.taken["CA1"]
        at = clock.wall_ms()
        taken.call_id, taken.began_at = f"{id_at('call', at)}0000000000000001", at
        live = row(answering, at, id=taken.call_id, status="in_progress", duration_ms=None, cost_nano=None, detail=None)
        await world.platform.store.write(world.workspace, lambda scope: scope.insert(CALLS, **live))
        await house.limits.refresh()
        used = house.limits.tally.of(_subject(answering), clock.wall_ms(), "UTC")
        assert (used.live, used.calls_day) == (1, 1)
        house.limits.tally.ended("CA1", at + 60_000)
        used = house.limits.tally.of(_subject(answering), at + 60_000, "UTC")
        assert (used.live, used.calls_day, used.ms_day) == (0, 1, 60_000)
        done = {"status": "ended", "duration_ms": 61_000, "cost_nano": 5, "detail": {}}
        change = lambda scope: scope.update(CALLS, CALLS.c.id == taken.call_id, **done)  # noqa: E731
        await world.platform.store.write(world.workspace, change)
        await house.limits.refresh()
        assert not house.limits.tally.taken
        used = house.limits.tally.of(_subject(answering), at + 60_000, "UTC")
        assert (used.live, used.calls_day, used.ms_day, used.nano_day) == (0, 1, 61_000, 5)
        # A new day has nothing in it, also before the store was asked again.
        assert house.limits.tally.of(_subject(answering), at + DAY_MS, "UTC").calls_day == 0

    play(act)


def _subject(answering: Answering) -> Any:
    return Subject(answering.workspace)


def test_a_budget_that_is_used_up_is_told_once_by_all_processes(play: Play) -> None:
    async def act(world: World) -> None:
        answering = await an_agent(world)
        await limit(world, dollars_a_day=0.1)
        at = clock.wall_ms()
        await world.platform.store.write(world.workspace, lambda scope: scope.insert(CALLS, **row(answering, at)))
        other = GateHouse(world.platform.store, world.platform.snapshot)
        for house in (world.platform.gate_house, other, world.platform.gate_house):
            await house.limits.refresh()
        (event,) = await world.platform.store.read(world.workspace, lambda scope: scope.all(scope.select(EVENTS)))
        assert event.type == "budget.reached"
        assert event.data["limit"] == "limit.dollars_a_day" and event.data["most"] == 0.1

    play(act)


def test_who_is_kept_out_hears_it_in_the_agents_language_or_goes_to_the_overflow_number(play_here: Play) -> None:
    async def act(world: World) -> None:
        house = world.platform.gate_house
        german = await an_agent(world, language="de-DE", limits={"concurrent_calls": 0})
        refused = refusal(house, facts("CA1"), german)
        assert "keine weiteren Anrufe" in refused.sentence and refused.language == "de-DE"
        own = await an_agent(
            world, language="de-AT", limits={"concurrent_calls": 0, "sentence": "Zu.", "overflow_number": "+493012345"}
        )
        refused = refusal(house, facts("CA2"), own)
        assert (refused.sentence, refused.language, refused.number) == ("Zu.", "de-AT", "+493012345")

    play_here(act)


def test_the_shield_refuses_and_asks(play_here: Play) -> None:
    async def act(world: World) -> None:
        house, answering = world.platform.gate_house, await an_agent(world)
        made = await world.client.post("/blocked-numbers", json={"number": "+1 500 555*", "note": "spam"})
        assert made.status_code == 201, made.text
        again = await world.client.post("/blocked-numbers", json={"number": "+1500555*"})
        assert (again.status_code, again.json()["code"]) == (409, "blocked_number.exists")
        assert (await world.client.post("/blocked-numbers", json={"number": "*"})).status_code == 422
        await house.blocked.refresh()
        assert str(refusal(house, facts("CA1"), answering)) == "shield.blocked"
        assert (await world.client.delete(f"/blocked-numbers/{made.json()['id']}")).status_code == 204
        await house.blocked.refresh()
        await limit(world, returning_calls=3, returning_minutes=5)
        for number in range(3):
            house.shield.guard(facts(f"CB{number}"), answering)
        house.shield.guard(facts("CB2"), answering)
        assert str(refusal(house, facts("CB9"), answering)) == "shield.returned"
        await limit(world, unverified="ask", hidden="refuse")
        with pytest.raises(AdmissionAsks, match=r"shield\.no_key") as asked:
            house.shield.guard(facts("CC1", "+15005550007"), answering)
        assert "press any key" in asked.value.sentence
        house.shield.guard(facts("CC1", "+15005550007", pressed="5"), answering)
        assert str(refusal(house, facts("CC1", "+15005550007", pressed=""), answering)) == "shield.no_key"
        house.shield.guard(facts("CC2", "+15005550007", vouched="TN-Validation-Passed-A"), answering)
        assert str(refusal(house, facts("CC3", "anonymous"), answering)) == "shield.unverified"

    play_here(act)


def test_calls_that_were_not_taken_are_a_list_with_what_they_saved(play: Play) -> None:
    async def act(world: World) -> None:
        house, answering = world.platform.gate_house, await an_agent(world)
        at = clock.wall_ms()
        await world.platform.store.write(world.workspace, lambda scope: scope.insert(CALLS, **row(answering, at)))
        await house.shield.refresh()
        house.refused.start()
        for number, reason in enumerate(("shield.blocked", "limit.calls_a_day", "shield.returned")):
            refused = AdmissionRefused(reason, sentence="No.")
            house.refused.refused(facts(f"CA{number}", f"+1500555000{number}"), world.workspace, refused)
            await asyncio.sleep(0.002)  # Ids of one millisecond have no order.
        house.refused.refused(facts("CA9"), world.workspace, AdmissionAsks("shield.no_key", sentence="Press."))
        await house.refused.stop()
        every = (await world.client.get("/refused-calls")).json()
        assert [one["reason"] for one in every["data"]] == ["shield.returned", "limit.calls_a_day", "shield.blocked"]
        assert every["data"][0]["saved_estimate"] == {"amount": "0.1", "currency": "USD"}
        assert every["data"][1]["saved_estimate"]["amount"] == "0" and every["data"][1]["heard"] == "No."
        page = (await world.client.get("/refused-calls?limit=1&reason=shield.*")).json()
        assert len(page["data"]) == 1 and page["next"] == page["data"][0]["id"]
        rest = (await world.client.get(f"/refused-calls?reason=shield.*&after={page['next']}")).json()
        assert [one["reason"] for one in rest["data"]] == ["shield.blocked"] and rest["next"] is None
        found = (await world.client.get("/refused-calls", params={"from": "+15005550001"})).json()["data"]
        assert [one["reason"] for one in found] == ["limit.calls_a_day"]
        assert (await world.client.get("/refused-calls?at.gte=yesterday")).status_code == 422

    play(act)


def test_limits_are_set_with_the_revision_that_was_read(play: Play) -> None:
    async def act(world: World) -> None:
        read = await world.client.get("/limits")
        assert read.json()["concurrent_calls"] is None and read.json()["timezone"] == "UTC"
        wanted = {"concurrent_calls": 3, "timezone": "Europe/Berlin"}
        assert (await world.client.put("/limits", json=wanted)).status_code == 428
        made = await world.client.put("/limits", json=wanted, headers={"If-Match": read.headers["etag"]})
        assert made.status_code == 200 and made.json()["concurrent_calls"] == 3
        stale = await world.client.put("/limits", json=wanted, headers={"If-Match": read.headers["etag"]})
        assert stale.status_code == 412
        again = await world.client.get("/limits")
        assert again.json() == made.json() and again.headers["etag"] == made.headers["etag"]
        for wrong in ({"timezone": "Mars"}, {"calls_a_day": -1}, {"overflow_number": "030"}, {"nothing": 1}):
            assert (await world.client.put("/limits", json=wrong, headers={"If-Match": "*"})).status_code == 422

    play(act)


class OneLive:
    """A process in which one call lives."""

    def __init__(self, handle: CallHandle) -> None:
        self._handle = handle

    def handle(self, call_id: str) -> CallHandle | None:
        return self._handle if call_id == self._handle.call_id else None


@pytest.mark.parametrize(
    ("language", "limits", "reason", "sentence"),
    [
        ("en-GB", {"call_dollars": 0.05}, EndReason.LIMIT_CALL_DOLLARS, "I am sorry, I have to end the call here."),
        ("de-DE", {"call_dollars": 0.05}, EndReason.LIMIT_CALL_DOLLARS, "Es tut mir leid, ich muss das Gespräch"),
        ("en-US", {"call_minutes": 1}, EndReason.LIMIT_CALL_MINUTES, "I am sorry, I have to end the call here."),
    ],
)
def test_a_call_that_runs_for_too_long_or_costs_too_much_is_ended_with_a_sentence(
    play_here: Play, tmp_path: Path, language: str, limits: dict[str, Any], reason: EndReason, sentence: str
) -> None:
    async def act(world: World) -> None:
        house, answering = world.platform.gate_house, await an_agent(world, language=language)
        await limit(world, **limits)
        price = {"component": "llm", "item": "acme big", "unit": "token_out", "nano": 1_000_000, "since": 0}
        free = {"component": "carrier", "item": "twilio inbound", "unit": "minute", "nano": 0, "since": 0}

        def keep(scope: Scope) -> None:
            for one in (price, free):
                scope.insert(PRICES, id=new_id("price"), **one)

        await world.platform.store.write(world.workspace, keep)
        await house.limits.refresh()
        handle = CallHandle(new_id("call"), facts("CA1", agent=answering.key))
        told: list[Event] = []
        inside = Inside(
            put=told.append, attach=lambda leg: False, leg_is_off=lambda: None, media_s=lambda: 0.0,
            tap=lambda caller, agent: lambda: None, source=pytest.fail,
        )  # fmt: skip
        handle.open(inside)
        house.limits.start(OneLive(handle))  # type: ignore[arg-type]
        house.limits.guard(handle.facts, answering)
        files = FileRecords(tmp_path / "calls")
        header = msgspec.structs.replace(
            HEADER, call=handle.call_id, carrier_call="CA1", providers={"llm": ["acme big"]}
        )
        record = house.over(files).open(header)
        (taken,) = house.limits.tally.live()
        record.append(StartReply(1, 1, Ask(1), held=False), 1.0)
        record.append(ReplyGenerated(1, "", 0, tokens_out=49), 2.0)
        house.limits.look()
        assert not told and taken.nano == 49_000_000
        record.append(ReplyGenerated(1, "", 0, tokens_out=1), 3.0)
        taken.began_at -= 60_000 if "call_minutes" in limits else 0
        house.limits.look()
        house.limits.look()
        (ended,) = told
        assert isinstance(ended, EndRequested)
        assert ended.reason == reason and ended.sentence.startswith(sentence)
        record.close(4.0, reason)
        assert not house.limits.tally.live()
        used = house.limits.tally.of(Subject(world.workspace), clock.wall_ms(), "UTC")
        assert used.nano_day == 50_000_000 and used.live == 0
        files.stop()

    play_here(act)


def test_what_a_call_costs_is_summed_up_only_where_something_is_limited(play_here: Play) -> None:
    async def act(world: World) -> None:
        limits, at, asked = world.platform.gate_house.limits, clock.wall_ms(), list[float]()

        def cost(duration_s: float) -> int:
            asked.append(duration_s)
            return 7

        taken = Taken(world.workspace, "agent_1", "", "CA1", at, at, call_id="call_1", cost=cost)
        limits.tally.take(taken)
        await limits.refresh()
        limits.look()
        assert not asked
        await limit(world, calls_a_day=100)
        await limits.refresh()
        limits.look()
        assert asked and taken.nano == 7

    play_here(act)


def test_the_list_of_prices_is_put_in_order_once() -> None:
    assert PriceBook()._listed is PriceBook()._listed


def test_a_place_is_given_back_when_the_call_is_not_taken_after_all(play_here: Play, tmp_path: Path) -> None:
    async def act(world: World) -> None:
        platform, answering = world.platform, await an_agent(world)
        await limit(world, concurrent_calls=1)
        files = FileRecords(tmp_path / "calls")
        live, desk = platform.take_calls(files, lambda facts: BrowserLine())
        live.start_closed()
        with pytest.raises(AdmissionRefused, match="starting"):
            desk.expect(facts("CA1", agent=answering.key))
        live.open()
        first = desk.expect(facts("CA1", agent=answering.key))
        assert desk.expect(facts("CA1", agent=answering.key)) == first, "asked again, it is not a second call"
        with pytest.raises(AdmissionRefused, match=r"limit\.concurrent_calls"):
            desk.expect(facts("CA2", agent=answering.key))
        # Nobody comes: after its token the place is free.
        platform.gate_house.limits.tally.forget_old(clock.wall_ms() + 70_000)
        desk.expect(facts("CA3", agent=answering.key))
        live.stop()
        await platform.gate_house.refused.stop()
        kept = (await world.client.get("/refused-calls")).json()["data"]
        assert {one["reason"] for one in kept} == {"starting", "limit.concurrent_calls"}

    play_here(act)
