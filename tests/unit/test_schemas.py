"""Schemas of tools as vendors of models take them: the owner's are refused in words, a server's mended."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from offhook.agents.schemas import SCHEMA_CHARS, check_schema, completed, mended

BAD_NAMES = ("$top", "@microsoft.graph.conflictBehavior", "größe", "a b", "x" * 65, "")


def fields(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from nodes(inner)


def is_taken(schema: dict[str, Any]) -> bool:
    """By the strictest of the vendors, from their published refusals."""
    Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object" and isinstance(schema["properties"], dict)
    assert not {"anyOf", "oneOf", "allOf", "enum", "not", "$schema", "$id"} & schema.keys()
    text = json.dumps(schema, allow_nan=False)
    assert "$ref" not in text and "$defs" not in text and len(text) <= SCHEMA_CHARS
    for node in nodes(schema):
        kinds = node.get("type", ())
        assert kinds != "array" or "items" in node
        assert not isinstance(kinds, list) or "array" not in kinds or "items" in node
        assert not isinstance(node.get("items"), list | bool)
        for name in node.get("properties", {}) if isinstance(node.get("properties"), dict) else ():
            assert re.fullmatch("[a-zA-Z0-9_.-]{1,64}", name)
    return True


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "array"}, "its type must be object"),
        ({"properties": {}}, "its type must be object"),
        ({**fields(), "anyOf": []}, "vendors of models take no anyOf beside its type"),
        ({**fields(), "not": {}}, "take no not beside its type"),
        (fields(a={"type": "txt"}), r"not a JSON schema: \$\.properties\.a"),
        (fields(a={"type": "string", "pattern": "["}), "the pattern"),
        (fields(a={"items": [{}], "type": "array"}), "not a JSON schema"),
        (fields(a={"exclusiveMinimum": True}), "not a JSON schema"),
        (fields(a={"description": None}), "not a JSON schema"),
        (fields(a={"enum": []}), "nothing to choose from"),
        (fields(a={"enum": ["a", "a"]}), r"\$\.properties\.a\.enum: a choice stands twice"),
        (fields(a={"type": "integer", "enum": [1, "2"]}), 'the choice "2" is not of the type integer$'),
        (fields(a={"type": ["string", "null"], "enum": ["a", False]}), "the choice false .* put it in quotes"),
        (fields(a={"type": "object", "properties": {"größe": {}}}), "take no field named 'größe'"),
        (fields(a={"default": float("nan")}), "a value that JSON has not"),
        (fields(a={"$ref": "https://x.example.com/s"}), "may only point into the schema itself"),
        (fields(a={"$ref": "other.json#/x"}), "may only point into the schema itself"),
        (fields(a={"$ref": "#/$defs/none"}), r"\$ref points to nothing, found '#/\$defs/none'"),
        (fields(a={"$ref": "#name"}), "takes a path such as"),
        (fields(a={"description": "x" * SCHEMA_CHARS}), "longer than"),
    ],
)
def test_an_owner_is_told_what_is_wrong(schema: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_schema(schema)


def nested(depth: int, word: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"properties": {"a": schema}} if word == "properties" else {word: schema}
    return fields(a=schema)


@pytest.mark.parametrize("depth", [40, 200, 900, 5000])
@pytest.mark.parametrize("word", ["not", "items", "properties"])
def test_depth_is_bounded(depth: int, word: str) -> None:
    for judge in (check_schema, mended):
        with pytest.raises(ValueError, match=r"nested too deeply|longer than"):
            judge(nested(depth + 20, word))


def test_references_that_multiply_are_bounded() -> None:
    doubled = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(20)}
    schema = {**fields(a={"$ref": "#/$defs/d0"}), "$defs": {**doubled, "d20": {"type": "string"}}}
    for judge in (check_schema, mended):
        with pytest.raises(ValueError, match="too long with its references written out"):
            judge(schema)


def test_references_are_written_out() -> None:
    address = {"type": "object", "properties": {"zip": {"$ref": "#/definitions/zip"}}, "required": ["zip"]}
    schema = {
        **fields(home={"$ref": "#/$defs/address", "description": "At home."}, work={"$ref": "#/$defs/address"}),
        "$defs": {"address": address}, "definitions": {"zip": {"type": "string"}},
    }  # fmt: skip
    check_schema(schema)
    found = completed(schema)
    assert is_taken(found)
    assert found["properties"]["home"] == {
        "type": "object", "properties": {"zip": {"type": "string"}}, "required": ["zip"], "description": "At home.",
    }  # fmt: skip


def test_a_reference_to_itself_ends() -> None:
    node = {"type": "object", "properties": {"value": {"type": "integer"}, "next": {"$ref": "#/$defs/node"}}}
    schema = {**fields(first={"$ref": "#/$defs/node"}, all={"$ref": "#"}), "$defs": {"node": node}}
    check_schema(schema)
    found = completed(schema)
    assert found["properties"]["first"]["properties"]["next"] == {"type": "object"}
    assert found["properties"]["all"] == {"type": "object"} and is_taken(found)


def test_a_field_may_have_the_name_of_a_keyword() -> None:
    found = completed(fields(**{"$ref": {"type": "string"}, "items": {"type": "array"}, "enum": {"type": "string"}}))
    assert found["properties"]["$ref"] == {"type": "string"} and found["properties"]["items"]["items"] == {}


PUBLISHED: list[tuple[str, dict[str, Any], Any]] = [
    ("no items", fields(tags={"type": "array"}), {"tags": {"type": "array", "items": {}}}),
    (
        "a list of any type",
        fields(tags={"type": ["array", "null"]}),
        {"tags": {"type": ["array", "null"], "items": {}}},
    ),
    (
        "boolean schemas",
        fields(a=True, b={"type": "array", "items": True}),
        {"a": {}, "b": {"type": "array", "items": {}}},
    ),
    ("no type at the top", {"properties": {"a": {"type": "string"}}}, {"a": {"type": "string"}}),
    ("nothing at all", {}, {}),
    ("a type of two", {"type": ["object", "null"], "properties": {}}, {}),
    (
        "one of two is needed",
        {**fields(a={}, b={}), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"a": {}, "b": {}},
    ),
    (
        "forms as alternatives",
        {"oneOf": [fields(a={"type": "string"}), fields(b={})]},
        {"b": {}, "a": {"type": "string"}},
    ),
    ("not both", {**fields(a={}), "not": {"required": ["a"]}}, {"a": {}}),
    (
        "null in place of words",
        fields(a={"type": "string", "description": None, "enum": None}),
        {"a": {"type": "string"}},
    ),
    ("required: null", {**fields(a={}), "required": None}, {"a": {}}),
    (
        "draft 4 bounds",
        fields(a={"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 9, "exclusiveMaximum": False}),
        {"a": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9}},
    ),
    ("draft 3 required", fields(a={"type": "string", "required": True}), {"a": {"type": "string"}}),
    (
        "a tuple of draft 7",
        fields(a={"type": "array", "items": [{"type": "string"}, True]}),
        {"a": {"type": "array", "prefixItems": [{"type": "string"}, {}], "items": {}}},
    ),
    ("an empty choice", fields(a={"type": "string", "enum": []}), {"a": {"type": "string"}}),
    ("a choice twice", fields(a={"enum": ["x", "x", 1, True, 1]}), {"a": {"enum": ["x", 1, True]}}),
    (
        "another dialect's pattern",
        fields(a={"type": "string", "pattern": r"^\p{L}+$"}),
        {"a": {"type": "string", "description": r"(pattern: ^\p{L}+$)"}},
    ),
    ("a name per pattern", fields(a={"type": "object", "patternProperties": {"[": {}}}), {"a": {"type": "object"}}),
    (
        "its address",
        {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://x.example.com/s", **fields(a={})},
        {"a": {}},
    ),
]


@pytest.mark.parametrize(("schema", "properties"), [row[1:] for row in PUBLISHED], ids=[row[0] for row in PUBLISHED])
def test_a_servers_schema_is_mended(schema: dict[str, Any], properties: Any) -> None:
    before = json.dumps(schema)
    found = mended(schema)
    assert found["properties"] == properties and is_taken(found)
    assert json.dumps(schema) == before, "what came is left as it was"


def test_what_all_branches_need_is_needed() -> None:
    found = mended({**fields(a={}), "required": ["a"], "allOf": [{"required": ["b", "a"], "properties": {"b": {}}}]})
    assert found["required"] == ["a", "b"] and is_taken(found)


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_vendors_refuse_is_done_without_or_the_tool_is(name: str) -> None:
    found = mended(fields(**{name: {}, "good": {"type": "object", "properties": {name: {}}}}))
    assert found["properties"] == {"good": {"type": "object", "properties": {}}} and is_taken(found)
    with pytest.raises(ValueError, match="which vendors of models do not take"):
        mended({**fields(**{name: {}}), "required": [name]})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": []}, {"type": "object", "properties": {"a": 7}}, fields(a={"type": "txt"}),
        fields(a={"$ref": "#/none"}), fields(a={"minimum": "0"}), {"type": "object", "allOf": 7, "properties": None},
        fields(a={"$ref": 7}), fields(a={"enum": 7}), fields(a={"type": []}), {"$ref": "#"},
    ],
)  # fmt: skip
def test_what_cannot_be_mended_is_refused_and_nothing_else_is_raised(schema: dict[str, Any]) -> None:
    try:
        assert is_taken(mended(schema))
    except ValueError:
        pass


def test_arguments_have_properties_if_only_none() -> None:
    check_schema({"type": "object"})
    assert completed({"type": "object"})["properties"] == {}


def test_what_a_reference_brings_to_the_top_is_refused_too() -> None:
    inner = {"type": "object", "anyOf": [{"required": ["q"]}], "properties": {"q": {"type": "string"}}}
    with pytest.raises(ValueError, match=r"\$ref brings anyOf"):
        check_schema({"type": "object", "$ref": "#/$defs/X", "$defs": {"X": inner}})
