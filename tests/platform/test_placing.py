"""Calls that we place: asked for once, taken back, answered under their own id."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from offhook import clock
from offhook.errors import AdmissionRefused
from offhook.simulator.caller import Caller
from offhook.simulator.carrier_rest import RestFault
from offhook.store.scope import SYSTEM
from offhook.store.tables.calls import CALLS
from tests.platform.numbers_world import ACCOUNT, CALLEE, OTHER, OURS, NumbersWorld
from tests.platform.placing_world import (
    asked,
    at_status,
    ended,
    how,
    nothing_waits,
    place,
    placed,
    quick_world,
)
from tests.platform_world import KINDS


@pytest.fixture
def play(tmp_path: Path) -> Any:
    return quick_world(tmp_path)


@pytest.fixture(params=KINDS)
def play_both(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """On SQLite and on PostgreSQL: for what leases, claims and the order of writes decide."""
    return quick_world(tmp_path, request.param)


# ── what is asked for ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_id_is_answered_before_it_is_dialled_and_the_carrier_is_told_all(play_both: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        answer = await place(here, metadata={"order": "7"})
        told = answer.json()
        assert answer.status_code == 201 and told["status"] == "queued" and asked(here) == 0
        assert (told["from"], told["to"], told["agent_version"]) == (OURS, CALLEE, 3)
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

    play_both(act)


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
        ({"variables": {"unknown": "x"}}, "/variables/unknown"),
        ({"metadata": {"a": 1}}, "/metadata/a"),
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


def test_the_same_request_dials_once(play_both: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        headers = {"Idempotency-Key": "order-7"}
        answers = [await place(here, headers=headers) for _ in range(3)]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert answers[1].headers["Idempotent-Replayed"] == "true"
        await ended(here, answers[0].json()["id"])
        assert asked(here) == len(here.carrier.calls) == 1
        assert (await place(here, headers=headers, metadata={"a": "b"})).status_code == 422

    play_both(act)


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


# ── taken back, and answered ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_is_taken_back_while_it_rings(play_both: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=30.0)
        call_id = await placed(here)
        await at_status(here, call_id, "ringing")
        path = f"/calls/{call_id}/control"
        assert (await here.client.post(path, json={"action": "end"})).status_code == 202
        row = await ended(here, call_id)
        assert row.end_reason == "callee.canceled"
        (call,) = here.carrier.calls.values()
        assert call.outcome.status == "canceled"
        assert (await here.client.post(path, json={"action": "end"})).status_code == 409
        told = (await here.client.get(f"/calls/{call_id}")).json()
        assert told["status"] == "ended" and told["ending"]["reason"] == "callee.canceled" and told["ending"]["says"]

    play_both(act)


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
        documents = here.carrier.web.documents
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
        fields: Any = {"Direction": "outbound-api", "From": "+15005550007", "To": CALLEE}
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
        path = f"/twilio/status?call={call_id}"
        await here.webhook(path, OTHER, CallSid="CA" + 32 * "d", CallStatus="busy", Direction="outbound-api")
        assert (await ended(here, call_id)).end_reason == "callee.no_answer"

    play(act)


# ── later ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def at(seconds: float) -> str:
    return clock.rfc3339(clock.wall_ms() + round(seconds * 1000))


async def is_due(here: NumbersWorld, call_id: str) -> None:
    """As the durable job says it."""
    await asyncio.to_thread(here.platform.placing.dials.due, f"{here.workspace}/{call_id}")


def test_a_call_for_later_waits_and_is_dialled_once_when_it_is_time(play_both: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        placing = here.platform.placing
        how(here, ring_s=0.05)
        answer = (await place(here, not_before=at(3_600), not_after=at(7_200), variables={})).json()
        assert answer["status"] == "scheduled" and answer["not_before"] and answer["not_after"]
        await placing.sweep()
        assert asked(here) == 0 and not placing._mine
        # The job is done at least once: twice is once.
        for _ in range(2):
            await is_due(here, answer["id"])
        assert (await here.client.get(f"/calls/{answer['id']}")).json()["status"] == "queued"
        await placing.sweep()
        await placing.sweep()
        row = await ended(here, answer["id"])
        assert row.end_reason == "callee.no_answer" and asked(here) == 1
        await is_due(here, answer["id"])
        await placing.sweep()
        assert asked(here) == 1
        await nothing_waits(here)

    play_both(act)


def test_what_was_left_by_a_dead_process_is_dialled_by_the_next_one(play_both: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=0.05)
        call_id = await placed(here, not_before=at(0.5), not_after=at(60))
        # Nobody works here until now: the process that took it is gone, and its time has come.
        assert asked(here) == 0
        await here.platform.start()
        await here.until(lambda: _is_queued(here, call_id), 20.0)
        await here.platform.placing.sweep()
        row = await ended(here, call_id)
        assert row.end_reason == "callee.no_answer" and asked(here) == 1

    play_both(act)


async def _is_queued(here: NumbersWorld, call_id: str) -> bool:
    row = await here.platform.calls.row(here.workspace, call_id)
    return bool(row.status != "scheduled")


@pytest.mark.parametrize("way", ["delete", "control"])
def test_a_call_for_later_is_taken_back(play_both: Any, way: str) -> None:
    async def act(here: NumbersWorld) -> None:
        call_id = await placed(here, not_before=at(3_600))
        if way == "delete":
            assert (await here.client.delete(f"/calls/{call_id}")).status_code == 204
        else:
            answer = await here.client.post(f"/calls/{call_id}/control", json={"action": "end"})
            assert answer.status_code == 202
        row = await ended(here, call_id)
        assert row.end_reason == "callee.canceled"
        await is_due(here, call_id)
        await here.platform.placing.sweep()
        assert asked(here) == 0
        await nothing_waits(here)

    play_both(act)


def test_limits_and_the_last_moment_hold_when_it_is_dialled(play: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        placing = here.platform.placing

        def full(facts: Any, answering: Any) -> None:
            raise AdmissionRefused("the day is used up")

        placing.guards.append(full)
        refused = await placed(here, not_before=at(3_600))
        late = await placed(here, not_before=at(0.2), not_after=at(0.3))
        await is_due(here, refused)
        await placing.sweep()
        row = await ended(here, refused)
        assert row.end_reason == "offhook.not_dialled" and "used up" in str(row.detail)
        placing.guards.remove(full)
        await asyncio.sleep(0.4)
        await is_due(here, late)
        await placing.sweep()
        assert (await ended(here, late)).end_reason == "offhook.not_dialled" and asked(here) == 0

    play(act)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"not_before": at(40 * 86_400)}, "/not_before"),
        ({"not_after": at(-5)}, "/not_after"),
        ({"not_before": at(100), "not_after": at(50)}, "/not_after"),
        ({"not_before": "2026-11-28T10:00:00"}, "/not_before"),
    ],
)
def test_times_that_cannot_be_kept_are_named(play: Any, change: Any, pointer: str) -> None:
    async def act(here: NumbersWorld) -> None:
        answer = await place(here, **change)
        assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == pointer, answer.text

    play(act)


# ── overrides ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_has_its_own_fields_and_the_next_one_has_not(play_both: Any) -> None:
    async def act(here: NumbersWorld) -> None:
        how(here, ring_s=0.05)
        overrides = {"opening": {"text": "Good evening, about your order."}}
        first = (await place(here, overrides=overrides)).json()
        again = (await place(here, overrides=overrides)).json()
        plain = (await place(here)).json()
        assert first["agent_version"] == again["agent_version"] >= 800_000_000 and plain["agent_version"] == 3
        line_up = here.platform.line_up
        changed = await line_up.document(here.agent, first["agent_version"])
        usual = await line_up.document(here.agent, 3)
        assert changed.opening.text == "Good evening, about your order." and usual.opening.text != changed.opening.text
        assert changed.prompt == usual.prompt
        # It is nobody's version: neither listed nor counted on from.
        listed = (await here.client.get(f"/agents/{here.agent}/versions")).json()["data"]
        assert all(one["number"] < 800_000_000 for one in listed)
        for told in (first, again, plain):
            await ended(here, told["id"])

    play_both(act)


@pytest.mark.parametrize(
    ("overrides", "pointer"),
    [
        ({"tools": []}, "/overrides/tools"),
        ({"prompt": "Be rude."}, "/overrides/prompt"),
        ({"llm": {"provider": "openai", "base_url": "https://evil.example"}}, "/overrides/llm/base_url"),
        ({"tts": {"provider": "openai", "key_env": "SHOP_TOKEN"}}, "/overrides/tts/key_env"),
        ({"tts": {"provider": "nobody"}}, "/overrides/tts"),
        ({"opening": {"txt": "x"}}, "/overrides/opening/txt"),
        ({"language": "de-DE", "opening": {"mode": "sing"}}, "/overrides/opening/mode"),
        ({"variables": {"other": {"default": "x"}}}, "/overrides/variables/other"),
    ],
)
def test_what_may_not_be_changed_for_a_call_is_named_and_nothing_is_dialled(
    play: Any, overrides: Any, pointer: str
) -> None:
    async def act(here: NumbersWorld) -> None:
        answer = await place(here, overrides=overrides)
        assert answer.status_code == 422, answer.text
        assert pointer in [one["pointer"] for one in answer.json()["errors"]], answer.text
        assert asked(here) == 0

    play(act)
