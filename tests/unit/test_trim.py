"""A long conversation within its budget: what suffers first, what never does, and how requests keep their beginning."""

import json
from itertools import pairwise

import pytest

from offhook.call.compose import request
from offhook.call.trim import BUDGET_CHARS, LEFT_OUT, SHORTENED, STEPS, trimmed
from offhook.core.commands import Ask
from offhook.core.history import AgentSaid, AnyEntry, CallerSaid, Outcome, ToolAnswered, ToolCalled
from offhook.speech.ports import Message, ToolCall


def long_call(turns: int, result_chars: int = 4_000) -> list[AnyEntry]:
    """Every turn asks something, has it looked up and is answered."""
    entries: list[AnyEntry] = [AgentSaid(0, "Hello, how can I help you?")]
    for turn in range(1, turns + 1):
        entries += [
            CallerSaid(turn, f"question {turn}, and what else do you have on that day?"),
            ToolCalled(f"t{turn}", "look_up", json.dumps({"turn": turn}), turn),
            ToolAnswered(f"t{turn}", Outcome.DONE, f"result {turn} " + "x" * result_chars),
            AgentSaid(turn, f"answer {turn}, there is a lot to be had on that day."),
        ]
    return entries


def size(messages: tuple[Message, ...]) -> int:
    calls = sum(len(call.name) + len(call.arguments) for message in messages for call in message.tool_calls)
    return calls + sum(len(message.text) for message in messages if message.role != "system")


def asked(entries: list[AnyEntry], budget: int = BUDGET_CHARS) -> tuple[Message, ...]:
    composed = request(entries, Ask(until=len(entries), caller_text="and now?"), system="S" * 9_000, budget=budget)
    return composed.messages


def test_a_short_call_is_told_whole() -> None:
    messages = asked(long_call(15))
    assert size(messages) > 50_000 and not any(SHORTENED in message.text for message in messages)


def test_half_an_hour_with_long_results_stays_within_the_budget() -> None:
    entries = long_call(150)
    messages = asked(entries)
    assert size(messages) <= BUDGET_CHARS
    texts = [message.text for message in messages]
    for turn in range(1, 151):
        assert any(f"question {turn}," in text for text in texts), "results go before words do"
        assert any(text.startswith(f"result {turn} ") for text in texts)
    assert texts[-1] == "and now?"
    short = [message.text.endswith(SHORTENED) for message in messages if message.role == "tool"]
    assert short == sorted(short, reverse=True), "the oldest first"
    assert 0 < sum(short) < len(short)


def test_the_oldest_turns_go_behind_a_note() -> None:
    messages = asked(long_call(150), budget=20_000)
    assert size(messages) <= 20_000
    assert messages[1] == Message("note", LEFT_OUT)
    told = [int(message.text.split()[1].strip(",")) for message in messages if message.text.startswith("question")]
    assert told == list(range(told[0], 151)) and 10 < len(told) < 150


def test_calls_are_never_torn_from_their_answers() -> None:
    for budget in range(1_000, 30_000, 777):
        messages = asked(long_call(60), budget=budget)
        called = [call.call for message in messages for call in message.tool_calls]
        assert called == [message.tool_call for message in messages if message.role == "tool"]


def test_the_beginning_of_the_request_stays_for_many_turns() -> None:
    entries = long_call(150)
    ends = [at for at, entry in enumerate(entries, 1) if isinstance(entry, AgentSaid)]
    requests = [asked(entries[:end]) for end in ends]
    assert all(size(messages) <= BUDGET_CHARS for messages in requests)
    grown = [after[: len(before) - 1] == before[:-1] for before, after in pairwise(requests)]
    assert grown.count(False) < len(grown) / 3


def test_arguments_stay_json() -> None:
    entries: list[AnyEntry] = [
        CallerSaid(1, "note this"),
        ToolCalled("t1", "note", json.dumps({"text": "y" * 5_000}), 1),
        ToolAnswered("t1", Outcome.DONE, "noted"),
        AgentSaid(1, "Noted."),
    ]
    messages = asked(entries, budget=2_000)
    (call,) = [call for message in messages for call in message.tool_calls]
    assert len(json.loads(call.arguments)["shortened"]) > 100 and len(call.arguments) < 400


def test_the_callers_last_turn_and_its_tools_suffer_last() -> None:
    entries = long_call(20)
    entries += [CallerSaid(21, "and this?"), ToolCalled("t21", "look_up", "{}", 21)]
    entries += [ToolAnswered("t21", Outcome.DONE, "the last result " + "z" * 3_900)]
    messages = request(entries, Ask(until=len(entries)), system="", budget=6_000).messages
    assert messages[-1].text.startswith("the last result") and not messages[-1].text.endswith(SHORTENED)
    assert messages[-3].text == "and this?"
    messages = request(entries, Ask(until=len(entries)), system="", budget=1_000).messages
    assert messages[-1].text.endswith(SHORTENED) and size(messages) <= 1_000


def test_one_turn_that_is_larger_than_all_is_cut() -> None:
    (group,) = trimmed([(Message("user", "w" * 5_000),)], 1_000)
    assert len(group[0].text) == 1_000


@pytest.mark.parametrize("budget", [1, STEPS - 1, 10])
def test_no_budget_is_too_small_to_be_an_answer(budget: int) -> None:
    called = Message("assistant", "", tool_calls=(ToolCall("a", "b", "{}"),))
    groups = [(Message("user", "one"),), (called, Message("tool", "x", tool_call="a")), (Message("user", "two"),)]
    assert trimmed(groups, budget)[-1][0].role == "user"
