"""The tools of one agent: what the model may ask for, and the one way to have it done."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from offhook.agents.tool_configs import BookTableConfig, EndCallConfig, TakeMessageConfig
from offhook.errors import ProtocolViolation
from offhook.speech.ports import ToolSpec
from offhook.tools.arguments import SHOWN, checked_arguments
from offhook.tools.builtin import BookTable, EndCall, TakeMessage
from offhook.tools.ports import Tool, ToolContext

__all__ = ["MAKERS", "Tool", "ToolContext", "Toolbox"]

MAKERS: Final[Mapping[type[BaseModel], Callable[[Any], Tool]]] = {
    EndCallConfig: EndCall,
    TakeMessageConfig: TakeMessage,
    BookTableConfig: BookTable,
}
"""How an entry of the agent's `tools` block becomes a tool."""


class Toolbox:
    """The tools of an agent, made from its `tools` block; serves all of its calls."""

    def __init__(self, configs: Sequence[BaseModel] = ()) -> None:
        tools = [MAKERS[type(config)](config) for config in configs]
        self._tools = {tool.spec.name: tool for tool in tools}
        assert len(self._tools) == len(tools), "the agent's document was checked for tools named twice"

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the model is told, in the order of the agent's document."""
        return tuple(tool.spec for tool in self._tools.values())

    async def run(self, name: str, arguments: str, context: ToolContext) -> str:
        """Do what the model asks; `arguments` is JSON text. Returns short text that the model can speak from.

        Raises `ProtocolViolation` when the model asked wrongly, with a message from which it can correct itself,
        and `StoreError` when what was said could not be kept.
        """
        tool = self._tools.get(name)
        if tool is None:
            known = ", ".join(self._tools) or "none"
            raise ProtocolViolation(f"there is no tool {name[:SHOWN]!r}; there are: {known}", provider="model")
        return await tool.run(checked_arguments(tool.spec, arguments), context)
