"""An agent's document as people and programs send it: checked in words that point at the field.

What a file's owner may do on the server's own machine is not what somebody may do over the network: programs are not
started, files are not read, and the server's own network is not reached, unless its settings say so.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from offhook.agents.load import misfits
from offhook.agents.mcp_server_config import McpServerConfig
from offhook.agents.model import Agent
from offhook.agents.remote_config import RemoteConfig
from offhook.agents.tool_configs import HandoffConfig
from offhook.clock import Date
from offhook.errors import ConfigurationError
from offhook.platform.agent_addresses import address_flaws
from offhook.platform.problems import Flaw
from offhook.speech.catalogue import config_warnings
from offhook.speech.registry import Kind, with_fallbacks

MOST_DEPTH: Final = 20
MOST_FLAWS: Final = 50
_WHOLE: Final = 2**53
"""Larger whole numbers are not the same in every JSON library (RFC 8259, 6)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be said of a document."""

    flaws: tuple[Flaw, ...]
    warnings: tuple[Flaw, ...] = ()
    agent: Agent | None = None
    """None when there are flaws."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a document may name."""

    documents: frozenset[str] | None = None
    """Names of what was uploaded; None: that is not looked at."""
    agents: frozenset[str] = frozenset()
    """Ids of the workspace's agents."""
    private_hosts: tuple[str, ...] = ()
    """Hosts of the server's own network that may be reached."""


def judge(document: Mapping[str, Any], around: Around, today: Date) -> Judged:
    """All that is wrong with a document, and what its owner should know. Slow: for a thread."""
    data = dict(document)
    if odd := list(_odd(data, ())):
        return Judged(tuple(odd[:MOST_FLAWS]))
    try:
        agent = Agent.model_validate(data)
    except ValidationError as error:
        found = [Flaw(pointer(one.place), one.detail, _code(one.kind)) for one in misfits(data, error)]
        return Judged(tuple(found[:MOST_FLAWS]))
    except ConfigurationError as error:
        return Judged((Flaw("", str(error)),))
    refused = [*_not_from_outside(agent, around), *address_flaws(agent, around.private_hosts)]
    flaws = [*refused, *_missing(agent, around)]
    return Judged(tuple(flaws[:MOST_FLAWS]), tuple(_warnings(agent, today)), None if flaws else agent)


def pointer(place: Sequence[str | int]) -> str:
    """A place as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def merged(document: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396): what is null is taken out, blocks are merged, all else is replaced."""
    if not isinstance(patch, dict):
        return patch
    base = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            base.pop(name, None)
        else:
            base[name] = merged(base.get(name), value)
    return base


def _code(kind: str) -> str:
    return {"extra_forbidden": "unknown_field", "missing": "missing", "value_error": "invalid"}.get(kind, kind)


def _odd(value: Any, place: tuple[str | int, ...]) -> Iterator[Flaw]:
    """What no database and no other program could read back."""
    if len(place) > MOST_DEPTH:
        yield Flaw(pointer(place), f"nested more than {MOST_DEPTH} deep", "too_deep")
    elif isinstance(value, dict):
        for name, inner in value.items():
            if not _is_text(name):
                yield Flaw(pointer(place), "a field's name holds signs that are no text", "not_text")
            yield from _odd(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _odd(inner, (*place, index))
    elif isinstance(value, str) and not _is_text(value):
        yield Flaw(pointer(place), "the text holds signs that are no text (a zero, or half a character)", "not_text")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Flaw(pointer(place), "this is no number that JSON has", "not_finite")
    elif isinstance(value, int) and not -_WHOLE < value < _WHOLE:
        yield Flaw(pointer(place), "the number is too large", "too_large")


def _is_text(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _not_from_outside(agent: Agent, around: Around) -> Iterator[Flaw]:
    if agent.knowledge_anywhere:
        yield Flaw("/knowledge_anywhere", "files of the server are not read: upload the documents", "not_allowed")
    for index, name in enumerate(agent.knowledge):
        if "/" in name or "\\" in name or name.startswith("."):
            yield Flaw(f"/knowledge/{index}", "this is a path: give the name of an uploaded document", "not_allowed")
    for index, tool in enumerate(agent.tools):
        if isinstance(tool, McpServerConfig) and tool.command:
            yield Flaw(
                f"/tools/{index}/command",
                "programs are started for agents that are managed by a file of the server alone: use url",
                "not_allowed",
            )
        if isinstance(tool, HandoffConfig):
            for number, other in enumerate(tool.agents):
                if other.file:
                    place = f"/tools/{index}/agents/{number}/file"
                    yield Flaw(place, "files of the server are not read: name the agent by its id", "not_allowed")
        if isinstance(tool, RemoteConfig) and tool.allow_private and not _may_be_reached(address_of(tool), around):
            yield _private(f"/tools/{index}/allow_private", address_of(tool))
    service = agent.pre_call
    if service is not None and service.allow_private and not _may_be_reached(service.url, around):
        yield _private("/pre_call/allow_private", service.url)


def address_of(tool: RemoteConfig) -> str:
    """The address that a tool is at; empty for a program."""
    return str(tool.model_dump(include={"url"}).get("url") or "")


def _private(place: str, url: str) -> Flaw:
    host = urlsplit(url).hostname or "this host"
    return Flaw(place, f"to reach {host} in the server's own network, add it to OFFHOOK_PRIVATE_HOSTS", "not_allowed")


def _may_be_reached(url: str, around: Around) -> bool:
    return (urlsplit(url).hostname or "").lower() in around.private_hosts


def _missing(agent: Agent, around: Around) -> Iterator[Flaw]:
    if around.documents is None:
        return
    for index, name in enumerate(agent.knowledge):
        if name not in around.documents:
            yield Flaw(f"/knowledge/{index}", _not_uploaded(name), "document.not_found")
    for index, tool in enumerate(agent.tools):
        if isinstance(tool, HandoffConfig):
            for number, other in enumerate(tool.agents):
                if other.agent and other.agent not in around.agents:
                    place = f"/tools/{index}/agents/{number}/agent"
                    yield Flaw(place, f"there is no agent {other.agent!r}", "agent.not_found")


def _not_uploaded(name: str) -> str:
    return f"there is no document {name[:80]!r}: upload it first"


def _warnings(agent: Agent, today: Date) -> Iterator[Flaw]:
    for kind, first in ((Kind.STT, agent.stt), (Kind.LLM, agent.llm), (Kind.TTS, agent.tts)):
        for config in with_fallbacks(kind, first):
            for told in config_warnings(config, today):
                yield Flaw(f"/{kind.value}", told, "advice")
