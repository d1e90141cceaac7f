"""The command line: quick help, errors in one line, and what the doctor sees."""

import io
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from offhook import __version__
from offhook.checks.examination import examine
from offhook.cli.checks import show
from offhook.cli.demo_command import free_port
from offhook.cli.main import COMMANDS, app, load_command
from offhook.cli.spelling import spelled
from offhook.errors import ConfigurationError
from offhook.platform.checks import Check, Mark
from offhook.speech.model_sources import Publisher, SourceFailed
from offhook.speech.registry import Kind, provider

RUNNER = CliRunner()
VARIABLES = (
    "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "OFFHOOK_PUBLIC_URL", "OFFHOOK_MODEL_SOURCES", "OFFHOOK_UNSIGNED",
    "OFFHOOK_TWILIO_BASE_URL",
)  # fmt: skip
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


def test_what_is_wrong_is_a_line_each_with_a_code(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\nlanguge: en\n")
    result = RUNNER.invoke(app, ["serve", str(path)])
    assert result.exit_code == 2
    head, signatures, agent = result.stderr.strip().splitlines()
    assert head == "offhook: not ready: 2 things to mend before calls can be taken [configuration.invalid]"
    assert "OFFHOOK_UNSIGNED=1" in signatures and "TWILIO_AUTH_TOKEN" in signatures
    assert "agent.yaml:2: languge" in agent
    assert "Traceback" not in result.output


def test_debug_shows_where(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["--debug", "serve", str(tmp_path / "none.yaml")])
    assert isinstance(result.exception, ConfigurationError)


def test_serve_fetches_the_models_that_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `models fetch` does, with its progress; a fetch that fails is told with what else can be tried."""
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\n")
    asked: list[str] = []

    def unreachable(self: Publisher, url: str, *_: object) -> None:
        asked.append(url)
        raise SourceFailed("nobody answers")

    monkeypatch.setattr(Publisher, "fetch", unreachable)
    monkeypatch.setenv("OFFHOOK_UNSIGNED", "1")
    monkeypatch.setenv("OFFHOOK_MODEL_SOURCES", "publisher")
    result = RUNNER.invoke(app, ["serve", str(path), "--port", str(free_port())])
    assert result.exit_code == 2
    assert asked and "no source gave silero_vad" in result.stderr
    assert "OFFHOOK_MODEL_SOURCES=any" in result.stderr


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


def test_doctor_sees_that_others_may_read_and_that_room_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(folder))
    assert marks()["data folder"] is Mark.GOOD and folder.stat().st_mode & 0o777 == 0o700
    (folder / "calls").mkdir()
    (folder / "calls").chmod(0o755)
    assert marks()["data folder"] is Mark.NOTE
    (folder / "calls").chmod(0o700)
    monkeypatch.setenv("OFFHOOK_LOW_DISK_MB", "9999999")
    assert marks()["data folder"] is Mark.NOTE
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("OFFHOOK_DATA_DIR", str(tmp_path / "file/data"))
    assert marks()["data folder"] is Mark.BAD


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
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN[1:])
    assert marks()["Twilio token"] is Mark.BAD
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    found = marks()
    assert found["Twilio account"] is found["Twilio token"] is Mark.GOOD
    result = RUNNER.invoke(app, ["doctor", "--port", "1"])
    assert TOKEN not in result.output


def test_without_a_token_the_product_is_served_and_a_file_alone_is_not(tmp_path: Path) -> None:
    """Workspaces connect accounts, which bring their tokens; to a file nobody connects any."""
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\n")
    assert marks()["signatures"] is Mark.NOTE and marks(path)["signatures"] is Mark.BAD


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


def test_doctor_and_serve_say_how_the_client_of_mcp_servers_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\ntools: [{type: mcp, name: calendar, command: [calendar]}]\n")
    assert "tools" not in marks(path)
    monkeypatch.setitem(sys.modules, "mcp", None)
    (found,) = [check for check in examine(path, "127.0.0.1", 0) if check.name == "tools"]
    assert found.mark is Mark.BAD and "pip install 'offhook[mcp]'" in found.advice
    monkeypatch.setenv("OFFHOOK_UNSIGNED", "1")
    result = RUNNER.invoke(app, ["serve", str(path)])
    assert result.exit_code == 2 and "pip install 'offhook[mcp]'" in result.stderr


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


LIKE_SERVE = [
    ("language: fr-FR\n", {"llm: grounded": "language", "tts: local": "English only"}),
    ("language: de-DE\nllm: {provider: scripted}\ntts: {provider: azure}\n", {"tts: azure": "AZURE_SPEECH_KEY"}),
    ("llm: {provider: openai, fallback: [{provider: anthropic}]}\n", {"llm: openai": "KEY", "llm: anthropic": "KEY"}),
    ("knowledge: [facts.md]\n", {"knowledge": "no facts"}),
]


@pytest.mark.parametrize(("document", "wrong"), LIKE_SERVE)
def test_doctor_and_serve_find_the_same_all_of_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: str, wrong: dict[str, str]
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_SPEECH_KEY", "AZURE_SPEECH_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OFFHOOK_UNSIGNED", "1")
    (tmp_path / "facts.md").write_text("\n")
    path = tmp_path / "agent.yaml"
    path.write_text(f"name: shop\nprompt: Be brief.\n{document}")
    port = free_port()
    found = [
        check
        for check in examine(path, "127.0.0.1", port)
        if check.mark is Mark.BAD and not check.name.startswith("model ")
    ]
    assert {check.name for check in found} == set(wrong)
    for name, word in wrong.items():
        assert word in " ".join(check.found + check.advice for check in found if check.name == name)
    result = RUNNER.invoke(app, ["serve", str(path), "--port", str(port)])
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert [line.strip() for line in result.stderr.splitlines() if "✗" in line] == [
        f"✗ {spelled(str(check))}" for check in found
    ]


@pytest.mark.parametrize(
    ("variables", "name", "mark"),
    [
        ({}, "signatures", Mark.NOTE),
        ({"OFFHOOK_UNSIGNED": "1"}, "signatures", Mark.NOTE),
        ({"TWILIO_AUTH_TOKEN": TOKEN}, "signatures", Mark.GOOD),
        ({"TWILIO_SHARED_KEYS": "one=two"}, "signatures", Mark.GOOD),
        ({"OFFHOOK_PUBLIC_URL": "https://voice.example.com/twilio/voice"}, "public URL", Mark.BAD),
        ({"OFFHOOK_PUBLIC_URL": "https://v.example.com/x", "OFFHOOK_UNSIGNED": "1"}, "public URL", Mark.BAD),
        ({"OFFHOOK_PUBLIC_URL": "http://127.0.0.1:9000", "OFFHOOK_UNSIGNED": "1"}, "public URL", Mark.GOOD),
        ({"OFFHOOK_DATA_DIR": "/proc/offhook"}, "data folder", Mark.BAD),
    ],
)
def test_what_stops_calls_is_not_green(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], name: str, mark: Mark
) -> None:
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    assert marks()[name] is mark


def test_an_agent_for_a_page_needs_no_carrier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFHOOK_PUBLIC_URL", "https://voice.example.com/twilio/voice")
    names = {check.name for check in examine(None, "127.0.0.1", 0, has_carrier=False)}
    assert "port" in names and not names & {"signatures", "public URL", "Twilio"}


def test_tools_that_the_brain_never_uses_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\ntools: [{name: end_call}, {name: take_message}]\n")
    module = provider(Kind.LLM, "grounded").module
    monkeypatch.setattr(module, "UNUSABLE_TOOLS", lambda tools, language: {tools[1].name: f"no {language} for it"})
    (check,) = (check for check in examine(path, "127.0.0.1", 0) if check.name.startswith("tool: "))
    assert check.name == "tool: take_message" and "no en-US for it" in check.found and check.mark is Mark.NOTE


def test_an_empty_prompt_is_told_where_a_model_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text("name: shop\nllm: {provider: openai}\n")
    assert marks(path)["prompt"] is Mark.NOTE
    path.write_text("name: shop\n")
    assert "prompt" not in marks(path), "the grounded brain reads none"
    path.write_text("name: shop\nllm: {provider: openai}\nprompt: Be brief.\n")
    assert "prompt" not in marks(path)


@pytest.mark.parametrize("width", [40, 80, 140])
def test_the_table_cuts_nothing_off(width: int) -> None:
    output = io.StringIO()
    long_path = "/srv/offhook/" + "customer-records/" * 6
    checks = [Check(Mark.BAD, "data folder", long_path, "set OFFHOOK_DATA_DIR to a writable folder")]
    show(checks, Console(file=output, width=width))
    shown = output.getvalue()
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= width
    letters = re.sub(r"\s", "", shown)
    assert long_path in letters or width == 140
    assert "OFFHOOK_DATA_DIR" in shown
