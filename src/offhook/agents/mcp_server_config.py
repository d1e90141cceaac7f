"""A `type: mcp` entry of the `tools` block: a server of the Model Context Protocol, whose tools become the agent's."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from offhook.agents.addresses import check_url
from offhook.agents.http_tool_config import checked_promises
from offhook.agents.remote_config import SECRET_HEADER, RemoteConfig, Sentences
from offhook.core.behaviour import ToolWords
from offhook.core.promises import as_phrase

SERVER_TOOLS: Final = 64
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Runs = Annotated[int, Field(ge=1, le=100)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
_ASSIGNED_SECRET: Final = re.compile(rf"(?:{SECRET_HEADER.pattern})[\w-]*=.", re.IGNORECASE)


class McpServerConfig(RemoteConfig):
    """Use the tools of an MCP server: a web service (`url`), or a program on this machine (`command`)."""

    type: Literal["mcp"] = "mcp"
    url: str = Field(default="", max_length=2_000, description="The server's address.")
    transport: Literal["streamable", "sse"] = Field(
        default="streamable", description="What is spoken at `url`; `sse` is the older form."
    )
    command: tuple[Name, ...] = Field(
        default=(),
        max_length=50,
        description="The program and its arguments, started in the folder of this file; it speaks on standard input "
        "and output.",
    )
    environment: tuple[Variable, ...] = Field(
        default=(),
        max_length=50,
        description="Environment variables that the program is given, by name; of all others only PATH, HOME and such.",
    )
    only: tuple[Name, ...] = Field(
        default=(), max_length=SERVER_TOOLS, description="Names of the server's tools that are used; default: all."
    )
    pinned: dict[Name, Digest] = Field(
        default_factory=dict,
        max_length=SERVER_TOOLS,
        description="The tools that are used, each with its digest, as the log tells it at the start. A tool that is "
        "new or has changed is told in the log and not offered until its digest stands here. Default: what the "
        "server lists when Offhook starts.",
    )
    follow: bool = Field(
        default=False,
        description="A tool that is new or has changed is offered at once, and told in the log: for a server of your "
        "own.",
    )
    confirm: dict[Name, bool] = Field(
        default_factory=dict,
        max_length=SERVER_TOOLS,
        description="By the tool's name: whether it runs only after it was read back to the caller (see the `confirm` "
        "of `http`). Default: unless the server says that it changes nothing (`readOnlyHint`).",
    )
    most_per_call: dict[Name, Runs] = Field(
        default_factory=dict,
        max_length=SERVER_TOOLS,
        description="By the tool's name: so often it may run in a call. Default: 20 if it changes nothing, else 3.",
    )
    filler: dict[Name, Sentences] = Field(
        default_factory=dict,
        max_length=SERVER_TOOLS,
        description="By the tool's name: said in turn while it takes long, in place of `phrases.filler`.",
    )
    promises: dict[Name, Sentences] = Field(
        default_factory=dict,
        max_length=SERVER_TOOLS,
        description="By the tool's name: how the agent says that it was done (see the `promises` of `http`).",
    )

    def words(self) -> Mapping[str, ToolWords]:
        """By each name that a tool may get, with the server's name before it and without."""
        found = {
            tool: ToolWords(
                filler=self.filler.get(tool, ()), promises=tuple(map(as_phrase, self.promises.get(tool, ())))
            )
            for tool in {**self.filler, **self.promises}
        }
        return {**found, **{f"{self.name}_{tool}": words for tool, words in found.items()}}

    def variables(self) -> tuple[str, ...]:
        """Those of the headers and those that the command is given."""
        return (*super().variables(), *self.environment)

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str, info: ValidationInfo) -> str:
        if url:
            check_url(url, allow_private=bool(info.data.get("allow_private")))
        return url

    @field_validator("command")
    @classmethod
    def _check_command(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        if any(_ASSIGNED_SECRET.search(part) for part in command):
            raise ValueError("secrets are set in the environment, never in this file: list them under environment")
        return command

    @field_validator("promises")
    @classmethod
    def _check_promises(cls, promises: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for several in promises.values():
            checked_promises(several)
        return promises

    @model_validator(mode="after")
    def _check_pins(self) -> Self:
        if self.pinned and self.follow:
            raise ValueError("pinned says which tools are used, and follow that all are: leave one of the two out")
        return self

    @model_validator(mode="after")
    def _check_way(self) -> Self:
        if bool(self.url) == bool(self.command):
            raise ValueError("an MCP server has either a url or a command")
        if self.environment and not self.command:
            raise ValueError("environment is what a command is given, and there is none: a url takes headers")
        if self.headers and not self.url:
            raise ValueError("headers are sent to a url, and there is none: a command takes environment")
        return self
