"""Whatever the history holds, what the model is asked is legal for every vendor, whole, and within its budget."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.call.compose import request
from offhook.core.commands import Ask
from offhook.core.history import (
    AgentSaid,
    AgentTookOver,
    AnyEntry,
    CallerSaid,
    HumanSaid,
    Instructed,
    KeysPressed,
    Outcome,
    ToolAnswered,
    ToolCalled,
)
from offhook.simulator.vendors.anthropic_checks import check_body
from offhook.simulator.vendors.openai_checks import check_messages
from offhook.speech.llm import anthropic, local_chat, openai
from offhook.speech.ports import ModelRequest, ToolSpec

WORDS = st.sampled_from(["", " ", "please book", "no [x] {keys-1}", "größe ünder 4 €", "a" * 300])
IDS = st.sampled_from(["t1", "t2", "call_0", "functions.x:0", "", "a.b", "a_b", "x" * 70])
TURNS = st.integers(0, 4)
ARGUMENTS = st.sampled_from(["{}", '{"room": 7}', "nonsense", "[1]", '{"a": "' + "x" * 900 + '"}'])
ENTRIES: st.SearchStrategy[AnyEntry] = st.one_of(
    st.builds(CallerSaid, TURNS, WORDS),
    st.builds(AgentSaid, TURNS, WORDS, WORDS, st.booleans()),
    st.builds(KeysPressed, TURNS, st.sampled_from(["4", "42#", "****"]), st.sampled_from(["", "keys-1"])),
    st.builds(ToolCalled, IDS, st.sampled_from(["book", "find"]), ARGUMENTS, st.integers(1, 3)),
    st.builds(ToolCalled, IDS, st.just("book"), ARGUMENTS, st.just(2)),
    st.builds(ToolAnswered, IDS, st.sampled_from(Outcome), st.sampled_from(["", "ok", "y" * 4_000])),
    st.builds(Instructed, WORDS),
    st.builds(AgentTookOver, st.just("sales")),
    st.builds(HumanSaid, st.just("Ann"), WORDS),
)
TOOLS = tuple(ToolSpec(name, "What it does.", {"type": "object", "properties": {}}) for name in ("book", "find"))
HISTORIES = st.lists(ENTRIES, max_size=24)


@st.composite
def asked(draw: st.DrawFn) -> tuple[list[AnyEntry], Ask]:
    entries = draw(HISTORIES)
    until = draw(st.integers(0, len(entries)))
    ask = Ask(
        until=until,
        since=draw(st.integers(0, until)),
        caller_text=draw(WORDS),
        keys=draw(st.sampled_from(["", "12"])),
        said=draw(st.sampled_from(["", "One moment."])),
        with_tools=draw(st.booleans()),
    )
    return entries, ask


def judged(composed: ModelRequest) -> None:
    """By the stand-ins, which are as strict as the vendors: each raises on what its vendor refuses."""
    body = openai.request_body(openai.Config(), composed)
    if body["messages"]:
        check_messages(body["messages"])
    for model in ("claude-haiku-4-5", "claude-haiku-5-5"):
        check_body(anthropic.request_body(anthropic.Config(model=model), composed))
    local_chat.chat(composed.messages, composed.tools, 4_000)


@settings(max_examples=400, deadline=None)
@given(asked(), st.lists(st.just("Rooms cost 90 euros."), max_size=2), st.sampled_from([500, 3_000, 80_000]))
def test_every_history_is_legal_for_every_vendor(
    given_: tuple[list[AnyEntry], Ask], passages: list[str], budget: int
) -> None:
    entries, ask = given_
    composed = request(entries, ask, system="Be short.", tools=TOOLS, passages=passages, budget=budget)
    judged(composed)
    assert composed == request(entries, ask, system="Be short.", tools=TOOLS, passages=passages, budget=budget)
    assert composed.said or composed.messages[-1].role != "assistant"


@settings(max_examples=300, deadline=None)
@given(asked())
def test_every_tool_that_counts_is_told_once(given_: tuple[list[AnyEntry], Ask]) -> None:
    entries, ask = given_
    composed = request(entries, ask, system="", tools=TOOLS)
    known = entries[: ask.until]
    open_calls: dict[str, list[int]] = {}
    counts: set[int] = set()
    for at, entry in enumerate(known):
        if isinstance(entry, ToolCalled):
            open_calls.setdefault(entry.call, []).append(at)
            counts |= {at} if at >= ask.since else set()
        elif isinstance(entry, ToolAnswered) and open_calls.get(entry.call):
            call = open_calls[entry.call].pop(0)
            counts |= {call} if at >= ask.since else set()
    counts |= {at for calls in open_calls.values() for at in calls}
    told = [call for message in composed.messages for call in message.tool_calls]
    called = [entry for at, entry in enumerate(known) if at in counts and isinstance(entry, ToolCalled)]
    assert sorted((call.name, call.arguments) for call in told) == sorted((e.name, e.arguments) for e in called)


@settings(max_examples=300, deadline=None)
@given(asked())
def test_every_word_is_told_in_its_order(given_: tuple[list[AnyEntry], Ask]) -> None:
    entries, ask = given_
    numbered: list[AnyEntry] = []
    for number, entry in enumerate(entries):
        if isinstance(entry, CallerSaid | AgentSaid | Instructed | HumanSaid):
            entry = msgspec.structs.replace(entry, text=f"word{number}.")
        numbered.append(entry)
    composed = request(numbered, ask, system="")
    told = " ".join(message.text for message in composed.messages)
    places = [
        told.index(f"word{number}.")
        for number, entry in enumerate(numbered)
        if ask.since <= number < ask.until and isinstance(entry, CallerSaid | AgentSaid | Instructed | HumanSaid)
    ]
    assert places == sorted(places)
