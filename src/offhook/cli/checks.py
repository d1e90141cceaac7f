"""What a check found, as a line of `offhook doctor` and as what `offhook serve` says before it gives up."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from offhook.cli.spelling import spelled
from offhook.errors import ConfigurationError


class Mark(StrEnum):
    """How a check came out. With a bad one no call is answered; a note stops nothing."""

    GOOD = "✓"
    NOTE = "–"
    BAD = "✗"


COLOURS: Final = {Mark.GOOD: "green", Mark.NOTE: "yellow", Mark.BAD: "bold red"}
NARROW: Final = 100
"""Columns under which three columns of text leave none of them enough."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table."""

    mark: Mark
    name: str
    found: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.found}{f': {self.advice}' if self.advice else ''}"


class NotReady(ConfigurationError):
    """No call would be answered: each thing to mend is a line."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.wrong = tuple(check for check in checks if check.mark is Mark.BAD)
        number = len(self.wrong)
        head = f"not ready: {number} thing{'' if number == 1 else 's'} to mend before calls can be taken"
        lines = (f"{check.mark} {check}".replace("\n", "\n  ") for check in self.wrong)
        super().__init__("\n".join([head, *lines]))


def show(checks: Iterable[Check], console: Console) -> None:
    """Print the table; nothing in it is cut off. In a narrow window the advice stands under what was found."""
    is_narrow = console.width < NARROW
    table = Table("", "what", "found", *([] if is_narrow else ["what to do"]), box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for check in checks:
        mark, name, found = f"[{COLOURS[check.mark]}]{check.mark}[/]", escape(check.name), escape(check.found)
        advice = escape(spelled(check.advice))
        if is_narrow:
            table.add_row(mark, name, f"{found}\n[italic]{advice}[/]" if advice else found)
        else:
            table.add_row(mark, name, found, advice)
    console.print(table)
