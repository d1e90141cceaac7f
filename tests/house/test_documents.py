"""What the documents show works: agents load, commands and variables exist, the sample provider is one."""

import asyncio
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from offhook.agents.load import load_agent
from offhook.cli.main import COMMANDS
from offhook.speech.ports import Setup
from offhook.speech.registry import provider_name
from tests.house.sources import ROOT, report, tracked

DOCUMENTS = [path for path in tracked() if path.suffix == ".md" and path.name != "design.md"]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in DOCUMENTS}


def _blocks(language: str) -> list[tuple[str, str]]:
    pattern = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [(path, block) for path, text in TEXTS.items() for block in pattern.findall(text)]


def test_agents_of_the_documents_load(tmp_path: Path) -> None:
    (tmp_path / "facts.md").write_text("# Hours\nAlways open.\n")
    (tmp_path / "sales").mkdir()
    (tmp_path / "sales/agent.yaml").write_text("name: sales\n")
    blocks = _blocks("yaml")
    assert blocks
    for path, block in blocks:
        agent = tmp_path / f"{path.replace('/', '-')}.yaml"
        agent.write_text(block if block.startswith("name:") else f"name: sample\n{block}")
        load_agent(agent)


def test_agents_of_the_examples_load() -> None:
    found = sorted((ROOT / "examples").glob("*/agent.yaml"))
    assert found
    for path in found:
        load_agent(path)


def test_commands_of_the_documents_exist() -> None:
    broken = [
        f"{path}: offhook {name}"
        for path, text in TEXTS.items()
        for name in re.findall(r"(?:^|[`/ ])offhook ([a-z][a-z-]*)(?=[ `\n])", text, re.MULTILINE)
        if name not in COMMANDS and f"offhook {name}" in "".join(re.findall(r"`[^`\n]+`|```.*?```", text, re.DOTALL))
    ]
    assert not broken, report(broken, "A command that is shown must exist.")


def test_make_targets_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    broken = [
        f"{path}: make {name}"
        for path, text in TEXTS.items()
        for name in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)
        if name not in targets
    ]
    assert not broken, report(broken, "A target that is shown must exist.")


def test_variables_of_the_documents_exist() -> None:
    # The second is read when Offhook is built, the third when it is tested.
    readers = ("src/offhook/settings.py", "hatch_build.py", "tests/searches.py")
    settings = "".join((ROOT / name).read_text("utf-8") for name in readers)
    broken = [
        f"{path}: {name}"
        for path, text in TEXTS.items()
        for name in sorted(set(re.findall(r"\b(?:OFFHOOK|TWILIO)_[A-Z_]+\b", text)))
        if f'"{name}"' not in settings
    ]
    assert not broken, report(broken, "A variable that is shown must be read.")


def test_the_sample_provider_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ((_, code),) = [entry for entry in _blocks("python") if entry[0].endswith("write-a-provider.md")]
    module = ModuleType("sample_provider")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(code, vars(module))  # noqa: S102
    voice = module.create(module.Config(), Setup())
    assert provider_name(module.Config) == "silent"

    async def audio() -> int:
        await voice.prepare()
        return sum([len(piece.audio) async for piece in voice.synthesize("two words")])

    assert asyncio.run(audio()) == 4800
