"""The words of the dashboard: every one of the sources is in the catalogue, and has its German."""

import json
import re
import shutil
from pathlib import Path

import pytest

import hatch_build
from tests.dashboard_world import ROOT

LOCALES = ROOT / "dashboard/src/locales"
_ENTRY = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\n)+)msgstr ((?:"(?:[^"\\]|\\.)*"\n?)+)', re.MULTILINE)
_HOLE = re.compile(r"(?<!one )(?<!other )(?<!=\d )\{\w+(?=[},])|</?\d+/?>")
"""What is filled in, or stands in a tag; a word alone in a branch of a plural is neither."""


def _entries(file: Path) -> dict[str, str]:
    """What stands for each text. Lines of one text are put together."""
    found = _ENTRY.findall(file.read_text("utf-8"))
    read = {_text(source): _text(said) for source, said in found}
    return {source: said for source, said in read.items() if source}


def _text(lines: str) -> str:
    return "".join(json.loads(line) for line in lines.splitlines())


def test_every_text_has_its_german() -> None:
    missing = [source for source, said in _entries(LOCALES / "de.po").items() if not said]
    assert not missing, f"{len(missing)} without German in de.po, the first: {missing[:5]}"


def test_what_is_filled_in_is_filled_in_german_too() -> None:
    odd = {
        source: said
        for source, said in _entries(LOCALES / "de.po").items()
        if said and set(_HOLE.findall(source)) != set(_HOLE.findall(said))
    }
    assert not odd


def test_the_catalogue_is_what_the_sources_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "dashboard"
    shutil.copytree(ROOT / "dashboard", copy, ignore=shutil.ignore_patterns("node_modules", "client"))
    (copy / "node_modules").symlink_to((ROOT / "dashboard/node_modules").resolve())
    monkeypatch.setattr(hatch_build, "SOURCES", copy)
    hatch_build.npm("run", "--silent", "extract")
    kept, said = _entries(LOCALES / "en.po").keys(), _entries(copy / "src/locales/en.po").keys()
    assert (sorted(said - kept), sorted(kept - said)) == ([], []), "run `python hatch_build.py extract`"
