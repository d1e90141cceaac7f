"""Whole calls in which something is not to be kept: it is in no file, no journal and no log, and replay still works."""

import json
import wave
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from offhook.call.runtime import AgentRuntime
from offhook.cli.log import OwnLines
from offhook.speech.ports import ModelOutput, ModelRequest, TextDelta, ToolCall
from tests.rig import Outcome, Rig, caller_script, run_call_of
from tests.simulation.services import Service, web_tool
from tests.simulation.whole_calls import END, POLITE, agent_said
from tests.simulation.whole_calls import check as check_call

SPOKEN = "four two four two nine one"
DIGITS = "424291"
PAY = web_tool(
    "pay",
    parameters={"type": "object", "properties": {"card": {"type": "string"}, "shop": {"type": "string"}}},
    result="{status}",
)


def kept_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def caller_side(outcome: Outcome) -> Any:
    """Of the recording, in samples."""
    with wave.open(str(outcome.folder / "recording.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return samples[0::2]


def asks_for_card(then: str) -> Any:
    """A model that asks for the card, and does `then` (JSON) with what it is told."""

    def patch(runtime: AgentRuntime) -> None:
        async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            said = [message.text for message in request.messages if message.role != "system"]
            seen.append(" ".join(said))
            if any("charged" in text for text in said):
                yield TextDelta("It is paid.")
            elif any("{keys-1}" in text for text in said):
                yield ToolCall("c2", "pay", then)
            elif any("said no number" in text for text in said):
                yield TextDelta("Then let us do that later.")
            else:
                yield TextDelta("What is your card number?")
                yield ToolCall("c1", "collect_digits", '{"count": 6, "secret": true}')

        runtime.llm.stream = stream  # type: ignore[method-assign]

    seen: list[str] = []
    patch.seen = seen  # type: ignore[attr-defined]
    return patch


def test_a_secret_that_is_said_reaches_the_tool_and_nobody_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG")
    service = Service(word=f"charged {DIGITS}").serve(monkeypatch)
    patch = asks_for_card('{"card": "{keys-1}", "shop": "main street"}')
    rig = Rig(agent={"tools": [{"name": "end_call"}, {"name": "collect_digits"}, PAY]}, patch=patch)
    script = caller_script(
        POLITE, {"say": "I want to pay"}, POLITE, {"say": f"it is {SPOKEN}"}, POLITE,
        {"say": "thank you and what now"}, {"silence": 5.0}, END,
    )  # fmt: skip
    outcome = run_call_of(rig, script, tmp_path)
    check_call(outcome)
    assert service.bodies == [{"card": DIGITS, "shop": "main street"}]
    assert "It is paid." in agent_said(outcome)
    kept = kept_bytes(tmp_path).decode(errors="replace") + caplog.text + " ".join(patch.seen)
    for canary in (SPOKEN, DIGITS, "four two", "nine one"):
        assert canary not in kept
    said = [entry["text"] for entry in outcome.entries if entry["entry"] == "CallerSaid"]
    assert "x x 0 0 0 0 0 0" in said
    assert any("what now" in text for text in said), "what is said afterwards is kept again"


def test_an_answer_in_confidence_may_be_any_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG")
    answer = "my password is purple hippopotamus"
    service = Service(word=f"no {answer} known").serve(monkeypatch)

    def patch(runtime: AgentRuntime) -> None:
        async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            said = " ".join(message.text for message in request.messages if message.role != "system")
            assert "hippopotamus" not in said
            if "known" in said:
                yield TextDelta("I cannot find that.")
            elif "{keys-1}" in said:
                yield ToolCall("c2", "pay", '{"card": "{keys-1}"}')
            else:
                yield TextDelta("What is your password?")
                yield ToolCall("c1", "ask_in_confidence", "{}")

        runtime.llm.stream = stream  # type: ignore[method-assign]

    rig = Rig(agent={"tools": [{"name": "end_call"}, {"name": "ask_in_confidence"}, PAY]}, patch=patch)
    script = caller_script(POLITE, {"say": "let me in"}, POLITE, {"say": answer}, {"silence": 6.0}, END)
    outcome = run_call_of(rig, script, tmp_path)
    check_call(outcome)
    assert service.bodies == [{"card": answer}] and "I cannot find that." in agent_said(outcome)
    kept = kept_bytes(tmp_path).decode(errors="replace") + caplog.text
    assert "hippopotamus" not in kept and "purple" not in kept


def test_an_answer_that_goes_on_after_a_pause_is_sensitive_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Service(word="charged").serve(monkeypatch)
    patch = asks_for_card('{"card": "{keys-1}"}')
    rig = Rig(agent={"tools": [{"name": "end_call"}, {"name": "collect_digits"}, PAY]}, patch=patch)
    for pause_s in (0.7, 1.0, 1.3, 1.6, 2.0):
        script = caller_script(
            POLITE, {"say": "I want to pay"}, POLITE, {"say": "four two four two"}, {"silence": pause_s},
            {"say": "nine one and purple"}, POLITE, {"say": "thank you and what now"}, {"silence": 5.0}, END,
        )  # fmt: skip
        outcome = run_call_of(rig, script, tmp_path / str(pause_s))
        check_call(outcome)
        kept = kept_bytes(outcome.folder)
        assert b"four two" not in kept and b"what now" in kept
        taken_at = outcome.lines("KeysCollected")[0]["at"]
        started = [line["at"] for line in outcome.lines("SegmentStarted") if line["at"] > taken_at]
        spoken_on = [turn.begins_at for turn in outcome.report.turns if turn.text == "nine one and purple"]
        assert b"purple" not in kept or spoken_on[0] > started[0]


def test_who_has_no_number_is_understood(tmp_path: Path) -> None:
    patch = asks_for_card("{}")
    rig = Rig(agent={"tools": [{"name": "end_call"}, {"name": "collect_digits"}, PAY]}, patch=patch)
    script = caller_script(
        POLITE, {"say": "I want to pay"}, POLITE, {"say": "I have left the card at home"}, POLITE, END
    )
    outcome = run_call_of(rig, script, tmp_path)
    check_call(outcome)
    assert "Then let us do that later." in agent_said(outcome)
    assert b"at home" not in kept_bytes(tmp_path)


def test_the_recording_is_silent_while_a_secret_is_given(tmp_path: Path) -> None:
    patch = asks_for_card("{}")
    rig = Rig(agent={"tools": [{"name": "end_call"}, {"name": "collect_digits"}, PAY]}, patch=patch)
    script = caller_script(POLITE, {"say": "I want to pay"}, POLITE, {"say": SPOKEN}, POLITE, END)
    outcome = run_call_of(rig, script, tmp_path)
    check_call(outcome)
    begin, end = (outcome.lines(name)[0]["at"] for name in ("CollectKeys", "KeysCollected"))
    side = caller_side(outcome)
    spoken = side[round(begin * 8000) + 400 : round(end * 8000)]
    assert end - begin > 2.0 and np.abs(spoken).max() < 50
    before = side[: round(begin * 8000)]
    assert np.abs(before).max() > 1_000, "the rest of the call is recorded"


def test_a_sensitive_parameter_is_kept_by_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("DEBUG")
    service = Service(word="no card 4242-91 here").serve(monkeypatch)
    wishes = iter(
        ['{"card": 424291, "shop": "main street"}', '{"card": "424291"}', '{"card_no": "424291"}', '"{424291"', "[]"]
    )

    def patch(runtime: AgentRuntime) -> None:
        async def stream(request: ModelRequest) -> AsyncGenerator[ModelOutput, None]:
            if request.messages[-1].role == "tool":
                yield TextDelta("I have sent 424291, and they say no.")
            elif (wish := next(wishes, None)) is not None:
                yield ToolCall(f"c{wish}"[:2], "pay", wish)
            else:
                yield TextDelta("Nothing more.")

        runtime.llm.stream = stream  # type: ignore[method-assign]

    tool = {**PAY, "sensitive": ["card"]}
    rig = Rig(agent={"tools": [{"name": "end_call"}, tool]}, patch=patch)
    turns: list[dict[str, Any]] = [{"say": "please pay now"}, POLITE] * 5
    script = caller_script(POLITE, *turns, END)
    outcome = run_call_of(rig, script, tmp_path)
    check_call(outcome)
    assert service.bodies[0] == {"card": "424291", "shop": "main street"}
    kept = kept_bytes(tmp_path).decode(errors="replace")
    assert "424291" not in kept + caplog.text and "4242-91" not in kept and "main street" in kept
    asked = [json.loads(line["arguments"]) for line in outcome.lines("ToolRequested")]
    assert asked[0]["card"] == asked[1]["card"] == "{secret-1}", "the same value has the same reference"


@pytest.mark.parametrize("keep", ["masked", "off"])
def test_an_agent_that_keeps_nothing_leaves_nothing(tmp_path: Path, keep: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Service(word="secretanswer").serve(monkeypatch)
    records = dict.fromkeys(("recording", "transcript", "keys", "tool_arguments"), keep)
    rule = {"when": "heliotrope", "tool": "pay", "arguments": {"card": "zanzibar"}, "then": "Marmalade is done."}
    rig = Rig(
        agent={"tools": [{"name": "end_call"}, PAY], "records": records},
        llm={"rules": [rule], "otherwise": "You said pineapple."},
    )
    script = caller_script(
        POLITE, {"say": "heliotrope please"}, POLITE, {"digits": "7391"}, {"silence": 4.0}, {"say": "goodbye"}, POLITE
    )
    outcome = run_call_of(rig, script, tmp_path)
    kept = kept_bytes(tmp_path).decode(errors="replace").lower()
    for canary in ("heliotrope", "zanzibar", "secretanswer", "marmalade", "pineapple", "7391"):
        assert canary not in kept
    assert outcome.summary["turns"] and all(set(turn["text"]) <= {"x", " "} for turn in outcome.summary["turns"])
    names = {path.name for path in outcome.folder.iterdir()}
    assert names == {"journal.jsonl", "call.json"} | (
        {"recording.wav", "transcript.txt"} if keep == "masked" else set()
    )
    if keep == "masked":
        assert not np.abs(caller_side(outcome)).max()
    found = outcome.replayed()
    assert not found.mismatches and found.is_whole is not bool(found.unkept_from)
    assert found.events > 10


def test_each_is_chosen_by_itself(tmp_path: Path) -> None:
    rig = Rig(agent={"records": {"recording": False, "keys": "masked"}})
    script = caller_script(POLITE, {"say": "heliotrope please"}, POLITE, {"digits": "7391"}, POLITE, END)
    outcome = run_call_of(rig, script, tmp_path)
    kept = kept_bytes(tmp_path)
    assert b"heliotrope" in kept and b"7391" not in kept and b"****" in kept
    assert not (outcome.folder / "recording.wav").exists()


def test_numbers_in_logs_are_shortened() -> None:
    import logging

    line = logging.LogRecord("x", 20, "", 0, "call from %s to %s: The 'To' number +1 (555) 010-0200 is invalid, +49",
                             ("+15005550006", "sip:+4930123456@pbx.test"), None)  # fmt: skip
    shown = OwnLines("%(message)s").format(line)
    assert shown == "call from ...0006 to sip:...3456@pbx.test: The 'To' number ...0200 is invalid, +49"
