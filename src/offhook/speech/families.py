"""What models want of a request, by families of names: new members of a family come faster than any list.

The table is `[[families]]` in `speech/catalogue.toml`, the first that fits is taken. A name that fits none is sent
what every server takes; what it refuses all the same is learned (`offhook.speech.llm.corrections`).
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

_DATED: Final = re.compile(r"(?:-\d{4}-\d{2}-\d{2}|[-@]\d{8})$")
"""A snapshot is named by its model and a day."""
_RESOLD: Final = re.compile(r"^(?:[a-z]+\.)?anthropic\.|-v\d+(?::\d+)?$")
"""Clouds that sell a model name its maker in front and a version behind."""
_TUNED: Final = re.compile(r"^ft:([^:]+):.*$")
"""A model of the owner's own training is called after the one it was made of."""
LEAST_THOUGHT: Final = frozenset({"", "none", "minimal"})
"""Efforts that leave nearly all of the tokens to the reply."""
THINKING_TOKENS: Final = 2048
"""Room for thoughts and reply together, where the owner's own bound is smaller: 400 tokens are gone before a word."""


class Limit(StrEnum):
    """The member that bounds a reply."""

    MAX_TOKENS = "max_tokens"
    MAX_COMPLETION_TOKENS = "max_completion_tokens"


class Taken(StrEnum):
    """Whether a model takes something."""

    YES = "yes"
    WITHOUT_THOUGHT = "without thought"
    """Only with the effort `none`."""
    NO = "no"


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Models that want the same."""

    wire: str
    """`openai` or `anthropic`."""
    pattern: str
    """Of the plain name, from its beginning, in small letters."""
    limit: Limit = Limit.MAX_TOKENS
    """On other servers; the vendor and Azure take the new name for every model."""
    temperature: Taken = Taken.YES
    tools: Taken = Taken.YES
    efforts: tuple[str, ...] | None = None
    """Those it takes, the least first: that is sent where the owner says nothing. None: whatever the owner says."""
    thinking: str = ""
    """Anthropic's `thinking.type` that leaves thoughts out."""
    template: Mapping[str, Any] | None = None
    """What the chat template of an open model is told, where the server does not know of efforts."""
    thinks_unopened: bool = False
    """It may begin with thoughts that only a closing tag tells, where the server leaves them in the text."""
    always_thinks: bool = False
    """There is no way to switch it off."""
    refusal: str = ""
    """Why no request of ours can be served; empty: it can."""
    instead: str = ""
    """A model to choose in its place."""


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server that speaks OpenAI's wire in its own way: by the end of its name, or by its port."""

    host: str = ""
    port: int = 0
    auth_header: str = "Authorization"
    path: str = ""
    """Its wire is below this path, wherever an owner's address ends; empty: the address says where."""
    is_the_vendor: bool = False
    """OpenAI itself, or its models at Azure: the vendor's rules hold."""
    takes_efforts: bool = False
    """It translates `reasoning_effort` for open models."""
    effort: str = ""
    """Sent to a model of which nothing is known."""


UNKNOWN: Final = Family(wire="", pattern="")


def plain_name(model: str) -> str:
    """`openai/gpt-5.4-2026-03-05`, `ft:gpt-5.4:acme::1` and `gpt-5.4` are one model; a tag behind `:` stays."""
    name = _TUNED.sub(r"\1", model.strip())
    name = name.rsplit("/", 1)[-1].lower()
    return _DATED.sub("", _RESOLD.sub("", name))


def effort_for(family: Family, wanted: str, *, has_tools: bool) -> str:
    """The effort that is sent: the owner's where the family takes it, else the least; empty for none at all."""
    if has_tools and family.tools is Taken.WITHOUT_THOUGHT:
        return "none"
    if family.efforts is None or wanted in family.efforts:
        return wanted
    return family.efforts[0] if family.efforts else ""


def room_for(family: Family, effort: str, max_tokens: int) -> int:
    """The bound of the reply; thoughts count against it."""
    thinks = family.always_thinks or effort not in LEAST_THOUGHT
    return max(max_tokens, THINKING_TOKENS) if thinks else max_tokens


def takes_temperature(family: Family, effort: str) -> bool:
    """Whether the owner's temperature may be sent."""
    return family.temperature is Taken.YES or (family.temperature is Taken.WITHOUT_THOUGHT and effort == "none")
