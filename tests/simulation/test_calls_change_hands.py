"""Whole calls whose legs, agents and people change: transfers, lost streams, handoffs, doors, keys."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from offhook.call.handle import CallHandle
from offhook.call.live import LiveCalls
from offhook.call.runtime import AgentRuntime
from offhook.core.endings import EndReason
from offhook.core.formats import FRAME_S
from offhook.simulator.carrier_dial import DialPlan
from offhook.simulator.carrier_outcome import CallOptions
from offhook.simulator.carrier_stream import StreamOptions
from offhook.simulator.network import Network
from offhook.speech.ports import ModelOutput, ModelRequest, TextDelta, ToolCall
from offhook.speech.scripted.tape import TapeReader, speak
from tests.rig import Outcome, Rig, caller_script, run_call_of, run_carried
from tests.simulation.services import Service, web_tool
from tests.simulation.whole_calls import END, POLITE, agent_said
from tests.simulation.whole_calls import check as check_call

DESK = {"name": "desk", "number": "+15005550009", "when": "the caller wants a person", "ring_s": 20}
TRANSFER = {"name": "transfer_call", "destinations": [DESK]}
CONNECT = {"when": "person", "tool": "transfer_call", "arguments": {"destination": "desk"}, "then": "Nobody there."}


def check(outcome: Outcome) -> None:
    check_call(outcome)
    if outcome.carrier is not None:
        assert not outcome.carrier.violations, outcome.carrier.violations


# ── transfers and lost streams ───────────────────────────────────────────────────────────────────────────────────


def transfer_of(tmp_path: Path, plan: DialPlan, *steps: dict[str, Any]) -> Outcome:
    rig = Rig(agent={"tools": [{"name": "end_call"}, TRANSFER]}, llm={"rules": [CONNECT], "otherwise": "Fine."})
    script = caller_script(POLITE, {"say": "I want a person"}, *steps, END)
    return run_carried(rig, script, tmp_path, CallOptions(dials=(plan,)))


def test_a_transfer_that_succeeds_ends_the_call_when_they_have_talked(tmp_path: Path) -> None:
    plan = DialPlan("completed", ring_s=3.0, talk_s=20.0, says="good day this is the desk")
    outcome = transfer_of(tmp_path, plan, {"silence": 60.0})
    check(outcome)
    assert outcome.reason is EndReason.AGENT_TRANSFERRED
    assert "this is the desk" in outcome.report.heard_text
    assert outcome.carrier is not None and [dial.number for dial in outcome.carrier.dialled] == [DESK["number"]]


@pytest.mark.parametrize("ending", ["busy", "no-answer", "failed"])
def test_a_transfer_that_fails_brings_the_agent_back(tmp_path: Path, ending: Any) -> None:
    plan = DialPlan(ending, ring_s=40.0 if ending == "no-answer" else 4.0)
    outcome = transfer_of(tmp_path, plan, {"silence": 35.0}, {"say": "what time do you open"}, {"silence": 5.0})
    check(outcome)
    (ended,) = outcome.lines("TransferEnded")
    assert ended["ending"] == ending.replace("-", "_")
    legs = [(line["event"], line["leg"]) for line in outcome.lines("LegAttached", "LegDetached")]
    assert legs[:3] == [("LegAttached", 1), ("LegDetached", 1), ("LegAttached", 2)]
    assert ("caller", "what time do you open") in outcome.turns and agent_said(outcome)[-1] == "Fine."


def test_a_caller_who_hangs_up_while_it_rings_ends_the_call(tmp_path: Path) -> None:
    outcome = transfer_of(tmp_path, DialPlan("completed", ring_s=15.0), {"silence": 8.0})
    check(outcome)
    assert outcome.reason is EndReason.CALLER_HUNG_UP


def test_a_stream_that_breaks_comes_back_and_no_word_is_lost(tmp_path: Path) -> None:
    options = CallOptions(stream=StreamOptions(network=Network(drop_at_s=6.0)), later_streams=StreamOptions())
    script = caller_script(
        POLITE, {"say": "what time do you open"}, POLITE, {"silence": 4.0}, {"say": "and on sunday"}, POLITE, END
    )
    outcome = run_carried(Rig(), script, tmp_path, options)
    check(outcome)
    assert outcome.reason is EndReason.CALLER_HUNG_UP and outcome.carrier is not None
    assert len(outcome.lines("LegAttached")) == 2
    caller = [text for speaker, text in outcome.turns if speaker == "caller"]
    assert caller == ["what time do you open", "and on sunday"]
    attached = outcome.lines("LegAttached")[1]
    final = outcome.lines("TranscriptFinal")[-1]
    assert final["from_s"] < final["to_s"] and final["to_s"] > attached["origin_at"], "places go on over legs"


# ── another agent ────────────────────────────────────────────────────────────────────────────────────────────────


def test_another_agent_goes_on_with_its_own_voice_tools_and_patience(tmp_path: Path) -> None:
    handoff = {"name": "handoff", "agents": [{"name": "billing", "file": "billing.yaml", "when": "it is about money"}]}
    rule = {"when": "bill", "tool": "handoff", "arguments": {"agent": "billing"}}
    billing = Rig(
        agent={"name": "billing", "turn_taking": {"idle_s": 5.0}, "prompt": "You are Billing."},
        llm={"otherwise": "Billing here. Your bill is paid."},
    )
    rig = Rig(agent={"tools": [{"name": "end_call"}, handoff]}, llm={"rules": [rule]}, team={"billing": billing})
    script = caller_script(POLITE, {"say": "about my bill please"}, {"silence": 12.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    (entered,) = outcome.lines("AgentEntered")
    assert entered["agent"] == "billing" and entered["behaviour"]["idle_s"] == 5.0
    assert "Billing here. Your bill is paid." in agent_said(outcome)
    briefings = [line for line in outcome.journal if line.get("note") == "Briefing" or "system" in line]
    assert len(briefings) == 2 and "You are Billing." in briefings[1]["system"]


def test_an_agent_that_is_not_there_cannot_take_over(tmp_path: Path) -> None:
    handoff = {"name": "handoff", "agents": [{"name": "billing", "file": "billing.yaml", "when": "it is about money"}]}
    rule = {"when": "bill", "tool": "handoff", "arguments": {"agent": "billing"}, "then": "I help you myself."}
    rig = Rig(agent={"tools": [{"name": "end_call"}, handoff]}, llm={"rules": [rule]})
    script = caller_script(POLITE, {"say": "about my bill please"}, {"silence": 8.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert outcome.lines("ToolFailed") and "I help you myself." in agent_said(outcome)


# ── doors ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _read(reader: TapeReader, audio: bytes) -> None:
    for at in range(0, len(audio), 160):
        reader.hear(audio[at : at + 160])


def the_call(live: LiveCalls) -> CallHandle:
    (handle,) = live.handles
    return handle


def test_the_agent_says_what_it_is_told_to_and_ends_when_it_is_told(tmp_path: Path) -> None:
    async def during(live: LiveCalls) -> None:
        await asyncio.sleep(4.0)
        assert the_call(live).say("Your taxi is here.")
        assert not the_call(live).say("  ")
        await asyncio.sleep(6.0)
        the_call(live).end(EndReason.OPERATOR_ENDED, "the shop closes")

    outcome = run_call_of(Rig(during=during), caller_script({"silence": 60.0}, END), tmp_path)
    check(outcome)
    assert "Your taxi is here." in agent_said(outcome)
    assert outcome.reason is EndReason.OPERATOR_ENDED
    assert outcome.summary["end_detail" if "end_detail" in outcome.summary else "end_reason"]


def test_an_instruction_is_told_to_the_model_and_not_to_the_caller(tmp_path: Path) -> None:
    seen: list[str] = []

    def patch(runtime: AgentRuntime) -> None:
        make = runtime.llm.stream

        def spy(request: Any) -> Any:
            seen.append(" ".join(message.text for message in request.messages))
            return make(request)

        runtime.llm.stream = spy  # type: ignore[method-assign]

    async def during(live: LiveCalls) -> None:
        await asyncio.sleep(1.0)
        the_call(live).instruct("The kitchen closes at nine today.")

    rig = Rig(during=during, patch=patch)
    outcome = run_call_of(rig, caller_script(POLITE, {"say": "what time do you close"}, POLITE, END), tmp_path)
    check(outcome)
    assert any("The kitchen closes at nine today." in text for text in seen)
    assert "kitchen" not in outcome.report.heard_text


def test_who_is_muted_is_heard_by_nobody(tmp_path: Path) -> None:
    heard = TapeReader()

    async def during(live: LiveCalls) -> None:
        await asyncio.sleep(2.5)
        the_call(live).listen(lambda _, frame: _read(heard, frame), lambda _at, _audio: None)
        the_call(live).mute(True)
        await asyncio.sleep(5.0)
        the_call(live).mute(False)

    script = caller_script(
        {"silence": 3.5}, {"say": "my card is four two"}, {"silence": 4.0}, {"say": "are you there"}, POLITE, END
    )
    outcome = run_call_of(Rig(during=during), script, tmp_path)
    check(outcome)
    assert [text for speaker, text in outcome.turns if speaker == "caller"] == ["are you there"]
    assert heard.text == "are you there"


def test_whoever_listens_hears_both_sides_as_they_were_heard(tmp_path: Path) -> None:
    caller, agent, places = TapeReader(), TapeReader(), []

    def hear_agent(at: float, audio: bytes) -> None:
        places.append((at, len(audio)))
        _read(agent, audio)

    async def during(live: LiveCalls) -> None:
        await asyncio.sleep(0.01)
        the_call(live).listen(lambda _, frame: _read(caller, frame), hear_agent)

    rig = Rig(
        llm={"otherwise": "We are open from nine in the morning until ten in the evening, every day but Monday."},
        during=during,
    )
    script = caller_script(
        POLITE, {"say": "when are you open"}, {"barge_in": "stop what about monday", "after_s": 1.5}, POLITE, END
    )
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert caller.text == "when are you open stop what about monday"
    heard, told = outcome.report.heard_text.split(), agent.text.split()
    assert abs(len(heard) - len(told)) <= 2, (heard, told)
    assert places == sorted(places)


def test_a_listener_that_raises_listens_no_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    times: list[float] = []

    def bad(at: float, frame: bytes) -> None:
        times.append(at)
        raise BrokenPipeError("gone")

    async def during(live: LiveCalls) -> None:
        await asyncio.sleep(1.0)
        the_call(live).listen(bad, bad)

    outcome = run_call_of(Rig(during=during), caller_script(POLITE, {"say": "hello there"}, POLITE, END), tmp_path)
    check(outcome)
    assert len(times) == 1 and "a fault in a listener" in caplog.text


def test_a_person_takes_over_and_gives_back(tmp_path: Path) -> None:
    async def during(live: LiveCalls) -> None:
        await asyncio.sleep(4.0)
        seat = the_call(live).take_over("Anna")
        assert seat is not None
        await asyncio.sleep(1.0)
        audio = speak("good day this is anna speaking")
        for at in range(0, len(audio), 160):
            seat.hear(audio[at : at + 160])
            await asyncio.sleep(FRAME_S)
        seat.said("good day this is anna speaking")
        await asyncio.sleep(12.0)
        seat.give_back("the caller wants a taxi at nine")
        seat.give_back("twice")
        seat.hear(b"\\x00" * 160)

    script = caller_script({"silence": 30.0}, {"say": "are you back"}, {"silence": 4.0}, END)
    outcome = run_call_of(Rig(during=during), script, tmp_path)
    check(outcome)
    assert "good day this is anna speaking" in outcome.report.heard_text
    joined, left = outcome.lines("HumanJoined"), outcome.lines("HumanLeft")
    assert len(joined) == len(left) == 1 and left[0]["note"] == "the caller wants a taxi at nine"
    idle = [line for line in outcome.lines("StartReply") if joined[0]["at"] < line["at"] < left[0]["at"]]
    assert not idle, "the agent is silent while the person is there"
    assert any(entry["entry"] == "HumanSaid" for entry in outcome.entries)


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CARD = "4111222233334444"


def test_secret_keys_reach_the_tool_and_nobody_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG")
    pay = web_tool(
        "pay",
        parameters={"type": "object", "properties": {"card": {"type": "string"}}},
        result="{status}",
    )
    service = Service(word=f"charged {CARD}").serve(monkeypatch)

    def patch(runtime: AgentRuntime) -> None:
        async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            await asyncio.sleep(0.2)
            said = [message.text for message in request.messages if message.role != "system"]
            if any("charged" in text for text in said):
                yield TextDelta("It is paid.")
            elif any("{keys-1}" in text for text in said):
                yield ToolCall("c2", "pay", '{"card": "{keys-1}"}')
            else:
                yield TextDelta("Please key in your card number.")
                yield ToolCall("c1", "collect_digits", '{"count": 16, "secret": true}')

        runtime.llm.stream = stream  # type: ignore[method-assign]

    rig = Rig(agent={"tools": [{"name": "end_call"}, {"name": "collect_digits"}, pay]}, patch=patch)
    script = caller_script(POLITE, {"say": "I want to pay"}, {"silence": 4.0}, {"digits": CARD}, {"silence": 8.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert service.bodies == [{"card": CARD}]
    assert "It is paid." in agent_said(outcome)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert CARD.encode() not in kept and CARD not in caplog.text
    assert [line["digit"] for line in outcome.lines("DigitPressed")] == ["x"] * 16
