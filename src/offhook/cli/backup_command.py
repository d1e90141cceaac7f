"""`offhook backup` and `offhook restore`: one archive of everything, and its way back."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from offhook.errors import ConfigurationError
from offhook.settings import Settings

NICENESS: Final = 10
KEEP_KEY: Final = (
    "Keep this key: the secrets in it are opened by the master key with the fingerprint {fingerprint} alone "
    "(OFFHOOK_MASTER_KEY, or master.key in the data folder), which is not in the backup."
)


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(help="Where to write it: else below the data folder.", show_default=False),
    ] = None,
    with_objects: Annotated[
        bool, typer.Option("--with-objects", help="Recordings, journals and documents too, not only their list.")
    ] = False,
    gently: Annotated[bool, typer.Option("--gently", help="Leave the machine to the calls.", hidden=True)] = False,
) -> None:
    """Make one archive of all that is kept: database, list of objects, fingerprint of the master key, version."""
    from offhook.platform.backup import default_file, make

    if gently:
        os.nice(NICENESS)
    settings = Settings.from_environment()
    made = make(settings, file or default_file(settings), with_objects=with_objects)
    size, rows = made.file.stat().st_size / 1_000_000, sum(made.manifest.tables.values())
    objects = f"{made.manifest.objects:,} objects{'' if with_objects else ' listed'}"
    typer.echo(f"{made.file}: {rows:,} rows, {objects}, {size:.1f} MB")
    if made.manifest.vault_fingerprint:
        typer.echo(KEEP_KEY.format(fingerprint=made.manifest.vault_fingerprint))


def restore(
    file: Annotated[Path, typer.Argument(help="What `offhook backup` made, or a restore point.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Bring a backup back, with the server stopped: what is there now becomes a restore point."""
    from offhook.platform.backup import read_manifest
    from offhook.platform.restore import COPY_ENDING
    from offhook.platform.restore import restore as bring_back

    settings = Settings.from_environment()
    if not file.is_file():
        raise ConfigurationError("there is no such backup", file=str(file))
    if file.suffix != COPY_ENDING:
        manifest = read_manifest(file)
        typer.echo(f"{file}: made {manifest.made_at} by Offhook {manifest.version}, {manifest.calls:,} calls")
    if not yes:
        typer.confirm("Put this in the place of what is there now?", abort=True)
    done = bring_back(settings, file)
    typer.echo(f"Restored: {done.rows:,} rows" + (f", {done.objects:,} objects." if done.objects else "."))
    if done.point is not None:
        typer.echo(f"What was there before: {done.point} (`offhook restore` brings it back).")
    if done.manifest is not None and done.manifest.vault_fingerprint:
        typer.echo(KEEP_KEY.format(fingerprint=done.manifest.vault_fingerprint))
    typer.echo("Everybody has to sign in again.")
