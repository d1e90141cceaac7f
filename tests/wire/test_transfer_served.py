"""Cold transfers of the real server in a process of its own: scripted speech, real sockets, real time."""

import asyncio
from pathlib import Path
from typing import Any

from offhook.simulator.caller_script import script_from
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_outcome import CallOptions
from offhook.simulator.carrier_stream import StreamOptions
from offhook.simulator.network import Network
from tests.served import Served, call_served

NUMBER = "+15005550009"


def agent_that(says: str = "", own: str = "") -> dict[str, Any]:
    """An agent that connects callers: what its model says beside its wish, and the owner's own sentence."""
    connect = {
        "when": "sales",
        **({"say": says} if says else {}),
        "tool": "transfer_call",
        "arguments": {"destination": "sales"},
    }
    sales = {"name": "sales", "number": NUMBER, "when": "the caller wants to buy", "ring_s": 5, "say": own or None}
    return {
        "name": "transfer",
        "opening": {"text": "Hello there."},
        "stt": {"provider": "scripted"},
        "llm": {
            "provider": "scripted",
            "rules": [connect, {"when": "thanks", "say": "You are welcome."}],
            "otherwise": "Nobody was there.",
        },
        "tts": {"provider": "scripted"},
        "voice_detector": "energy",
        "end_of_turn": "scripted",
        "phrases": {"transfer": "I connect you."},
        "tools": [{"name": "transfer_call", "destinations": [sales]}],
    }


def call(agent: dict[str, Any], folder: Path, options: CallOptions, *steps: dict[str, Any]) -> Served:
    begin = [{"wait": {"silent_s": 0.5}}, {"say": "sales please"}]
    script = script_from({"voice": "tape", "steps": [*begin, *steps]})

    async def main() -> Served:
        async with asyncio.timeout(60):
            return await call_served(agent, script, folder, options=options)

    return asyncio.run(main())


def lines(served: Served, *kinds: str) -> list[dict[str, Any]]:
    return [line for line in served.journal if line.get("event", line.get("command")) in kinds]


def test_nobody_is_reached_and_the_agent_goes_on(tmp_path: Path) -> None:
    served = call(
        agent_that(says="Of course."),
        tmp_path,
        CallOptions(dials=(DialPlan("busy", 1.0),)),
        {"wait": {"says": "Of course", "silent_s": 3.0, "at_most_s": 15}},
        {"say": "thanks"},
        {"wait": {"says": "welcome", "at_most_s": 10}},
        {"hang_up": True},
    )
    outcome = served.outcome
    assert outcome.report.heard_text.startswith("Hello there. Of course."), "the model has said it"
    assert "I connect you." not in outcome.report.heard_text
    assert outcome.report.heard_text.endswith("You are welcome.")
    assert [(one.number, one.status) for one in outcome.dialled] == [(NUMBER, "busy")]
    (ended,) = lines(served, "TransferEnded")
    assert ended["ending"] == "busy"
    assert [(line["event"], line["leg"]) for line in lines(served, "LegAttached", "LegDetached")] == [
        ("LegAttached", 1), ("LegDetached", 1), ("LegAttached", 2), ("LegDetached", 2),
    ]  # fmt: skip
    assert lines(served, "EndCall")[0]["reason"] == "caller.hung_up"
    outcome.require_clean()


def test_they_talk_and_the_call_is_over(tmp_path: Path) -> None:
    plan = DialPlan("completed", ring_s=1.0, talk_s=3.0, says="This is Maria")
    steps = ({"wait": {"says": "Maria", "at_most_s": 15}}, {"say": "hi Maria"}, {"silence": 20}, {"hang_up": True})
    agent = agent_that(says="Of course.", own="Sales will be with you.")
    served = call(agent, tmp_path, CallOptions(dials=(plan,)), *steps)
    outcome = served.outcome
    assert outcome.report.heard_text == "Hello there. Of course. Sales will be with you. This is Maria"
    assert outcome.dialled[0].heard == "hi Maria"
    assert outcome.ended_by == "server"
    (ended,) = lines(served, "TransferEnded")
    assert (ended["ending"], ended["talked_s"]) == ("connected", 3.0)
    assert lines(served, "EndCall")[0]["reason"] == "agent.transferred"
    outcome.require_clean()


def test_the_caller_hangs_up_while_it_rings(tmp_path: Path) -> None:
    plan = DialPlan("completed", ring_s=20.0)
    steps = ({"wait": {"says": "connect you", "at_most_s": 15}}, {"silence": 3.5}, {"hang_up": True})
    served = call(agent_that(), tmp_path, CallOptions(dials=(plan,)), *steps)
    assert served.outcome.report.heard_text.startswith("Hello there. I connect you."), "the model has said nothing"
    assert served.outcome.dialled[0].status == "canceled"
    assert lines(served, "EndCall")[0]["reason"] == "caller.hung_up"
    assert len(lines(served, "LegAttached")) == 1
    served.outcome.require_clean()


def test_a_socket_that_breaks_comes_back_and_the_agent_goes_on(tmp_path: Path) -> None:
    options = CallOptions(stream=StreamOptions(network=Network(drop_at_s=1.2)), later_streams=StreamOptions())
    script = script_from(
        {
            "voice": "tape",
            "steps": [
                {"silence": 5.0},
                {"say": "thanks"},
                {"wait": {"says": "welcome", "at_most_s": 10}},
                {"hang_up": True},
            ],
        }
    )

    async def main() -> Served:
        async with asyncio.timeout(60):
            return await call_served(agent_that(), script, tmp_path, options=options)

    served = asyncio.run(main())
    assert [line["how"] for line in lines(served, "LegDetached")] == ["lost", "stopped"]
    assert served.outcome.report.heard_text.endswith("You are welcome.")
    assert lines(served, "EndCall")[0]["reason"] == "caller.hung_up"
