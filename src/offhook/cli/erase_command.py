"""`offhook erase`: what is kept of one caller or one call is taken away, and what cannot be is told."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from offhook.errors import ConfigurationError, StoreError
from offhook.settings import Settings

HERE: Final = frozenset({"local", "grounded", "scripted"})
"""Providers that run on this machine."""
MOST_NAMED: Final = 5
"""Backups."""

if TYPE_CHECKING:
    from offhook.call.records.erase import Traces, Wanted
    from offhook.platform.erasing import Erasing, Stored


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
    from offhook.call.records.erase import Wanted

    if bool(number.strip()) == bool(call.strip()):
        raise ConfigurationError("say whose: --number NUMBER or --call ID, one of the two")
    if number and "@" not in number and sum(sign.isdigit() for sign in number) < 3:
        raise ConfigurationError("that is no telephone number", field="--number", found=number[:60])
    console = Console(highlight=False, markup=False, soft_wrap=True)
    wanted = Wanted(number.strip(), call.strip())
    if not asyncio.run(_erase(Settings.from_environment(), wanted, log or [], console, is_sure=yes)):
        raise typer.Exit(1)


async def _erase(settings: Settings, wanted: "Wanted", logs: list[Path], console: Console, *, is_sure: bool) -> bool:
    """All of it; False: something is left that could not be taken away."""
    from offhook.call.records.erase import find
    from offhook.platform.erasing import Erasing, Stored

    data_dir, stored = settings.data_dir, Stored()
    erasing = await Erasing.open(settings)
    try:
        if erasing is not None:
            stored = await erasing.find(wanted)
        wanted = replace(wanted, names=stored.names)
        try:
            traces = find(data_dir, wanted)
        except OSError as error:
            raise StoreError(f"{data_dir} cannot be read: {error.strerror or error}") from error
        for line in _found(traces, stored):
            console.print(line)
        if traces.calls or traces.requests or logs or stored.calls or stored.refused or stored.audited:
            if not is_sure:
                typer.confirm("Take all of this away for good?", abort=True)
        else:
            console.print(f"Nothing is kept of it in {data_dir}{' and in the database' if erasing else ''}.")
        is_whole = _erase_files(data_dir, traces, stored, wanted, logs, console)
        if erasing is not None:
            is_whole &= await _erase_stored(erasing, traces, stored, console)
        console.print("\nNot reached from here:")
        for line in _beyond(traces, stored, logs, erasing):
            console.print(f"- {line}")
        return is_whole and not traces.unreadable
    finally:
        if erasing is not None:
            erasing.close()


def _found(traces: "Traces", stored: "Stored") -> Iterator[str]:
    for one in traces.calls:
        yield f"{one.folder.name}: {_many(one.files, 'file')}, {_size(one.size)}, with {one.party or 'a hidden number'}"
    for row in stored.calls:
        size = _size(sum(size for _, size in row.objects))
        yield (
            f"{row.id}: {_many(row.rows, 'row')}, {_many(len(row.objects), 'object')}, {size}, "
            f"with {row.party or 'a hidden number'}"
        )
    if stored.refused:
        yield f"{_many(len(stored.refused), 'refused call')}"
    if stored.audited:
        yield f"{_many(len(stored.audited), 'audited change')} that name calls or the number"
    yield f"requests.jsonl: {_many(traces.requests, 'line')} of these calls or the number"


def _erase_files(
    data_dir: Path, traces: "Traces", stored: "Stored", wanted: "Wanted", logs: list[Path], console: Console
) -> bool:
    from offhook.call.records.erase import blot_log, erase_call, erase_requests

    is_whole, live = True, {row.id for row in stored.calls if not row.is_over}
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
        if not one.is_over or one.call in live:
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


async def _erase_stored(erasing: "Erasing", traces: "Traces", stored: "Stored", console: Console) -> bool:
    """Behind the folders: of a call without a row a server would make one from its folder."""
    is_whole, left = True, {one.call for one in traces.calls if one.folder.exists()}
    for row in stored.calls:
        if not row.is_over or row.id in left:
            is_whole = False
            console.print(f"{row.id}: NOT DONE: it is {row.status.replace('_', ' ')}, and its record is not made yet")
            continue
        try:
            await erasing.erase_call(row)
            console.print(f"{row.id}: rows and objects deleted")
        except StoreError as error:
            is_whole = False
            console.print(f"{row.id}: NOT DONE: {error}")
    try:
        refused, audited = await erasing.erase_others(stored)
        for count, what in ((refused, "refused call"), (audited, "audited change")):
            if count:
                console.print(f"{_many(count, what)} erased")
        if (stored.calls or refused or audited) and not await erasing.settle():
            is_whole = False
            console.print("the database's log: NOT DONE: somebody reads it just now; run this again")
    except StoreError as error:
        is_whole = False
        console.print(f"the database: NOT DONE: {error}")
    return is_whole


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size / 1_000:.0f} kB"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _beyond(traces: "Traces", stored: "Stored", logs: list[Path], erasing: "Erasing | None") -> Iterator[str]:
    """What somebody has to see to, as far as it is known here."""
    calls, rows = traces.calls, stored.calls
    yield "the carrier: its list of calls, its debugger, and recordings that it made itself"
    heard = [one.vendors for one in calls] + [one.vendors for one in rows]
    ran = [one.tools for one in calls] + [one.tools for one in rows]
    if vendors := frozenset().union(*heard) - HERE:
        yield f"what vendors keep of what they heard or said (these were in charge): {', '.join(sorted(vendors))}"
    if tools := frozenset().union(*ran):
        yield f"what tools told the services behind them: {', '.join(sorted(tools))}"
    if any(call.was_put_through for call in calls):
        yield "people to whom a call was put through"
    if not logs:
        yield "logs: they name calls by their ids and numbers by four digits; give them with --log, or let them expire"
    else:
        yield "logs that were packed or sent away, and the system's journal"
    yield from _beyond_store(stored, erasing)
    yield "backups, snapshots, and blocks of a disk that are free and not yet written over"
    yield "other calls in which somebody spoke of this one or of this caller"
    yield "other folders of data, where servers run with another OFFHOOK_DATA_DIR"


def _beyond_store(stored: "Stored", erasing: "Erasing | None") -> Iterator[str]:
    if erasing is None:
        return
    if stored.blocked:
        ids = ", ".join(stored.blocked)
        yield f"the block of this number, which keeps it out: {ids}; the API takes it away"
    if rows := stored.calls:
        yield "systems to which webhooks told of these calls, and who fetched them over the API"
        if any(row.status == "ended" and row.party for row in rows):
            yield "sealed answers to requests with an Idempotency-Key: they are gone after a day"
    if not erasing.store.is_sqlite:
        yield "PostgreSQL's deleted rows until its next vacuum, its log of writes, replicas and archives"
    try:
        backups = erasing.backups()
    except OSError as error:
        yield f"backups in the data folder, which cannot be listed: {error.strerror or error}"
        return
    if backups:
        names = ", ".join(path.name for path in backups[:MOST_NAMED])
        more = f" and {len(backups) - MOST_NAMED:,} more" if len(backups) > MOST_NAMED else ""
        yield f"{_many(len(backups), 'backup')} in {backups[0].parent}: {names}{more}; what is restored, erase again"
