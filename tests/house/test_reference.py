"""The reference is what the code says: a page that differs fails the build."""

from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest

from tests.house.sources import ROOT


def _generator() -> ModuleType:
    spec = spec_from_file_location("reference", ROOT / "scripts/reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = ["agent.md", "behaviour.md", "cli.md", "environment.md", "events.md", "licences.md", "models.md"]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(name: str) -> None:
    committed = (ROOT / "docs/reference" / name).read_text("utf-8")
    assert committed == _generator().pages()[name], f"docs/reference/{name} is stale: run `make docs` and commit it"
