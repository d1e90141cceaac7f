"""What limits hold for a call: the workspace's settings, the agent's document. Read from memory, without waiting."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator

from offhook import clock
from offhook.agents.limits_block import LimitsBlock
from offhook.platform.line_up import Answering
from offhook.platform.snapshot import KnownAgent, Snapshot
from offhook.store.json import loads

MOST_KEPT: Final = 1_000
"""Versions of agents whose limits are kept as read."""
SETTING: Final = "limits"
"""Under this name a workspace's settings hold them."""
UTC: Final = "UTC"

Policy = Literal["take", "ask", "refuse"]


class WorkspaceLimits(LimitsBlock):
    """Those of a workspace, with its shield."""

    timezone: str = Field(default=UTC, max_length=60, description="Whose days and months count: `Europe/Berlin`.")
    returning_calls: Annotated[int, Field(ge=1, le=1_000)] | None = Field(
        default=None, description="A number that calls more often than this within `returning_minutes` is refused."
    )
    returning_minutes: Annotated[int, Field(ge=1, le=1_440)] = Field(default=10, description="See `returning_calls`.")
    unverified: Policy = Field(
        default="take",
        description="Callers for whose number the carriers do not vouch (STIR/SHAKEN below B, failed, or none at all): "
        "`take` them, `ask` them to press a key first, `refuse` them.",
    )
    hidden: Policy = Field(default="take", description="The same for callers who hide their number.")

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, timezone: str) -> str:
        if not clock.knows_zone(timezone):
            raise ValueError("no such time zone: expected a place such as Europe/Berlin, or UTC")
        return timezone

    @classmethod
    def of(cls, settings: Any) -> Self:
        """From a workspace's settings; what is not valid any more has no effect."""
        try:
            return cls.model_validate(settings.get(SETTING) or {})
        except (ValidationError, AttributeError):
            return cls()


@dataclass(frozen=True, slots=True)
class AgentLimits:
    """Those of a version of an agent."""

    block: LimitsBlock
    language: str
    timezone: str
    """Empty: the workspace's."""


NONE: Final = AgentLimits(LimitsBlock(), "en-US", "")
_UNSET: Final = LimitsBlock()


class LimitRules:
    """Of all workspaces and agents that the snapshot knows."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._agents: OrderedDict[tuple[str, int], AgentLimits] = OrderedDict()
        self._workspaces: dict[str, tuple[Any, WorkspaceLimits]] = {}

    def of_workspace(self, workspace: str) -> WorkspaceLimits:
        """Its own."""
        known = self._snapshot.workspace(workspace)
        settings = known.settings if known is not None else {}
        kept = self._workspaces.get(workspace)
        if kept is None or kept[0] is not settings:
            kept = self._workspaces[workspace] = (settings, WorkspaceLimits.of(settings))
        return kept[1]

    def of_agent(self, answering: Answering) -> AgentLimits:
        """Its own."""
        key = (answering.agent_id, answering.version)
        if key in self._agents:
            self._agents.move_to_end(key)
            return self._agents[key]
        document = self._snapshot.document(*key)
        if document is None:
            return NONE
        found = self._agents[key] = _read(loads(document))
        if len(self._agents) > MOST_KEPT:
            self._agents.popitem(last=False)
        return found

    def limited(self) -> list[str]:
        """Workspaces that have a limit somewhere."""
        own = {workspace for workspace in self._snapshot.workspaces() if bounds(self.of_workspace(workspace))}
        agents = {agent.workspace for agent in self._snapshot.agents() if bounds(self._published(agent).block)}
        return sorted(own | agents)

    def zones(self, workspace: str) -> dict[str, str]:
        """Time zones by agent, that of the workspace under ""."""
        base = self.of_workspace(workspace).timezone
        own = {agent_id: limits.timezone for agent_id, limits in self.agents_of(workspace)}
        return {"": base, **{agent_id: zone for agent_id, zone in own.items() if zone and zone != base}}

    def agents_of(self, workspace: str) -> list[tuple[str, AgentLimits]]:
        """Agents with their limits, in the versions that are published."""
        agents = [agent for agent in self._snapshot.agents() if agent.workspace == workspace]
        return [(agent.id, self._published(agent)) for agent in agents]

    def counts_callers(self, workspace: str) -> bool:
        """Somebody wants callers counted."""
        blocks = [self.of_workspace(workspace), *(limits.block for _, limits in self.agents_of(workspace))]
        return any(
            bound is not None
            for block in blocks
            for bound in (block.caller_concurrent_calls, block.caller_calls_a_day, block.caller_minutes_a_day)
        )

    def workspace_of(self, agent_id: str) -> str:
        """Whose agent it is; empty: nobody's."""
        return self._snapshot.workspace_of(agent_id)

    def _published(self, agent: KnownAgent) -> AgentLimits:
        return self.of_agent(Answering(agent.workspace, agent.id, agent.version))


def bounds(block: LimitsBlock) -> bool:
    """Something is limited by it."""
    set_ = block.model_dump(include=set(LimitsBlock.model_fields) - {"overflow_number", "sentence"}, exclude_none=True)
    return bool(set_) or (isinstance(block, WorkspaceLimits) and block.returning_calls is not None)


def _read(document: Any) -> AgentLimits:
    """It was checked when it was published; of what another version of this program wrote the rest counts."""
    try:
        block = LimitsBlock.model_validate(document.get("limits") or {})
    except ValidationError:
        block = _UNSET
    zone = str(document.get("timezone") or "")
    return AgentLimits(block, str(document.get("language") or "en-US"), zone if clock.knows_zone(zone or UTC) else "")


def least(*bounds: float | None) -> float | None:
    """The lowest of those that are set."""
    found = [bound for bound in bounds if bound is not None]
    return min(found) if found else None
