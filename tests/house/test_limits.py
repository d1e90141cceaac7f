"""Sizes. A limit that is met by splitting makes the parts readable; one that is raised each time limits nothing.

Attributes, booleans and parameters are not counted: a limit on them was met by hiding them, not by splitting.
"""

import pytest

from tests.house.sources import ROOT, functions, product, report, tracked

FUNCTION_LINES = 60
FILE_LINES = 400

EXCEPTIONS: dict[str, str] = {
    "src/offhook/core/events.py": "the table of all that can happen: one paragraph an event, read by looking one up",
}
"""Files that may be longer, and why. Tables of data only: never behaviour."""

MADE = {f"clients/python/src/offhook_client/{name}.py" for name in ("models", "operations")}
"""Written by a program, and read by looking one thing up."""


def test_functions_fit_on_a_screen() -> None:
    broken = [
        f"{source.at(node)}: {node.name} has {length} lines"
        for source in product()
        for node in functions(source.tree)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not broken, report(broken, f"A function is read at one glance: {FUNCTION_LINES} lines.")


def _lines(path: str) -> int:
    return (ROOT / path).read_text("utf-8").count("\n")


def test_files_are_about_one_thing() -> None:
    paths = [
        path.relative_to(ROOT).as_posix() for path in tracked() if path.suffix == ".py" and "versions" not in path.parts
    ]
    lengths = {path: _lines(path) for path in paths if path not in EXCEPTIONS and path not in MADE}
    broken = [f"{path} has {lines} lines" for path, lines in lengths.items() if lines > FILE_LINES]
    assert not broken, report(broken, f"A file of more than {FILE_LINES} lines is about two things.")


@pytest.mark.parametrize("path", EXCEPTIONS)
def test_exceptions_are_tables_that_need_it(path: str) -> None:
    source = next((source for source in product() if source.path == path), None)
    assert source is not None, f"{path} is gone: take it out of EXCEPTIONS"
    assert _lines(path) > FILE_LINES, f"{path} is short by now: take it out of EXCEPTIONS"
    behaviour = [source.at(node) for node in functions(source.tree)]
    assert not behaviour, report(behaviour, "A table of data has no functions.")
