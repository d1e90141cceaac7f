"""Whole calls at a carrier that does what telephones do: transfers, sockets that break and come back, hang-ups.

Everything is the real thing but the speech: webhooks, tokens, legs, the call, its record; in virtual time.
"""

import random
from pathlib import Path
from typing import Any

import pytest

from offhook.core.endings import EndReason
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_media import MediaFaults
from offhook.simulator.carrier_outcome import CallOptions
from offhook.simulator.carrier_stream import CLOSED_BY_SERVER, IO_PROBLEM, StreamOptions
from offhook.simulator.network import Network
from tests.rig import Outcome, Rig, caller_script, run_carried

NUMBER = "+15005550009"
SALES = {"name": "sales", "number": NUMBER, "when": "the caller wants to buy", "ring_s": 20}


def rig() -> Rig:
    rules = [{"when": "buy", "say": "Of course.", "tool": "transfer_call", "arguments": {"destination": "sales"}}]
    return Rig(
        agent={"tools": [{"name": "end_call"}, {"name": "transfer_call", "destinations": [SALES]}]},
        llm={"rules": [*rules, {"when": "again", "say": "Welcome back."}], "otherwise": "Fine."},
    )


def call(folder: Path, options: CallOptions, *steps: dict[str, Any]) -> Outcome:
    begin: list[dict[str, Any]] = [{"wait": {"silent_s": 0.5, "at_most_s": 8}}, {"say": "i want to buy"}]
    return run_carried(rig(), caller_script(*begin, *steps), folder, options)


def require_whole(outcome: Outcome) -> None:
    """What holds of every call, whatever the telephone did."""
    assert outcome.carrier is not None
    assert outcome.tasks_left == 0
    (end,) = outcome.lines("EndCall")
    assert outcome.reason is EndReason(end["reason"])
    assert not outcome.carrier.violations
    assert outcome.replayed().mismatches == []
    assert [entry for entry in outcome.carrier.log if entry.code not in (CLOSED_BY_SERVER, IO_PROBLEM)] == []
    assert len(outcome.lines("TransferEnded")) <= len(outcome.lines("TransferCall"))
    attached: list[int] = []
    for line in outcome.lines("LegAttached", "LegDetached"):
        if line["event"] == "LegAttached":
            assert not attached, "two legs at once"
            attached.append(line["leg"])
        else:
            assert attached == [line["leg"]]
            attached.clear()
    if outcome.reason is EndReason.AGENT_TRANSFERRED:
        assert outcome.lines("TransferEnded")[-1]["ending"] == "connected"


@pytest.mark.parametrize(
    ("plan", "ending"),
    [
        (DialPlan("busy", 2.0), "busy"),
        (DialPlan("failed", 0.0), "failed"),
        (DialPlan("no-answer", 60.0), "no_answer"),
        (DialPlan("completed", 3.0, is_bridged=False), "no_answer"),
    ],
)
def test_nobody_is_reached_and_the_agent_knows(tmp_path: Path, plan: DialPlan, ending: str) -> None:
    back = ({"wait": {"says": "with you again", "silent_s": 1.0, "at_most_s": 90}}, {"say": "i am here again"})
    outcome = call(tmp_path, CallOptions(dials=(plan,)), *back, {"silence": 4}, {"hang_up": True})
    require_whole(outcome)
    assert [line["ending"] for line in outcome.lines("TransferEnded")] == [ending]
    assert [line["origin_at"] for line in outcome.lines("LegAttached")][1] > 4.0
    # The model is told what became of its wish, and answers the caller's next turn.
    (answered,) = [entry for entry in outcome.entries if entry["entry"] == "ToolAnswered"]
    assert answered["outcome"] == "failed"
    assert outcome.report.heard_text.endswith("Welcome back.")
    assert outcome.reason is EndReason.CALLER_HUNG_UP


def test_forty_seconds_with_a_person_nobody_asks_whether_the_caller_is_there(tmp_path: Path) -> None:
    plan = DialPlan("completed", ring_s=5.0, talk_s=40.0, says="This is Maria")
    outcome = call(tmp_path, CallOptions(dials=(plan,)), {"silence": 90}, {"hang_up": True})
    require_whole(outcome)
    assert outcome.reason is EndReason.AGENT_TRANSFERRED
    assert outcome.report.heard_text.endswith("This is Maria")


@pytest.mark.parametrize("order", ["action first", "status first", "no action"])
@pytest.mark.parametrize("talks", [False, True])
def test_the_caller_hangs_up_inside_a_transfer(tmp_path: Path, order: Any, *, talks: bool) -> None:
    plan = DialPlan("completed", ring_s=1.0 if talks else 19.0, talk_s=60.0)
    outcome = call(tmp_path, CallOptions(dials=(plan,), after_hang_up=order), {"silence": 10}, {"hang_up": True})
    require_whole(outcome)
    by_transfer = talks and order == "action first"
    assert outcome.reason is (EndReason.AGENT_TRANSFERRED if by_transfer else EndReason.CALLER_HUNG_UP)


def test_a_broken_socket_is_heard_as_a_gap(tmp_path: Path) -> None:
    options = CallOptions(stream=StreamOptions(network=Network(drop_at_s=6.0)), later_streams=StreamOptions())
    steps = ({"silence": 10}, {"say": "here again"}, {"silence": 4}, {"hang_up": True})
    outcome = run_carried(rig(), caller_script(*steps), tmp_path, options)
    require_whole(outcome)
    assert ("agent", "Welcome back.") in outcome.turns
    first, second = outcome.lines("LegAttached")
    assert first["origin_at"] == 0.0
    assert 6.0 < second["origin_at"] < 7.0
    assert outcome.reason is EndReason.CALLER_HUNG_UP


def _random_options(chance: random.Random) -> CallOptions:
    def stream() -> StreamOptions:
        network = Network(
            delay_s=chance.choice([0.0, 0.05, 0.2]),
            jitter_s=chance.choice([0.0, 0.03]),
            drop_at_s=chance.choice([None, None, chance.uniform(0.1, 15)]),
            half_open_at_s=chance.choice([None, None, None, chance.uniform(1, 15)]),
        )
        faults = MediaFaults(
            end=chance.choice(["stop_and_close", "stop_and_close", "stop", "nothing"]),
            stop_at_s=chance.choice([None, None, None, chance.uniform(1, 12)]),
        )
        return StreamOptions(network=network, faults=faults)

    endings: list[Any] = ["completed", "busy", "no-answer", "failed"]
    plans = tuple(
        DialPlan(chance.choice(endings), chance.uniform(0, 25), chance.uniform(0, 20), "", chance.random() < 0.8)
        for _ in range(3)
    )
    return CallOptions(
        stream=stream(),
        later_streams=stream(),
        dials=plans,
        after_hang_up=chance.choice(["action first", "status first", "no action"]),
        callback_delay_s=chance.choice([0.0, 0.5, 3.0]),
        callback_copies=chance.choice([1, 2]),
    )


@pytest.mark.parametrize("seed", range(60))
def test_whatever_the_telephone_does_the_call_is_whole(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    options = _random_options(chance)
    more: list[dict[str, Any]] = [{"silence": chance.uniform(0, 40)}]
    if chance.random() < 0.5:
        more += [{"say": "i want to buy more"}, {"silence": chance.uniform(0, 30)}]
    require_whole(call(tmp_path, options, *more, {"hang_up": True}))
