"""`offhook vault`: the master key under which all other keys lie. Also while the server runs."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from offhook.errors import ConfigurationError
from offhook.settings import MASTER_KEY, Settings

if TYPE_CHECKING:
    from offhook.platform.rotation import Forgotten
    from offhook.platform.vault import Vault, VaultState
    from offhook.store.store import Store

T = TypeVar("T")

app = typer.Typer(help="The master key under which all other keys lie.", no_args_is_help=True)


@app.command()
def status() -> None:
    """Say whether the vault is open, and by which master key; ends with 1 when it is locked."""
    settings = Settings.from_environment()
    state = _with_vault(settings, lambda store, vault: vault.look())
    if state.is_locked:
        typer.echo(f"locked: {state.why}")
        raise typer.Exit(1)
    typer.echo(f"open: master key {state.fingerprint}, version {state.version}, from {state.place}")


@app.command()
def rotate(
    keep_old: Annotated[
        bool, typer.Option("--keep-old", help="Keep master.key.old: backups made before need it.")
    ] = False,
) -> None:
    """Change the master key: all keys lie under a new one, in one step. Broken off anywhere, nothing is lost."""
    from offhook.platform.rotation import rotate as change

    settings = Settings.from_environment()
    done = _with_vault(settings, lambda store, vault: change(store, vault, keep_old=keep_old))
    typer.echo(f"master key {done.old} is now {done.new}; {done.secrets} keys lie under it")
    if done.damaged:
        typer.echo(f"{done.damaged} keys did not open before and do not now: enter them anew", err=True)
    if done.is_given:
        file = settings.data_dir / "master.key"
        typer.echo(f"{MASTER_KEY} still holds the old one: put what {file} holds there, and delete the file")
    typer.echo(f"backups from before open with {done.old} alone")


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget every key and begin anew: when the master key is lost."""
    from offhook.platform.rotation import reset as begin_anew

    settings = Settings.from_environment()
    state, every = _with_vault(settings, _seen)
    typer.echo(f"the vault is {f'locked: {state.why}' if state.is_locked else 'open: its keys can all be used'}")
    for one in every:
        typer.echo(f"  {one.workspace}  {one.kind}  {one.name}")
    if not yes and not typer.confirm(f"Forget {len(every)} keys for good?", default=False):
        raise typer.Exit(1)
    forgotten = _with_vault(settings, begin_anew)
    typer.echo(f"{len(forgotten)} keys are forgotten: enter them anew, and start a server that runs anew")


async def _seen(store: "Store", vault: "Vault") -> "tuple[VaultState, list[Forgotten]]":
    from offhook.platform.rotation import kept

    return await vault.look(), await kept(store)


def _with_vault(settings: Settings, act: "Callable[[Store, Vault], Awaitable[T]]") -> T:
    from offhook.platform.master_key import MasterKeyFiles
    from offhook.platform.vault import Vault
    from offhook.store.engine import database_url, file_of, is_sqlite
    from offhook.store.migrate import migrate
    from offhook.store.store import Store

    url = database_url(settings.database_url.reveal(), settings.data_dir)
    if is_sqlite(url) and not Path(file_of(url)).exists():
        raise ConfigurationError("there is no database yet: start the server once", file=str(file_of(url)))
    migrate(url)

    async def run() -> T:
        store = Store(url)
        vault = Vault(store, MasterKeyFiles(settings.data_dir, settings.master_key))
        try:
            return await act(store, vault)
        finally:
            await asyncio.to_thread(store.close)

    return asyncio.run(run())
