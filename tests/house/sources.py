"""What the house rules read: the tracked Python files, parsed once."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = "src/offhook/"


@dataclass(frozen=True)
class Source:
    """A Python file, by its path from the top of the repository."""

    path: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The path inside the package: `core/timers.py`."""
        return self.path.removeprefix(PRODUCT)

    def at(self, node: ast.AST) -> str:
        """Where a node stands, for a message."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository that is, or is about to be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    paths = (ROOT / line for line in listed.stdout.splitlines())
    return tuple(sorted(path for path in set(paths) if path.is_file()))


@cache
def python_files(folder: str) -> tuple[Source, ...]:
    """The Python files below a folder."""
    top = ROOT / folder
    found = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(top)]
    return tuple(_read(path) for path in found)


def product() -> tuple[Source, ...]:
    """The product's own files; migrations are written by a program, and read when they are made."""
    return tuple(source for source in python_files("src") if "/migrations/versions/" not in source.path)


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones included."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    """Every class."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def imported(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every imported module, with where; `from a import b` counts as `a` and as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node, node.module
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def dotted(node: ast.AST) -> str:
    """`a.b.c` of such an expression, "" of any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def report(broken: list[str], reason: str) -> str:
    """The assertion's message: the rule's reason, then every place that breaks it."""
    return "\n".join(["", reason, *broken, ""])


def _read(path: Path) -> Source:
    text = path.read_text("utf-8")
    return Source(path.relative_to(ROOT).as_posix(), text, ast.parse(text))
