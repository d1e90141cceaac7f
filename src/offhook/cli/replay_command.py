"""`offhook replay`: the proof that a call is a function of its events."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

SHOWN_MISMATCHES = 20


def replay(
    journal: Annotated[Path, typer.Argument(help="A call's journal.jsonl.", show_default=False)],
) -> None:
    """Run a call's journal through the core again; ends with 1 when a command came out differently."""
    from offhook.call.replay import replay as run

    result = run(journal)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for mismatch in result.mismatches[:SHOWN_MISMATCHES]:
        console.print(str(mismatch))
    more = len(result.mismatches) - SHOWN_MISMATCHES
    if more > 0:
        console.print(f"... and {more} more")
    if result.mismatches:
        console.print(f"✗ {len(result.mismatches)} of {result.commands} commands came out differently")
        raise typer.Exit(1)
    console.print(f"✓ {result.commands} commands, every one the same")
