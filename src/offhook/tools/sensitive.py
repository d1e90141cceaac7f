"""Parameters of tools that their owner has called sensitive: what a model gives for them is replaced at once."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

_REFERENCE: Final = re.compile(r"\{(?:keys|secret)-\d{1,6}\}")
UNREADABLE: Final = '{"unreadable":true}'
"""In place of arguments that cannot be read: nobody knows where in them something sensitive stands."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """Of one tool: the parameters that may be seen. All others are sensitive, those that it does not know included."""

    seen: frozenset[str]

    @classmethod
    def of(cls, parameters: Mapping[str, Any], names: Collection[str]) -> "Sensitive | None":
        """Of a tool with this JSON schema; None when nothing of it is sensitive."""
        known = parameters.get("properties", {})
        hidden = {name for name in names if name in known}
        return cls(frozenset(known) - hidden) if hidden else None

    def veiled(self, arguments: str, refer: Callable[[str], str]) -> str:
        """The arguments, JSON, with what `refer` gives for a text in place of each that is sensitive."""
        try:
            given = msgspec.json.decode(arguments.strip() or "{}")
            if isinstance(given, str):
                given = msgspec.json.decode(given.strip() or "{}")
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return UNREADABLE
        if not isinstance(given, dict):
            return UNREADABLE if given is not None else "{}"
        veiled = {name: value if name in self.seen else _replaced(value, refer) for name, value in given.items()}
        # A name that the tool does not know may be the value itself.
        unknown = [name for name in veiled if not re.fullmatch("[A-Za-z_][A-Za-z0-9_-]{0,63}", name)]
        for name in unknown:
            veiled[refer(name)] = veiled.pop(name)
        return msgspec.json.encode(veiled).decode()


def _replaced(value: Any, refer: Callable[[str], str]) -> Any:
    """Every leaf; references to what is kept already stay."""
    match value:
        case str():
            return value if not value or _REFERENCE.fullmatch(value) else refer(value)
        case bool() | int() | float():
            return refer(msgspec.json.encode(value).decode())
        case dict():
            return {name: _replaced(inner, refer) for name, inner in value.items()}
        case list():
            return [_replaced(inner, refer) for inner in value]
        case _:
            return None
