"""What models are asked in whole calls, in every weather: legal for every vendor, with every tool told by its state."""

from collections.abc import Iterator

import pytest

from offhook.call.compose import request
from offhook.core import commands as cmd
from offhook.core.history import AnyEntry, Outcome, ToolAnswered, ToolCalled
from offhook.simulator.events_weather import WEATHERS
from offhook.simulator.events_world import play
from offhook.simulator.vendors.anthropic_checks import check_body
from offhook.simulator.vendors.openai_checks import check_messages
from offhook.speech.llm import anthropic, openai
from offhook.speech.llm.history import FAILED, RUNNING, UNKNOWN
from offhook.speech.ports import ModelRequest, ToolSpec

SEEDS = range(6)
TOOL = ToolSpec("look_up", "Look it up.", {"type": "object", "properties": {}})
CLAUDE = anthropic.Config(model="claude-haiku-5-5")


def asked(weather: str, seed: int) -> Iterator[tuple[list[AnyEntry], cmd.Ask, bool]]:
    """Every request of a call: the history by then, what is asked, whether it goes on with a reply."""
    entries: list[AnyEntry] = []
    for _, what in play(seed, weather, keep_log=True).log:
        match what:
            case cmd.Remember(index=index, entry=entry):
                assert index == len(entries)
                entries.append(entry)
            case cmd.StartReply(content=cmd.Ask() as ask) | cmd.ContinueReply(content=ask):
                yield entries[:], ask, isinstance(what, cmd.ContinueReply)


def states(entries: list[AnyEntry], ask: cmd.Ask) -> dict[str, str]:
    """How the result of each tool begins, by its call."""
    begins = {entry.call: RUNNING for entry in entries[: ask.until] if isinstance(entry, ToolCalled)}
    words = {Outcome.DONE: "", Outcome.FAILED: FAILED, Outcome.UNKNOWN: UNKNOWN}
    for entry in entries[: ask.until]:
        if isinstance(entry, ToolAnswered):
            begins[entry.call] = words[entry.outcome]
    return begins


def check(composed: ModelRequest) -> None:
    check_messages(openai.request_body(openai.Config(), composed)["messages"])
    check_body(anthropic.request_body(CLAUDE, composed))


@pytest.mark.parametrize("weather", WEATHERS)
def test_every_request_of_a_call_is_legal_and_tells_every_tool(weather: str) -> None:
    requests = 0
    for seed in SEEDS:
        for entries, ask, goes_on in asked(weather, seed):
            requests += 1
            composed = request(entries, ask, system="Be short.", tools=(TOOL,))
            check(composed)
            check(request(entries, ask, system="Be short.", tools=(TOOL,), budget=1_500))
            told = {message.tool_call: message.text for message in composed.messages if message.role == "tool"}
            begins = states(entries, ask)
            assert told.keys() == begins.keys()
            assert all(told[call].startswith(begin) for call, begin in begins.items())
            if goes_on:
                assert composed.said == "", "its own tools stand behind what it has said"
                assert composed.messages[-1].role in ("tool", "note", "user")
                assert not ask.said or any(ask.said == message.text for message in composed.messages)
    assert requests > 0
