"""What a browser has to fetch before the first page stands, on the built files; and that a package carries them."""

import gzip
import re
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from offhook.web.dashboard import FOLDER, PAGE
from tests.dashboard_world import ROOT

MOST = 250_000
"""Bytes of script and style, packed. Fonts come beside them and hold nothing up."""
MOST_OF_A_PART = 250_000
_FIRST = re.compile(r'(?:src|href)="/((?:assets/)?[\w.-]+\.(?:js|css))"')
_IMPORT = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')


def _packed(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def _with_imports(names: set[Path]) -> set[Path]:
    """These files, and whatever they cannot run without."""
    seen, left = set[Path](), set(names)
    while left:
        path = left.pop()
        seen.add(path)
        if path.suffix == ".js":
            left |= {path.parent / name for name in _IMPORT.findall(path.read_text("utf-8"))} - seen
    return seen


@pytest.fixture(scope="module")
def shell() -> set[Path]:
    """The page's own files, the frame around every page, the first page and one language."""
    page = FOLDER / PAGE
    assert page.is_file(), "the dashboard is not built: `make dashboard`"
    first = {FOLDER / name for name in _FIRST.findall(page.read_text("utf-8"))}
    assets = FOLDER / "assets"
    later = {path for stem in ("Shell", "Today", "compileMessage") for path in assets.glob(f"{stem}-????????.*")}
    assert len({path.stem.split("-")[0] for path in later}) == 3, "a part of the first page has another name now"
    return _with_imports(first | later)


def test_the_first_page_is_small(shell: set[Path]) -> None:
    sizes = {path.name: _packed(path) for path in shell}
    listed = "\n".join(f"{size:8} {name}" for name, size in sorted(sizes.items(), key=lambda one: -one[1]))
    assert sum(sizes.values()) <= MOST, f"{sum(sizes.values())} bytes of {MOST}:\n{listed}"


@pytest.mark.parametrize("heavy", ["uPlot", "wavesurfer", "CodeMirror"])
def test_what_is_heavy_waits_until_a_page_wants_it(shell: set[Path], heavy: str) -> None:
    held = [path.name for path in shell if heavy.lower() in path.read_text("utf-8").lower()]
    assert not held, f"{heavy} is fetched before anybody asks for it"


def test_no_page_is_heavy_either() -> None:
    sizes = {path.name: _packed(path) for path in (FOLDER / "assets").glob("*.js")}
    assert {name: size for name, size in sizes.items() if size > MOST_OF_A_PART} == {}


def test_nothing_is_fetched_from_anywhere_else() -> None:
    outside = [
        f"{path.name}: {address}"
        for path in FOLDER.rglob("*.css")
        for address in re.findall(r"url\(\s*[\"']?((?:https?:)?//[^)]+)", path.read_text("utf-8"))
    ]
    page = (FOLDER / PAGE).read_text("utf-8")
    assert not outside and "//" not in page.replace("<!doctype", "")


@pytest.mark.parametrize(("builder", "top"), [(WheelBuilder, "offhook"), (SdistBuilder, "src/offhook")])
def test_a_package_carries_what_was_built(builder: type[WheelBuilder] | type[SdistBuilder], top: str) -> None:
    carried = {file.distribution_path for file in builder(str(ROOT)).recurse_included_files()}
    built = {
        f"{top}/dashboard/dist/{path.relative_to(FOLDER).as_posix()}" for path in FOLDER.rglob("*") if path.is_file()
    }
    assert built and built <= carried, "pip installs it without Node"
    assert not any("node_modules" in path for path in carried)
