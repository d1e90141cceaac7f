"""Values of the owner's files stay what the owner typed."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.load import load_agent
from offhook.agents.yaml_document import read_document
from offhook.agents.yaml_values import CoreDumper, parse
from offhook.errors import ConfigurationError
from offhook.simulator.caller_script import load_script

TEXTS = (
    "NO", "no", "No", "yes", "Yes", "YES", "on", "On", "off", "OFF", "y", "n", "Y", "N", "tRUE", "nULL", "Noll",
    "01234", "007", "-007", "00", "0123.5", "+15550100200", "+5", "+0.5", "0b11", "0o8", "0x", "0xFG",
    "9:30", "09:30", "190:20:30", "1:59:59.5", "2024-05-01", "2024-13-45", "2024-05-01T10:00:00Z", "1_000", "1.200,5",
    "12.5.3", "1e", "e5", ".", "..5", "7E400", "=", "A1", "infinity", "nan", ".Infinity", "24/7",
)  # fmt: skip
"""What stands so in a file is text."""
OTHERS: list[tuple[str, Any]] = [
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("FALSE", False),
    ("null", None), ("Null", None), ("NULL", None), ("~", None), ("", None),
    ("0", 0), ("7", 7), ("-19", -19), ("0o17", 15), ("0x1F", 31), ("12345678901234567890123", 12345678901234567890123),
    ("12.50", 12.5), ("-0.5", -0.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015),
    (".inf", math.inf), ("-.INF", -math.inf),
    ("'5'", "5"), ('"no"', "no"), ("!!str 5", "5"), ("!!int 5", 5),
]  # fmt: skip


def read(folder: Path, text: str) -> dict[str, Any]:
    path = folder / "file.yaml"
    path.write_text(text, "utf-8")
    return read_document(path).data


@pytest.mark.parametrize("text", TEXTS)
def test_it_is_text(text: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"a: {text}\nb:\n- {text}\n") == {"a": text, "b": [text]}


@pytest.mark.parametrize(("text", "value"), OTHERS)
def test_it_is_what_the_core_schema_says(text: str, value: Any, tmp_path: Path) -> None:
    found = read(tmp_path, f"a: {text}\n")["a"]
    assert found == value and type(found) is type(value)


def test_no_number_is_a_number_too(tmp_path: Path) -> None:
    assert math.isnan(read(tmp_path, "a: .nan\n")["a"])


def test_names_are_text_whatever_they_look_like(tmp_path: Path) -> None:
    names = ["no", "on", "911", "~", "9:30", "true", "1.5", "01"]
    found = read(tmp_path, "a: {" + ", ".join(f"{name}: x" for name in names) + "}\n")
    assert list(found["a"]) == names


def test_a_number_of_five_thousand_digits_is_a_text(tmp_path: Path) -> None:
    assert read(tmp_path, f"a: {'9' * 5000}\n")["a"] == "9" * 5000


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("name: a\n<<: {b: c}\n", 2, "merge keys (<<) are not allowed"),
        ("name: &x a\nb: *x\n", 2, "aliases (*name) are not allowed"),
        ("name: a\nb: {c: 1, c: 2}\n", 2, "b.c: the field stands twice, first on line 2"),
        ("name: a\nb: {no: 1, 'no': 2}\n", 2, "b.no: the field stands twice"),
        ("name: a\nb: !!int x\n", 2, "'x' is no whole number"),
        ("name: a\nb: !!float x\n", 2, "'x' is no number"),
        ("name: a\nb: !!timestamp 2024-01-01\n", 2, "tags (!name) are not allowed"),
        ("name: a\nb: !!set {x, y}\n", 2, "tags (!name) are not allowed"),
    ],
)
def test_what_is_refused_is_named_with_its_line(text: str, line: int, says: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)
    assert f"file.yaml:{line}: " in str(caught.value) and says in str(caught.value)


def test_a_merge_key_in_quotes_is_a_name(tmp_path: Path) -> None:
    assert read(tmp_path, "a: {'<<': 1}\n") == {"a": {"<<": 1}}


@pytest.mark.parametrize("text", [*TEXTS, "true", "12", "1e3", "0o17", "0x1F", "null", "~", "", ".5", ".inf"])
def test_what_is_written_is_read_again(text: str) -> None:
    assert parse(yaml.dump({"a": text, text: 1}, Dumper=CoreDumper)) == {"a": text, text: 1}


TOOL = """\
name: shop
tools:
  - type: http
    name: order
    description: Orders a thing.
    url: https://shop.example.com/orders
    parameters:
      type: object
      properties:
        sure: {type: string, enum: [yes, no]}
        at: {type: string, enum: [9:30, 14:00], default: 9:30}
        zip: {type: string, const: 01234}
    body: {country: NO, zip: 01234, time: 9:30, day: 2024-05-01, phone: +15550100200, paid: true, none: ~, id: 1_000}
    headers: {X-Country: NO, X-Time: 9:30}
"""


def test_free_values_of_a_tool_stay_what_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    path.write_text(TOOL)
    (tool,) = load_agent(path).tools
    assert isinstance(tool, HttpToolConfig)
    assert tool.body == {
        "country": "NO", "zip": "01234", "time": "9:30", "day": "2024-05-01", "phone": "+15550100200", "paid": True,
        "none": None, "id": "1_000",
    }  # fmt: skip
    fields = tool.parameters["properties"]
    assert fields["sure"]["enum"] == ["yes", "no"] and fields["at"]["enum"] == ["9:30", "14:00"]
    assert fields["zip"]["const"] == "01234" and tool.headers == {"X-Country": "NO", "X-Time": "9:30"}
    json.dumps(tool.body)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("enum: [yes, no]", "enum: [true, false]", "the choice true is not of the type string: put it in quotes"),
        ("enum: [yes, no]", "enum: [1, 2]", "the choice 1 is not of the type string: put it in quotes"),
        ("const: 01234", "const: 1234", "the choice 1234 is not of the type string: put it in quotes"),
        ("default: 9:30", "default: .inf", "a value that JSON has not"),
        ("paid: true", "paid: .nan", "tools[0].body: it holds a value that JSON has not"),
        ("X-Time: 9:30", "X-Time: 1.10", "tools[0].headers.X-Time: the value does not fit (found the number 1.1;"),
    ],
)
def test_what_cannot_be_meant_is_refused(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert old in TOOL
    path = tmp_path / "agent.yaml"
    path.write_text(TOOL.replace(old, new))
    with pytest.raises(ConfigurationError) as caught:
        load_agent(path)
    assert says in str(caught.value)


def test_a_switch_may_still_be_yes_or_no(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    for word, on in (("yes", True), ("On", True), ("no", False), ("off", False), ("true", True)):
        path.write_text(f"name: shop\nturn_taking: {{protect_opening: {word}}}\n")
        assert load_agent(path).behaviour().protect_opening is on
    path.write_text("name: shop\nturn_taking: {protect_opening: maybe}\n")
    with pytest.raises(ConfigurationError, match="found 'maybe'; expected true or false"):
        load_agent(path)


def test_what_a_simulated_caller_says_and_presses_is_text(tmp_path: Path) -> None:
    path = tmp_path / "caller.yaml"
    path.write_text("steps:\n  - say: NO\n  - say: 9:30\n  - digits: 0123\n")
    said = load_script(path).model_dump()["steps"]
    assert [step.get("say", step.get("digits")) for step in said] == ["NO", "9:30", "0123"]
