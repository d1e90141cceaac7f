"""The tools of one agent: what the model may ask for, and the one way to have it done."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel

from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.agents.tool_configs import BookTableConfig, EndCallConfig, TakeMessageConfig
from offhook.errors import ProtocolViolation
from offhook.speech.ports import Setup, ToolSpec
from offhook.tools.arguments import SHOWN, checked_arguments
from offhook.tools.builtin import BookTable, EndCall, TakeMessage
from offhook.tools.http import HttpTool
from offhook.tools.mcp import NAME_CHARS, McpServer
from offhook.tools.ports import Tool, ToolContext

__all__ = ["MAKERS", "Tool", "ToolContext", "Toolbox"]

MAKERS: Final[Mapping[type[BaseModel], Callable[[Any, Setup], Tool | McpServer]]] = {
    EndCallConfig: lambda config, _: EndCall(config),
    TakeMessageConfig: lambda config, _: TakeMessage(config),
    BookTableConfig: lambda config, _: BookTable(config),
    HttpToolConfig: HttpTool,
    McpServerConfig: McpServer,
}
"""How an entry of the agent's `tools` block becomes a tool, or a server with several."""


class Toolbox:
    """The tools of an agent, made from its `tools` block; serves all of its calls."""

    def __init__(self, configs: Sequence[BaseModel] = (), setup: Setup | None = None) -> None:
        """Raises `ConfigurationError` that names a secret which is not set."""
        setup = setup or Setup()
        made = [MAKERS[type(config)](config, setup) for config in configs]
        self._servers = [entry for entry in made if isinstance(entry, McpServer)]
        tools = [entry for entry in made if not isinstance(entry, McpServer)]
        self._own = {tool.spec.name: tool for tool in tools}
        assert len(self._own) == len(tools), "the agent's document was checked for tools named twice"

    async def prepare(self) -> None:
        """Connect what is elsewhere, all at once. A server that is down is warned of and tried again."""
        await asyncio.gather(*(entry.prepare() for entry in self._remote()))

    async def close(self) -> None:
        """Let go of all connections and programs."""
        await asyncio.gather(*(entry.close() for entry in self._remote()))

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the model is told now, in the order of the agent's document, servers' tools last."""
        return tuple(replace(tool.spec, name=name) for name, tool in self._tools().items())

    async def run(self, name: str, arguments: str, context: ToolContext) -> str:
        """Do what the model asks; `arguments` is JSON text. Returns short text that the model can speak from.

        Raises `ProtocolViolation` when the model asked wrongly, with a message from which it can correct itself,
        `StoreError` when what was said could not be kept, and another `ProviderError` when a service failed.
        """
        tools = self._tools()
        tool = tools.get(name)
        if tool is None:
            known = ", ".join(tools) or "none"
            raise ProtocolViolation(f"there is no tool {name[:SHOWN]!r}; there are: {known}", provider="model")
        return await tool.run(checked_arguments(tool.spec, arguments), context)

    def _tools(self) -> dict[str, Tool]:
        """Tools by the names that the model sees: a server's tool whose name is taken gets the server's before it."""
        found = dict(self._own)
        for server in self._servers:
            for tool in server.tools:
                name = tool.spec.name
                if name in found or name == "end_call":
                    name = f"{server.name}_{name}"[:NAME_CHARS]
                found.setdefault(name, tool)
        return found

    def _remote(self) -> list[HttpTool | McpServer]:
        return [*(tool for tool in self._own.values() if isinstance(tool, HttpTool)), *self._servers]
