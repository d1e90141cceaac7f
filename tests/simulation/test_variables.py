"""What a call brings along: filled in while it rings, in the journal, and the same when the call is run again."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from offhook.call.runtime import AgentRuntime
from offhook.telephony.facts import CallFacts
from offhook.tools.pre_call import Fetched, PreCall
from tests.rig import Outcome, Rig, caller_script, run_call_of

AGENT: dict[str, Any] = {
    "prompt": "You talk to {{customer}}, whose plan is {{plan}}.",
    "opening": {"text": "Hello {{customer}}, how can I help you?"},
    "variables": {"customer": {"default": "dear caller"}, "plan": {"type": "choice", "choices": ["gold", "free"]}},
}
SCRIPT = caller_script({"say": "thank you, goodbye"})


def briefing(outcome: Outcome) -> dict[str, Any]:
    return next(line for line in outcome.journal if line.get("note") == "Briefing")


def played(tmp_path: Path, **rig: Any) -> Outcome:
    outcome = run_call_of(Rig(**({"agent": AGENT} | rig)), SCRIPT, tmp_path)
    assert not outcome.replayed().mismatches and outcome.tasks_left == 0
    return outcome


def test_defaults_hold_where_nobody_gives_a_value(tmp_path: Path) -> None:
    outcome = played(tmp_path)
    assert outcome.lines("StartReply")[0]["content"]["text"] == "Hello dear caller, how can I help you?"
    told = briefing(outcome)
    assert "You talk to «dear caller», whose plan is (not known)." in told["system"]
    assert told["variables"]["called_number"] == "+15005550001" and told["variables"]["call_id"].startswith("call_")
    assert (told["filled_by"]["customer"], told["filled_by"]["now"]) == ("default", "built_in")


def test_what_came_with_the_call_goes_before_the_service_and_that_before_the_default(tmp_path: Path) -> None:
    async def given(facts: CallFacts) -> Mapping[str, object]:
        return {"customer": "Anna"}

    class Service:
        async def ask(self, data: Mapping[str, object]) -> Fetched:
            assert data["caller_number"] == "+15005550006" and data["called_number"] == "+15005550001"
            return Fetched({"customer": "Bert", "plan": "GOLD", "unknown": 1})

        async def close(self) -> None: ...

    def patch(runtime: AgentRuntime) -> None:
        runtime.pre_call = cast("PreCall", Service())

    told = briefing(played(tmp_path, given=given, patch=patch))
    assert (told["variables"]["customer"], told["variables"]["plan"]) == ("Anna", "gold")
    assert (told["filled_by"]["customer"], told["filled_by"]["plan"]) == ("call", "pre_call")


def test_a_value_that_does_not_fit_or_comes_too_late_is_the_default(tmp_path: Path) -> None:
    async def slow(facts: CallFacts) -> Mapping[str, object]:
        await asyncio.sleep(60)
        return {"customer": "too late"}

    class Service:
        async def ask(self, data: Mapping[str, object]) -> Fetched:
            return Fetched({"plan": "platinum", "customer": "x" * 1000})

        async def close(self) -> None: ...

    def patch(runtime: AgentRuntime) -> None:
        runtime.pre_call = cast("PreCall", Service())

    outcome = played(tmp_path, given=slow, patch=patch)
    told = briefing(outcome)
    assert (told["variables"]["customer"], told["variables"]["plan"]) == ("dear caller", "")


def test_the_next_agent_is_filled_from_the_same_call(tmp_path: Path) -> None:
    async def given(facts: CallFacts) -> Mapping[str, object]:
        return {"customer": "Anna"}

    first = {"tools": [{"name": "handoff", "agents": [{"name": "sales", "file": "s.yaml", "when": "sales"}]}]}
    words = {"rules": [{"when": "sales", "tool": "handoff", "arguments": {"agent": "sales"}}]}
    script = caller_script({"say": "sales please"}, {"silence": 5.0}, {"say": "thank you, goodbye"})
    rig = Rig(agent=first, llm=words, team={"sales": Rig(agent=AGENT | {"name": "sales"})}, given=given)
    outcome = run_call_of(rig, script, tmp_path)
    briefings = [line for line in outcome.journal if line.get("note") == "Briefing"]
    assert [one["variables"].get("customer") for one in briefings] == [None, "Anna"], outcome.turns


def test_what_is_filled_in_is_not_kept_where_words_are_not(tmp_path: Path) -> None:
    async def given(facts: CallFacts) -> Mapping[str, object]:
        return {"customer": "Anna Berg"}

    agent = AGENT | {"records": {"transcript": "masked"}}
    outcome = run_call_of(Rig(agent=agent, given=given), SCRIPT, tmp_path)
    told = briefing(outcome)
    assert told["variables"] == {} and told["filled_by"]["customer"] == "call"
    everything = "".join(path.read_text() for path in outcome.folder.rglob("*") if path.suffix in (".json", ".jsonl"))
    assert "{{customer}}" in everything and "Anna" not in everything and "Berg" not in everything
