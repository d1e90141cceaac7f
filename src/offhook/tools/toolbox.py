"""The tools of one agent: what the model may ask for, and the one way to have it done."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from pydantic import BaseModel

from offhook.agents.core_tool_configs import (
    AskInConfidenceConfig,
    CollectDigitsConfig,
    EndCallConfig,
    HandoffConfig,
    SendDigitsConfig,
    TransferCallConfig,
)
from offhook.agents.http_tool_config import HttpToolConfig
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.agents.tool_configs import BookTableConfig, TakeMessageConfig
from offhook.core.builtin import CORE_TOOLS
from offhook.errors import ToolError
from offhook.speech.ports import Setup, ToolSpec
from offhook.tools import core_tools
from offhook.tools.arguments import SHOWN, checked_arguments
from offhook.tools.builtin import BookTable, TakeMessage
from offhook.tools.http import HttpTool
from offhook.tools.keys import SecretKeys
from offhook.tools.mcp import McpServer, McpTool
from offhook.tools.mcp_list import NAME_CHARS
from offhook.tools.ports import Tool, ToolContext
from offhook.tools.sensitive import Sensitive

__all__ = ["MAKERS", "Tool", "ToolContext", "Toolbox"]

_LOG: Final = logging.getLogger("offhook.tools")
MOST_TOOLS: Final = 128
"""OpenAI refuses a request with more, and a model with many chooses badly."""
SPECS: Final[Mapping[type[BaseModel], Callable[[Any], ToolSpec]]] = {
    EndCallConfig: core_tools.end_call,
    TransferCallConfig: core_tools.transfer_call,
    HandoffConfig: core_tools.handoff,
    CollectDigitsConfig: core_tools.collect_digits,
    SendDigitsConfig: core_tools.send_digits,
    AskInConfidenceConfig: core_tools.ask_in_confidence,
}
"""Entries of the agent's `tools` block that the conversation carries out itself."""
MAKERS: Final[Mapping[type[BaseModel], Callable[[Any, Setup], Tool | McpServer]]] = {
    TakeMessageConfig: lambda config, _: TakeMessage(config),
    BookTableConfig: lambda config, _: BookTable(config),
    HttpToolConfig: HttpTool,
    McpServerConfig: McpServer,
}
"""How another entry becomes a tool, or a server with several."""


class Toolbox:
    """The tools of an agent, made from its `tools` block; serves all of its calls."""

    def __init__(self, configs: Sequence[BaseModel] = (), setup: Setup | None = None) -> None:
        """Raises `ConfigurationError` that names a secret which is not set."""
        setup = setup or Setup()
        self._language = setup.language
        self._is_warned = False
        entries = [
            SPECS[type(config)](config) if type(config) in SPECS else MAKERS[type(config)](config, setup)
            for config in configs
        ]
        self._servers = [entry for entry in entries if isinstance(entry, McpServer)]
        own = [entry for entry in entries if not isinstance(entry, McpServer)]
        self._own = {entry.name if isinstance(entry, ToolSpec) else entry.spec.name: entry for entry in own}
        assert len(self._own) == len(own), "the agent's document was checked for tools named twice"

    async def prepare(self) -> None:
        """Connect what is elsewhere, all at once. A server that is down is warned of and tried again."""
        await asyncio.gather(*(entry.prepare() for entry in self._remote()))

    async def close(self) -> None:
        """Let go of all connections and programs."""
        await asyncio.gather(*(entry.close() for entry in self._remote()))

    @property
    def specs(self) -> tuple[ToolSpec, ...]:
        """What the model is told now, in the order of the agent's document, servers' tools last."""
        return tuple(
            entry if isinstance(entry, ToolSpec) else replace(entry.spec, name=name)
            for name, entry in self._tools().items()
        )

    async def run(self, name: str, arguments: str, context: ToolContext) -> str:
        """Do what the model asks; `arguments` is JSON text. Returns short text that the model can speak from.

        Raises `ToolError`: what the model asked wrongly it can correct from the message, and the outcome says whether
        it may have been done all the same. Neither result nor message holds a secret key of the caller.
        """
        tools = self._tools()
        tool = tools.get(name)
        assert not isinstance(tool, ToolSpec), f"{name} is carried out by the conversation"
        if tool is None:
            known = ", ".join(tools) or "none"
            raise ToolError(f"there is no tool {name[:SHOWN]!r}; there are: {known}")
        keys = SecretKeys(context.reveal if tool.takes_secrets else _withheld(name))
        try:
            given = checked_arguments(tool.spec, arguments, keys.put_into, self._language)
            return keys.mask(await tool.run(given, context))
        except ToolError as error:
            said = keys.mask(str(error))
            if said == str(error):
                raise
            # Not from its cause, which would show the keys again.
            raise ToolError(said, outcome=error.outcome) from None

    def sensitive(self, name: str) -> Sensitive | None:
        """What of this tool's arguments is for it alone."""
        tool = self._tools().get(name)
        return Sensitive.of(tool.spec.parameters, tool.sensitive) if isinstance(tool, HttpTool | McpTool) else None

    def _tools(self) -> dict[str, Tool | ToolSpec]:
        """Tools by the names that the model sees: a server's tool whose name is taken gets the server's before it."""
        found = dict(self._own)
        for server in self._servers:
            for tool in server.tools:
                name = tool.spec.name
                if name in found or name in CORE_TOOLS:
                    name = f"{server.name}_{name}"[:NAME_CHARS]
                found.setdefault(name, tool)
        if len(found) > MOST_TOOLS:
            if not self._is_warned:
                self._is_warned = True
                _LOG.warning("there are %d tools: the first %d are used; choose with `only`", len(found), MOST_TOOLS)
            found = dict(islice(found.items(), MOST_TOOLS))
        return found

    def _remote(self) -> list[HttpTool | McpServer]:
        return [*(tool for tool in self._own.values() if isinstance(tool, HttpTool)), *self._servers]


def _withheld(name: str) -> Callable[[str], str]:
    def refuse(reference: str) -> str:
        raise ToolError(f"{name} writes down what it is given, so secret keys such as {reference} are kept from it")

    return refuse
