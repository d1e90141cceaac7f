"""What a tool is. A new kind of tool is one file with a class of this form, and one line in `toolbox.MAKERS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from offhook.speech.ports import ToolSpec


def as_it_is(text: str) -> str:
    """There are no secret keys in this call."""
    return text


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know of the call in which it runs, and of this run."""

    call_id: str
    data_dir: Path
    caller: str = ""
    """The caller's number as the carrier wrote it; empty when it is hidden."""
    variables: Mapping[str, object] = field(default_factory=dict)
    """What was filled in for this call, by the agent's names for it."""
    key: str = ""
    """The same for the same wish of the same call, however often it is tried; empty: this run is one of its own."""
    reveal: Callable[[str], str] = as_it_is
    """The text with the caller's secret keys in place of their references, `{keys-1}`."""


class Tool(Protocol):
    """Something that the model can have done; one object serves all calls of an agent."""

    @property
    def spec(self) -> ToolSpec:
        """Name, description and arguments as the model sees them."""

    @property
    def takes_secrets(self) -> bool:
        """Secret keys of the caller may be given to it: it keeps no record of its arguments."""

    async def run(self, arguments: Mapping[str, object], context: ToolContext) -> str:
        """Do it, with arguments that fit `spec.parameters`; short text that the model can speak from.

        Raises `ToolError`: its message tells the model why, its outcome whether it may have been done all the same.
        Cancelled at `tool_timeout_s`.
        """
