"""`offhook models`: list, fetch and verify the local models."""

from collections.abc import Sequence
from typing import Annotated, Final, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from offhook.cli.spelling import spelled
from offhook.settings import Settings
from offhook.speech.model_files import ModelStore, Sources, State

app = typer.Typer(help="Local models: what is here, fetch what is missing, verify what is here.", no_args_is_help=True)

STYLES: Final = {State.READY: "green", State.MISSING: "dim", State.DAMAGED: "bold red"}

Names = Annotated[list[str] | None, typer.Argument(help="Names of models; without any, those of the default set.")]


@app.command("list")
def list_models() -> None:
    """Show every model: what it is for, its size, its licence, and whether it is here."""
    store = _store()
    table = Table("name", "for", "size", "licence", "state")
    for name, model in store.manifest.items():
        state = store.state(name)
        shown = f"[{STYLES[state]}]{state.value}[/]"
        optional = "" if model.default else " (optional)"
        purpose = model.purpose.removesuffix(" (optional)") + optional
        table.add_row(name, escape(purpose), _megabytes(model.size), escape(model.licence), shown)
    console = Console()
    console.print(table)
    console.print(f"in {escape(str(store.root))}", soft_wrap=True)


@app.command()
def fetch(
    names: Names = None,
    every: Annotated[bool, typer.Option("--all", help="Every model, the optional ones too.")] = False,
) -> None:
    """Bring models here; those that are here already cost nothing."""
    store = _store()
    wanted = list(store.manifest) if every else _chosen(store, names)
    columns = (TextColumn("{task.description:<16}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        for name in wanted:
            _fetch(store, name, bars)
    Console().print(f"ready: {', '.join(wanted)} in {escape(str(store.root))}", soft_wrap=True)


def fetch_missing(names: Sequence[str], settings: Settings) -> None:
    """Bring those of the models here that are not, with a progress bar. Raises `OffhookError`."""
    store = ModelStore(settings.model_dir, cast("Sources", settings.model_sources))
    if missing := store.missing(names):
        fetch(list(missing))


@app.command()
def verify(names: Names = None) -> None:
    """Hash every file again; without names, of all models that are here. Ends with 1 when one is wrong."""
    store = _store()
    present = [name for name in store.manifest if store.state(name) is not State.MISSING]
    wrong = False
    for name in names or present:
        broken = store.verify(name)
        wrong = wrong or bool(broken)
        typer.echo(f"{name}: {'wrong or missing: ' + ', '.join(broken) if broken else 'good'}")
        if broken:
            typer.echo(spelled(f"  run `offhook models fetch {name}`"))
    if not (names or present):
        typer.echo(spelled("no model is here; run `offhook models fetch`"))
    if wrong:
        raise typer.Exit(1)


def _fetch(store: ModelStore, name: str, bars: Progress) -> None:
    task = bars.add_task(name, total=store.model(name).size)

    def tell(_: str, done: int, total: int) -> None:
        bars.update(task, completed=done, total=total)

    store.fetch(name, tell, lambda line: bars.console.print(escape(line), soft_wrap=True))


def _chosen(store: ModelStore, names: list[str] | None) -> list[str]:
    for name in names or ():
        store.model(name)  # An unknown name is told before anything is fetched.
    return list(dict.fromkeys(names or [name for name, model in store.manifest.items() if model.default]))


def _store() -> ModelStore:
    settings = Settings.from_environment()
    return ModelStore(settings.model_dir, cast("Sources", settings.model_sources))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 10e6 else f"{size / 1e6:.1f} MB"
