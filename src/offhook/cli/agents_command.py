"""`offhook agents`: a folder of files is what a server is to have. For people, and for CI by its exit codes."""

from pathlib import Path
from typing import Annotated, Final

import typer

from offhook.cli.agents_folder import AgentsFolder, Step
from offhook.cli.server_client import ServerClient
from offhook.settings import Settings

app = typer.Typer(
    help="Agents as files: bring them from a server, see what would change, change it. OFFHOOK_URL and OFFHOOK_API_KEY "
    "say which server.",
    no_args_is_help=True,
)

EXIT_CHANGES: Final = 3
"""There is something to do."""
EXIT_DRIFT: Final = 4
"""The server has changed since the last apply."""

Folder = Annotated[Path, typer.Argument(help="The folder with the agents' files.")]


@app.command()
def pull(folder: Folder = Path()) -> None:
    """Write a file for each agent of the server, and what it knows beside it."""
    with ServerClient(Settings.from_environment()) as server:
        for line in AgentsFolder(folder, server).pull():
            typer.echo(line)


@app.command()
def plan(folder: Folder = Path()) -> None:
    """Show what `apply` would do. Exit code 0: nothing; 3: something; 4: the server has changed meanwhile."""
    with ServerClient(Settings.from_environment()) as server:
        steps, others = AgentsFolder(folder, server).plan()
    _show(steps, others)
    if any(step.drift for step in steps):
        raise typer.Exit(EXIT_DRIFT)
    if any(step.does_something for step in steps):
        raise typer.Exit(EXIT_CHANGES)


@app.command()
def apply(
    folder: Folder = Path(),
    over: Annotated[bool, typer.Option("--over", help="Write over what has changed on the server meanwhile.")] = False,
) -> None:
    """Make the server's agents what the files say, and publish them. Exit code 4: the server has changed meanwhile."""
    with ServerClient(Settings.from_environment()) as server:
        files = AgentsFolder(folder, server)
        steps, others = files.plan()
        if any(step.drift for step in steps) and not over:
            _show(steps, others)
            typer.echo("nothing was done: pull first, or say --over", err=True)
            raise typer.Exit(EXIT_DRIFT)
        for line in files.apply(steps):
            typer.echo(line)
    if not any(step.does_something for step in steps):
        typer.echo("nothing to do")


def _show(steps: list[Step], others: list[str]) -> None:
    for step in steps:
        mark = "+" if step.is_new else "~" if step.does_something else "="
        typer.echo(f"{mark} {step.file.name}: {step.name}{' (new)' if step.is_new else ''}")
        for words in step.changes:
            typer.echo(f"    {words}")
        for path in step.uploads:
            typer.echo(f"    {path.name} is uploaded")
        if step.publishes and not step.changes:
            typer.echo("    the draft is published")
        for words in step.drift:
            typer.echo(f"  ! on the server: {words}")
    for other in others:
        typer.echo(f"? {other} has no file here, and is left alone")
