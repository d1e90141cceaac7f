"""The conversation on the terminal, as it happens: read from the call's own journal."""

import asyncio
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from offhook.call.journal import Gap, Line, Note, parse_line
from offhook.call.latency import LatencyMeter, TurnLatency
from offhook.call.records.transcript import spoken
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core.history import AgentSaid, Entry

LOOK_EVERY_S: Final = 0.05
_SHORT: Final = {"decision": "decide", "transcript": "words", "sending": "send"}
"""The parts' names where a line has 80 columns."""
_COLOURS: Final = {"caller": "cyan", "agent": "green"}


class JournalView:
    """Prints what a journal says; feed it every line, in order."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.meter: Final = LatencyMeter()
        self.end_reason = ""
        self.heard: Final[list[str]] = []
        """What the caller heard of the agent, turn by turn."""

    def add(self, line: Line | Gap) -> None:
        """One line; of a gap nothing is known but that it is there."""
        if isinstance(line, Gap) or isinstance(line.what, Note):
            return
        turn = self.meter.add(line.what, line.at)
        if turn is not None:
            self._note(line.at, latency_text(turn))
        match line.what:
            case cmd.Remember(entry=entry):
                self._remember(entry, line.at)
            case cmd.DuckPlayout():
                self._note(line.at, "the caller's voice: the agent goes quieter")
            case cmd.HushPlayout():
                self._note(line.at, "and falls silent, with the rest kept")
            case cmd.ResumePlayout():
                self._note(line.at, "it was no interruption: the agent goes on where it was heard")
            case ev.TranscriberLost(cause=cause):
                self._note(line.at, f"the transcriber was lost ({cause}) and is opened again")
            case cmd.EndCall(reason=reason, detail=detail):
                self.end_reason = reason
                self._note(line.at, f"end of the call: {reason} {detail}".rstrip())
            case _:
                pass

    def _remember(self, entry: Entry, at: float) -> None:
        who, text = spoken(entry)
        if isinstance(entry, AgentSaid) and entry.text:
            self.heard.append(entry.text)
        if colour := _COLOURS.get(who):
            self._console.print(f"[dim]{at:6.2f}[/] [{colour}]{who:>6}[/]  {escape(text)}", soft_wrap=True)
        elif who:
            self._note(at, f"{who} {text}".removeprefix("· "))

    def _note(self, at: float, text: str) -> None:
        self._console.print(f"[dim]{at:6.2f}          · {escape(text)}[/]", soft_wrap=True)


def latency_text(turn: TurnLatency) -> str:
    """A turn's gap and its parts, in milliseconds."""
    parts = " + ".join(f"{name} {part * 1000:.0f}" for name, part in zip(turn.part_names(), turn.parts_s, strict=True))
    return f"answered in {turn.gap_s * 1000:.0f} ms = {parts}"


def latency_table(turns: list[TurnLatency]) -> Table:
    """All turns of a call."""
    table = Table(title="From the caller's last sound to the agent's first, in ms", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("the caller said", overflow="ellipsis", no_wrap=True, max_width=24)
    for name in ("gap", *TurnLatency.part_names()):
        table.add_column(_SHORT.get(name, name), justify="right", no_wrap=True)
    for turn in turns:
        numbers = [f"{length * 1000:.0f}" for length in (turn.gap_s, *turn.parts_s)]
        table.add_row(escape(turn.text), *numbers)
    return table


async def follow(calls: Path, view: JournalView) -> Path:
    """Find the call's journal, print it as it is written, and return its folder once the call has ended."""
    journal: Path | None = None
    while journal is None:
        await asyncio.sleep(LOOK_EVERY_S)
        journal = find_journal(calls)
    rest = b""
    with journal.open("rb") as file:
        is_header = True
        while not view.end_reason:
            rest += file.read()
            *lines, rest = rest.split(b"\n")
            for raw in lines:
                if not is_header:
                    view.add(parse_line(raw))
                is_header = False
            if not view.end_reason:
                await asyncio.sleep(LOOK_EVERY_S)
    return journal.parent


def find_journal(calls: Path) -> Path | None:
    """The first call's journal, once it is there."""
    return next(calls.glob("*/journal.jsonl"), None)
