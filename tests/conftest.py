"""Options that all tests share."""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden traces anew; then read the diff")
    parser.addoption("--scenario", help="run one scenario of the simulated hours, by its seed")


@pytest.fixture
def golden(request: pytest.FixtureRequest):  # type: ignore[no-untyped-def]
    """Compare a trace with its golden file."""

    def compare(name: str, lines: list[str]) -> None:
        path, text = GOLDEN / f"{name}.txt", "\n".join(lines) + "\n"
        if request.config.getoption("--update-golden"):
            path.write_text(text)
        assert path.exists(), f"no golden trace {path.name}: run pytest --update-golden and read it"
        assert text == path.read_text(), f"the trace {name} changed: read it, then pytest --update-golden"

    return compare
