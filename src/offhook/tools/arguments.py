"""Checks what a model sends as arguments, and tells it in words what to correct.

Only the part of JSON schema that our specs use: an object of strings, integers, numbers and booleans, with
`required`, `enum`, `minLength`, `maxLength`, `minimum` and `maximum`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

from offhook.errors import ProtocolViolation
from offhook.speech.ports import ToolSpec

LONGEST_ARGUMENTS: Final = 16_384
"""Characters of JSON text: far more than a caller can say in one turn."""
SHOWN: Final = 60
"""Characters of a wrong value that are repeated in the message."""


def checked_arguments(spec: ToolSpec, arguments: str) -> dict[str, object]:
    """The arguments as a dictionary that fits the spec. Raises `ProtocolViolation` naming the field."""
    values = _object(spec, arguments)
    schema = cast("Mapping[str, Any]", spec.parameters)
    fields = cast("Mapping[str, Mapping[str, Any]]", schema.get("properties", {}))
    unknown = [name for name in values if name not in fields]
    if unknown:
        raise _wrong(spec, f"has no field {unknown[0][:SHOWN]!r}; its fields are {', '.join(fields) or 'none'}")
    for name in schema.get("required", ()):
        if values.get(name) in (None, ""):
            raise _wrong(spec, f"needs the field {name}: {fields[name].get('description', name)}")
    return {name: _value(spec, name, fields[name], value) for name, value in values.items() if value is not None}


def _object(spec: ToolSpec, arguments: str) -> dict[str, object]:
    if len(arguments) > LONGEST_ARGUMENTS:
        raise _wrong(spec, f"takes at most {LONGEST_ARGUMENTS} characters of arguments")
    try:
        values = json.loads(arguments or "{}")
    except (ValueError, RecursionError) as error:
        raise _wrong(spec, "needs its arguments as one JSON object") from error
    if not isinstance(values, dict):
        raise _wrong(spec, f"needs its arguments as one JSON object, found {_shown(values)}")
    return values


def _value(spec: ToolSpec, name: str, schema: Mapping[str, Any], value: object) -> object:
    match schema.get("type"):
        case "string":
            return _text(spec, name, schema, value)
        case "integer" | "number" as kind:
            return _number(spec, name, schema, value, whole=kind == "integer")
        case "boolean" if not isinstance(value, bool):
            raise _wrong(spec, f"needs true or false in {name}, found {_shown(value)}")
    return value


def _text(spec: ToolSpec, name: str, schema: Mapping[str, Any], value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Models write telephone numbers and times as numbers.
        value = str(value)
    if not isinstance(value, str):
        raise _wrong(spec, f"needs text in {name}, found {_shown(value)}")
    value = " ".join(value.split())
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", LONGEST_ARGUMENTS):
        low, high = schema.get("minLength", 0), schema.get("maxLength", LONGEST_ARGUMENTS)
        raise _wrong(spec, f"needs {low} to {high} characters in {name}, found {len(value)}")
    if "enum" in schema and value not in schema["enum"]:
        raise _wrong(spec, f"needs one of {', '.join(schema['enum'])} in {name}, found {_shown(value)}")
    return value


def _number(spec: ToolSpec, name: str, schema: Mapping[str, Any], value: object, *, whole: bool) -> int | float:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < SHOWN:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise _wrong(spec, f"needs a {'whole ' if whole else ''}number in {name}, found {_shown(value)}")
    if "minimum" in schema and value < schema["minimum"]:
        raise _wrong(spec, f"takes no {name} below {schema['minimum']}, found {value}")
    if "maximum" in schema and value > schema["maximum"]:
        raise _wrong(spec, f"takes no {name} above {schema['maximum']}, found {value}")
    return value


def _shown(value: object) -> str:
    return json.dumps(value, default=str)[:SHOWN]


def _wrong(spec: ToolSpec, what: str) -> ProtocolViolation:
    return ProtocolViolation(f"the tool {spec.name} {what}", provider="model")
