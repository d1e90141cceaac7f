"""The journal of a call: JSON lines, written as it happens. Its format is a public contract, version 1.

The first line is the header: `{"journal": 1, "call": ..., "agent": ..., "started": ..., "behaviour": {...},
"script": {...}, "providers": {"llm": ["openai gpt-4o", "grounded"], ...}}`; the first provider does the work, except
where a `ProviderSwitched` says otherwise. Every other line is an event that was taken or a command that was given, in
order: `{"at": 1.204311, "event": "SpeechStarted", "spurt": 1, "onset_at": 1.1}`. `at` is seconds on the call's clock.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from offhook.core.behaviour import Behaviour, Script
from offhook.core.commands import AnyCommand, Command
from offhook.core.events import AnyEvent, Event
from offhook.errors import ConfigurationError

VERSION: Final = 1

_encode: Final = msgspec.json.Encoder().encode
_decode_event: Final = msgspec.json.Decoder(AnyEvent).decode
_decode_command: Final = msgspec.json.Decoder(AnyCommand).decode


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a call began with: enough to run it again."""

    journal: int = VERSION
    call: str
    agent: str
    started: str
    behaviour: Behaviour
    script: Script
    direction: str = "inbound"
    from_number: str = ""
    to_number: str = ""
    providers: dict[str, list[str]] = {}


class Line(msgspec.Struct, frozen=True):
    """One line: an event or a command, and when."""

    at: float
    what: Event | Command


class Journal:
    """Writes lines to `write`, which must not block."""

    def __init__(self, write: Callable[[bytes], object], header: Header) -> None:
        self._write = write
        write(_encode(header) + b"\n")

    def add(self, what: Event | Command, at: float) -> None:
        """One event or command, at its time."""
        self._write(b'{"at":%.6f,' % at + _encode(what)[1:] + b"\n")


def read_header(path: Path) -> Header:
    """The first line of a journal. Raises `ConfigurationError`."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.readline(), type=Header)
    except OSError as cause:
        raise ConfigurationError(f"cannot be read: {cause.strerror}", file=str(path)) from cause
    except msgspec.MsgspecError as cause:
        raise ConfigurationError(
            "is not a journal", file=str(path), field="line 1", found=str(cause), expected="a journal of version 1"
        ) from cause


def read_lines(path: Path) -> Iterator[Line]:
    """All lines but the header. A last line that was cut off by a crash is left out. Raises `ConfigurationError`."""
    with path.open("rb") as file:
        file.readline()
        for number, raw in enumerate(file, start=2):
            if not raw.endswith(b"\n"):
                return
            try:
                yield parse_line(raw)
            except (msgspec.MsgspecError, KeyError) as cause:
                raise ConfigurationError(
                    "is not a journal line", file=str(path), field=f"line {number}", found=str(cause)
                ) from cause


def parse_line(raw: bytes) -> Line:
    """One line of a journal. Raises `msgspec.MsgspecError` or `KeyError`."""
    head: dict[str, Any] = msgspec.json.decode(raw)
    what: Event | Command = _decode_event(raw) if "event" in head else _decode_command(raw)
    return Line(float(head["at"]), what)
