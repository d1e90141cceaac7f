"""Journals of small worlds, for tests of what reads them."""

from pathlib import Path

from offhook.call.journal import Briefing, Closed, Header, ToolBrief, header_line, line
from offhook.core import commands as cmd
from offhook.core import events as ev
from tests.world import SCRIPT, World

BRIEFING = Briefing(
    agent="desk",
    system="You are the desk.",
    tools=(ToolBrief("look_up", "Look it up.", {"type": "object", "properties": {}}),),
    providers={"llm": ["scripted"]},
)


def header_of(world: World) -> Header:
    """What the world's call began with."""
    return Header(
        call="call_1", carrier_call="CA1", agent="desk", started="2026-01-01T00:00:00+00:00",
        behaviour=world.behaviour, script=world.script, providers={"llm": ["scripted"]},
    ).signed()  # fmt: skip


def record_into(world: World, path: Path) -> None:
    """From now on all that the world's call takes and gives is written there, closed when the call ends."""
    lines = 0

    def write(what: ev.Event | cmd.Command | Briefing | Closed, at: float) -> None:
        nonlocal lines
        lines += 1
        with path.open("ab") as file:
            file.write(line(what, at, lines))

    take = world.conversation.receive

    def receive(event: ev.Event, at: float) -> list[cmd.AnyCommand]:
        commands = take(event, at)
        everything: tuple[ev.Event | cmd.Command, ...] = (event, *commands)
        for what in everything:
            write(what, round(at, 6))
            if isinstance(what, cmd.EndCall):
                write(Closed(), at)
        return commands

    path.write_bytes(header_line(header_of(world)))
    write(BRIEFING, 0.0)
    world.conversation.receive = receive  # type: ignore[method-assign]


def journal_of(world: World, folder: Path, until: float = 60.0) -> Path:
    """The journal of a call in which the caller asks for the time, and then says nothing more."""
    path = folder / "journal.jsonl"
    record_into(world, path)
    world.answered().says("what time is it", 3.0, 4.0).run(until)
    return path


__all__ = ["BRIEFING", "SCRIPT", "World", "header_of", "journal_of", "record_into"]
