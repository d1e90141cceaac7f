"""One word per thing (docs/glossary.md): two words for one thing are two things to the next reader."""

import ast
import re

from tests.house.sources import classes, functions, product, report

SYNONYMS = {
    "chunk": "frame (20 ms of audio) or segment (a piece of a reply)",
    "packet": "frame",
    "playback": "playout",
    "checkpoint": "mark",
    "interruption": "barge-in",
    "interrupt": "barge-in",
    "eou": "endpointing",
    "preemptive": "speculation",
    "prefetch": "speculation",
}
ELSEWHERE = ("knowledge/",)
"""Where such a word is another thing's own name: a text is read in chunks."""

IMPOSED = {("simulator/virtual.py", "timeout")}
"""Names that another library's base class gives."""


def _parts(name: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_names_use_the_words_of_the_glossary() -> None:
    broken = [
        f"{source.at(node)}: {node.name} says {word!r}: here it is {SYNONYMS[word]}"
        for source in product()
        if not source.module.startswith(ELSEWHERE)
        for node in (*classes(source.tree), *functions(source.tree))
        for word in sorted(_parts(node.name) & SYNONYMS.keys())
    ]
    assert not broken, report(broken, "Code, logs and docs call each thing by one name.")


def test_units_stand_in_names() -> None:
    """A number of seconds without its unit is read as milliseconds by somebody."""
    vague = re.compile(r"(^|_)(timeout|delay|duration|interval|deadline)$")
    broken = []
    for source in product():
        for node in ast.walk(source.tree):
            name = node.arg if isinstance(node, ast.arg) else ""
            kind = ast.unparse(node.annotation) if isinstance(node, ast.arg) and node.annotation else ""
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                name, kind = node.target.id, ast.unparse(node.annotation)
            if kind.startswith(("float", "int")) and vague.search(name) and (source.module, name) not in IMPOSED:
                broken.append(f"{source.at(node)}: {name}: {kind}")
    assert not broken, report(broken, "Lengths of time end in _s or _ms, points in time in _at.")
