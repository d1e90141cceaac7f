"""Checks what a model sends as arguments, and tells it in words what to correct.

The JSON schema decides. Before that, what is nearly right is put right (`nearly_right`).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from offhook.errors import ToolError
from offhook.speech.ports import ToolSpec
from offhook.tools.nearly_right import fields_of

LONGEST_ARGUMENTS: Final = 16_384
"""Characters of JSON text: far more than a caller can say in one turn."""
SHOWN: Final = 60
"""Characters of a wrong value that are repeated in the message."""
_KINDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def _unchanged(values: dict[str, object]) -> dict[str, object]:
    return values


def checked_arguments(
    spec: ToolSpec,
    arguments: str,
    prepare: Callable[[dict[str, object]], dict[str, object]] = _unchanged,
    language: str = "en-US",
) -> dict[str, object]:
    """The arguments as a dictionary that fits the spec; `prepare` is done to them before they are judged. In the
    language of the agent "drei" may be a number, and "1,200" one and a fifth.

    Raises `ToolError` naming the field: nothing was done.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    schema = cast("Mapping[str, Any]", spec.parameters)
    fields = cast("Mapping[str, Mapping[str, Any]]", schema.get("properties", {}))
    given = prepare(_object(spec, arguments))
    values = fields_of(schema, given, language.partition("-")[0].lower())
    # Models hide that they have not asked by an empty text.
    for name in schema.get("required", ()):
        if name not in values or values[name] == "":
            raise _wrong(spec, f"needs the field {name}: {fields.get(name, {}).get('description', name)}")
    try:
        # An empty registry: a schema's references are never fetched.
        error = best_match(Draft202012Validator(schema, registry=Registry()).iter_errors(values))
    except (Unresolvable, RecursionError) as cause:
        raise _wrong(spec, "cannot be used: its own schema is broken") from cause
    if error is not None:
        raise _wrong(spec, _in_words(error, fields))
    return values


def _object(spec: ToolSpec, arguments: str) -> dict[str, object]:
    if len(arguments) > LONGEST_ARGUMENTS:
        raise _wrong(spec, f"takes at most {LONGEST_ARGUMENTS} characters of arguments")
    try:
        values = json.loads(arguments.strip() or "{}", parse_constant=_no_constant)
        if isinstance(values, str):
            # Some models write the object as text once more.
            values = json.loads(values.strip() or "{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _wrong(spec, "needs its arguments as one JSON object") from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise _wrong(spec, f"needs its arguments as one JSON object, found {_shown(values)}")
    return values


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _in_words(error: Any, fields: Mapping[str, Any]) -> str:
    """What the schema's rule that was broken asks for."""
    name = ".".join(str(part) for part in error.absolute_path) or "its arguments"
    rule, wanted, found = error.validator, error.validator_value, error.instance
    match rule:
        case "additionalProperties" if not error.absolute_path:
            unknown = next((name for name in found if name not in fields), "")
            return f"has no field {unknown[:SHOWN]!r}; its fields are {', '.join(fields) or 'none'}"
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"needs {' or '.join(_KINDS.get(kind, kind) for kind in kinds)} in {name}, found {_shown(found)}"
        case "enum":
            return f"needs one of {', '.join(map(str, wanted))} in {name}, found {_shown(found)}"
        case "minLength" | "maxLength":
            low, high = error.schema.get("minLength", 0), error.schema.get("maxLength", LONGEST_ARGUMENTS)
            return f"needs {low} to {high} characters in {name}, found {len(found)}"
        case "minimum" | "exclusiveMinimum":
            return f"takes no {name} below {wanted}, found {found}"
        case "maximum" | "exclusiveMaximum":
            return f"takes no {name} above {wanted}, found {found}"
    return f"cannot use {name}: {error.message[: 2 * SHOWN]}"


def _shown(value: object) -> str:
    return json.dumps(value, default=str)[:SHOWN]


def _wrong(spec: ToolSpec, what: str) -> ToolError:
    return ToolError(f"the tool {spec.name} {what}")
