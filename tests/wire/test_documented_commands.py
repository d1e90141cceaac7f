"""Commands as README, how-tos and examples show them work as they are written: in a clone, in a shell that has no
virtual environment on its path."""

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import pytest
import yaml
from typer.core import TyperGroup

from offhook.cli.demo_command import free_port
from offhook.cli.main import COMMANDS, load_command
from offhook.knowledge.search import load_knowledge
from offhook.speech.llm.grounded import Config, create
from offhook.speech.llm.grounded_english_sentences import SENTENCES
from offhook.speech.ports import Message, ModelRequest, Setup, TextDelta
from tests.grounded_world import MINILM, needs_model
from tests.served import need_models

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs/howto").glob("*.md")), *sorted((ROOT / "examples").rglob("*.yaml"))]
WORDS = {"TURN": "3", "N": "3"}
"""What stands for a number in a page."""
PATIENCE_S = 120.0


def lines_of(page: Path) -> Iterator[str]:
    """Every line of a page's blocks, its commands in backticks, and the comments of an example."""
    text = page.read_text("utf-8")
    if page.suffix == ".yaml":
        yield from re.findall(r"^#   (.*)$", text, re.MULTILINE)
        return
    for language, block in re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL):
        if language in ("", "sh", "bash"):
            yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


SHOWN = [(page, line.strip()) for page in PAGES for line in lines_of(page)]
COMMAND = re.compile(r"^(?:[A-Z_]+=\S+ +)*\./offhook +(.*)$")
OFFHOOKS = [(page, found[1]) for page, line in SHOWN if (found := COMMAND.match(line))]
MAKES = sorted({line.partition("#")[0].strip() for _, line in SHOWN if re.match(r"make [a-z]", line)})


def test_there_are_commands_to_look_at() -> None:
    assert len(OFFHOOKS) > 30 and len(MAKES) > 3


def test_one_spelling_everywhere() -> None:
    """`offhook` alone is not found by a shell, and two spellings are one too many."""
    other = re.compile(rf"^(?:[A-Z_]+=\S+ +)*(?:\.venv/bin/)?offhook +(?:{'|'.join(COMMANDS)})\b")
    wrong = [f"{page.relative_to(ROOT)}: {line}" for page, line in SHOWN if other.match(line)]
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("page", "command"), OFFHOOKS, ids=[f"{page.stem}: {command[:50]}" for page, command in OFFHOOKS]
)
def test_every_command_is_understood(page: Path, command: str) -> None:
    """Its options and arguments, as the command line itself reads them; nothing is run."""
    arguments = [
        WORDS.get(word, word) for word in shlex.split(command.partition(" 2> ")[0], comments=True) if word != "..."
    ]
    name, *rest = [word for word in arguments if word != "--debug"]
    assert name in COMMANDS or name.startswith("-"), page
    if not rest or name.startswith("-"):
        return  # Only its name is spoken of.
    command_of = load_command(COMMANDS[name])
    if isinstance(command_of, TyperGroup):
        name, *rest = rest
        command_of = command_of.commands[name]
    command_of.make_context(name, rest)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone after `make setup`, as far as commands can tell."""
    for name in ("offhook", "Makefile", "examples", "scripts", "pyproject.toml", "requirements"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "offhook").unlink()
    (tmp_path / "offhook").write_bytes((ROOT / "offhook").read_bytes())
    (tmp_path / "offhook").chmod(0o755)
    script = tmp_path / ".venv/bin/offhook"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT / "src"}" exec "{sys.executable}" -m offhook "$@"\n')
    script.chmod(0o755)
    python = tmp_path / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT / "src"}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (tmp_path / ".venv/.installed-run").touch()
    return tmp_path


def shell(clone: Path, command: str) -> "subprocess.CompletedProcess[str]":
    """As typed into a plain shell there."""
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(Path.home()), "OFFHOOK_DATA_DIR": str(clone / "data"),
    }  # fmt: skip
    return subprocess.run(
        ["/bin/sh", "-c", command], cwd=clone, env=environment, capture_output=True, text=True, timeout=PATIENCE_S,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_a_plain_shell_finds_every_command(clone: Path, name: str) -> None:
    done = shell(clone, f"./offhook {name} --help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


@pytest.mark.parametrize("command", MAKES)
def test_a_plain_shell_finds_every_target(clone: Path, command: str) -> None:
    done = shell(clone, command.replace("make ", "make --dry-run ", 1))
    assert done.returncode == 0, done.stderr


def test_what_the_program_tells_to_type_works_there(clone: Path) -> None:
    done = shell(clone, "./offhook call --say hello --to http://127.0.0.1:9 --voice tape")
    assert done.returncode == 2
    assert "OFFHOOK_UNSIGNED=1" in done.stderr
    done = shell(clone, "OFFHOOK_UNSIGNED=1 ./offhook call --say hello --to http://127.0.0.1:9 --voice tape")
    assert "`./offhook serve AGENT.yaml`" in done.stderr


SAID = [
    (page, sentence)
    for page, line in SHOWN
    if re.match(r"(?:[A-Z_]+=\S+ +)*(?:make call|\./offhook call)\b", line)
    for sentence in re.findall(r'--say "([^"]+)"', line)
]
HOTEL = ROOT / "examples/harbour-hotel/agent.yaml"


def answer_of(folder: Path, sentence: str) -> str:
    """What the keyless brain of the agent in a folder says to it."""
    facts = load_knowledge(["facts.md"], folder, MINILM, "en-US")
    brain = create(Config(), Setup(facts=facts, agent_name="us"))

    async def told() -> str:
        request = ModelRequest((Message("user", sentence),))
        return "".join([out.text async for out in brain.stream(request) if isinstance(out, TextDelta)])

    return asyncio.run(told())


@needs_model
def test_what_the_pages_let_a_caller_say_is_answered(tmp_path: Path) -> None:
    """By the agent that the page is about, and by the hotel: nobody's first sentence is one it does not know."""
    (tmp_path / "facts.md").write_text(readme_files()[0])
    shop = {"When do you open?", "Is there parking?", "When do you open tomorrow?"}
    english = {sentence for _, sentence in SAID if sentence.isascii() and "haben Sie" not in sentence}
    assert shop <= english and "What time is breakfast?" in english
    for sentence in sorted(english | {"Do you have a room for tonight?"}):
        places = [tmp_path] if sentence in shop else [HOTEL.parent]
        for place in places:
            answer = answer_of(place, sentence)
            assert answer and not answer.startswith(SENTENCES.unknown), f"{sentence} -> {answer}"


def test_make_serve_and_make_call_as_the_readme_writes_them(clone: Path) -> None:
    """Both sentences reach the agent and are answered, from shells without the virtual environment; the caller's
    sound carries its words, so that no transcriber can mishear them, and no voice of this machine is needed."""
    need_models("silero-vad", "smart-turn", "whisper-base", "minilm")
    document = yaml.safe_load(HOTEL.read_text())
    scripted = {"provider": "scripted"}
    document |= {
        "stt": dict(scripted),
        "tts": dict(scripted),
        "turn_taking": {"preset": "balanced"},
        "end_of_turn": "scripted",
    }
    (clone / "facts.md").write_bytes((HOTEL.parent / "facts.md").read_bytes())
    (clone / "trial.yaml").write_text(yaml.safe_dump(document, allow_unicode=True))
    (sentence,) = re.findall(r"`make call ARGS='--say \"([^\"]+)\"'`", (ROOT / "README.md").read_text("utf-8"))
    port = free_port()
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(Path.home()), "OFFHOOK_DATA_DIR": str(clone / "data"),
        "OFFHOOK_UNSIGNED": "1",
    }  # fmt: skip
    serving = subprocess.Popen(
        ["/bin/sh", "-c", f"exec make serve AGENT=trial.yaml PORT={port}"], cwd=clone, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert serving.stdout is not None
        told = list(takewhile(lambda line: "loading: http" not in line, serving.stdout))
        assert serving.poll() is None, "".join(told)
        options = f"--to http://127.0.0.1:{port} --voice tape --patience 0"
        said = f'--say "{sentence}" --say "Do you have a room for tonight?"'
        done = shell(clone, f"OFFHOOK_UNSIGNED=1 make call ARGS='{options} {said}'")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(serving.pid, signal.SIGTERM)
        serving.wait(PATIENCE_S)
    assert "Breakfast is served" in done.stdout, done.stdout + done.stderr
    assert re.search(r"agent +Rooms are booked", done.stdout.partition("room for tonight?")[2]), done.stdout


def readme_files() -> tuple[str, str]:
    """Facts and agent of the first screen."""
    text = (ROOT / "README.md").read_text("utf-8").partition("in three steps")[2]
    (facts,) = re.findall(r"`shop/facts.md`.*?```markdown\n(.*?)```", text, re.DOTALL)
    (agent,) = re.findall(r"`shop/agent.yaml`.*?```yaml\n(.*?)```", text, re.DOTALL)
    return facts, agent


def test_ones_own_business_as_the_readme_writes_it(clone: Path) -> None:
    """The files and the first command of the first screen."""
    need_models("silero-vad", "smart-turn", "whisper-base", "minilm")
    facts, agent = readme_files()
    (clone / "shop").mkdir()
    (clone / "shop/facts.md").write_text(facts)
    (clone / "shop/agent.yaml").write_text(agent)
    command = next(line for page, line in SHOWN if page.name == "README.md" and "doctor shop/agent.yaml" in line)
    done = shell(clone, command.partition("#")[0].replace(" doctor ", " doctor --port 18479 "))
    assert done.returncode == 0, done.stdout
    assert "Ready." in done.stdout
