"""The command line. Each command lives in its own file and is imported when it is run, so that help is quick."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from offhook import __version__
from offhook.cli.spelling import spelled
from offhook.errors import OffhookError

EXIT_ERROR: Final = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command stands: a function, or a `typer.Typer` with commands of its own."""

    module: str
    attribute: str
    help: str


COMMANDS: Final[dict[str, Entry]] = {
    "demo": Entry("demo_command", "demo", "Hear a whole call: the server and a simulated caller, no keys needed."),
    "serve": Entry("serve_command", "serve", "Run the server for an agent."),
    "worker": Entry("worker_command", "worker", "Do the durable work of the server's processes, and take no calls."),
    "talk": Entry("talk_command", "talk", "Talk to an agent with your own mouth: a page in the browser."),
    "vault": Entry("vault_command", "app", "The master key under which all other keys lie: show, change, begin anew."),
    "admin": Entry("admin_command", "app", "Links to sign in with, API keys and passwords."),
    "call": Entry("call_command", "call", "Call a running server as a carrier would, with a simulated caller."),
    "simulate": Entry("simulate_command", "app", "Stand-ins for the vendors on this machine: no keys needed."),
    "replay": Entry("replay_command", "replay", "Run a call's journal through the core again and compare."),
    "agents": Entry("agents_command", "app", "Agents as files: pull, plan and apply against a server."),
    "erase": Entry("erase_command", "erase", "Take away what is kept of one caller or one call."),
    "backup": Entry("backup_command", "backup", "Make one archive of all that is kept, also while the server runs."),
    "restore": Entry("backup_command", "restore", "Bring a backup back; what is there now is kept as a restore point."),
    "models": Entry("models_command", "app", "List, fetch and verify the local models."),
    "doctor": Entry("doctor_command", "doctor", "Check this machine and an agent, and say what to do."),
    "live-day": Entry("live_day_command", "live_day_command", "Ask your vendors what only they can answer, for cents."),
}


class LazyCommands(TyperGroup):
    """Imports a command when it is run; the list of commands is made from the table alone."""

    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        """The table's order: what a newcomer needs first."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself, or its one line of help while the list is printed."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if self._listing:
            return TyperCommand(cmd_name, help=entry.help)
        command = load_command(entry)
        command.name = cmd_name
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the list without importing what is listed."""
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False

    def invoke(self, ctx: Any) -> Any:
        """Run a command; what Offhook raises on purpose is a line for each thing, never a traceback."""
        try:
            return super().invoke(ctx)
        except OffhookError as error:
            if ctx.params.get("debug"):
                raise
            lines = [" ".join(line.split()) for line in str(error).splitlines() if line.strip()]
            lines[0] = f"offhook: {lines[0]} [{error.code}]"
            typer.echo(spelled("\n  ".join(lines)), err=True)
            raise typer.Exit(EXIT_ERROR) from error


def load_command(entry: Entry) -> Any:
    """Import a command and give it the form that the group runs."""
    from offhook.settings import keep_products_on_their_thread

    keep_products_on_their_thread()
    found = getattr(import_module(f"offhook.cli.{entry.module}"), entry.attribute)
    if not isinstance(found, typer.Typer):
        function: Callable[..., object] = found
        found = typer.Typer(add_completion=False)
        found.command(help=function.__doc__)(function)
    return typer.main.get_command(found)


app = typer.Typer(
    cls=LazyCommands,
    help="Offhook answers and places real telephone calls with an AI agent, on its owner's own keys.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"offhook {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del debug, version


def main() -> None:
    """Entry point of `offhook` and of `python -m offhook`."""
    app()
