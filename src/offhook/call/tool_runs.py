"""The tools of one call: run, bounded in time, and told apart: done, certainly not done, nobody knows."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from offhook.call.boundary import Boundaries, clean
from offhook.call.secret_keys import SecretKeys
from offhook.core.commands import RunTool
from offhook.core.events import ToolEvent, ToolFailed, ToolLost, ToolReturned
from offhook.core.history import Outcome
from offhook.errors import OffhookError, ToolError
from offhook.tools.toolbox import ToolContext

if TYPE_CHECKING:
    from offhook.call.runtime import AgentRuntime


@dataclass(frozen=True, slots=True)
class ToolRuns:
    """Runs the tools that the conversation asks for. They outlive the call: `running` are handed on."""

    context: ToolContext
    keys: SecretKeys
    boundaries: Boundaries
    post: Callable[[ToolEvent], None]
    running: set["asyncio.Task[None]"]

    def start(self, command: RunTool, agent: "AgentRuntime") -> None:
        """Begin it now, with the tools of the agent that asked for it."""
        task = asyncio.get_running_loop().create_task(self._run(command, agent), name=f"tool {command.name}")
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _run(self, command: RunTool, agent: "AgentRuntime") -> None:
        try:
            self.post(await self._outcome(command, agent))
        except asyncio.CancelledError:
            self.post(ToolLost(command.call, "it was given up before it had answered"))
            raise

    async def _outcome(self, command: RunTool, agent: "AgentRuntime") -> ToolEvent:
        call = command.call
        key = f"{self.context.call_id}-{command.key}"
        context = replace(self.context, variables=agent.values, key=key, reveal=self.keys.fill)
        try:
            async with asyncio.timeout(agent.behaviour.tool_timeout_s):
                with self.boundaries.around(f"the tool {command.name}"):
                    result = await agent.toolbox.run(command.name, command.arguments, context)
        except ToolError as error:
            said = self._said(str(error))
            return ToolFailed(call, said) if error.outcome is Outcome.FAILED else ToolLost(call, said)
        except TimeoutError:
            return ToolLost(call, "it did not answer in time")
        except OffhookError as error:
            return ToolLost(call, self._said(str(error)))
        return ToolReturned(call, self._said(result))

    def _said(self, text: str) -> str:
        return self.keys.hide(clean(text))
