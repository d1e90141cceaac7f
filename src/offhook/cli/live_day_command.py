"""`offhook live-day`: asks the vendors what only they can answer, and writes a report that can be shown."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from offhook import clock
from offhook.agents.load import load_agent
from offhook.agents.model import Agent
from offhook.call.boundary import Mask
from offhook.cli.live_parts import of_carrier, plan_of, subjects_of
from offhook.errors import StoreError
from offhook.live.day import Entry, entries, live_day
from offhook.live.question import Result, Verdict, Waits
from offhook.live.report import MARKS, as_document, as_markdown, summary
from offhook.settings import Settings

COLOURS: Final = {
    Verdict.AS_EXPECTED: "green", Verdict.DIFFERENT: "bold yellow", Verdict.FAILED: "bold red",
    Verdict.NOT_ANSWERED: "yellow",
    Verdict.NOT_ASKED: "dim", Verdict.BY_HAND: "cyan",
}  # fmt: skip
LOG_BYTES: Final = 64 << 20
"""The end of a longer one is read."""


def live_day_command(
    agent: Annotated[Path, typer.Argument(help="The agent whose vendors are asked; its keys are in the environment.")],
    only: Annotated[
        list[str] | None, typer.Option(help="Questions whose names begin so, as deepgram or aura-idle; repeat it.")
    ] = None,
    names: Annotated[bool, typer.Option("--list", help="Show the questions and ask nothing.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Where to write: FILE.md and FILE.json. Default: live-day-DATE.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="Log of a server that took a real call: it answers one question.")
    ] = None,
) -> None:
    """Ask every vendor of an agent what could not be decided without keys. Never more than a dollar, mostly cents.

    Ends with 1 when something failed or came out differently.
    """
    settings, chosen = Settings.from_environment(), load_agent(agent)
    console = Console(highlight=False)
    if names:
        _list(entries([*subjects_of(chosen, settings), of_carrier(settings)], only or []), console)
        return
    lines = _read(log) if log is not None else ""
    base = report or Path(f"live-day-{clock.wall().date().isoformat()}")
    wrong = asyncio.run(_run(chosen, settings, only or [], lines, base, console))
    if wrong:
        raise typer.Exit(1)


def _list(found: list[Entry], console: Console) -> None:
    table = Table("vendor", "name", "question", box=None, pad_edge=False)
    for entry in found:
        table.add_row(*map(escape, (entry.question.vendor, entry.question.name, entry.question.text)))
    console.print(table)


async def _run(
    agent: Agent,
    settings: Settings,
    only: list[str],
    log: str,
    base: Path,
    console: Console,
    waits: Waits | None = None,
) -> int:
    """How many questions failed or came out differently."""
    results: list[Result] = []
    written: tuple[Path, ...] = ()
    async with plan_of(agent, settings, only=only, log=log, waits=waits) as plan:
        count = len(entries(plan.subjects, only))
        with console.status("") as status:

            def begun(_: Entry) -> None:
                status.update(f"{len(results) + 1} of {count}, ${plan.purse.spent:.3f} so far")

            async for result in live_day(plan, begun):
                results.append(result)
                show(console, result)
                # Whoever ends it in the middle keeps what was answered.
                written = write(base, results, plan.purse.spent, plan.mask)
        console.print(f"\n{summary(results, plan.purse.spent)}")
        console.print(f"written: {' and '.join(str(path) for path in written)}", soft_wrap=True, markup=False)
    return sum(result.verdict in (Verdict.DIFFERENT, Verdict.FAILED) for result in results)


def show(console: Console, result: Result) -> None:
    """One question: what was expected, and what came."""
    colour, mark = COLOURS[result.verdict], MARKS[result.verdict]
    asked = f" [dim]({escape(result.asked)}, {result.took_s:.1f} s)[/]" if result.asked else ""
    console.print(f"[{colour}]{mark} {result.verdict}[/]  [bold]{escape(result.name)}[/]: {escape(result.text)}{asked}")
    if result.verdict in (Verdict.NOT_ASKED, Verdict.BY_HAND):
        console.print(f"    {escape(result.came)}", soft_wrap=True)
        return
    console.print(f"    expected  {escape(result.expected)}", soft_wrap=True)
    console.print(f"    came      {escape(result.came)}", soft_wrap=True)


def write(base: Path, results: list[Result], dollars: float, mask: Mask) -> tuple[Path, Path]:
    """Both reports. Raises `StoreError`."""
    page, data = (base.with_name(f"{_stem(base)}{suffix}") for suffix in (".md", ".json"))
    try:
        page.write_text(as_markdown(results, dollars, mask) + "\n", "utf-8")
        data.write_text(json.dumps(as_document(results, dollars, mask), indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise StoreError(f"{page}: the report cannot be written: {error.strerror or error}") from error
    return page, data


def _stem(base: Path) -> str:
    return base.stem if base.suffix in (".md", ".json") else base.name


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError as error:
        raise StoreError(f"{path}: the log cannot be read: {error.strerror or error}") from error
