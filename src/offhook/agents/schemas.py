"""What may describe the arguments of a tool: a JSON schema of an object, complete in itself."""

import json
from collections.abc import Mapping
from typing import Any, Final

from offhook.agents.templates import texts_of

SCHEMA_CHARS: Final = 32_000
"""The model reads it with every reply."""


NOT_AT_THE_TOP: Final = ("anyOf", "oneOf", "allOf", "not", "enum")
"""Vendors refuse a whole request over a tool whose schema has one of these beside its type."""
_VALUES: Final = ("default", "enum", "const", "examples")
"""What stands there is no schema."""
_BY_NAME: Final = ("properties", "patternProperties", "$defs", "dependentSchemas")
"""What stands there are schemas by names of their owner's choice."""


def completed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with what vendors want and JSON schema does not: every list says what it holds, if only anything."""
    found = {name: _completed(inner, is_map=name in _BY_NAME) for name, inner in schema.items() if name not in _VALUES}
    found = {name: found.get(name, inner) for name, inner in schema.items()}
    kinds = schema.get("type")
    if kinds == "array" or (isinstance(kinds, list) and "array" in kinds):
        found.setdefault("items", {})
    return found


def _completed(node: Any, *, is_map: bool = False) -> Any:
    if isinstance(node, Mapping):
        return {name: _completed(inner) for name, inner in node.items()} if is_map else completed(node)
    return [_completed(inner) for inner in node] if isinstance(node, list) else node


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raises `ValueError` that says what is wrong with it."""
    # 150 ms: only who has such a tool pays for it.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        size = len(json.dumps(schema))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError("it holds a value that JSON has not: put dates in quotes") from error
    if size > SCHEMA_CHARS:
        raise ValueError(f"it is longer than {SCHEMA_CHARS} characters")
    if schema.get("type") != "object":
        raise ValueError("its type must be object, with the arguments under properties")
    wrong = next((name for name in NOT_AT_THE_TOP if name in schema), None)
    if wrong is not None:
        raise ValueError(f"vendors of models take no {wrong} beside its type: say in words what belongs together")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(f"not a JSON schema: {error.json_path}: {error.message[:120]}") from error
    foreign = [text for text in _references(schema) if not text.startswith("#")]
    if foreign:
        raise ValueError(f"$ref may only point into the schema itself, found {foreign[0][:60]!r}")


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for inner in node for text in _references(inner)]
    if not isinstance(node, dict):
        return []
    own = [text for name in ("$ref", "$dynamicRef") for text in texts_of(node.get(name))]
    return own + [text for inner in node.values() for text in _references(inner)]
