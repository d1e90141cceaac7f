"""`offhook doctor --live` against the stand-ins: one request each, what came, and one line about what to do."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from offhook.agents.load import load_agent
from offhook.cli.doctor_live import ask
from offhook.cli.main import app
from offhook.live import probe as probing
from offhook.platform.checks import Check, Mark
from offhook.settings import Settings
from offhook.simulator.vendors.server import Answer, Refused
from offhook.speech.llm.openai import OpenAIModel
from offhook.speech.ports import ToolCall
from tests.live_world import SHORT, LiveWorld, in_world

RUNNER = CliRunner()
LLM = "live: llm: openai gpt-4o"
VARIABLES = ("COLUMNS", "OFFHOOK_PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")


async def checks(world: LiveWorld) -> dict[str, Check]:
    found = await ask(load_agent(world.agent), Settings.from_environment(world.environment), SHORT)
    return {check.name: check for check in found}


def asked(folder: Path, change: Callable[[LiveWorld], object] = lambda _: None, **fields: Any) -> dict[str, Check]:
    found: dict[str, Check] = {}

    async def run(world: LiveWorld) -> None:
        change(world)
        found.update(await checks(world))

    in_world(folder, run, **fields)
    return found


def test_every_provider_is_asked_once_and_says_something(tmp_path: Path) -> None:
    requests: dict[str, int] = {}

    async def run(world: LiveWorld) -> None:
        found = await checks(world)
        assert len(found) == 9, "one to hear, two to think, five to speak, and the carrier"
        assert {check.mark for check in found.values()} == {Mark.GOOD}, found
        assert all(" ms" in check.found and not check.advice for check in found.values())
        assert "heard 'Hello, are you open today?'" in found["live: stt: deepgram nova-3"].found
        assert "said 'Yes.'" in found[LLM].found
        assert "the account is active" in found["live: twilio"].found
        requests.update({name: entry.answers for name, entry in world.standins.listening.items()})
        body = world.server("openai").requests[0].body
        assert [tool["function"]["name"] for tool in body["tools"]] == ["end_call", "take_message"]
        assert body["max_tokens" if "max_tokens" in body else "max_completion_tokens"] <= 32
        assert [request.method for request in world.rest.requests] == ["GET"]

    in_world(tmp_path, run)
    assert all(count == 1 for name, count in requests.items() if name != "deepgram"), requests


@pytest.mark.parametrize(
    ("vendor", "fault", "name", "advice"),
    [
        ("openai", "unauthorized", LLM, "check the key"),
        ("openai", "quota", LLM, "check the account's credit"),
        ("openai", "missing_model", LLM, "check the model's name"),
        ("openai", "error", LLM, "check base_url"),
        ("openai", "garbage", LLM, "check base_url"),
        ("anthropic", "unauthorized", "live: llm: anthropic claude-haiku-5-5", "check the key"),
        ("elevenlabs", "unauthorized", "live: tts: elevenlabs eleven_flash_v2_5", "check the key"),
        ("cartesia", "no_audio", "live: tts: cartesia sonic-3.5", ""),
        ("azure", "unauthorized", "live: tts: azure", "check AZURE_SPEECH_KEY"),
        ("deepgram", "quota", "live: stt: deepgram nova-3", "check the key"),
        ("deepgram", "overloaded", "live: stt: deepgram nova-3", ""),
    ],
)
def test_a_failure_is_one_line_with_what_to_do(vendor: str, fault: str, name: str, advice: str, tmp_path: Path) -> None:
    def change(world: LiveWorld) -> None:
        world.standins.fail(vendor, fault)

    found = asked(tmp_path, change)
    bad = {check.name: check for check in found.values() if check.mark is Mark.BAD}
    assert bad.keys() == {name}, found
    assert bad[name].advice.startswith(advice) and bad[name].advice
    assert "\n" not in bad[name].found + bad[name].advice


def test_a_model_that_only_calls_is_good_and_one_that_says_nothing_is_not(tmp_path: Path) -> None:
    call = Answer(calls=(ToolCall("call_1", "end_call", "{}"),))
    found = asked(tmp_path, lambda world: setattr(world.server("openai"), "brain", lambda _: call))
    assert "said 'end_call()'" in found[LLM].found
    found = asked(tmp_path, lambda world: setattr(world.server("openai"), "brain", lambda _: Answer("")))
    assert found[LLM].mark is Mark.BAD and found[LLM].advice


def test_a_model_that_thinks_first_is_asked_again_with_the_owners_bound(tmp_path: Path) -> None:
    def thinks(body: dict[str, Any]) -> Answer:
        few = body.get("max_tokens", body.get("max_completion_tokens", 0)) < 100
        return Answer("", stop="length") if few else Answer("Yes.")

    found = asked(tmp_path, lambda world: setattr(world.server("openai"), "brain", thinks))
    assert found[LLM].mark is Mark.NOTE
    assert "it thinks before it speaks" in found[LLM].found


def test_what_a_model_refused_and_was_put_right_is_a_note(tmp_path: Path) -> None:
    """Calls would do the same, and only their log would say so."""
    said = "Unsupported parameter: 'temperature' is not supported with this model."
    error = {"message": said, "type": "invalid_request_error", "param": "temperature", "code": "unsupported_parameter"}

    def strict(body: dict[str, Any]) -> Answer:
        if "temperature" in body:
            raise Refused(400, {"error": error})
        return Answer("Yes.")

    async def run(world: LiveWorld) -> None:
        document = yaml.safe_load(world.agent.read_text("utf-8"))
        document["llm"]["temperature"] = 0.5
        world.agent.write_text(yaml.safe_dump(document), "utf-8")
        world.server("openai").brain = strict
        found = (await checks(world))[LLM]
        assert found.mark is Mark.NOTE and "said 'Yes.'" in found.found and "`temperature`" in found.found
        assert "set in the agent's file" in found.advice

    in_world(tmp_path, run)


def test_words_that_do_not_come_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "hello", lambda: (b"\xff" * 160,) * 100)
    name = "live: stt: deepgram nova-3"
    found = asked(tmp_path)
    assert found[name].mark is Mark.BAD and "heard no word of" in found[name].found
    assert found[name].advice == "check stt.language and stt.model"
    found = asked(tmp_path, language="de-DE")
    assert found[name].mark is Mark.NOTE and "the clip is English" in found[name].found


def test_no_secret_is_shown_also_when_the_vendor_repeats_it(tmp_path: Path) -> None:
    canary = "canary-0123456789-abcdef"

    def change(world: LiveWorld) -> None:
        world.environment |= dict.fromkeys(world.standins.environment(), canary)
        world.environment["TWILIO_AUTH_TOKEN"] = canary

    found = asked(tmp_path, change)
    assert {check.mark for check in found.values()} == {Mark.BAD}
    assert "canary-0" not in str(found) and "6789-abc" not in str(found)


def test_a_fault_of_ours_is_a_line_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(OpenAIModel, "stream", broken)
    found = asked(tmp_path)
    assert found[LLM].mark is Mark.BAD
    assert found[LLM].found == "RuntimeError: a bug"


def test_who_has_no_key_is_not_asked_and_needs_none_here(tmp_path: Path) -> None:
    def change(world: LiveWorld) -> None:
        del world.environment["CARTESIA_API_KEY"], world.environment["TWILIO_ACCOUNT_SID"]

    found = asked(tmp_path, change, stt={"provider": "local"})
    assert not [name for name in found if "cartesia" in name or "local" in name or "twilio" in name]
    assert len(found) == 6


@pytest.mark.parametrize("is_refused", [False, True])
def test_the_command_and_its_exit_code(is_refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(world: LiveWorld) -> None:
        if is_refused:
            world.standins.fail("openai", "unauthorized")
        for name, value in {**world.environment, "COLUMNS": "300"}.items():
            monkeypatch.setenv(name, value)
        command = ["doctor", str(world.agent), "--live", "--port", "18099"]
        result = await asyncio.to_thread(RUNNER.invoke, app, command)
        assert result.exit_code == (1 if is_refused else 0), result.output
        assert ("Ready." in result.output) is not is_refused
        assert "live: tts: azure" in result.output and "Traceback" not in result.output

    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    in_world(tmp_path, run)


def test_live_without_an_agent_is_told() -> None:
    result = RUNNER.invoke(app, ["doctor", "--live"])
    assert result.exit_code == 2
    assert "--live" in result.output


def test_the_live_day_writes_both_reports_and_its_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(world: LiveWorld) -> None:
        for name, value in {**world.environment, "COLUMNS": "300"}.items():
            monkeypatch.setenv(name, value)
        listed = await asyncio.to_thread(RUNNER.invoke, app, ["live-day", str(world.agent), "--list"])
        assert listed.exit_code == 0 and "aura-connections" in listed.output
        assert not world.server("openai").requests and not world.rest.requests
        command = ["live-day", str(world.agent), "--report", str(tmp_path / "found.md"), "--only", "openai-retired"]
        result = await asyncio.to_thread(RUNNER.invoke, app, [*command, "--only", "twilio-a"])
        assert result.exit_code == 0, result.output
        assert "expected  HTTP 404 with the code model_not_found" in result.output
        found = json.loads((tmp_path / "found.json").read_text("utf-8"))
        assert [one["name"] for one in found["questions"]] == [
            "openai-retired-model", "twilio-account", "twilio-after-connect",
        ]  # fmt: skip
        assert "## Twilio" in (tmp_path / "found.md").read_text("utf-8")
        world.standins.fail("openai", "error")
        result = await asyncio.to_thread(RUNNER.invoke, app, command)
        assert result.exit_code == 1 and "different" in result.output

    in_world(tmp_path, run)
