"""What is left of whole calls: what happened, also behind the hang-up, and what the model was asked, to the word."""

import asyncio
import errno
import logging
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from offhook.call.compose import request
from offhook.call.fork import read_past
from offhook.call.records.disk import OsDisk
from offhook.speech.llm import scripted
from offhook.speech.ports import ModelOutput, ModelRequest, ToolSpec
from offhook.tools import http as http_tools
from tests.rig import Outcome, Rig, caller_script, run_call_of
from tests.simulation.whole_calls import END, POLITE

BOOK: dict[str, Any] = {
    "type": "http", "name": "book_room", "description": "Book a room.", "url": "https://hotel.example.com/book",
    "parameters": {"type": "object", "properties": {}}, "result": "{status}", "timeout_s": 10,
    "confirm": False,
}  # fmt: skip


@pytest.fixture
def booked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The bookings of a hotel that takes three seconds for each."""
    done: list[str] = []

    async def answer(asked: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(3.0)
        done.append(str(asked.url))
        headers = {"Content-Type": "application/json"}
        return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(b'{"status": "booked"}'))

    monkeypatch.setattr(http_tools, "http_transport", lambda **_: httpx2.MockTransport(answer))
    return done


def booking_rig() -> Rig:
    rules = [{"when": "book", "tool": "book_room", "then": "It is {result}."}]
    return Rig(agent={"tools": [{"name": "end_call"}, BOOK]}, llm={"rules": rules, "otherwise": "Fine, thank you."})


def check(outcome: Outcome) -> None:
    replayed = outcome.replayed()
    assert not replayed.mismatches and replayed.is_whole and replayed.gap is None


def test_what_a_tool_did_after_the_hang_up_is_written_down(booked: list[str], tmp_path: Path) -> None:
    script = caller_script(POLITE, {"say": "please book it"}, {"silence": 1.2}, END)
    outcome = run_call_of(booking_rig(), script, tmp_path)
    assert len(booked) == 1, "the service has done it"
    (returned,), (ended,) = outcome.lines("ToolReturned"), outcome.lines("EndCall")
    assert returned["at"] > ended["at"] and returned["result"] == "booked"
    assert outcome.summary["end_reason"] == "caller.hung_up"
    assert outcome.summary["duration_s"] == pytest.approx(ended["at"], abs=0.01)
    check(outcome)


def test_a_full_disk_costs_the_record_and_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: OsDisk, path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(OsDisk, "make_folder", full)
    (tmp_path / "calls/none").mkdir(parents=True)
    script = caller_script(POLITE, {"say": "are you open"}, POLITE, END)
    with caplog.at_level(logging.ERROR, "offhook.records"):
        outcome = run_call_of(Rig(), script, tmp_path)
    assert outcome.reason == "caller.hung_up" and not outcome.report.unanswered
    (told,) = [entry.getMessage() for entry in caplog.records if entry.name == "offhook.records"]
    assert told.startswith("cannot be opened, the call goes on without it") and "No space left" in told


def test_the_journal_says_what_the_model_was_asked(
    booked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests: list[ModelRequest] = []
    stream = scripted.ScriptedModel.stream

    def kept(self: scripted.ScriptedModel, asked: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
        # What a model is told of a tool: what else is known of it is the call's own business.
        tools = tuple(ToolSpec(tool.name, tool.told, tool.parameters) for tool in asked.tools)
        requests.append(replace(asked, tools=tools))
        return stream(self, asked)

    monkeypatch.setattr(scripted.ScriptedModel, "stream", kept)
    script = caller_script(
        POLITE, {"say": "good evening"}, POLITE, {"digits": "42#"}, POLITE, {"say": "please book it"}, {"silence": 2.0},
        {"say": "are you still there"}, {"silence": 6.0}, POLITE, {"say": "thank you"}, POLITE, END,
    )  # fmt: skip
    outcome = run_call_of(booking_rig(), script, tmp_path)
    check(outcome)
    past = read_past(outcome.folder / "journal.jsonl")
    turns = {asked.turn for asked in past.asked.values() if asked.is_committed}
    assert len(turns) >= 4
    for turn in turns:
        asked = past.turn(turn)
        assert asked.briefing is not None and asked.briefing.system
        tools = tuple(ToolSpec(tool.name, tool.description, tool.parameters) for tool in asked.briefing.tools)
        composed = request(
            past.entries, asked.ask, system=asked.briefing.system, tools=tools, passages=asked.passages,
            call_id=past.header.call,
        )  # fmt: skip
        assert composed in requests, f"turn {turn} was not asked like this"


def test_the_recording_has_both_sides_of_the_whole_call(tmp_path: Path) -> None:
    script = caller_script(POLITE, {"say": "good evening"}, POLITE, END)
    outcome = run_call_of(Rig(), script, tmp_path)
    seconds = (outcome.folder / "recording.wav").stat().st_size / 32_000
    assert seconds == pytest.approx(outcome.summary["duration_s"], abs=0.5)
