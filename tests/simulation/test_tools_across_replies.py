"""Whole calls with tools that run across replies, rounds and retries: nothing is done twice, nobody is left silent."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from offhook.call.runtime import AgentRuntime
from offhook.errors import ProviderUnavailable
from offhook.speech.ports import Message, ModelOutput, ModelRequest, Progress, TextDelta, ToolCall, Usage
from tests.rig import Rig, caller_script, run_call_of
from tests.simulation.services import Service, web_tool
from tests.simulation.whole_calls import END, POLITE, agent_said, check, sounds_after_turn

# ── tools across replies ─────────────────────────────────────────────────────────────────────────────────────────


def said_to(model: ModelRequest) -> list[Message]:
    return [message for message in model.messages if message.role != "system"]


def test_the_model_knows_of_a_tool_that_still_runs(service: Service, tmp_path: Path) -> None:
    service.delay_s = 5.0
    requests: list[ModelRequest] = []

    def patch(runtime: AgentRuntime) -> None:
        make = runtime.llm.stream

        def spy(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            requests.append(request)
            return make(request)

        runtime.llm.stream = spy  # type: ignore[method-assign]

    rule = {"when": "book", "tool": "book_room", "arguments": {"room": "7"}, "then": "Room seven is {result}."}
    rig = Rig(
        agent={"tools": [{"name": "end_call"}, web_tool("book_room")]},
        llm={"rules": [rule], "otherwise": "Fine."},
        patch=patch,
    )
    wait = {"wait": {"silent_s": 0.5, "at_most_s": 2.5}}
    script = caller_script(
        POLITE, {"say": "please book room seven"}, wait, {"say": "hello is it booked now"}, {"silence": 12.0}, END
    )
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert len(service.bodies) == 1, "booked once, also when the model asks for it once more"
    meanwhile = [request for request in requests if said_to(request)[-1].text == "hello is it booked now"]
    assert meanwhile and any(message.tool_calls for message in said_to(meanwhile[0])), "it is told that the tool runs"


@pytest.mark.parametrize(("how", "tool_s"), [("fails", 2.0), ("fails", 0.5), ("is slow", 2.0)])
def test_what_a_tool_has_done_is_not_done_again(service: Service, tmp_path: Path, how: str, tool_s: float) -> None:
    service.delay_s, service.word = tool_s, "booked"
    asked: list[ModelRequest] = []

    def patch(runtime: AgentRuntime) -> None:
        async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            asked.append(request)
            await asyncio.sleep(0.4)
            if len(asked) == 2:
                if how == "fails":
                    raise ProviderUnavailable("502", provider="x")
                await asyncio.sleep(60.0)
            if any(message.role == "tool" for message in request.messages):
                yield TextDelta("The room is booked.")
            else:
                yield ToolCall(f"c{len(asked)}", "book_room", "{}")
            yield Usage(100, 10)

        runtime.llm.stream = stream  # type: ignore[method-assign]

    rig = Rig(agent={"tools": [{"name": "end_call"}, web_tool("book_room")]}, patch=patch)
    script = caller_script(POLITE, {"say": "please book it"}, {"silence": 20.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert len(service.bodies) == 1
    assert any(text.endswith("The room is booked.") for text in agent_said(outcome))
    assert outcome.report.longest_silence_s < 4.0 + 9.0


@pytest.mark.parametrize(
    ("text", "writing_s"),
    [
        ("Let me look that up for you.", 0.5),
        ("Let me look that up for you.", 1.5),
        ("Sure. I will look that up for you. ", 4.5),
        ("Sure, one moment. ", 6.0),
    ],
)
def test_a_sentence_before_a_tool_is_heard_while_the_call_is_written(
    service: Service, tmp_path: Path, text: str, writing_s: float
) -> None:
    def patch(runtime: AgentRuntime) -> None:
        async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            await asyncio.sleep(0.3)
            if any(message.role == "tool" for message in request.messages):
                yield TextDelta("Your order is ready.")
                return
            yield TextDelta(text)
            for _ in range(round(writing_s / 0.1)):
                await asyncio.sleep(0.1)
                yield Progress()
            yield ToolCall("c1", "look", "{}")
            yield Usage(100, 10)

        runtime.llm.stream = stream  # type: ignore[method-assign]

    rig = Rig(agent={"tools": [{"name": "end_call"}, web_tool("look")]}, patch=patch)
    script = caller_script(POLITE, {"say": "where is my order"}, {"silence": 14.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert sounds_after_turn(outcome)[0] < 1.2
    assert not outcome.lines("ReplyFailed") and len(service.bodies) == 1
    assert any(said.endswith("Your order is ready.") for said in agent_said(outcome)), agent_said(outcome)


def test_fillers_end_when_a_voice_hangs_behind_a_tool(service: Service, tmp_path: Path) -> None:
    def patch(runtime: AgentRuntime) -> None:
        async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            await asyncio.sleep(0.3)
            yield TextDelta("Let me look that up for you.")
            yield ToolCall("c1", "look", "{}")
            yield Usage(100, 10)

        runtime.llm.stream = stream  # type: ignore[method-assign]
        make = runtime.voice.synthesize

        async def synthesize(text: str) -> AsyncGenerator[Any, None]:
            if text.startswith("Let me look"):
                await asyncio.get_running_loop().create_future()
            async for piece in make(text):
                yield piece

        runtime.voice.synthesize = synthesize  # type: ignore[method-assign]

    rig = Rig(agent={"tools": [{"name": "end_call"}, web_tool("look")]}, patch=patch)
    script = caller_script(POLITE, {"say": "where is my order"}, {"silence": 90.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    fillers = outcome.lines("PlayFiller")
    assert len(fillers) <= 8 and len(service.bodies) <= 2, [line["text"] for line in fillers]
    assert outcome.report.longest_silence_s < 13.0


def test_a_filler_sounds_only_in_the_reply_that_it_was_meant_for(tmp_path: Path) -> None:
    def patch(runtime: AgentRuntime) -> None:
        for text in runtime.script.filler:
            runtime.sentences.pop(text, None)

    rig = Rig(
        llm={"first_token_s": 3.0, "rules": [{"when": "bill", "say": "Your bill is paid."}]},
        tts={"first_audio_s": 1.6},
        patch=patch,
    )
    script = caller_script(
        POLITE, {"say": "I have a question"}, {"silence": 1.6}, {"say": "about my bill please"}, {"silence": 9.0}, END
    )
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    waiting: list[int] = []
    for line in outcome.lines("PlayFiller", "SegmentReady"):
        if "command" in line:
            waiting.append(line["reply"])
        elif line["segment"] < 0:
            assert line["reply"] in waiting, "each filler was asked for by the very reply in which it is heard"
            waiting.remove(line["reply"])
    assert len(outcome.lines("PlayFiller")) > 1
