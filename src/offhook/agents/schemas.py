"""What may describe the arguments of a tool: a JSON schema of an object, complete in itself.

Vendors of models refuse a whole request, with every tool in it, over one schema that they do not take. Their rules are
narrower than JSON schema's, and are known from their refusals: OpenAI wants `items` of every list, and an object at the
top without alternatives beside it; Anthropic wants draft 2020-12, and letters, digits, `_`, `.` and `-` in names. A
schema of the owner's is refused when the file is read (`check_schema`), since only the owner knows what was meant; one
of a server's is brought into a form that all of them take (`mended`), since the server checks its arguments itself.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from offhook.agents.patterns import compiled
from offhook.agents.schema_refs import written_out

SCHEMA_CHARS: Final = 32_000
"""The model reads it with every reply."""
SCHEMA_DEPTH: Final = 48
"""Blocks and lists inside of each other."""
NOT_AT_THE_TOP: Final = ("anyOf", "oneOf", "allOf", "not", "enum")
"""Vendors refuse a whole request over a tool whose schema has one of these beside its type."""
UNREAD: Final = ("patternProperties", "unevaluatedProperties", "unevaluatedItems")
"""Of no use to a model, and slow to judge: each is compared with all that stands beside it."""
PROPERTY_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""What Anthropic takes."""
PATTERN_SHOWN: Final = 100

_VALUES: Final = ("default", "enum", "const", "examples")
"""What stands there is no schema."""
_BY_NAME: Final = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
"""What stands there are schemas by names of their owner's choice."""
_LISTED: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_ALONE: Final = (
    "items", "contains", "not", "if", "then", "else", "propertyNames", "additionalProperties", "unevaluatedProperties",
    "unevaluatedItems",
)  # fmt: skip
_OLD: Final = ("$schema", "$id", "id", "$comment")
"""Nothing to a model, and a word that some vendors do not know."""
_PYTHON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,),
    "object": (dict,), "null": (type(None),),
}  # fmt: skip


def completed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A checked schema with what vendors want and JSON schema does not: lists say what they hold, if only anything,
    references are written out, a schema is a block, never `true`, and arguments have properties, if only none."""
    found: dict[str, Any] = {"properties": {}, **_completed(written_out(schema))}
    return found


def check_schema(schema: Mapping[str, Any]) -> None:
    """Raises `ValueError` that says what is wrong with it."""
    # 150 ms: only who has such a tool pays for it.
    from jsonschema import Draft202012Validator, FormatChecker
    from jsonschema.exceptions import SchemaError

    _check_size(schema)
    if schema.get("type") != "object":
        raise ValueError("its type must be object, with the arguments under properties")
    wrong = next((name for name in NOT_AT_THE_TOP if name in schema), None)
    if wrong is not None:
        raise ValueError(f"vendors of models take no {wrong} beside its type: say in words what belongs together")
    try:
        # Without formats: whether a pattern can be used says the engine that will judge by it.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(()))
    except SchemaError as error:
        raise ValueError(f"not a JSON schema: {error.json_path}: {error.message[:120]}") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    for path, inner in _schemas(schema, "$"):
        _check_names(path, inner)
        _check_choices(path, inner)
        _check_patterns(path, inner)
    whole = written_out(schema)
    _check_size(whole)
    if wrong := next((name for name in NOT_AT_THE_TOP if name in whole), None):
        raise ValueError(f"its $ref brings {wrong} to the top, which vendors of models do not take there")


def mended(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a server's tool as vendors take it. Raises `ValueError` where it cannot be mended.

    What only narrows its arguments is left to the server (alternatives at the top, patterns), since it judges them all
    the same; patterns stand in the description.
    """
    _check_size(schema)
    found = written_out(_renewed(schema))
    if not isinstance(found.setdefault("properties", {}), Mapping):
        raise ValueError("its properties are no block")
    found = {**_with_branches(found), "type": "object"}
    found = _mended(found)
    check_schema(found)
    return completed(found)


def _check_size(schema: Mapping[str, Any]) -> None:
    try:
        size = len(json.dumps(schema, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError("it holds a value that JSON has not, such as .inf, or is nested too deeply") from error
    if size > SCHEMA_CHARS:
        raise ValueError(f"it is longer than {SCHEMA_CHARS} characters")
    if _depth(schema) > SCHEMA_DEPTH:
        raise ValueError("it is nested too deeply")


def _depth(node: Any) -> int:
    """Of blocks and lists inside of each other, counted without calling itself."""
    depth, level = 0, [node]
    while level:
        level = [
            inner
            for outer in level
            if isinstance(outer, Mapping | list)
            for inner in (outer.values() if isinstance(outer, Mapping) else outer)
        ]
        depth += 1
    return depth


# ── a schema's parts ─────────────────────────────────────────────────────────────────────────────────────────────


def _schemas(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The schema and all that are inside of it, with their paths."""
    yield path, schema
    for name, value in schema.items():
        inner: list[tuple[str, Any]] = []
        if name in _BY_NAME and isinstance(value, Mapping):
            inner = [(f"{path}.{name}.{key}", part) for key, part in value.items()]
        elif name in _LISTED and isinstance(value, list):
            inner = [(f"{path}.{name}[{index}]", part) for index, part in enumerate(value)]
        elif name in _ALONE:
            inner = [(f"{path}.{name}", value)]
        for place, part in inner:
            if isinstance(part, Mapping):
                yield from _schemas(part, place)


def _inside(schema: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The schema with each that is directly inside of it changed."""
    found = dict(schema)
    for name, value in schema.items():
        if name in _BY_NAME and isinstance(value, Mapping):
            found[name] = {key: change(part) for key, part in value.items()}
        elif name in _LISTED and isinstance(value, list):
            found[name] = [change(part) for part in value]
        elif name in _ALONE and (isinstance(value, Mapping) or name in ("items", "contains")):
            found[name] = change(value)
    return found


def _completed(schema: Any) -> Any:
    if schema is True:
        return {}
    if not isinstance(schema, Mapping):
        return schema
    found = {name: value for name, value in _inside(schema, _completed).items() if name not in _OLD}
    kinds = schema.get("type")
    if kinds == "array" or (isinstance(kinds, list) and "array" in kinds):
        found.setdefault("items", {})
    return found


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────


def _check_names(path: str, schema: Mapping[str, Any]) -> None:
    wrong = next((name for name in schema.get("properties", {}) if not PROPERTY_NAME.fullmatch(name)), None)
    if wrong is not None:
        raise ValueError(f"{path}: vendors of models take no field named {wrong[:60]!r}: letters, digits, _, - and .")


def _check_choices(path: str, schema: Mapping[str, Any]) -> None:
    """A choice that its own type excludes can never be made."""
    choices = list(schema.get("enum", ()))
    if "enum" in schema and not choices:
        raise ValueError(f"{path}.enum: there is nothing to choose from")
    if len({json.dumps(choice, sort_keys=True) for choice in choices}) < len(choices):
        raise ValueError(f"{path}.enum: a choice stands twice")
    if "const" in schema:
        choices.append(schema["const"])
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds or []
    for choice in choices:
        if kinds and not any(_is_of(kind, choice) for kind in kinds):
            advice = ": put it in quotes" if "string" in kinds and isinstance(choice, bool | int | float) else ""
            raise ValueError(f"{path}: the choice {json.dumps(choice)[:60]} is not of the type {kinds[0]}{advice}")


def _check_patterns(path: str, schema: Mapping[str, Any]) -> None:
    wrong = next((name for name in UNREAD if name in schema), None)
    if wrong is not None:
        raise ValueError(f"{path}.{wrong}: vendors of models do not read it: name the fields under properties")
    if isinstance(schema.get("pattern"), str):
        try:
            compiled(schema["pattern"])
        except ValueError as error:
            raise ValueError(f"{path}.pattern: {error}") from error


def _is_of(kind: str, value: object) -> bool:
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _PYTHON_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


# ── what is mended ───────────────────────────────────────────────────────────────────────────────────────────────


def _renewed(schema: Any) -> Any:
    """Forms of older drafts, and members without a value, in the words of draft 2020-12."""
    if not isinstance(schema, Mapping):
        return schema
    found = {name: value for name, value in schema.items() if value is not None or name in ("default", "const")}
    if isinstance(found.get("items"), list):
        found["prefixItems"] = found.pop("items")
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(found.get(exclusive), bool):
            is_exclusive = found.pop(exclusive)
            if is_exclusive and bound in found:
                found[exclusive] = found.pop(bound)
    needed = found.pop("required", None)
    if isinstance(needed, list):
        found["required"] = list(dict.fromkeys(name for name in needed if isinstance(name, str)))
    return _inside(found, _renewed)


def _with_branches(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a tool without alternatives beside its type: the fields of all of them may be given."""
    found = {name: value for name, value in schema.items() if name not in NOT_AT_THE_TOP}
    for name in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(name, ()) if isinstance(schema.get(name), list) else ():
            if not isinstance(branch, Mapping):
                continue
            fields = branch.get("properties")
            if isinstance(fields, Mapping):
                found["properties"] = {**fields, **found.get("properties", {})}
            if name == "allOf" and isinstance(branch.get("required"), list):
                found["required"] = [*found.get("required", ()), *branch["required"]]
    if "required" in found:
        found["required"] = list(dict.fromkeys(found["required"]))
    return found


def _mended(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    found = _inside(schema, _mended)
    for name in UNREAD:
        found.pop(name, None)
    pattern = found.pop("pattern", None)
    if isinstance(pattern, str):
        said = found.get("description", "")
        found["description"] = f"{said} (pattern: {pattern[:PATTERN_SHOWN]})".strip()
    choices = found.get("enum")
    if isinstance(choices, list):
        # By their text: to Python `true` and 1 are the same.
        found["enum"] = list({json.dumps(choice, sort_keys=True): choice for choice in choices}.values())
        if not choices:
            del found["enum"]
    fields = found.get("properties")
    if isinstance(fields, Mapping):
        found["properties"] = _usable(fields, found.get("required", ()))
    return found


def _usable(fields: Mapping[str, Any], required: Any) -> dict[str, Any]:
    """The fields whose names vendors take; one that they do not is done without where that can be."""
    wrong = [name for name in fields if not PROPERTY_NAME.fullmatch(name)]
    needed = next((name for name in wrong if isinstance(required, list) and name in required), None)
    if needed is not None:
        raise ValueError(f"it needs a field named {needed[:60]!r}, which vendors of models do not take")
    return {name: inner for name, inner in fields.items() if name not in wrong}
