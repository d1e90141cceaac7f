"""The tools that come with Offhook and are run as any other: take a message, book a table.

What callers leave is kept as JSON lines in `requests.jsonl` of the data folder, for whoever runs the business.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from offhook import clock
from offhook.agents.tool_configs import BookTableConfig, TakeMessageConfig
from offhook.core.history import Outcome
from offhook.errors import ToolError
from offhook.speech.ports import ToolSpec
from offhook.tools.line_file import REQUESTS_FILE, append_line
from offhook.tools.ports import ToolContext

SHORT_CHARS: Final = 200
LONG_CHARS: Final = 4_000

_DESCRIPTIONS: Final = {
    "name": "The caller's name.",
    "phone": "Telephone number to call back, digits as the caller said them.",
    "message": "What the caller wants to be passed on, in the caller's words.",
}


class TakeMessage:
    """Writes down a message."""

    takes_secrets: Final = False

    def __init__(self, config: TakeMessageConfig) -> None:
        self._fields = config.fields
        properties = {name: _text(_described(name), LONG_CHARS if name == "message" else SHORT_CHARS)
                      for name in config.fields}  # fmt: skip
        self.spec = ToolSpec(
            "take_message",
            "Write down a message for the staff, once the caller has given all of it and has said that it is right.",
            _schema(properties),
            confirm=config.confirm,
            most_per_call=config.most_per_call,
        )

    async def run(self, arguments: Mapping[str, object], context: ToolContext) -> str:
        """Append the message; raises `ToolError`."""
        await _append(context, self.spec.name, arguments)
        name = arguments.get("name")
        return f"The message{f' from {name}' if name else ''} was written down and will be passed on."


class BookTable:
    """Writes down a request for a table."""

    takes_secrets: Final = False

    def __init__(self, config: BookTableConfig) -> None:
        self.spec = ToolSpec(
            "book_table",
            "Book a table in the restaurant, once the caller has given all of it and has said that it is right.",
            _schema(
                {
                    "party_size": {
                        "type": "integer",
                        "description": "Number of people.",
                        "minimum": 1,
                        "maximum": config.max_party,
                    },
                    "date": _text("Day, as the caller said it: tomorrow, Friday, June 5.", SHORT_CHARS),
                    "time": _text("Time of day: 19:30.", SHORT_CHARS),
                    "name": _text("Name for the booking.", SHORT_CHARS),
                }
            ),
            confirm=config.confirm,
            most_per_call=config.most_per_call,
        )

    async def run(self, arguments: Mapping[str, object], context: ToolContext) -> str:
        """Append the request; raises `ToolError`."""
        await _append(context, self.spec.name, arguments)
        a = arguments
        return f"Booked: a table for {a['party_size']}, {a['date']} at {a['time']}, under the name {a['name']}."


def _schema(properties: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(description: str, longest: int) -> dict[str, object]:
    return {"type": "string", "description": description, "minLength": 1, "maxLength": longest}


def _described(name: str) -> str:
    return _DESCRIPTIONS.get(name, f"The caller's {name.replace('_', ' ')}.")


async def _append(context: ToolContext, tool: str, arguments: Mapping[str, object]) -> None:
    record = {
        "at": clock.wall().isoformat(timespec="seconds"),
        "call": context.call_id,
        "tool": tool,
        "arguments": dict(arguments),
    }
    line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    await asyncio.to_thread(_append_line, context.data_dir / REQUESTS_FILE, line)


def _append_line(path: Path, line: bytes) -> None:
    """One write to a file opened for appending: lines of calls that end at once do not mix."""
    try:
        written = append_line(path, line)
    except OSError as error:
        raise ToolError(f"{path} could not be written: {error.strerror}") from error
    if written < len(line):
        # Part of it stands there, and a person may read it.
        raise ToolError(f"{path} could not be written whole: is the disk full?", outcome=Outcome.UNKNOWN)
