"""What a call's journal begins with."""

from typing import TYPE_CHECKING

from offhook import clock
from offhook.call.handle import CallHandle
from offhook.call.journal import Briefing, Header, ToolBrief
from offhook.core.keeping import Keep, Kept

if TYPE_CHECKING:
    from offhook.call.composer import Brief
    from offhook.call.runtime import AgentRuntime


def header_of(handle: CallHandle, agent: "AgentRuntime") -> Header:
    """Of a call that this agent answers now."""
    facts, kept = handle.facts, agent.agent.records.kept()
    return Header(
        call=handle.call_id,
        carrier_call=facts.call_sid,
        agent=agent.agent.name,
        started=clock.wall().isoformat(timespec="milliseconds"),
        behaviour=agent.behaviour,
        script=_written(agent, kept).script_on(facts.to_number),
        direction=facts.direction,
        from_number=facts.from_number,
        to_number=facts.to_number,
        providers=agent.providers(),
        kept=kept,
    ).signed()


def briefing_of(agent: "AgentRuntime", brief: "Brief", kept: Kept) -> Briefing:
    """What the model of the agent is told, as it may be kept."""
    written = _written(agent, kept)
    return Briefing(
        agent=agent.agent.name,
        system=brief.system if written is agent else written.system,
        tools=tuple(ToolBrief(tool.name, tool.told, dict(tool.parameters)) for tool in brief.tools),
        providers=agent.providers(),
        kept=kept,
        variables=dict(written.values),
        filled_by=dict(agent.sources),
    )


def _written(agent: "AgentRuntime", kept: Kept) -> "AgentRuntime":
    """The agent as its owner has written it, where the call's own words are not kept: what is filled in are some."""
    return agent if kept.transcript is Keep.ON or agent.written is None else agent.written
