"""`offhook erase`: what is kept of one caller or one call is taken away, and what cannot be is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from offhook.errors import ConfigurationError, StoreError
from offhook.settings import Settings

HERE: Final = frozenset({"local", "grounded", "scripted"})
"""Providers that run on this machine."""

if TYPE_CHECKING:
    from offhook.call.records.erase import KeptCall, Traces, Wanted


def erase(
    number: Annotated[
        str, typer.Option(help="Of the caller, with the country's code: all calls from it and to it.")
    ] = "",
    call: Annotated[str, typer.Option(help="One call: Offhook's id, the carrier's, or its folder's name.")] = "",
    log: Annotated[
        list[Path] | None, typer.Option(help="A log of the server; lines of these calls are blotted out. Repeat it.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Take away what is kept of one caller or one call, and say what cannot be reached; ends with 1 when something is
    left that could not be taken away."""
    from offhook.call.records.erase import Wanted, find

    if bool(number.strip()) == bool(call.strip()):
        raise ConfigurationError("say whose: --number NUMBER or --call ID, one of the two")
    if number and "@" not in number and sum(sign.isdigit() for sign in number) < 3:
        raise ConfigurationError("that is no telephone number", field="--number", found=number[:60])
    wanted, data_dir = Wanted(number.strip(), call.strip()), Settings.from_environment().data_dir
    console = Console(highlight=False, markup=False, soft_wrap=True)
    try:
        traces = find(data_dir, wanted)
    except OSError as error:
        raise StoreError(f"{data_dir} cannot be read: {error.strerror or error}") from error
    for one in traces.calls:
        console.print(_told(one))
    console.print(
        f"requests.jsonl: {_many(traces.requests, 'line')} of {'it' if call else 'these calls or the number'}"
    )
    if not traces.calls and not traces.requests and not log:
        console.print(f"Nothing is kept of it in {data_dir}.")
    elif not yes:
        typer.confirm("Take all of this away for good?", abort=True)
    is_whole = _erase(data_dir, traces, wanted, log or [], console)
    console.print("\nNot reached from here:")
    for line in _beyond(traces, log or []):
        console.print(f"- {line}")
    if not is_whole or traces.unreadable:
        raise typer.Exit(1)


def _erase(data_dir: Path, traces: "Traces", wanted: "Wanted", logs: list[Path], console: Console) -> bool:
    from offhook.call.records.erase import blot_log, erase_call, erase_requests

    is_whole = True
    for log in logs:
        # First, and while the calls are still known: their ids are what is looked for.
        try:
            console.print(f"{log}: {_many(blot_log(log, traces, wanted), 'line')} blotted out")
        except OSError as error:
            is_whole = False
            console.print(f"{log}: NOT DONE: {error.strerror or error}")
    try:
        if traces.requests:
            console.print(f"requests.jsonl: {_many(erase_requests(data_dir, traces, wanted), 'line')} taken out")
    except OSError as error:
        is_whole = False
        console.print(f"requests.jsonl: NOT DONE: {error.strerror or error}")
    for one in traces.calls:
        if not one.is_over:
            is_whole = False
            console.print(f"{one.folder.name}: NOT DONE: it is live, or broke off less than a day ago; run this again")
            continue
        try:
            erase_call(one)
            console.print(f"{one.folder.name}: deleted")
        except OSError as error:
            is_whole = False
            console.print(f"{one.folder.name}: NOT DONE: {error.strerror or error}")
    for folder in traces.unreadable:
        console.print(f"{folder.name}: whose it is cannot be read: look at it yourself")
    return is_whole


def _told(call: "KeptCall") -> str:
    size = f"{call.size / 1_000_000:.1f} MB" if call.size >= 100_000 else f"{call.size / 1_000:.0f} kB"
    return f"{call.folder.name}: {_many(call.files, 'file')}, {size}, with {call.party or 'a hidden number'}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _beyond(traces: "Traces", logs: list[Path]) -> Iterator[str]:
    """What somebody has to see to, as far as it is known here."""
    calls = traces.calls
    yield "the carrier: its list of calls, its debugger, and recordings that it made itself"
    if vendors := sorted({vendor for call in calls for vendor in call.vendors} - HERE):
        yield f"what vendors keep of what they heard or said (these were in charge): {', '.join(vendors)}"
    if tools := sorted({tool for call in calls for tool in call.tools}):
        yield f"what tools told the services behind them: {', '.join(tools)}"
    if any(call.was_put_through for call in calls):
        yield "people to whom a call was put through"
    if not logs:
        yield "logs: they name calls by their ids and numbers by four digits; give them with --log, or let them expire"
    else:
        yield "logs that were packed or sent away, and the system's journal"
    yield "backups, snapshots, and blocks of a disk that are free and not yet written over"
    yield "other calls in which somebody spoke of this one or of this caller"
    yield "other folders of data, where servers run with another OFFHOOK_DATA_DIR"
