"""Checks as a table for people."""

from collections.abc import Iterable
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from offhook.cli.spelling import spelled
from offhook.platform.checks import Check, Mark

COLOURS: Final = {Mark.GOOD: "green", Mark.NOTE: "yellow", Mark.BAD: "bold red"}
NARROW: Final = 100
"""Columns under which three columns of text leave none of them enough."""


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
