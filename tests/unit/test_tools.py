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
        ("integer", "4.0", 4),
        ("integer", "-2", -2),
        ("boolean", "true", True),
        ("boolean", "False", False),
        ("string", 12.5, "12.5"),
    ],
)
def test_a_value_is_taken_in_the_type_that_its_schema_wants(kind: str, given: object, taken: object) -> None:
    spec = ToolSpec("t", "T.", {"type": "object", "properties": {"v": {"type": kind}}})
    found = checked_arguments(spec, json.dumps({"v": given}))
    assert found == {"v": taken} and type(found["v"]) is type(taken)


@pytest.mark.parametrize(
    ("kind", "given"),
    [("integer", "4.5"), ("number", "12,50"), ("number", "1e5"), ("number", ""), ("boolean", "yes"), ("boolean", 1)],
)
def test_what_is_no_such_value_is_refused(kind: str, given: object) -> None:
    spec = ToolSpec("t", "T.", {"type": "object", "properties": {"v": {"type": kind}}})
    with pytest.raises(ToolError, match="in v, found"):
        checked_arguments(spec, json.dumps({"v": given}))


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
