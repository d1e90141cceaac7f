"""Run a call's journal through the core again: did every command come out the same?"""

from dataclasses import dataclass, field
from pathlib import Path

from offhook.call.journal import read_header, read_lines
from offhook.core.commands import Command
from offhook.core.conversation import Conversation
from offhook.core.events import Event


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where the two runs part."""

    at: float
    event: str
    recorded: tuple[str, ...]
    replayed: tuple[str, ...]


@dataclass(slots=True)
class ReplayResult:
    """What came out of it."""

    events: int = 0
    commands: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)


def replay(path: Path) -> ReplayResult:
    """Feed the journal's events to a new conversation and compare its commands. Raises `ConfigurationError`."""
    header = read_header(path)
    conversation = Conversation(header.behaviour, header.script)
    result = ReplayResult()
    pending: tuple[Event, float] | None = None
    recorded: list[Command] = []

    def step() -> None:
        nonlocal recorded
        if pending is None:
            return
        event, at = pending
        replayed = conversation.receive(event, at)
        result.events += 1
        result.commands += len(replayed)
        if replayed != recorded:
            result.mismatches.append(
                Mismatch(at, type(event).__name__, tuple(map(repr, recorded)), tuple(map(repr, replayed)))
            )
        recorded = []

    for line in read_lines(path):
        if isinstance(line.what, Event):
            step()
            pending = (line.what, line.at)
        else:
            recorded.append(line.what)
    step()
    return result
