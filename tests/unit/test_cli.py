"""The command line: quick help, errors in one line, and what the doctor sees."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offhook import __version__
from offhook.cli.checks import Mark
from offhook.cli.doctor_command import examine
from offhook.cli.main import COMMANDS, app, load_command

RUNNER = CliRunner()
VARIABLES = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "OFFHOOK_PUBLIC_URL", "OFFHOOK_MODEL_SOURCES")
SID = "AC" + "0" * 32
TOKEN = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("OFFHOOK_MODEL_DIR", str(tmp_path / "models"))


def test_help_lists_every_command() -> None:
    result = RUNNER.invoke(app, ["--help"])
    assert result.exit_code == 0
    for name in COMMANDS:
        assert name in result.output


def test_help_imports_no_command() -> None:
    code = (
        "import sys; from offhook.cli.main import app; sys.argv[1:] = ['--help'];\n"
        "try: app()\nexcept SystemExit: pass\n"
        "print([name for name in ('pydantic', 'numpy', 'fastapi', 'offhook.settings') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip().splitlines()[-1] == "[]", "help must come at once"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    assert load_command(COMMANDS[name]).help
    assert RUNNER.invoke(app, [name, "--help"]).exit_code == 0


def test_version() -> None:
    assert RUNNER.invoke(app, ["--version"]).output.strip() == f"offhook {__version__}"


def test_an_unknown_command() -> None:
    assert RUNNER.invoke(app, ["sing"]).exit_code == 2


def test_errors_are_one_line_with_a_code(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\nlanguge: en\n")
    result = RUNNER.invoke(app, ["serve", str(path)])
    assert result.exit_code == 2
    assert result.stderr.strip().count("\n") == 0
    assert "agent.yaml:2: languge" in result.stderr
    assert "[configuration.invalid]" in result.stderr
    assert "Traceback" not in result.output


def test_debug_shows_where(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["--debug", "serve", str(tmp_path / "none.yaml")])
    assert type(result.exception).__name__ == "ConfigurationError"


def test_serve_says_which_models_to_fetch(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\n")
    result = RUNNER.invoke(app, ["serve", str(path)])
    assert result.exit_code == 2
    assert "offhook models fetch silero-vad smart-turn whisper-base" in result.stderr


def test_replay_of_no_journal(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["replay", str(tmp_path / "none.jsonl")])
    assert result.exit_code == 2
    assert "none.jsonl" in result.stderr


# ── doctor ───────────────────────────────────────────────────────────────────────────────────────────────────────


def marks(path: Path | None = None, port: int = 0) -> dict[str, Mark]:
    """What the doctor says, by the name of the check."""
    return {check.name: check.mark for check in examine(path, "127.0.0.1", port)}


def test_doctor_on_a_bare_machine() -> None:
    found = marks()
    assert found["python"] is Mark.GOOD
    assert found["port"] is Mark.GOOD
    assert found["data folder"] is Mark.GOOD
    assert found["public URL"] is Mark.NOTE
    assert found["Twilio"] is Mark.NOTE
    assert found["model silero-vad"] is Mark.BAD


def test_doctor_sees_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert marks(port=taken.getsockname()[1])["port"] is Mark.BAD


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        ("https://voice.example.com", Mark.GOOD),
        ("https://voice.example.com:8443", Mark.GOOD),
        ("http://voice.example.com", Mark.BAD),
        ("https://voice.example.com/offhook", Mark.BAD),
        ("https://localhost", Mark.BAD),
    ],
)
def test_doctor_checks_the_public_url(monkeypatch: pytest.MonkeyPatch, url: str, mark: Mark) -> None:
    monkeypatch.setenv("OFFHOOK_PUBLIC_URL", url)
    assert marks()["public URL"] is mark


def test_doctor_checks_the_form_of_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", SID)
    assert marks()["Twilio token"] is Mark.BAD
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    found = marks()
    assert found["Twilio account"] is found["Twilio token"] is Mark.GOOD
    result = RUNNER.invoke(app, ["doctor", "--port", "1"])
    assert TOKEN not in result.output


def test_doctor_names_a_variable_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFHOOK_MODEL_SOURCES", "the moon")
    assert marks()["environment"] is Mark.BAD


def test_doctor_of_an_agent(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\n")
    found = marks(path)
    assert found["agent"] is found["stt: local"] is found["llm: grounded"] is Mark.GOOD
    assert found["model whisper-base"] is Mark.BAD
    (tmp_path / "facts.md").write_text("# Rooms\nThere are nine.\n")
    path.write_text("name: shop\nknowledge: [facts.md]\nllm: {provider: scripted}\n")
    assert marks(path)["model minilm"] is Mark.NOTE, "facts are found by their words as well"
    path.write_text("name: shop\nllm: {provider: scripted}\n")
    assert "model minilm" not in marks(path)
    path.write_text("name: shop\nllm: {provider: nobody}\n")
    assert marks(path)["agent"] is Mark.BAD


def test_doctor_looks_for_the_secrets_of_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "agent.yaml"
    calendar = "{type: mcp, name: calendar, command: [calendar], environment: [CALENDAR_DB]}"
    path.write_text(f"name: shop\ntools: [{{name: end_call}}, {calendar}]\n")
    monkeypatch.delenv("CALENDAR_DB", raising=False)
    found = marks(path)
    assert found["tool: calendar"] is Mark.BAD and "tool: end_call" not in found
    monkeypatch.setenv("CALENDAR_DB", "somewhere")
    assert marks(path)["tool: calendar"] is Mark.GOOD


def test_doctor_looks_at_stand_bys_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text(
        "name: shop\nstt: {provider: deepgram}\n"
        "llm: {provider: openai, fallback: [{provider: anthropic}, {provider: grounded}]}\n"
    )
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-a-test")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    found = marks(path)
    assert (found["llm: openai"], found["llm: anthropic"], found["llm: grounded"]) == (Mark.GOOD, Mark.BAD, Mark.GOOD)
    assert found["stt: local"] is Mark.GOOD and found["model whisper-base"] is Mark.BAD, "it stands behind Deepgram"
    assert "model minilm" in found


def test_doctor_ends_with_one_when_something_is_wrong() -> None:
    result = RUNNER.invoke(app, ["doctor", "--port", "1"])
    assert result.exit_code == 1
    assert "offhook models fetch" in result.output
