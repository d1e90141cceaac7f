"""Whole calls in which something raises, and calls that end while something runs."""

import asyncio
import gc
import logging
import weakref
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from offhook.call.performer import Performer
from offhook.call.runtime import AgentRuntime
from offhook.call.speaking import Speaking
from offhook.core import events as ev
from offhook.core.commands import AnyCommand
from offhook.core.conversation import Conversation
from offhook.core.endings import EndReason
from offhook.errors import ProviderUnavailable
from offhook.simulator.carrier_media import MediaFaults
from offhook.speech.ports import ModelOutput, ModelRequest, SpokenAudio, TextDelta, Usage
from tests.rig import Rig, caller_script, run_call_of
from tests.simulation.services import Service, web_tool
from tests.simulation.whole_calls import END, POLITE, SORRY, agent_said, check, sounds_after_turn

# ── faults of our own ────────────────────────────────────────────────────────────────────────────────────────────


class Faulty(Conversation):
    """The core has a bug: it breaks at the caller's words."""

    def receive(self, event: ev.Event, at: float) -> list[AnyCommand]:
        if isinstance(event, ev.TranscriptFinal):
            raise LookupError("a bug")
        return super().receive(event, at)


def test_the_apology_for_a_fault_of_our_own_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offhook.call.call.Conversation", Faulty)
    script = caller_script(POLITE, {"say": "what time do you open"}, {"silence": 15.0}, END)
    outcome = run_call_of(Rig(), script, tmp_path)
    assert SORRY in outcome.report.heard_text and outcome.report.heard_text.endswith("Goodbye.")
    assert outcome.report.ended_by == "server", "and the line is hung up"
    assert outcome.reason is EndReason.OFFHOOK_ERROR
    assert outcome.summary["end_reason"] == EndReason.OFFHOOK_ERROR and outcome.tasks_left == 0
    (ended,) = outcome.lines("EndCall")
    assert (ended["reason"], ended["detail"]) == ("offhook.error", "LookupError")


def test_an_apology_that_is_not_at_hand_is_left_to_the_carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("offhook.call.call.Conversation", Faulty)
    rig = Rig(patch=lambda runtime: runtime.sentences.clear())
    outcome = run_call_of(rig, caller_script(POLITE, {"say": "hello there"}, {"silence": 15.0}, END), tmp_path)
    assert outcome.reason is EndReason.OFFHOOK_ERROR and outcome.report.ended_by == "server"
    assert not any(line["event"] for line in outcome.lines("HangUp")), "the carrier asks what follows, and says it"


# ── faults of peers ──────────────────────────────────────────────────────────────────────────────────────────────


def broken_model(runtime: AgentRuntime) -> None:
    async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        await asyncio.sleep(0.2)
        yield TextDelta("We open at ")
        raise KeyError("choices")

    runtime.llm.stream = stream  # type: ignore[method-assign]


def broken_voice(runtime: AgentRuntime) -> None:
    make = runtime.voice.synthesize

    async def synthesize(text: str) -> AsyncGenerator[Any, None]:
        if text.startswith("You said"):
            raise ValueError("bad chunk")
        async for piece in make(text):
            yield piece

    runtime.voice.synthesize = synthesize  # type: ignore[method-assign]


def broken_turn_model(runtime: AgentRuntime) -> None:
    async def predict(audio: bytes) -> float:
        raise RuntimeError("onnx")

    runtime.turn_model.predict = predict  # type: ignore[method-assign]


def half_a_character(runtime: AgentRuntime) -> None:
    async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        await asyncio.sleep(0.2)
        yield TextDelta("It costs \ud83d five euros.")
        yield Usage(1, 1)

    runtime.llm.stream = stream  # type: ignore[method-assign]


def broken_transcriber(runtime: AgentRuntime) -> None:
    make, opened = runtime.stt.transcriber, []

    class Broken:
        def __init__(self, post: Any) -> None:
            self._inner = make(post)
            self.hear, self.finalize = self._inner.hear, self._inner.finalize
            opened.append(self)

        async def run(self) -> None:
            if len(opened) == 1:
                await asyncio.sleep(1.0)
                raise IndexError("a malformed message")
            await self._inner.run()

    runtime.stt.transcriber = Broken  # type: ignore[method-assign]


PEERS = [broken_model, broken_voice, broken_turn_model, half_a_character, broken_transcriber]


@pytest.mark.parametrize("break_peer", PEERS, ids=lambda peer: peer.__name__)
def test_what_a_peer_raises_ends_no_call(tmp_path: Path, break_peer: Any, caplog: pytest.LogCaptureFixture) -> None:
    script = caller_script(POLITE, {"say": "what time do you open"}, {"silence": 8.0}, END)
    outcome = run_call_of(Rig(patch=break_peer), script, tmp_path)
    check(outcome)
    assert outcome.reason is EndReason.CALLER_HUNG_UP
    assert sounds_after_turn(outcome) and sounds_after_turn(outcome)[0] < 3.0, "somebody says something"
    if break_peer is not half_a_character:
        assert "Traceback" in caplog.text


@pytest.mark.parametrize("fault", [KeyError("room"), RuntimeError("a bug"), TimeoutError()])
def test_a_tool_that_raises_may_have_been_done(tmp_path: Path, fault: Exception) -> None:
    def patch(runtime: AgentRuntime) -> None:
        async def run(*_: Any) -> str:
            raise fault

        runtime.toolbox.run = run  # type: ignore[method-assign,assignment]

    rig = Rig(
        agent={"tools": [{"name": "end_call"}, web_tool("look")]},
        llm={"rules": [{"when": "order", "tool": "look", "then": "I am not sure."}]},
        patch=patch,
    )
    script = caller_script(POLITE, {"say": "where is my order"}, {"silence": 6.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert outcome.lines("ToolLost") and not outcome.lines("ToolFailed", "ToolReturned")
    assert agent_said(outcome)[1:] == ["I am not sure."]


# ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_a_tool_does_after_the_hang_up_is_written_down(service: Service, tmp_path: Path) -> None:
    service.delay_s, service.word = 3.0, "booked"
    rig = Rig(
        agent={"tools": [{"name": "end_call"}, web_tool("book_room")]},
        llm={"rules": [{"when": "book", "tool": "book_room"}]},
    )
    outcome = run_call_of(rig, caller_script(POLITE, {"say": "please book it"}, {"silence": 1.2}, END), tmp_path)
    check(outcome)
    (ended,), (returned,) = outcome.lines("EndCall"), outcome.lines("ToolReturned")
    assert service.done == 1 and returned["result"] == "booked" and returned["at"] > ended["at"]
    assert outcome.summary["duration_s"] == pytest.approx(ended["at"], abs=0.01), "the call was over before"


def test_a_tool_that_goes_on_keeps_nobody_on_the_line(service: Service, tmp_path: Path) -> None:
    service.delay_s = 18.0
    down = False

    def patch(runtime: AgentRuntime) -> None:
        runtime.sentences.clear()
        make, run = runtime.voice.synthesize, runtime.toolbox.run

        async def synthesize(text: str) -> AsyncGenerator[SpokenAudio, None]:
            if down:
                raise ProviderUnavailable("down", provider="x")
            async for piece in make(text):
                assert isinstance(piece, SpokenAudio)
                yield piece

        async def tool(*given: Any) -> str:
            nonlocal down
            down = True
            return await run(*given)

        runtime.voice.synthesize = synthesize  # type: ignore[method-assign]
        runtime.toolbox.run = tool  # type: ignore[method-assign,assignment]

    rig = Rig(
        agent={"tools": [{"name": "end_call"}, web_tool("look")]},
        llm={"rules": [{"when": "order", "tool": "look"}]},
        patch=patch,
    )
    steps = ({"say": "where is my order"}, {"silence": 0.5}, {"say": "hello what is going on"}, {"silence": 40.0})
    outcome = run_call_of(rig, caller_script(POLITE, *steps, END), tmp_path)
    check(outcome)
    (ended,) = outcome.lines("EndCall")
    assert outcome.reason is EndReason.PROVIDER_VOICE_FAILED and outcome.report.ended_by == "server"
    assert outcome.report.length_s < ended["at"] + 1.0, "the line is closed at once"
    (returned,) = outcome.lines("ToolReturned")
    assert returned["at"] > ended["at"] + 5.0, "and the tool is written down when it is done"


@pytest.mark.parametrize("said", ["From nine.", "We are open from nine in the morning until ten in the evening. " * 4])
def test_every_call_ends_also_when_a_goodbye_is_taken_back(tmp_path: Path, said: str) -> None:

    def patch(runtime: AgentRuntime) -> None:
        del runtime.sentences[runtime.script.goodbye]

    stt = {"interim_every_s": 60.0, "final_latency_s": 1.9}
    rig = Rig(stt=stt, tts={"first_audio_s": 0.9}, llm={"otherwise": said}, patch=patch)
    script = caller_script(POLITE, {"say": "goodbye what time do you open"}, {"silence": 40.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check(outcome)
    assert outcome.reason in (EndReason.CALLER_HUNG_UP, EndReason.CALLER_SILENT, EndReason.CALLER_SAID_GOODBYE)


def test_a_record_that_raises_is_its_own_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from offhook.call.records.files import FileRecord

    real = FileRecord.append

    def append(self: FileRecord, what: Any, at: float) -> None:
        if isinstance(what, ev.TranscriptFinal):
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        real(self, what, at)

    monkeypatch.setattr(FileRecord, "append", append)
    caplog.set_level(logging.ERROR)
    outcome = run_call_of(Rig(), caller_script(POLITE, {"say": "what time do you open"}, POLITE, END), tmp_path)
    assert outcome.reason is EndReason.CALLER_HUNG_UP and "a fault in the record" in caplog.text
    assert agent_said(outcome)[-1] == "You said: what time do you open."


def test_what_was_heard_is_remembered_though_no_mark_ever_comes(tmp_path: Path) -> None:
    """A carrier without marks, and a model that fails in mid-sentence."""

    def patch(runtime: AgentRuntime) -> None:
        async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            await asyncio.sleep(0.2)
            yield TextDelta("We are open from nine to five. And then ")
            await asyncio.sleep(0.2)
            raise ProviderUnavailable("502", provider="x")

        runtime.llm.stream = stream  # type: ignore[method-assign]

    rig = Rig(faults=MediaFaults(marks="never"), patch=patch)
    steps = ({"say": "what time do you open"}, {"silence": 12.0})
    outcome = run_call_of(rig, caller_script({"silence": 4.0}, *steps, END), tmp_path)
    check(outcome)
    assert any(text.startswith("We are open from nine to five.") for text in agent_said(outcome)), agent_said(outcome)


def test_an_ended_call_is_let_go_of_without_the_collector_of_cycles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Audio and history of thousands of calls that wait for the oldest generation are a heap of memory."""
    made: list[weakref.ref[Any]] = []

    def spied(kind: Any) -> Any:
        def make(*given: Any, **more: Any) -> Any:
            one = kind(*given, **more)
            made.append(weakref.ref(one))
            return one

        return make

    monkeypatch.setattr("offhook.call.call.Performer", spied(Performer))
    monkeypatch.setattr("offhook.call.performer.Speaking", spied(Speaking))
    gc.collect()
    gc.disable()
    try:
        run_call_of(Rig(), caller_script(POLITE, {"say": "hello there"}, POLITE, END), tmp_path)
        assert len(made) == 2 and [one() for one in made] == [None, None]
    finally:
        gc.enable()
