"""What others write (a server's schema, a model's arguments, an owner's file) is taken or refused, and nothing else."""

import json
import random
from pathlib import Path
from typing import Any

from offhook.agents.schemas import check_schema, completed, mended
from offhook.agents.yaml_document import read_document
from offhook.errors import ConfigurationError, ToolError
from offhook.speech.ports import ToolSpec
from offhook.tools.arguments import checked_arguments
from tests import searches

SEED = 3
CASES = searches.of(3_000)
WORDS = (
    "type", "properties", "items", "anyOf", "allOf", "oneOf", "enum", "const", "required", "$ref", "$defs", "pattern",
    "default", "additionalProperties", "minimum", "exclusiveMinimum", "description", "not", "prefixItems", "if",
    "patternProperties", "$schema", "a", "b c",
)  # fmt: skip
LEAVES: tuple[Any, ...] = (
    None, True, False, 0, 1.5, "string", "object", "array", "integer", ["string", "null"], "#", "#/properties/a",
    "#/$defs/x", "[", "1,200", "three", [], {},
)  # fmt: skip
SIGNS = "-+.:0123456789eExXoabn~_'\"!&*<>[]{},#|? \n\ttrueNO"


def anything(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(12)
    if depth <= 0 or kind < 5:
        return chance.choice(LEAVES)
    if kind < 8:
        return [anything(chance, depth - 1) for _ in range(chance.randrange(3))]
    return {chance.choice(WORDS): anything(chance, depth - 1) for _ in range(chance.randrange(5))}


def test_schemas_and_arguments_of_any_form() -> None:
    chance, taken = random.Random(SEED), 0
    for case in range(CASES):
        schema = {chance.choice(WORDS): anything(chance, 4) for _ in range(chance.randrange(6))}
        if chance.random() < 0.7:
            schema |= {"type": "object", "properties": {"a": anything(chance, 3), "b": anything(chance, 2)}}
        arguments = [json.dumps({"a": anything(chance, 3), "b": anything(chance, 2)}) for _ in range(3)]
        language = chance.choice(["en-US", "de-DE", "es"])
        try:
            found = mended(schema)
            taken += 1
            assert found["type"] == "object" and json.dumps(found, allow_nan=False), (SEED, case)
            for given in arguments:
                _judge(ToolSpec("t", "T.", found), given, language)
        except ValueError:
            pass
        try:
            check_schema(schema)
            completed(schema)
        except ValueError:
            pass
    assert taken > CASES / 10, "most are nonsense, and some are not"


def _judge(spec: ToolSpec, arguments: str, language: str) -> None:
    try:
        found = checked_arguments(spec, arguments, language=language)
    except ToolError:
        return
    again = checked_arguments(spec, json.dumps(found), language=language)
    assert again == found, "what was put right is right"


def test_files_of_any_signs(tmp_path: Path) -> None:
    chance, path = random.Random(SEED), tmp_path / "agent.yaml"
    for _ in range(CASES):
        path.write_text("a: " + "".join(chance.choice(SIGNS) for _ in range(chance.randrange(1, 14))) + "\n", "utf-8")
        try:
            read_document(path)
        except ConfigurationError:
            pass
