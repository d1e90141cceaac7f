"""What a call brings along, filled into the agent that answers it: the call gets a view of the agent of its own.

The view's script stands in the head of the journal and its system message in the briefing, so that the call can be run
again without asking anybody.
"""

import asyncio
from collections import ChainMap
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgspec

from offhook import clock
from offhook.agents.model import Agent
from offhook.agents.turn_taking import SENTENCES
from offhook.agents.variables import Value, in_prompt, in_sentence
from offhook.call.runtime import AgentRuntime
from offhook.core.behaviour import Script
from offhook.errors import OffhookError
from offhook.telephony.facts import HIDDEN_NUMBERS, CallFacts
from offhook.tools.pre_call import Fetched

Given = Callable[[CallFacts], Awaitable[Mapping[str, object]]]
"""What whoever placed the call gave along with it."""
GIVEN_S: Final = 0.5
"""A call waits no longer for it."""
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


async def nothing_given(facts: CallFacts) -> Mapping[str, object]:
    """Nobody gave anything."""
    del facts
    return {}


@dataclass(frozen=True, slots=True)
class Filled:
    """The values of one call, and where each comes from."""

    values: Mapping[str, Value]
    sources: Mapping[str, str]
    """By name: `call` (given with it), `pre_call`, `default`, `built_in`."""
    troubles: tuple[str, ...] = ()
    """In words: what could not be used."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What is known of a call when it begins; kept for the agents that it is handed to."""

    facts: CallFacts
    call_id: str
    given: Mapping[str, object] = field(default_factory=dict)
    fetched: Fetched = field(default_factory=Fetched)


async def brought_along(runtime: AgentRuntime, facts: CallFacts, call_id: str, given: Given) -> Brought:
    """Ask whoever placed the call and the agent's own service, both at once; each within its time."""
    brought = Brought(facts, call_id)
    own = built_ins(brought, runtime.agent.timezone)
    told = {"agent": runtime.agent.name, "direction": facts.direction, **own}
    asked = runtime.pre_call.ask(told) if runtime.pre_call is not None else _nothing_fetched()
    found, fetched = await asyncio.gather(_given_in_time(given, facts), asked)
    return replace(brought, given=found, fetched=fetched)


async def _nothing_fetched() -> Fetched:
    return Fetched()


async def _given_in_time(given: Given, facts: CallFacts) -> Mapping[str, object]:
    try:
        async with asyncio.timeout(GIVEN_S):
            return await given(facts)
    except (TimeoutError, OffhookError):
        return {}


def values_for(agent: Agent, brought: Brought) -> Filled:
    """Each variable of this agent with its value: what was given, else what the service said, else the default."""
    values: dict[str, Value] = {}
    sources: dict[str, str] = {}
    troubles = [f"pre-call: {brought.fetched.failure}"] if brought.fetched.failure else []
    for name, config in agent.variables.items():
        values[name], sources[name] = config.standing, "default"
        for source, found in (("call", brought.given), ("pre_call", brought.fetched.variables)):
            if found.get(name) is None:
                continue
            try:
                values[name], sources[name] = config.value_of(found[name]), source
                break
            except ValueError as error:
                troubles.append(f"{name} ({source}): {error}")
    own = built_ins(brought, agent.timezone)
    return Filled(values | own, sources | dict.fromkeys(own, "built_in"), tuple(troubles))


def built_ins(brought: Brought, timezone: str) -> dict[str, Value]:
    """What every call has."""
    facts, at = brought.facts, clock.wall_in(timezone)
    ours, theirs = facts.to_number, facts.from_number
    if facts.direction == "outbound":
        ours, theirs = theirs, ours
    return {
        "caller_number": "" if theirs in HIDDEN_NUMBERS else theirs,
        "called_number": ours,
        "now": f"{at:%H:%M}",
        "today": at.date().isoformat(),
        "weekday": _DAYS[at.weekday()],
        "call_id": brought.call_id,
    }


def filled(runtime: AgentRuntime, found: Filled) -> AgentRuntime:
    """The agent as this call has it. It shares everything but its words; whoever made it closes the first alone."""
    values, prompt = found.values, runtime.agent.prompt.strip()
    system = runtime.system
    if prompt and system.startswith(prompt):
        # Only what the owner has written is filled in: knowledge stands behind it, as it is.
        system = in_prompt(prompt, values) + system[len(prompt) :]
    return replace(
        runtime,
        script=script_with(runtime.script, values),
        system=system,
        values=values,
        written=runtime,
        sources=found.sources,
        sentences=ChainMap({}, runtime.sentences),
        # What is said to one caller is not kept on disk for others.
        kept=None,
    )


def script_with(script: Script, values: Mapping[str, Any]) -> Script:
    """The script with its sentences filled in."""

    def said(value: Any) -> Any:
        return in_sentence(value, values) if isinstance(value, str) else tuple(map(said, value))

    texts = msgspec.structs.asdict(script)
    changed: dict[str, Any] = {name: said(texts[name]) for name in ("greeting", *SENTENCES)}
    changed["tools"] = {
        name: msgspec.structs.replace(words, filler=said(words.filler)) for name, words in script.tools.items()
    }
    changed["destinations"] = {
        name: msgspec.structs.replace(one, say=said(one.say)) for name, one in script.destinations.items()
    }
    return msgspec.structs.replace(script, **changed)
