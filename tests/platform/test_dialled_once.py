"""Dialled exactly once, whatever becomes of the answer and of the process."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from offhook.call.records.files import FileRecords
from offhook.platform.dials import State
from offhook.platform.placing import Placing
from offhook.platform.platform import Platform
from offhook.simulator.carrier_rest import RestFault
from offhook.store.tables.calls import CALLS
from offhook.store.tables.numbers import CALL_DIALS
from tests.platform.numbers_world import ACCOUNT, CALLEE, NumbersWorld, app_of
from tests.platform.placing_world import (
    FAST,
    asked,
    ended,
    hasten,
    how,
    nothing_waits,
    placed,
    quick_world,
    row_of,
)
from tests.platform_world import KINDS


@pytest.fixture
def play(tmp_path: Path) -> Any:
    return quick_world(tmp_path)


@pytest.fixture(params=KINDS)
def play_both(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """On SQLite and on PostgreSQL: for what leases, claims and the order of writes decide."""
    return quick_world(tmp_path, request.param)


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

        here.carrier.web.callback = lost  # type: ignore[method-assign]
        here.rest.faults.append(RestFault("unanswered"))
        how(here, ring_s=0.2)
        placing = here.platform.placing
        call_id = await placed(here)
        dial = placing._mine[call_id]
        dial.new_call = replace(dial.new_call, timeout_s=0)
        row = await ended(here, call_id)
        assert row.end_reason == "callee.no_answer" and len(here.carrier.calls) == asked(here) == 1

    play(act)


def test_callbacks_twice_and_out_of_order_change_nothing(play_both: Any) -> None:
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

    play_both(act)


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

        here.carrier.web.callback = lost  # type: ignore[method-assign]
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


def test_killed_between_the_row_and_the_request_it_is_dialled_once(play_both: Any, tmp_path: Path) -> None:
    async def act(here: NumbersWorld) -> None:
        here.platform.placing._see_to = lambda dial: None
        call_id = await placed(here)
        await kill(here.platform.placing)
        assert asked(here) == 0
        row = await taken_over(here, call_id, tmp_path)
        assert row.end_reason == "callee.no_answer" and asked(here) == len(here.carrier.calls) == 1

    play_both(act)


@pytest.mark.parametrize("fault", ["late", "slow"])
def test_killed_between_the_request_and_its_answer_it_is_dialled_once(
    play_both: Any, tmp_path: Path, fault: Any
) -> None:
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

    play_both(act)


def test_killed_before_the_answer_was_noted_it_is_found_again(play_both: Any, tmp_path: Path) -> None:
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

    play_both(act)


def test_found_too_late_it_is_not_dialled_any_more(play_both: Any, tmp_path: Path) -> None:
    async def act(here: NumbersWorld) -> None:
        here.platform.placing._see_to = lambda dial: None
        call_id = await placed(here)
        await kill(here.platform.placing)
        await here.platform.store.write(here.workspace, lambda scope: scope.update(CALLS, created_at=1))
        row = await taken_over(here, call_id, tmp_path)
        assert row.end_reason == "offhook.not_dialled" and not here.carrier.calls

    play_both(act)


def test_who_has_lost_its_lease_asks_the_carrier_for_nothing(play_both: Any) -> None:
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

    play_both(act)
