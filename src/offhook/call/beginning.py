"""What a call's journal begins with."""

from typing import TYPE_CHECKING

from offhook import clock
from offhook.call.handle import CallHandle
from offhook.call.journal import Header

if TYPE_CHECKING:
    from offhook.call.runtime import AgentRuntime


def header_of(handle: CallHandle, agent: "AgentRuntime") -> Header:
    """Of a call that this agent answers now."""
    facts = handle.facts
    return Header(
        call=handle.call_id,
        carrier_call=facts.call_sid,
        agent=agent.agent.name,
        agent_key=facts.agent,
        started=clock.wall().isoformat(timespec="milliseconds"),
        behaviour=agent.behaviour,
        script=agent.script_on(facts.to_number),
        direction=facts.direction,
        from_number=facts.from_number,
        to_number=facts.to_number,
        providers=agent.providers(),
        kept=agent.agent.records.kept(),
    ).signed()
