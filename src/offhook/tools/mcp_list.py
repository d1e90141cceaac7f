"""What of an MCP server's list an agent is offered: somebody else may change it at any moment.

A tool is known by its digest: name, description, schema, and whether it says that it changes nothing. What a server
lists first is taken, and said in the log with the digests. After that a tool that is new or another is news: it is
told, and is not offered until the server of the agent is started again, or, with `pinned`, until its digest stands in
the agent's file. With `follow: true` it is told and offered.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from offhook.agents.http_tool_config import DESCRIPTION_CHARS
from offhook.agents.mcp_server_config import SERVER_TOOLS, McpServerConfig
from offhook.agents.remote_config import MOST_WITH_EFFECTS, MOST_WITHOUT
from offhook.agents.schemas import mended
from offhook.speech.ports import ToolSpec

if TYPE_CHECKING:
    from mcp.types import Tool

_LOG: Final = logging.getLogger("offhook.tools")
NAME_CHARS: Final = 64
"""What the vendors of language models take."""
DIGEST_DIGITS: Final = 16
MOST_SCHEMAS: Final = 256_000
"""Characters of all schemas of a server together."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A tool of a server that the model may be told of."""

    name: str
    """As the server calls it; the model may see another."""
    spec: ToolSpec
    is_harmless: bool
    """The server says that it changes nothing."""


class ToolList:
    """The tools of one server over time."""

    def __init__(self, config: McpServerConfig, warn: Callable[[str], None]) -> None:
        """`warn` says a sentence once."""
        self._config, self._warn = config, warn
        self._accepted: dict[str, str] | None = dict(config.pinned) or None
        """Digests by name; None until the server has listed its tools for the first time."""
        self._made: dict[str, Listed | None] = {}
        """By digest; None for what cannot be used."""

    def offered(self, entries: Sequence["Tool"]) -> tuple[Listed, ...]:
        """What the model is to see of a list. Schemas are looked through: call it in a worker thread."""
        chosen = self._chosen(entries)
        digests = {entry.name: digest_of(entry) for entry in chosen}
        self._notice(digests)
        assert self._accepted is not None
        wanted = chosen if self._config.follow else [
            entry for entry in chosen if self._accepted.get(entry.name) == digests[entry.name]
        ]  # fmt: skip
        made = {digests[entry.name]: self._make(entry, digests[entry.name]) for entry in wanted}
        self._made = made
        named: dict[str, Listed] = {}
        for tool in made.values():
            # Two that are written alike for a model would have it refuse all of them.
            if tool is not None and named.setdefault(tool.spec.name, tool) is not tool:
                self._warn(f"the tool {tool.name[:NAME_CHARS]} is left out: another one has its name")
        return tuple(named.values())

    def _chosen(self, entries: Sequence["Tool"]) -> list["Tool"]:
        """Those that the owner wants, each name once, as many as there may be."""
        only = self._config.only
        found = {entry.name: entry for entry in reversed(entries) if not only or entry.name in only}
        if missing := set(only) - found.keys():
            self._warn(f"it has no tool {', '.join(sorted(missing))}")
        chosen: list[Tool] = []
        size = 0
        for entry in reversed(found.values()):
            size += len(str(entry.inputSchema))
            if len(chosen) == SERVER_TOOLS:
                self._warn(f"it has more than {SERVER_TOOLS} tools: choose some with `only`")
                break
            if size > MOST_SCHEMAS:
                self._warn("the schemas of its tools are too long together: choose some with `only`")
                break
            chosen.append(entry)
        return chosen

    def _notice(self, digests: dict[str, str]) -> None:
        """Tell what is there for the first time, and what has become of it."""
        if self._accepted is None:
            self._accepted = dict(digests)
            shown = ", ".join(f"{ascii(name[:NAME_CHARS])[1:-1]}: {digest}" for name, digest in digests.items())
            _LOG.info("mcp %s: its tools are {%s}", self._config.name, shown)
            return
        for name, digest in digests.items():
            if self._accepted.get(name) == digest:
                continue
            what = "has changed" if name in self._accepted else "is new"
            shown = name[:NAME_CHARS]
            if self._config.follow:
                self._accepted[name] = digest
                self._warn(f"the tool {shown} {what} ({digest}): it is followed")
            elif self._config.pinned:
                self._warn(f"the tool {shown} {what}: not offered until `pinned` has {shown}: {digest}")
            else:
                self._warn(f"the tool {shown} {what} ({digest}): not offered until Offhook is started again")

    def _make(self, entry: "Tool", digest: str) -> Listed | None:
        if digest in self._made:
            return self._made[digest]
        try:
            schema = mended(entry.inputSchema)
        except ValueError as error:
            self._warn(f"the tool {entry.name[:NAME_CHARS]} is left out: {error}")
            return None
        name = re.sub(r"[^A-Za-z0-9_-]", "_", entry.name)[:NAME_CHARS]
        if not name:
            self._warn("a tool is left out: it has no name")
            return None
        is_harmless = _is_harmless(entry)
        confirm = self._config.confirm.get(entry.name, not is_harmless)
        most = self._config.most_per_call.get(entry.name, MOST_WITHOUT if is_harmless else MOST_WITH_EFFECTS)
        spec = ToolSpec(name, _description(entry), schema, is_harmless=is_harmless, confirm=confirm, most_per_call=most)
        return Listed(entry.name, spec, is_harmless)


def digest_of(entry: "Tool") -> str:
    """What a tool is known by: the same for the same words and schema, whatever the order of its members."""
    seen = (entry.name, _description(entry), entry.inputSchema, _is_harmless(entry))
    return hashlib.sha256(msgspec.json.encode(seen, order="sorted")).hexdigest()[:DIGEST_DIGITS]


def _description(entry: "Tool") -> str:
    return (entry.description or entry.title or entry.name)[:DESCRIPTION_CHARS]


def _is_harmless(entry: "Tool") -> bool:
    return bool(entry.annotations and entry.annotations.readOnlyHint)
