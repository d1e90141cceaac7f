"""Who may come in: what live calls are given to decide it."""

from dataclasses import dataclass
from typing import Protocol

from offhook.call.runtime import AgentRuntime
from offhook.telephony.facts import CallFacts


class Agents(Protocol):
    """Who answers calls. What is given out is shared, and taken back with `release`."""

    async def resolve(self, facts: CallFacts, call_id: str = "") -> AgentRuntime:
        """Who answers this call, with what it brings along filled in. Raises `OffhookError`."""

    async def handoff(self, runtime: AgentRuntime, name: str) -> AgentRuntime:
        """Whom this agent knows by `name`. Raises `OffhookError`."""

    def release(self, runtime: AgentRuntime) -> None:
        """A call does not need it any more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What this process takes on."""

    max_calls: int = 50
    max_loop_lag_s: float = 0.15
    max_per_number: int = 0  # 0: no bound
