"""What may describe the arguments of a tool: a JSON schema of an object, complete in itself."""

import json
from collections.abc import Mapping
from typing import Any, Final

from offhook.agents.templates import texts_of

SCHEMA_CHARS: Final = 32_000
"""The model reads it with every reply."""


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
