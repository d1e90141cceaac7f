"""References inside a JSON schema, written out: a tool's schema then holds no `$ref`, which not all vendors take, and
judging arguments by it costs no more than its length says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MOST_PARTS: Final = 4_000
"""Of the schema when it is written out: references to references grow without bound."""
_VALUES: Final = ("default", "enum", "const", "examples")
_BY_NAME: Final = ("properties", "patternProperties", "dependentSchemas")


def written_out(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with each `$ref` replaced by what it points to. One that points to itself ends there: anything of its
    type is taken. Raises `ValueError` for one that points elsewhere, or to nothing."""
    found: dict[str, Any] = _Writer(schema).write(schema, ())
    for name in ("$defs", "definitions"):
        found.pop(name, None)
    return found


@dataclass(slots=True)
class _Writer:
    top: Mapping[str, Any]
    parts: int = 0

    def write(self, node: Any, within: tuple[str, ...], *, is_map: bool = False) -> Any:
        """`within` are the references that are being written out; in a map, names are their owner's choice."""
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise ValueError("it is too long with its references written out")
        if isinstance(node, list):
            return [self.write(inner, within) for inner in node]
        if not isinstance(node, Mapping):
            return node
        if is_map:
            return {name: self.write(inner, within) for name, inner in node.items()}
        found: dict[str, Any] = {}
        for name, inner in node.items():
            if name in ("$ref", "$dynamicRef", "$recursiveRef") and isinstance(inner, str):
                found = {**self._pointed(inner, within), **found}
            elif name in ("$defs", "definitions"):
                continue
            elif name in _VALUES:
                found[name] = inner
            else:
                found[name] = self.write(inner, within, is_map=name in _BY_NAME)
        return found

    def _pointed(self, reference: str, within: tuple[str, ...]) -> dict[str, Any]:
        target = self._find(reference)
        if not isinstance(target, Mapping):
            return {}
        if reference in within or reference == "#":
            return {"type": target["type"]} if "type" in target else {}
        written: dict[str, Any] = self.write(target, (*within, reference))
        return written

    def _find(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise ValueError(f"$ref may only point into the schema itself, found {reference[:60]!r}")
        node: Any = self.top
        for step in reference.removeprefix("#").split("/")[1:]:
            # RFC 6901, 3 and 6.
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
            elif isinstance(node, Mapping) and key in node:
                node = node[key]
            else:
                raise ValueError(f"$ref points to nothing, found {reference[:60]!r}")
        if reference != "#" and "/" not in reference:
            raise ValueError(f"$ref takes a path such as #/$defs/name, found {reference[:60]!r}")
        return node
