"""The stand-ins as a person runs them: a process of their own, a real server on them, and a whole call over both."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from offhook.agents.load import load_agent
from offhook.cli.main import app
from offhook.simulator.caller_script import script_from
from offhook.simulator.vendors.table import VENDORS
from tests.served import call_served

PATIENCE_S = 30.0


@contextmanager
def simulated(*options: str) -> Iterator[str]:
    """The process runs; what it says until it is ready."""
    command = [sys.executable, "-m", "offhook", "simulate", "vendors", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if line.startswith("ready"):
                    yield "".join(lines)
                    break
            else:
                pytest.fail("it ended before it was ready:\n" + "".join(lines))
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 0, process.stdout.read()
        finally:
            process.kill()


def test_a_whole_call_without_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "agent.yaml"
    with simulated("--profile", "fast", "--port", "0", "--seed", "3", "--write-agent", str(path)) as said:
        for name, key in re.findall(r"^export (\w+_KEY)=(\S+)$", said, re.MULTILINE):
            monkeypatch.setenv(name, key)
        assert load_agent(path).stt.model_dump()["provider"] == "deepgram"
        # The caller's sound is the talking tape: no model is needed to hear it.
        agent = {**yaml.safe_load(path.read_text()), "voice_detector": "energy", "end_of_turn": "scripted"}
        steps = [
            {"wait": {"silent_s": 0.6}},
            {"say": "When are you open on Saturday?"},
            {"wait": {"silent_s": 0.6}},
            {"say": "Thank you, goodbye."},
            {"wait": {"silent_s": 20.0}},
            {"hang_up": True},
        ]
        served = asyncio.run(call_served(agent, script_from({"steps": steps}), tmp_path))
    served.outcome.require_clean()
    report = served.outcome.report
    assert not report.unanswered
    assert report.ended_by == "server", "the model's farewell ends the call"
    assert served.said("caller") == ["When are you open on Saturday?", "Thank you, goodbye."]
    fact = "We are open from nine in the morning until six in the evening, Monday to Saturday."
    assert fact in " ".join(served.said("agent"))


def test_the_written_agent_is_one_and_the_table_names_every_vendor(tmp_path: Path) -> None:
    with simulated("--port", "0") as said:
        for vendor in VENDORS.values():
            assert re.search(rf"^{vendor.name} +http://127\.0\.0\.1:\d+", said, re.MULTILINE), vendor.name
            assert f"export {vendor.key_variable}={vendor.key}" in said
        snippet = said.partition("writes it)\n")[2].partition("\n#")[0]
        path = tmp_path / "agent.yaml"
        path.write_text(snippet)
        assert load_agent(path).llm.model_dump()["provider"] == "openai"


def test_a_copy_of_ones_own_agent_uses_the_stand_ins(tmp_path: Path) -> None:
    (tmp_path / "facts.md").write_text("# Hours\nAlways open.\n")
    own = tmp_path / "shop.yaml"
    own.write_text(
        "name: shop\nprompt: Be brief.\nknowledge: [facts.md]\nstt: {provider: deepgram}\n"
        "llm: {provider: openai, model: gpt-6-luna, fallback: [{provider: anthropic}, {provider: grounded}]}\n"
        "tts: {provider: elevenlabs, voice: voice1}\ntools: [{name: end_call}]\n"
    )
    before = own.read_text()
    with simulated("--port", "0", "--agent", str(own)) as output:
        assert "serve" in output and "shop.trial.yaml" in output
        agent = load_agent(tmp_path / "shop.trial.yaml")
    assert own.read_text() == before
    assert (agent.name, agent.prompt, len(agent.tools)) == ("shop", "Be brief.", 1)
    llm = agent.llm.model_dump()
    urls = [agent.stt.model_dump()["base_url"], llm["base_url"], agent.tts.model_dump()["base_url"]]
    urls.append(llm["fallback"][0]["base_url"])
    assert all(url.startswith("http://127.0.0.1:") for url in urls) and len(set(urls)) == 4
    assert llm["model"] == "gpt-6-luna" and "base_url" not in llm["fallback"][1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--profile", "lazy"), "instant or fast or medium"),
        (("--fault", "nobody=cut"), "--fault: there is no such vendor"),
        (("--fault", "openai=sulk"), "rate_limited"),
        (("--port", "70000"), "--port"),
        (("--port", "0", "--write-agent", "/dev/null/agent.yaml"), "cannot be written"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, ["simulate", "vendors", *arguments])
    assert result.exit_code != 0
    assert said in result.output
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
