"""What a tool is. A new kind of tool is one file with a class of this form, and one line in `toolbox.MAKERS`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from offhook.speech.ports import ToolSpec


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a tool may know of the call in which it runs."""

    call_id: str
    data_dir: Path
    caller: str = ""
    """The caller's number as the carrier wrote it; empty when it is hidden."""


class Tool(Protocol):
    """Something that the model can have done; one object serves all calls of an agent."""

    @property
    def spec(self) -> ToolSpec:
        """Name, description and arguments as the model sees them."""

    async def run(self, arguments: Mapping[str, object], context: ToolContext) -> str:
        """Do it, with arguments that fit `spec.parameters`; short text that the model can speak from.

        Raises an `OffhookError` whose message tells the model what went wrong. Cancelled at `tool_timeout_s`.
        """
