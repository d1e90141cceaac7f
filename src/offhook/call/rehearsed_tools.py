"""The tools of a rehearsal: what only looks something up is done; what has effects is done when somebody wants that.

Else the model is told that it is a rehearsal and goes on as if it had been done, or is told what somebody has given in
place of the answer.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from offhook.call.boundary import Boundaries
from offhook.call.runtime import AgentRuntime
from offhook.call.secret_keys import SecretKeys
from offhook.call.tool_runs import ToolRuns
from offhook.core.commands import RunTool
from offhook.core.events import Event, ToolReturned
from offhook.speech.ports import ToolSpec
from offhook.tools.sensitive import Sensitive
from offhook.tools.toolbox import Toolbox, ToolContext

REHEARSED: Final = "This is a rehearsal: nothing was done. Go on as if it had been done and had worked."
CALLER: Final = "rehearsal"


@dataclass(slots=True)
class RehearsedTools:
    """How tools are treated; `ran` tells which were really done."""

    data_dir: Path
    with_effects: bool = False
    """Tools with effects are done too."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Answers in place of tools, by name."""
    ran: set[str] = field(default_factory=set)
    """Calls of tools that were really done."""
    _running: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def is_busy(self) -> bool:
        """One of them runs."""
        return bool(self._running)

    def start(self, command: RunTool, agent: AgentRuntime, post: Callable[[Event], None]) -> None:
        """Do it, or say what stands in its place."""
        spec = next((spec for spec in agent.toolbox.specs if spec.name == command.name), None)
        if command.name in self.given:
            post(ToolReturned(command.call, self.given[command.name]))
        elif self.with_effects or (spec is not None and spec.is_harmless):
            self.ran.add(command.call)
            context = ToolContext(call_id=CALLER, data_dir=self.data_dir, caller=CALLER)
            runs = ToolRuns(context, SecretKeys(), Boundaries(CALLER, agent.mask), post, self._running)
            runs.start(command, agent)
        else:
            post(ToolReturned(command.call, REHEARSED))

    async def stop(self) -> None:
        """Give up what runs."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=1.0)


class RehearsedToolbox(Toolbox):
    """The tools of an agent whose call is no caller's: what has effects is not done, as in a rehearsal."""

    def __init__(self, box: Toolbox, given: Mapping[str, str]) -> None:
        """`given`: answers in place of tools, by name."""
        super().__init__()
        self._box, self._given = box, given

    async def prepare(self) -> None:
        """As the agent's own."""
        await self._box.prepare()

    async def close(self) -> None:
        """As the agent's own."""
        await self._box.close()

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """As the agent's own."""
        return self._box.specs

    def sensitive(self, name: str) -> Sensitive | None:
        """As the agent's own."""
        return self._box.sensitive(name)

    async def run(self, name: str, arguments: str, context: ToolContext) -> str:
        """Look something up, or say what stands in its place. Raises `ToolError`."""
        spec = next((spec for spec in self.specs if spec.name == name), None)
        if name in self._given:
            return self._given[name]
        return await self._box.run(name, arguments, context) if spec is None or spec.is_harmless else REHEARSED
