"""The stand-ins as a product: profiles, delays that are told, what the models of the stand-ins say."""

import asyncio
import json
import random
import statistics
from typing import Any

import pytest

from offhook.agents.model import Agent
from offhook.errors import ConfigurationError
from offhook.simulator.vendors.brain import facts_brain
from offhook.simulator.vendors.latency import Delay, WatchedDelay
from offhook.simulator.vendors.profiles import PROFILES, profile_of
from offhook.simulator.vendors.standins import Plan, StandIns, parse_faults
from offhook.simulator.vendors.table import VENDORS
from offhook.speech.registry import Kind

FACTS = """\
Be kind.
- This is no fact.

What you know
- The kitchen opens at noon.
- Dogs are welcome on the terrace.
- The terrace opens in May.
"""
TOOLS = {
    "end_call": {"type": "object", "properties": {}},
    "book_table": {"type": "object", "properties": {"party": {"type": "integer"}, "room": {"enum": ["inside"]}}},
}


def openai_body(*messages: dict[str, Any]) -> dict[str, Any]:
    tools = [{"type": "function", "function": {"name": n, "parameters": p}} for n, p in TOOLS.items()]
    return {"messages": [{"role": "system", "content": FACTS}, *messages], "tools": tools}


def anthropic_body(*messages: dict[str, Any]) -> dict[str, Any]:
    tools = [{"name": name, "input_schema": schema} for name, schema in TOOLS.items()]
    return {"system": [{"type": "text", "text": FACTS}], "messages": list(messages), "tools": tools}


def said(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


# ── delays ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_drawn_delay_has_the_two_figures_it_was_given_and_the_same_seed_the_same_draws() -> None:
    delay, chance = Delay(0.5, 1.4), random.Random(7)
    drawn = sorted(delay.draw(chance) for _ in range(20_000))
    assert statistics.median(drawn) == pytest.approx(0.5, rel=0.03)
    assert drawn[19_000] == pytest.approx(1.4, rel=0.05)
    again = random.Random(7)
    assert sorted(delay.draw(again) for _ in range(20_000)) == drawn
    assert Delay(0.25).draw(random.Random(1)) == 0.25


def test_a_watched_delay_tells_what_it_draws() -> None:
    told: list[float] = []
    delay = WatchedDelay.of(Delay(0.5, 1.4), told.append)
    drawn = [delay.draw(random.Random(number)) for number in range(5)]
    assert told == drawn == [Delay(0.5, 1.4).draw(random.Random(number)) for number in range(5)]


def test_chains_of_the_profiles() -> None:
    chains = {name: round(1000 * profile.chain_s(3)) for name, profile in PROFILES.items()}
    assert chains == {"instant": 0, "fast": 290, "medium": 524, "slow": 930, "published": 1005}
    assert [name for name, profile in PROFILES.items() if profile.is_drawn] == ["published"]
    with pytest.raises(ConfigurationError, match="published"):
        profile_of("lazy")


# ── what the models say ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("body", [openai_body, anthropic_body])
def test_the_brain_answers_from_the_facts_of_the_prompt(body: Any) -> None:
    assert facts_brain(body(said("When does the kitchen open?"))).text == "The kitchen opens at noon."
    assert facts_brain(body(said("Are dogs allowed?"))).text == "Dogs are welcome on the terrace."
    assert facts_brain(body(said("And the terrace, when does it open?"))).text == "The terrace opens in May."
    assert facts_brain(body(said("Fact?"))).text == "You said: Fact?"


@pytest.mark.parametrize("body", [openai_body, anthropic_body])
def test_the_brain_calls_the_tool_that_is_named_and_ends_the_call(body: Any) -> None:
    answer = facts_brain(body(said("Please book a table for us.")))
    assert [(call.name, json.loads(call.arguments)) for call in answer.calls] == [
        ("book_table", {"party": 4, "room": "inside"})
    ]
    farewell = facts_brain(body(said("That is all, goodbye!")))
    assert [call.name for call in farewell.calls] == ["end_call"]
    assert "goodbye" in farewell.text


def test_the_brain_tells_what_a_tool_has_answered() -> None:
    openai = openai_body(said("book a table"), {"role": "tool", "tool_call_id": "c", "content": "booked"})
    assert facts_brain(openai).text == "That is done. booked"
    result = {"type": "tool_result", "tool_use_id": "c", "content": "booked"}
    anthropic = anthropic_body(said("book a table"), {"role": "user", "content": [result]})
    assert facts_brain(anthropic).text == "That is done. booked"
    spoken = {"role": "user", "content": [result, {"type": "text", "text": "When does the kitchen open?"}]}
    assert facts_brain(anthropic_body(said("x"), spoken)).text == "The kitchen opens at noon."


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_vendor_is_there_with_its_key_and_a_block_that_an_agent_takes() -> None:
    async def main() -> None:
        async with StandIns(Plan()) as running:
            assert set(running.listening) == set(VENDORS)
            assert running.environment() == {v.key_variable: v.key for v in VENDORS.values()}
            for entry in running.listening.values():
                assert entry.vendor.key.endswith("-stand-in")
                for kind in entry.vendor.kinds:
                    blocks = {kind.value: entry.block(kind)}
                    Agent.model_validate(running.agent(**blocks))
            agent = Agent.model_validate(running.agent())
            assert agent.llm.model_dump()["base_url"] == running.listening["openai"].server.base_url

    asyncio.run(main())


def test_only_those_that_are_wanted_listen() -> None:
    async def main() -> None:
        async with StandIns(Plan(names=("anthropic",))) as running:
            block = running.block(Kind.LLM)
            assert block is not None and block["provider"] == "anthropic"
            assert running.block(Kind.STT) is None
            assert running.agent()["stt"] == {"provider": "scripted"}
            taken = int(running.listening["anthropic"].server.base_url.split(":")[2].split("/")[0])
            with pytest.raises(ConfigurationError, match="--port"):
                async with StandIns(Plan(names=("anthropic",), port=taken)):
                    pass

    asyncio.run(main())


def test_every_fault_of_every_vendor_can_be_asked_for() -> None:
    async def main() -> None:
        for name, vendor in VENDORS.items():
            for fault in vendor.faults:
                async with StandIns(Plan(names=(name,), faults=parse_faults([f"{name}={fault}"]))) as running:
                    assert running.listening[name].server.base_url

    asyncio.run(main())
    for text, expected in (("x=cut", "openai"), ("openai=x", "rate_limited"), ("openai", "rate_limited")):
        with pytest.raises(ConfigurationError, match=expected):
            parse_faults([text])
