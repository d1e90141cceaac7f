"""What a local model is told, and how its answer is read from the pieces in which it comes."""

import json

import pytest

from offhook.speech.llm.local_chat import AnswerReader, chat
from offhook.speech.ports import Message, ToolCall, ToolSpec

TOOL = ToolSpec("book_table", "Book a table.", {"type": "object", "properties": {}})


def read(*pieces: str) -> tuple[str, list[ToolCall], bool]:
    reader = AnswerReader()
    said = "".join(reader.feed(piece) for piece in pieces)
    rest, calls, is_garbled = reader.finish("c")
    return said + rest, calls, is_garbled


def test_text_is_said_as_it_comes() -> None:
    reader = AnswerReader()
    assert [reader.feed(piece) for piece in ("We ", "are open", ".")] == ["We ", "are open", "."]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    "answer",
    [
        '{"name": "book_table", "arguments": {"name": "Brown {x}"}}',
        '<tool_call>\n{"name": "book_table", "arguments": {"name": "Brown {x}"}}\n</tool_call>',
        '```json\n{"name": "book_table", "arguments": "{\\"name\\": \\"Brown {x}\\"}"}\n```',
        '{"name": "book_table", "parameters": {"name": "Brown {x}"}}',
    ],
)
def test_a_bare_object_is_a_tool_call_however_it_is_cut(answer: str, size: int) -> None:
    said, calls, is_garbled = read(*(answer[i : i + size] for i in range(0, len(answer), size)))
    assert (said, is_garbled) == ("", False)
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [("book_table", {"name": "Brown {x}"})]


def test_text_before_a_call_is_said_and_the_call_is_not() -> None:
    said, calls, _ = read("Goodbye! ", '{"name": "end', '_call", "arguments": {}}')
    assert said == "Goodbye! "
    assert calls == [ToolCall("c-1", "end_call", "{}")]


def test_two_calls_have_two_names() -> None:
    _, calls, _ = read('{"name": "a", "arguments": {}}\n{"name": "b", "arguments": {}}')
    assert [call.call for call in calls] == ["c-1", "c-2"]


@pytest.mark.parametrize("answer", ['{"name": "book', '{"answer": 1}', "{" * 5000, "<tool_call>"])
def test_a_garbled_call_is_never_said(answer: str) -> None:
    assert read(answer) == ("", [], True)


def test_a_less_than_sign_is_text() -> None:
    assert read("1 ", "<", " 2") == ("1 < 2", [], False)


def test_tools_are_told_in_the_system_entry_and_results_come_as_the_user() -> None:
    call = ToolCall("1", "book_table", '{"name": "Brown"}')
    messages = (
        Message("system", "Be brief."),
        Message("user", "yes"),
        Message("assistant", "", (call,)),
        Message("tool", "Booked.", tool_call="1"),
    )
    system, user, assistant, tool = chat(messages, (TOOL,), 10_000)
    assert system["role"] == "system"
    assert system["content"].startswith("Be brief.")
    assert '"book_table"' in system["content"]
    assert user == {"role": "user", "content": "yes"}
    assert json.loads(assistant["content"]) == {"name": "book_table", "arguments": {"name": "Brown"}}
    assert tool == {"role": "user", "content": "<tool_response>\nBooked.\n</tool_response>"}


def test_the_oldest_turns_are_left_out_where_all_do_not_fit() -> None:
    turns = [Message("user", f"{i} " + "x" * 100) for i in range(50)]
    kept = chat([Message("system", "Be brief."), *turns], (), 500)
    assert kept[0]["content"] == "Be brief."
    assert [entry["content"].split()[0] for entry in kept[1:]] == ["46", "47", "48", "49"]


def test_the_model_may_speak_first() -> None:
    assert chat([Message("system", "Be brief.")], (), 500)[-1]["role"] == "user"
