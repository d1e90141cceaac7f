"""Calls that we place: asked for once, dialled once, whatever happens in between."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from offhook.call.records.files import FileRecords
from offhook.errors import AdmissionRefused
from offhook.platform.dialler import Patience
from offhook.platform.dials import State
from offhook.platform.placing import Placing
from offhook.platform.platform import Platform
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_rest import RestFault
from offhook.store.scope import SYSTEM
from offhook.store.tables.calls import CALLS
from offhook.store.tables.numbers import CALL_DIALS
from tests.platform.numbers_world import ACCOUNT, CALLEE, OTHER, OURS, NumbersWorld, app_of, in_numbers_world
from tests.platform_world import new_database

FAST = Patience(
    lists_s=(0.2, 0.4, 0.6), list_again_s=0.1, pauses_s=(0.1,), begin_s=0.05, silence_s=0.3, within_s=20.0
)


@pytest.fixture
def play(tmp_path: Path) -> Any:
    url = new_database("sqlite", tmp_path)

    def run(act: Callable[[NumbersWorld], Any], **settings: Any) -> Any:
        async def quickly(here: NumbersWorld) -> Any:
            hasten(here.platform)
            await here.connect()
            return await act(here)

        return in_numbers_world(url, tmp_path, quickly, **settings)

    return run


def hasten(platform: Any) -> None:
    platform.placing._dialler._patience = FAST


def how(here: NumbersWorld, **options: Any) -> None:
    """How the carrier conducts calls from now on."""
    here.carrier.options = replace(here.carrier.options, **options)  # type: ignore[misc]


async def place(here: NumbersWorld, headers: Any = None, **more: Any) -> Any:
    body = {"agent_id": here.agent, "to": CALLEE, "from": OURS} | more
    return await here.client.post("/calls", json=body, headers=headers or {})


async def placed(here: NumbersWorld, **more: Any) -> str:
    answer = await place(here, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def row_of(here: NumbersWorld, call_id: str) -> Any:
    return await here.platform.store.read(here.workspace, lambda scope: scope.get(CALLS, call_id))


async def ended(here: NumbersWorld, call_id: str) -> Any:
    async def over() -> Any:
        row = await row_of(here, call_id)
        return row if row.status == "ended" else None

    return await here.until(over, 20.0)


async def at_status(here: NumbersWorld, call_id: str, status: str) -> Any:
    async def there() -> Any:
        row = await row_of(here, call_id)
        return row if row.status == status else None

    return await here.until(there, 20.0)


async def nothing_waits(here: NumbersWorld) -> None:
    async def none() -> bool:
        read = here.platform.store.read
        return not await read(here.workspace, lambda scope: scope.all(scope.select(CALL_DIALS.c.call_id)))

    await here.until(none)


def asked(here: NumbersWorld) -> int:
    """How often the carrier was asked to place a call."""
    return sum(request.method == "POST" and request.path.endswith("/Calls.json") for request in here.rest.requests)


# ── what is asked for ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_id_is_answered_before_it_is_dialled_and_the_carrier_is_told_all(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        answer = await place(here, variables={"name": "Ada", "vip": True}, metadata={"order": "7"})
        told = answer.json()
        assert answer.status_code == 201 and told["status"] == "queued" and asked(here) == 0
        assert (told["from"], told["to"], told["agent_version"]) == (OURS, CALLEE, 3)
        assert here.platform.placing.variables_of(told["id"]) == {"name": "Ada", "vip": True}
        row = await ended(here, told["id"])
        assert row.end_reason == "callee.no_answer" and row.metadata == {"order": "7"}
        (request,) = [one for one in here.rest.requests if one.method == "POST" and one.path.endswith("/Calls.json")]
        assert (request.first("To"), request.first("From"), request.first("Timeout")) == (CALLEE, OURS, "30")
        assert f"call={told['id']}" in request.first("Url") and f"call={told['id']}" in request.first("StatusCallback")
        assert len(request.form["StatusCallbackEvent"]) == 4 and "MachineDetection" not in request.form
        (sid,) = here.carrier.calls
        assert row.carrier_sid == sid and row.direction == "outbound"
        await nothing_waits(here)
        assert "call.placed" in (await here.client.get("/audit-events")).text

    play(act)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"to": "5550006"}, "/to"),
        ({"to": "+1"}, "/to"),
        ({"to": "+15005550006;ext=5"}, "/to"),
        ({"to": OURS}, "/to"),
        ({"from": CALLEE}, "/from"),
        ({"agent_id": "agent_nothing"}, "/agent_id"),
        ({"version": 9}, "/version"),
        ({"variables": {"1": "x"}}, "/variables/1/[key]"),
        ({"metadata": {"a": 1}}, "/metadata/a"),
        ({"overrides": {}}, "/overrides"),
    ],
)
def test_what_cannot_be_placed_is_named_and_nothing_is_dialled(play: Any, change: Any, pointer: str) -> None:
    async def act(here: NumbersWorld) -> None:
        answer = await place(here, **change)
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer.text
        await asyncio.sleep(0.05)
        assert asked(here) == 0 and not here.carrier.calls

    play(act)


def test_numbers_and_agents_of_others_are_not_called_with(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        _, theirs = await here.platform_world.other()
        answer = await place(here, headers=here.platform_world.as_key(theirs))
        assert [flaw["pointer"] for flaw in answer.json()["errors"]] == ["/agent_id", "/from"]

    play(act)


def test_the_same_request_dials_once(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        headers = {"Idempotency-Key": "order-7"}
        answers = [await place(here, headers=headers) for _ in range(3)]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert answers[1].headers["Idempotent-Replayed"] == "true"
        await ended(here, answers[0].json()["id"])
        assert asked(here) == len(here.carrier.calls) == 1
        assert (await place(here, headers=headers, metadata={"a": "b"})).status_code == 422

    play(act)


def test_guards_and_a_full_server_refuse_before_there_is_a_row(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        def no(facts: Any, answering: Any) -> None:
            assert facts.direction == "outbound" and answering.workspace == here.workspace
            raise AdmissionRefused("calls a day")

        here.platform.placing.guards.append(no)
        refused = await place(here)
        assert refused.status_code == 503 and "calls a day" in refused.json()["detail"]
        here.platform.placing.guards.clear()
        here.live.start_closed()
        assert (await place(here)).status_code == 503
        assert not await here.platform.store.read(here.workspace, lambda scope: scope.all(scope.select(CALLS.c.id)))

    play(act)


# ── dialled exactly once ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("faults", "times_asked"),
    [
        ([], 1),
        ([RestFault("unanswered")], 1),  # Done, and the answer is lost.
        ([RestFault("done")], 1),  # Done, and 500 is answered.
        ([RestFault("malformed")], 1),
        ([RestFault("late", 0.3)], 1),  # Callbacks come before the answer.
        ([RestFault("throttled")], 2),
        ([RestFault("throttled")] * 3, 4),
        ([RestFault("error")], 2),  # Not done: known from the list, after a while.
        ([RestFault("reset")], 2),
        ([RestFault("slow", 0.2)], 1),
        ([RestFault("unanswered"), RestFault("error"), RestFault("error"), RestFault("error")], 1),
    ],
)
def test_whatever_becomes_of_the_answer_it_is_dialled_once(play: Any, faults: Any, times_asked: int) -> None:
    async def act(here: NumbersWorld) -> None:
        here.rest.faults.extend(faults)
        how(here, ring_s=0.05, callback_delay_s=0.0)
        call_id = await placed(here)
        row = await ended(here, call_id)
        assert row.end_reason == "callee.no_answer"
        assert len(here.carrier.calls) == 1 and asked(here) == times_asked
        (sid,) = here.carrier.calls
        assert row.carrier_sid == sid
        await nothing_waits(here)

    play(act)


def test_callbacks_that_are_lost_are_made_up_for_by_asking(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        async def lost(url: str, fields: Any) -> None:
            return None

        here.carrier.web.callback = lost  # type: ignore[method-assign, assignment]
        here.rest.faults.append(RestFault("unanswered"))
        how(here, ring_s=0.2)
        placing = here.platform.placing
        call_id = await placed(here)
        dial = placing._mine[call_id]
        dial.new_call = replace(dial.new_call, timeout_s=0)
        row = await ended(here, call_id)
        assert row.end_reason == "callee.no_answer" and len(here.carrier.calls) == asked(here) == 1

    play(act)


def test_callbacks_twice_and_out_of_order_change_nothing(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=0.1, callback_copies=3, callback_delay_s=0.05)
        row = await ended(here, await placed(here))
        (sid,) = here.carrier.calls
        path = f"/twilio/status?call={row.id}"
        for status in ("ringing", "initiated", "busy"):
            answer = await here.webhook(path, ACCOUNT, CallSid=sid, CallStatus=status, Direction="outbound-api")
            assert answer.status_code == 204
        await asyncio.sleep(0.1)
        assert (await row_of(here, row.id)).end_reason == "callee.no_answer" and len(here.carrier.calls) == 1

    play(act)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"unanswered": "busy"}, "callee.busy"),
        ({"unanswered": "failed"}, "callee.failed"),
        ({"unanswered": "no-answer"}, "callee.no_answer"),
        ({"unanswered": "canceled"}, "callee.canceled"),
    ],
)
def test_each_way_of_not_answering_has_its_reason(play: Any, options: Any, reason: str) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=0.1, **options)
        row = await ended(here, await placed(here))
        assert row.end_reason == reason and row.answered_at is None and row.duration_ms == 0

    play(act)


def test_a_refusal_is_told_in_the_carriers_words_without_the_number(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        here.rest.faults.append(RestFault("refused"))
        row = await ended(here, await placed(here))
        assert row.end_reason == "carrier.refused" and "not authorized" in row.detail["end_detail"]
        assert CALLEE not in row.detail["end_detail"] and not here.carrier.calls and asked(here) == 1

    play(act)


def test_a_carrier_that_places_nothing_is_given_up_with_a_reason(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        here.platform.placing._dialler._patience = replace(FAST, within_s=0.5)
        here.rest.faults.extend([RestFault("throttled")] * 30)
        row = await ended(here, await placed(here))
        assert row.end_reason == "carrier.unreachable" and not here.carrier.calls

    play(act)


def test_what_nobody_can_find_out_is_not_dialled_again(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        async def lost(url: str, fields: Any) -> None:
            return None

        here.carrier.web.callback = lost  # type: ignore[method-assign, assignment]
        here.platform.placing._dialler._patience = replace(FAST, give_up_s=0.3)
        here.rest.faults.extend([RestFault("unanswered"), *[RestFault("error")] * 60])
        row = await ended(here, await placed(here))
        assert row.end_reason == "carrier.answer_lost" and asked(here) == len(here.carrier.calls) == 1

    play(act)


# ── processes that die ───────────────────────────────────────────────────────────────────────────────────────────────


async def kill(placing: Placing) -> None:
    """The process is gone in the middle of it: nothing is written any more, and no lease is given back."""
    tasks = [*placing._tasks, *([placing._keeper] if placing._keeper else [])]
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    placing._keeper = None


async def taken_over(here: NumbersWorld, call_id: str, tmp_path: Path) -> Any:
    """A process that starts then, and finds what is left when the lease is over; the call's row at its end."""

    def late(scope: Any) -> None:
        scope.update(CALL_DIALS, lease_until=1)

    await here.platform.store.write(here.workspace, late)
    second = await Platform.open(here.platform.settings)
    try:
        hasten(second)
        live, desk = second.take_calls(FileRecords(tmp_path / "second"), second.clients.lines(None))
        assert not isinstance(here.carrier.web, str)
        here.carrier.web.connect(app_of(second, desk))  # type: ignore[attr-defined]
        row = await ended(here, call_id)
        live.stop()
        return row
    finally:
        await second.stop()


def test_killed_between_the_row_and_the_request_it_is_dialled_once(play: Any, tmp_path: Path) -> None:
    async def act(here: NumbersWorld) -> None:
        here.platform.placing._see_to = lambda dial: None
        call_id = await placed(here)
        await kill(here.platform.placing)
        assert asked(here) == 0
        row = await taken_over(here, call_id, tmp_path)
        assert row.end_reason == "callee.no_answer" and asked(here) == len(here.carrier.calls) == 1

    play(act)


@pytest.mark.parametrize("fault", ["late", "slow"])
def test_killed_between_the_request_and_its_answer_it_is_dialled_once(play: Any, tmp_path: Path, fault: Any) -> None:
    """late: the carrier has done it. slow: the connection's end tells the carrier that nobody wants it any more."""

    async def act(here: NumbersWorld) -> None:
        here.rest.faults.append(RestFault(fault, 20.0))
        how(here, ring_s=0.3)
        call_id = await placed(here)
        await here.until(lambda: asked(here))
        await kill(here.platform.placing)
        row = await taken_over(here, call_id, tmp_path)
        assert row.end_reason == "callee.no_answer" and len(here.carrier.calls) == 1
        assert asked(here) == (1 if fault == "late" else 2)

    play(act)


def test_killed_before_the_answer_was_noted_it_is_found_again(play: Any, tmp_path: Path) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=1.0)
        note = here.platform.placing.dials.note

        async def dies(dial: Any, state: State, **more: Any) -> None:
            if state is State.PLACED:
                await asyncio.sleep(60)
            await note(dial, state, **more)

        here.platform.placing.dials.note = dies
        call_id = await placed(here)
        await here.until(lambda: here.carrier.calls)
        await kill(here.platform.placing)
        row = await taken_over(here, call_id, tmp_path)
        assert row.end_reason == "callee.no_answer" and asked(here) == len(here.carrier.calls) == 1

    play(act)


def test_found_too_late_it_is_not_dialled_any_more(play: Any, tmp_path: Path) -> None:
    async def act(here: NumbersWorld) -> None:
        here.platform.placing._see_to = lambda dial: None
        call_id = await placed(here)
        await kill(here.platform.placing)
        await here.platform.store.write(here.workspace, lambda scope: scope.update(CALLS, created_at=1))
        row = await taken_over(here, call_id, tmp_path)
        assert row.end_reason == "offhook.not_dialled" and not here.carrier.calls

    play(act)


def test_who_has_lost_its_lease_asks_the_carrier_for_nothing(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        placing = here.platform.placing
        add = placing.dials.add

        async def stolen(*args: Any) -> Any:
            dial = await add(*args)
            await here.platform.store.write(
                here.workspace, lambda scope: scope.update(CALL_DIALS, lease="proc_other", lease_until=2**50)
            )
            return dial

        placing.dials.add = stolen
        await placed(here)
        await here.until(lambda: not placing._mine)
        assert asked(here) == 0

    play(act)


# ── taken back, and answered ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_taken_back_while_it_rings(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=30.0)
        call_id = await placed(here)
        await at_status(here, call_id, "ringing")
        assert await here.platform.placing.cancel(here.workspace, call_id, SYSTEM)
        row = await ended(here, call_id)
        assert row.end_reason == "callee.canceled"
        (call,) = here.carrier.calls.values()
        assert call.outcome.status == "canceled"
        assert not await here.platform.placing.cancel(here.workspace, call_id, SYSTEM)

    play(act)


def test_a_call_is_taken_back_before_the_carrier_has_answered(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=30.0)
        here.rest.faults.append(RestFault("late", 0.4))
        call_id = await placed(here)
        await here.until(lambda: asked(here))
        other, _ = await here.platform_world.other()
        assert not await here.platform.placing.cancel(other, call_id, SYSTEM)
        assert await here.platform.placing.cancel(here.workspace, call_id, SYSTEM)
        assert (await ended(here, call_id)).end_reason == "callee.canceled" and asked(here) == 1

    play(act)


def test_who_picks_up_hears_the_agent_under_the_id_that_was_answered(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        here.callees[CALLEE] = Caller(())
        call_id = await placed(here, version=2)
        row = await ended(here, call_id)
        # No media can come here: the server has no port. Everything before is as on the wire.
        assert row.status == "ended" and row.answered_at is not None
        (sid,) = here.carrier.calls
        documents = here.carrier.web.documents  # type: ignore[attr-defined]
        url, document = documents[0]
        assert f"call={call_id}" in url and f"{here.agent}%2F2" in url
        assert f"/twilio/media/{ACCOUNT.sid}" in document and asked(here) == 1

    play(act)


def test_the_address_of_a_placed_call_puts_no_foreign_agent_through(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        _, key = await here.platform_world.other()
        here.rest.also(OTHER)
        await here.connect_account(OTHER, key)
        await here.platform.snapshot.settle()
        call = "call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"
        path = f"/twilio/voice?call={call}&agent={here.agent}/1"
        fields = {"Direction": "outbound-api", "From": "+15005550007", "To": CALLEE}
        crossed = await here.webhook(path, OTHER, **fields)
        assert "not in use" in crossed.text and here.live.facts_of("CA" + 32 * "a") is None
        right = await here.webhook(path, ACCOUNT, **fields | {"CallSid": "CA" + 32 * "b", "From": OURS})
        facts = here.live.facts_of("CA" + 32 * "b")
        assert "Stream" in right.text and facts is not None and facts.call_id == call
        # What was dialled once comes once.
        again = await here.webhook(path, ACCOUNT, **fields | {"CallSid": "CA" + 32 * "c", "From": OURS})
        assert "Stream" not in again.text

    play(act)


def test_another_account_does_not_move_a_placed_call(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=1.0)
        _, key = await here.platform_world.other()
        here.rest.also(OTHER)
        await here.connect_account(OTHER, key)
        await here.platform.snapshot.settle()
        call_id = await placed(here)
        await at_status(here, call_id, "ringing")
        (sid,) = here.carrier.calls
        path = f"/twilio/status?call={call_id}"
        await here.webhook(path, OTHER, CallSid="CA" + 32 * "d", CallStatus="busy", Direction="outbound-api")
        assert (await ended(here, call_id)).end_reason == "callee.no_answer"

    play(act)
