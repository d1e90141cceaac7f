"""The toolbox: what the model is told, what is refused and how, and what is kept of a request."""

import asyncio
import json
import os
import stat
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from offhook.agents.tool_configs import BookTableConfig, EndCallConfig, TakeMessageConfig, ToolConfig
from offhook.core.history import Outcome
from offhook.errors import ToolError
from offhook.speech.ports import ToolSpec
from offhook.tools.arguments import checked_arguments
from offhook.tools.toolbox import Toolbox, ToolContext

BOX = Toolbox((EndCallConfig(), TakeMessageConfig(), BookTableConfig(max_party=12)))
BOOKING = {"party_size": 4, "date": "Friday", "time": "19:30", "name": "Brown"}


def run(tool: str, arguments: str, folder: Path, box: Toolbox = BOX) -> str:
    return asyncio.run(box.run(tool, arguments, ToolContext("CA1", folder)))


def refusal(tool: str, arguments: str, folder: Path) -> str:
    with pytest.raises(ToolError) as caught:
        run(tool, arguments, folder)
    assert caught.value.outcome is Outcome.FAILED
    assert not list(folder.iterdir()), "nothing is kept of a refused request"
    return str(caught.value)


def test_specs_come_in_the_order_of_the_document() -> None:
    assert [spec.name for spec in BOX.specs] == ["end_call", "take_message", "book_table"]
    json.dumps([dict(spec.parameters) for spec in BOX.specs])


def test_a_booking_is_one_line_with_call_and_time(tmp_path: Path) -> None:
    result = run("book_table", json.dumps(BOOKING), tmp_path / "new")
    assert result == "Booked: a table for 4, Friday at 19:30, under the name Brown."
    path = tmp_path / "new" / "requests.jsonl"
    (line,) = path.read_text("utf-8").splitlines()
    kept = json.loads(line)
    assert kept["arguments"] == BOOKING
    assert (kept["call"], kept["tool"]) == ("CA1", "book_table")
    assert kept["at"].endswith("+00:00")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_requests_of_many_calls_at_once_do_not_mix(tmp_path: Path) -> None:
    async def all_at_once() -> None:
        text = json.dumps({"name": "Ann", "phone": "5035550142", "message": "é" * 2_000})
        await asyncio.gather(*(BOX.run("take_message", text, ToolContext(f"CA{i}", tmp_path)) for i in range(20)))

    asyncio.run(all_at_once())
    lines = (tmp_path / "requests.jsonl").read_text("utf-8").splitlines()
    assert {json.loads(line)["call"] for line in lines} == {f"CA{i}" for i in range(20)}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("{", "needs its arguments as one JSON object"),
        ("[1]", "needs its arguments as one JSON object, found [1]"),
        ("[" * 100_000, "at most 16384 characters"),
        ("[" * 16_000, "one JSON object"),
        ("{}", "needs the field party_size: Number of people."),
        (json.dumps({**BOOKING, "name": ""}), "needs the field name"),
        (json.dumps({**BOOKING, "party_size": "many"}), 'needs a whole number in party_size, found "many"'),
        (json.dumps({**BOOKING, "party_size": True}), "needs a whole number in party_size"),
        (json.dumps({**BOOKING, "party_size": 13}), "takes no party_size above 12, found 13"),
        (json.dumps({**BOOKING, "party_size": 0}), "takes no party_size below 1"),
        (json.dumps({**BOOKING, "date": ["Friday"]}), "needs text in date"),
        (json.dumps({**BOOKING, "name": "x" * 201}), "needs 1 to 200 characters in name, found 201"),
        (
            json.dumps({**BOOKING, "colour": "red"}),
            "has no field 'colour'; its fields are party_size, date, time, name",
        ),
    ],
)
def test_wrong_arguments_are_refused_by_name(arguments: str, says: str, tmp_path: Path) -> None:
    assert says in refusal("book_table", arguments, tmp_path)


def test_an_unknown_tool_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    assert "there is no tool 'fly'; there are: end_call, take_message, book_table" in refusal("fly", "{}", tmp_path)


def test_numbers_and_texts_in_the_wrong_clothes_are_taken(tmp_path: Path) -> None:
    assert "table for 4" in run("book_table", json.dumps({**BOOKING, "party_size": "4", "time": 19}), tmp_path)


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        ("number", "12.50", 12.5),
        ("number", "-3", -3),
        ("number", " 7 ", 7),
        ("number", "12,50", 12.5),
        ("number", "0,500", 0.5),
        ("number", "1,200", 1200),
        ("number", "1,200.50", 1200.5),
        ("number", "1.200,50", 1200.5),
        ("number", "1 200 000", 1200000),
        ("number", "1\u202f200,5", 1200.5),
        ("number", "1’200", 1200),
        ("number", "1e5", 100000.0),
        ("number", "+3", 3),
        ("number", "\u22123", -3),
        ("number", "\u0663\u0664", 34),
        ("number", "\uff13.\uff15", 3.5),
        ("number", "three", 3),
        ("number", "$12.50", 12.5),
        ("number", "12.50 €", 12.5),
        ("number", "EUR 12,50", 12.5),
        ("number", "US$ 1,200.50", 1200.5),
        ("number", "-$5", -5),
        ("number", "$-5", -5),
        ("number", "12.50 dollars", 12.5),
        ("number", "CHF 20.-", 20),
        ("number", "₹ 500", 500),
        ("integer", "$12", 12),
        ("integer", "4.0", 4),
        ("integer", "-2", -2),
        ("integer", " 3 ", 3),
        ("integer", "1,200", 1200),
        ("integer", "Three", 3),
        ("integer", 4.0, 4),
        ("boolean", "true", True),
        ("boolean", "False", False),
        ("boolean", " TRUE ", True),
        ("boolean", "yes", True),
        ("boolean", "No", False),
        ("boolean", 1, True),
        ("boolean", 0, False),
        ("boolean", "0", False),
        ("string", 12.5, "12.5"),
        ("string", "  a \n b ", "a b"),
        ("array", "[1, 2]", [1, 2]),
        ("array", 3, [3]),
        ("object", '{"a": 1}', {"a": 1}),
    ],
)
def test_a_value_is_taken_in_the_type_that_its_schema_wants(kind: str, given: object, taken: object) -> None:
    items = {"items": {"type": "integer"}} if kind == "array" else {}
    assert_taken({"type": kind, **items}, given, taken)


@pytest.mark.parametrize("given", ["12 kg", "15%", "$", "12 or 13", "$12.50 USD", "about $12", "5 nights"])
def test_a_number_with_another_unit_is_asked_for_again(given: str) -> None:
    with pytest.raises(ToolError, match="needs a number"):
        with_value({"type": "number"}, given)


def assert_taken(schema: dict[str, object], given: object, taken: object, language: str = "en-US") -> None:
    found = with_value(schema, given, language)
    assert found == taken and type(found) is type(taken)


def with_value(schema: dict[str, object], given: object, language: str = "en-US") -> object:
    spec = ToolSpec("t", "T.", {"type": "object", "properties": {"v": schema}, "additionalProperties": False})
    return checked_arguments(spec, json.dumps({"v": given}), language=language).get("v", "left out")


@pytest.mark.parametrize(
    ("language", "kind", "given", "taken"),
    [
        ("de-DE", "integer", "drei", 3),
        ("de-DE", "integer", "eine", 1),
        ("de-DE", "integer", "1.200", 1200),
        ("de-DE", "number", "1.200,5", 1200.5),
        ("de-DE", "number", "0.500", 0.5),
        ("de-DE", "integer", "1,200", 1200),
        ("de-DE", "boolean", "ja", True),
        ("es-ES", "integer", "once", 11),
        ("es-ES", "boolean", "sí", True),
        ("fr", "integer", "dix-sept", 17),
        ("it-IT", "boolean", "no", False),
        ("pt-BR", "boolean", "não", False),
        ("nl-NL", "integer", "twee", 2),
        ("sv-SE", "integer", "three", 3),
    ],
)
def test_it_is_read_in_the_language_of_the_agent(language: str, kind: str, given: str, taken: object) -> None:
    assert_taken({"type": kind}, given, taken, language)


@pytest.mark.parametrize(
    ("schema", "given", "taken"),
    [
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "3", 3),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, None, None),
        ({"type": ["number", "null"]}, "2.5", 2.5),
        ({"type": ["integer", "string"]}, "3", "3"),
        ({"type": ["integer", "string"]}, 3, 3),
        ({"type": "string"}, None, "left out"),
        ({"enum": ["late", "next_day"]}, "Late", "late"),
        ({"type": "string", "enum": ["late", "next_day"]}, "Next-Day", "next_day"),
        ({"type": "string", "enum": ["yes", "no"]}, True, "yes"),
        ({"type": "string", "enum": ["true", "false"]}, False, "false"),
        ({"type": "integer", "enum": [1, 2]}, "2", 2),
        ({"type": "array", "items": {"type": "number"}}, ["1", 2, "3.5"], [1, 2, 3.5]),
        ({"type": "array", "items": {"type": "string"}}, "cheese", ["cheese"]),
        (
            {"type": "object", "properties": {"n": {"type": "integer"}, "o": {"type": "string"}}},
            {"n": "4", "o": None},
            {"n": 4},
        ),
        (
            {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
            [{"n": "4"}],
            [{"n": 4}],
        ),
    ],
)
def test_also_inside_of_lists_blocks_and_alternatives(schema: dict[str, object], given: object, taken: object) -> None:
    assert_taken(schema, given, taken)


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        ({"type": "integer"}, "4.5"),
        ({"type": "number"}, ""),
        ({"type": "number"}, "1.2.3"),
        ({"type": "number"}, "1,20,300"),
        ({"type": "number"}, "50%"),
        ({"type": "integer"}, "3 or 4"),
        ({"type": "integer"}, "one of them"),
        ({"type": "integer"}, "drei"),
        ({"type": "integer"}, "once"),
        ({"type": "integer"}, True),
        ({"type": "boolean"}, "maybe"),
        ({"type": "boolean"}, 2),
        ({"type": "string"}, True),
        ({"type": "string", "enum": ["a_b", "a-b"]}, "A B"),
        ({"type": "array", "items": {"type": "string"}}, "cheese, ham"),
        ({"type": "object"}, "[1]"),
    ],
)
def test_what_is_not_certain_is_asked_again(schema: dict[str, object], given: object) -> None:
    with pytest.raises(ToolError, match=r"in v, found|cannot use v"):
        with_value(schema, given)


def test_twelve_hundred_or_one_and_a_fifth_is_asked_again() -> None:
    for given in ("1.200", "1,200"):
        with pytest.raises(ToolError, match="needs a number in v"):
            with_value({"type": "number"}, given, "de-DE")


@pytest.mark.parametrize("name", ["orderId", "Order_ID", "order id", "order-id"])
def test_a_name_in_other_letters_is_the_field(name: str) -> None:
    fields = {"order_id": {"type": "integer"}, "note": {"type": "string"}}
    spec = ToolSpec("t", "T.", {"type": "object", "properties": fields, "additionalProperties": False})
    assert checked_arguments(spec, json.dumps({name: "7"})) == {"order_id": 7}
    with pytest.raises(ToolError, match="has no field 'order'"):
        checked_arguments(spec, json.dumps({"order": 7}))
    with pytest.raises(ToolError, match="has no field"):
        checked_arguments(spec, json.dumps({name: 7, "order_id": 8}))


@pytest.mark.parametrize("text", ["", "  ", "null", '"{}"', '""'])
def test_no_arguments_are_none_however_they_are_written(text: str) -> None:
    assert checked_arguments(ToolSpec("t", "T.", {"type": "object", "properties": {}}), text) == {}


def test_an_object_that_was_written_as_text_is_read() -> None:
    spec = ToolSpec("t", "T.", {"type": "object", "properties": {"v": {"type": "integer"}}})
    assert checked_arguments(spec, json.dumps(json.dumps({"v": "3"}))) == {"v": 3}


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_has_not_is_refused(constant: str) -> None:
    with pytest.raises(ToolError, match="one JSON object"):
        checked_arguments(ToolSpec("t", "T.", {"type": "object"}), f'{{"v": {constant}}}')


def test_a_field_that_takes_null_may_be_needed() -> None:
    spec = ToolSpec("t", "T.", {"type": "object", "properties": {"v": {"type": ["string", "null"]}}, "required": ["v"]})
    assert checked_arguments(spec, '{"v": null}') == {"v": None}


def test_the_fields_of_a_message_are_the_owners(tmp_path: Path) -> None:
    box = Toolbox((TakeMessageConfig(fields=("room_number", "message")),))
    assert box.specs[0].parameters["required"] == ["room_number", "message"]
    result = run("take_message", json.dumps({"room_number": "12", "message": "No towels"}), tmp_path, box)
    assert result == "The message was written down and will be passed on."


def test_in_a_folder_that_cannot_be_written_nothing_is_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolError, match=r"requests\.jsonl could not be written") as caught:
        run("book_table", json.dumps(BOOKING), tmp_path / "file")
    assert caught.value.outcome is Outcome.FAILED


def test_a_line_that_was_written_in_part_may_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[:10]))
    with pytest.raises(ToolError, match="could not be written whole") as caught:
        run("book_table", json.dumps(BOOKING), tmp_path)
    assert caught.value.outcome is Outcome.UNKNOWN


def test_what_is_written_down_holds_no_secret_keys(tmp_path: Path) -> None:
    context = ToolContext("CA1", tmp_path, reveal=lambda text: text.replace("{keys-1}", "4711"))
    text = json.dumps({"name": "Ann", "phone": "{keys-1}", "message": "hello"})
    with pytest.raises(ToolError, match=r"take_message writes down .* secret keys such as \{keys-1\}"):
        asyncio.run(BOX.run("take_message", text, context))
    assert not list(tmp_path.iterdir())


def test_what_the_conversation_carries_out_is_never_run(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="end_call is carried out by the conversation"):
        run("end_call", "{}", tmp_path)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "fly"},
        {"name": "end_call", "now": True},
        {"name": "book_table", "max_party": 0},
        {"name": "take_message", "fields": []},
        {"name": "take_message", "fields": ["name", "name"]},
        {"name": "take_message", "fields": ["Not A Name"]},
    ],
)
def test_wrong_entries_of_the_document_are_refused(entry: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[object](ToolConfig).validate_python(entry)
