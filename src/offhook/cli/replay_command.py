"""`offhook replay`: the proof that a call is a function of its events, and one of its turns asked again."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from offhook import __version__
from offhook.errors import ConfigurationError

if TYPE_CHECKING:
    from offhook.call.replay import ReplayResult

SHOWN_MISMATCHES: Final = 20


def replay(
    journal: Annotated[Path, typer.Argument(help="A call's journal.jsonl, or its folder.", show_default=False)],
    fork: Annotated[
        int | None, typer.Option(help="Ask this turn of the caller again (0: the opening), in place of the proof.")
    ] = None,
    agent: Annotated[
        Path | None, typer.Option(help="With --fork: another agent's file, or the same one as it is today.")
    ] = None,
    prompt: Annotated[Path | None, typer.Option(help="With --fork: a file with another system message, whole.")] = None,
    model: Annotated[str, typer.Option(help='With --fork: another model, "PROVIDER MODEL".', show_default=False)] = "",
) -> None:
    """Run a call's journal through the core again; ends with 1 when a command came out differently.

    With --fork, ask one of its turns again, with another prompt or model. Tools that it wants are shown, not run.
    """
    path = journal / "journal.jsonl" if journal.is_dir() else journal
    console = Console(highlight=False, markup=False, soft_wrap=True)
    if fork is not None:
        from offhook.cli.fork import Wanted, ask_again

        asyncio.run(ask_again(path, fork, Wanted(agent=agent, prompt=prompt, model=model), console))
        return
    if agent or prompt or model:
        raise ConfigurationError("--agent, --prompt and --model go with --fork TURN")
    from offhook.call.replay import replay as run

    result = run(path)
    show(result, console)
    if result.mismatches:
        raise typer.Exit(1)


def show(result: "ReplayResult", console: Console) -> None:
    """What differs, what could not be proved, and the count."""
    for mismatch in result.mismatches[:SHOWN_MISMATCHES]:
        console.print(f"{mismatch.at:9.3f}  after {mismatch.event} (line {mismatch.n})")
        for sign, texts in (("-", mismatch.recorded), ("+", mismatch.replayed)):
            for text in texts or ("nothing",):
                console.print(f"        {sign} {text}")
    more = len(result.mismatches) - SHOWN_MISMATCHES
    if more > 0:
        console.print(f"... and {more} more")
    if result.mismatches:
        console.print("- was recorded, + came out now")
    version = result.header.version
    if version != __version__:
        console.print(f"! recorded with {version}, replayed with {__version__}: differences may be new rules")
    if result.repaired:
        lines = ", ".join(map(str, result.repaired))
        console.print(f"! something was replaced when these lines were written: {lines}. What follows may differ")
    if result.unkept_from:
        console.print(f"! from line {result.unkept_from} on it hangs on what was not kept: nothing after it is proved")
    at = f"{result.last.at:.3f} s (line {result.last.n})" if result.last else "the beginning"
    if result.gap is not None:
        count = f"{result.gap.lost} lines are" if result.gap.lost else "lines are"
        console.print(f"! {count} missing behind {at}: nothing after it can be proved. {result.gap.why}")
    elif not (result.is_whole or result.unkept_from):
        console.print(f"! the journal was cut off at {at}: the process ended before the call's record did")
    if result.mismatches:
        behind = f"behind {len(result.mismatches)} of {result.events} events"
        console.print(f"✗ commands came out differently {behind}")
    else:
        console.print(f"✓ {result.commands} commands, every one the same")
