"""The sentences of the server that people read on pages: what the dashboard has to have in its other languages.

python -m scripts.server_words            what a language lacks, or has that nobody says any more
python -m scripts.server_words --write    takes those out, and puts these in with an empty text

They are read from the sources. What is filled in stands as `{0}`, `{1}`, in the order in which it is said.
"""

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SOURCES: Final = ROOT / "src/offhook"
LOCALES: Final = ROOT / "dashboard/src/locales"
WHOLE: Final = ("core/endings.py", "platform/call_warnings.py", "call/story.py")
"""Files all of whose sentences are for people."""
PARTS: Final = {"platform/call_account.py": ("_in_words", "_ALWAYS"), "platform/tasks.py": ("WHAT_TO_DO",)}
"""Functions and constants whose sentences are."""
ANSWERS: Final = ("api", "checks", "platform")
"""Folders that answer with problems and with what was found."""
ADVICE: Final = ("what_to_do", "advice", "told", "found", "lost")
"""What such texts are called before they are used."""
USED: Final = {
    "Flaw": (1, 2),
    "Check": (1, 4),
    "Sight": (3, 4),
    "open_task": (3, 4),
    "NotFound": (0, 1),
    "problem": (1, 4),
    "Actor": (2, 3),
}
"""Which of the arguments are for people; of problems the first."""
_LETTERS: Final = re.compile(r"[A-Za-z]{2,}")
_HOLE: Final = re.compile(r"\{\d+\}")


def sentences() -> list[str]:
    """All of them, sorted."""
    found: set[str] = set()
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(SOURCES.rglob("*.py"))}
    for name in WHOLE:
        found |= set(_all(trees[SOURCES / name]))
    for name, parts in PARTS.items():
        for node in trees[SOURCES / name].body:
            if _name(node) in parts:
                found |= set(_all(node))
    problems = _problems(trees.values())
    for path, tree in trees.items():
        if path.relative_to(SOURCES).parts[0] in ANSWERS:
            found |= set(_answers(tree, problems))
    return sorted(text.replace("_", " ") if " " not in text else text for text in found if _is_said(text))


def _is_said(text: str) -> bool:
    is_code = " " not in text and "." in text
    return bool(_LETTERS.search(_HOLE.sub("", text))) and not is_code and not text.startswith(("<", "SELECT"))


def _name(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case _:
            return ""


def _problems(trees: Iterable[ast.Module]) -> dict[str, str]:
    """The classes of what is answered in place of what was asked for, each with its docstring."""
    classes = {node.name: node for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}
    found = {"Problem"}
    while more := {
        name
        for name, node in classes.items()
        if name not in found and any(isinstance(base, ast.Name) and base.id in found for base in node.bases)
    }:
        found |= more
    return {name: (ast.get_docstring(classes[name]) or "").split("\n\n")[0] for name in found}


def _answers(tree: ast.Module, problems: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) if name in problems:
                yield " ".join(problems[name].split())
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.lower().endswith(ADVICE):
                yield from _texts(value)
            case ast.Call(func=func, args=args, keywords=keywords):
                name = func.id if isinstance(func, ast.Name) else ""
                since, until = USED.get(name, (0, int(name in problems)))
                for value in args[since:until]:
                    yield from _texts(value)
                for keyword in keywords:
                    if keyword.arg in ADVICE:
                        yield from _texts(keyword.value)
            case _:
                pass


def _all(tree: ast.AST) -> Iterator[str]:
    """Every text of it that is no documentation and no part of another."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Constant | ast.JoinedStr):
            yield from (text for text in _texts(node) if " " in text)
        if not isinstance(node, ast.JoinedStr):
            todo += [child for child in ast.iter_child_nodes(node) if not _is_documentation(child)]
        else:
            todo += [part.value for part in node.values if isinstance(part, ast.FormattedValue)]


def _is_documentation(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _texts(node: ast.expr) -> Iterator[str]:
    """What it may say: of a choice each, of a sum the whole."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield _numbered(values)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _texts(body)
            yield from _texts(orelse)
        case ast.BoolOp(values=choices):
            for choice in choices:
                yield from _texts(choice)
        case ast.BinOp(left=left, op=ast.Add()):
            for text in _texts(left):
                yield from (text, f"{text}{{{len(holes(text))}}}")
        case _:
            pass


def _numbered(values: Sequence[ast.expr]) -> str:
    parts, holes = list[str](), 0
    for value in values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        else:
            parts.append(f"{{{holes}}}")
            holes += 1
    return "".join(parts)


def catalogue(language: str) -> dict[str, str]:
    """What a language has."""
    found: dict[str, str] = json.loads((LOCALES / f"server.{language}.json").read_text("utf-8"))
    return found


def holes(text: str) -> list[str]:
    """What is filled in."""
    return sorted(_HOLE.findall(text))


def main(arguments: Sequence[str]) -> int:
    """Look at each language, or put it in order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the files in order")
    wished, said = parser.parse_args(arguments), sentences()
    is_whole = True
    for path in sorted(LOCALES.glob("server.*.json")):
        language = path.name.split(".")[1]
        known = catalogue(language)
        if wished.write:
            known = {text: known.get(text, "") for text in said}
            path.write_text(json.dumps(known, ensure_ascii=False, indent=2) + "\n", "utf-8")
        lacking = [text for text in said if not known.get(text)]
        gone = [text for text in known if text not in set(said)]
        for mark, texts in (("+", lacking), ("-", gone)):
            sys.stdout.writelines(f"{language} {mark} {json.dumps(text, ensure_ascii=False)}\n" for text in texts)
        is_whole = is_whole and not lacking and not gone
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
