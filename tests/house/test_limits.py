"""Sizes. A limit that is met by splitting makes the parts readable; one that is raised each time limits nothing."""

import ast

import pytest

from tests.house.sources import ROOT, Source, classes, dotted, functions, product, report, tracked

FUNCTION_LINES = 60
FILE_LINES = 400
PARAMETERS = 6
ATTRIBUTES = 15
BOOLEANS = 3

EXCEPTIONS: dict[str, str] = {
    "agents/model.py:Agent": "the document AGENT.yaml: one field per top-level line of the owner's file",
    "core/behaviour.py:Behaviour": "the numbers of a conversation are one flat table on purpose: one line each",
    "core/behaviour.py:Script": "the sentences of an agent are one flat table on purpose: one line each",
    "agents/languages/__init__.py:Sentences": "the fields of a language's file are those of Script",
    "speech/llm/grounded_language.py:Sentences": "all that the grounded brain says, one sentence per field",
    "settings.py:Settings": "the process's settings are one flat table on purpose: one field per variable",
}
"""Where a limit does not hold, and why. Tables of data only: never behaviour."""


def _counted(source: Source, node: ast.ClassDef) -> bool:
    return f"{source.module}:{node.name}" not in EXCEPTIONS


def test_functions_fit_on_a_screen() -> None:
    broken = [
        f"{source.at(node)}: {node.name} has {length} lines"
        for source in product()
        for node in functions(source.tree)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not broken, report(broken, f"A function is read at one glance: {FUNCTION_LINES} lines.")


def test_files_are_about_one_thing() -> None:
    broken = [
        f"{path.relative_to(ROOT)} has {lines} lines"
        for path in tracked()
        if path.suffix == ".py"
        if (lines := path.read_text("utf-8").count("\n")) > FILE_LINES
    ]
    assert not broken, report(broken, f"A file of more than {FILE_LINES} lines is about two things.")


def test_functions_take_few_parameters() -> None:
    broken = []
    for source in product():
        methods = {id(node) for owner in classes(source.tree) for node in owner.body}
        for node in functions(source.tree):
            arguments = node.args
            names = [arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
            count = len(names) - (id(node) in methods and names[:1] in (["self"], ["cls"]))
            # A command's parameters are its options: the person sees a table, not a call.
            if count > PARAMETERS and not source.module.startswith("cli/"):
                broken.append(f"{source.at(node)}: {node.name} takes {count}")
    assert not broken, report(broken, f"More than {PARAMETERS} parameters want a type of their own.")


def _attributes(node: ast.ClassDef) -> set[str]:
    found = {
        entry.target.id
        for entry in node.body
        if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name) and not _is_constant(entry)
    }
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store) and dotted(inner.value) == "self":
            found.add(inner.attr)
    return found


def _is_constant(entry: ast.AnnAssign) -> bool:
    return any(word in ast.unparse(entry.annotation) for word in ("ClassVar", "Final"))


def test_objects_hold_few_attributes() -> None:
    broken = [
        f"{source.at(node)}: {node.name} has {len(found)}: {', '.join(sorted(found))}"
        for source in product()
        for node in classes(source.tree)
        if _counted(source, node) and len(found := _attributes(node)) > ATTRIBUTES
    ]
    assert not broken, report(broken, f"A class with more than {ATTRIBUTES} attributes knows everything: split it.")


def _booleans(node: ast.ClassDef) -> set[str]:
    found = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.AnnAssign) and ast.unparse(inner.annotation) == "bool":
            target = inner.target
            is_own = isinstance(target, ast.Attribute) or inner in node.body
            found |= {ast.unparse(target).removeprefix("self.")} if is_own else set()
        elif isinstance(inner, ast.Assign) and ast.unparse(inner.value) in ("True", "False"):
            names = [target for target in inner.targets if isinstance(target, ast.Attribute)]
            found |= {name.attr for name in names if dotted(name.value) == "self"}
    return found


def test_classes_hold_few_booleans() -> None:
    broken = [
        f"{source.at(node)}: {node.name} has {len(found)}: {', '.join(sorted(found))}"
        for source in product()
        for node in classes(source.tree)
        if _counted(source, node) and len(found := _booleans(node)) > BOOLEANS
    ]
    reason = f"{BOOLEANS} booleans are eight states already; more of them are a state machine nobody wrote down."
    assert not broken, report(broken, reason)


@pytest.mark.parametrize("place", EXCEPTIONS)
def test_exceptions_are_still_needed(place: str) -> None:
    module, _, name = place.partition(":")
    found = [node for source in product() if source.module == module for node in classes(source.tree)]
    assert any(node.name == name for node in found), f"{place} is gone: take it out of EXCEPTIONS"
