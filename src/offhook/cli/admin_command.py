"""`offhook admin`: what the owner of the machine may always do, also while the server runs: links, keys, passwords."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from offhook.errors import ConfigurationError
from offhook.settings import Settings

if TYPE_CHECKING:
    from offhook.platform.people_rows import Link
    from offhook.platform.platform import Platform

T = TypeVar("T")

app = typer.Typer(help="Links to sign in with, API keys and passwords, from this machine.", no_args_is_help=True)

Port = Annotated[int, typer.Option(min=1, max=65535, help="Where the server listens, without OFFHOOK_PUBLIC_URL.")]


@app.command()
def link(
    email: Annotated[str, typer.Option(help="For whom; without one, for the first owner.", show_default=False)] = "",
    port: Port = 8080,
) -> None:
    """Print a one-time link to sign in with: it works once, within half an hour."""
    from offhook.platform.first import login_link

    settings, made = _with_platform(lambda platform: login_link(platform, email))
    _print_link(made, settings, port)


@app.command("api-key")
def api_key(
    name: Annotated[str, typer.Option(help="What the key is for.", show_default=False)],
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do, as calls:read; without any, everything.")
    ] = None,
    workspace: Annotated[str, typer.Option(help="Whose; without one, the first.", show_default=False)] = "",
) -> None:
    """Make an API key and print it, and nothing else: it is shown this once."""
    from offhook.platform.callers import SCOPES
    from offhook.platform.first import MACHINE

    async def make(platform: "Platform") -> str:
        first = await platform.first_workspace()
        if workspace and not await platform.people.is_workspace(workspace):
            raise ConfigurationError("there is no such workspace", field="--workspace", found=repr(workspace[:80]))
        made = await platform.api_keys.create(workspace or first, name[:100], scope or sorted(SCOPES), MACHINE)
        return made.text

    typer.echo(_with_platform(make)[1])


@app.command("reset-password")
def reset_password(
    email: Annotated[str, typer.Argument(help="Whose password.", show_default=False)], port: Port = 8080
) -> None:
    """Take a person's password and sessions away, and print a one-time link with which they choose another."""
    from offhook.platform import first

    settings, made = _with_platform(lambda platform: first.reset_password(platform, email))
    _print_link(made, settings, port)


def _with_platform(act: "Callable[[Platform], Awaitable[T]]") -> tuple[Settings, T]:
    from offhook.platform.platform import Platform

    settings = Settings.from_environment()

    async def run() -> T:
        platform = await Platform.open(settings)
        try:
            return await act(platform)
        finally:
            await platform.stop()

    return settings, asyncio.run(run())


def _print_link(made: "Link", settings: Settings, port: int) -> None:
    typer.echo(made.at(settings.public_url or f"http://127.0.0.1:{port}"))
