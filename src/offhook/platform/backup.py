"""Backups: one archive with all rows, the list of all objects and, when wanted, the objects themselves.

A ZIP file: `manifest.json`, `tables/NAME.jsonl`, `objects.jsonl`, `objects/...`. What is secret in the database is
sealed there and stays sealed here: without the master key nobody opens it, so that is to be kept elsewhere.
"""

import asyncio
import itertools
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from offhook import __version__, clock
from offhook.errors import ConfigurationError, StoreError
from offhook.settings import Settings
from offhook.store.archive import dump, fingerprint, sample_calls
from offhook.store.engine import database_url
from offhook.store.migrate import newest, revision
from offhook.store.objects import Objects

FORMAT: Final = 1
FOLDER: Final = "backups"
ENDING: Final = ".zip"
MANIFEST: Final = "manifest.json"
OBJECTS: Final = "objects.jsonl"
LEVEL: Final = 1
"""Of compression: rows shrink to a fifth by it, and the next level costs twice the time."""
LONGEST_MANIFEST: Final = 1_000_000


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive is."""

    offhook_backup: int = FORMAT
    version: str = __version__
    """Of the Offhook that has made it."""
    revision: str
    """Of its database."""
    made_at: str
    database: str
    """`sqlite` or `postgresql`: either can be restored into either."""
    tables: dict[str, int]
    """Rows of each, in the order in which they are restored."""
    samples: int = 0
    """Of its calls: a first start has made them."""
    vault_fingerprint: str
    """Of the master key that opens the secrets; empty: there are none."""
    objects: int
    has_objects: bool

    @property
    def calls(self) -> int:
        """The owner's own."""
        return self.tables.get("calls", 0) - self.samples


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    file: Path
    manifest: Manifest


def default_file(settings: Settings, why: str = "offhook", ending: str = ENDING) -> Path:
    """A name for a backup that is made now, in the data folder."""
    folder, stamp = settings.data_dir / FOLDER, clock.stamp(clock.wall())
    # Two in one second are two.
    names = (f"{why}{f'-{number}' if number else ''}-{stamp}{ending}" for number in itertools.count())
    return next(folder / name for name in names if not (folder / name).exists())


def make(settings: Settings, file: Path, *, with_objects: bool = False) -> Made:
    """Make one, while a server runs or not; the file is there whole or not at all.

    Raises `ConfigurationError`, `StoreError`.
    """
    url = database_url(settings.database_url.reveal(), settings.data_dir)
    had = revision(url)
    if had != newest():
        raise ConfigurationError(
            "there is no database of this version yet: start the server once", field="database",
            found=f"revision {had}" if had else "none", expected=f"revision {newest()}",
        )  # fmt: skip
    if file.exists():
        raise ConfigurationError("is there already: a backup is never written over", file=str(file))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    try:
        with _for_owner(part) as raw, zipfile.ZipFile(raw, "w", _WAY, compresslevel=LEVEL) as archive:
            tables = dump(url, lambda name: _member(archive, f"tables/{name}.jsonl"))
            objects = asyncio.run(_objects(settings, archive, with_objects=with_objects))
            manifest = Manifest(
                revision=had, made_at=clock.rfc3339(clock.wall_ms()), tables=tables,
                samples=sample_calls(url), objects=objects,
                database="sqlite" if url.drivername == "sqlite" else "postgresql",
                vault_fingerprint=fingerprint(url), has_objects=with_objects,
            )  # fmt: skip
            archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        part.replace(file)
    except SQLAlchemyError as error:
        raise StoreError(f"the database could not be read: {type(error).__name__}") from error
    except OSError as error:
        raise StoreError(f"the backup could not be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
    return Made(file, manifest)


def read_manifest(file: Path) -> Manifest:
    """What an archive is. Raises `ConfigurationError`."""
    try:
        with zipfile.ZipFile(file) as archive, archive.open(MANIFEST) as member:
            return msgspec.json.decode(member.read(LONGEST_MANIFEST), type=Manifest)
    except (OSError, KeyError, RecursionError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise ConfigurationError(
            "is no backup of Offhook", file=str(file), found=type(error).__name__, expected="what `offhook backup` made"
        ) from error


def table_lines(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """The lines of one table."""
    with archive.open(f"tables/{name}.jsonl") as member:
        yield from member


async def put_objects(settings: Settings, archive: zipfile.ZipFile) -> int:
    """Bring back the objects that are in an archive and not, or otherwise, in their place; how many."""
    objects, brought = _place(settings), 0
    for entry in archive.infolist():
        if not entry.filename.startswith("objects/"):
            continue
        key = entry.filename.removeprefix("objects/")
        if ".." in key.split("/"):
            raise StoreError(f"the archive names an object outside its place: {key[:80]}")
        if await objects.size(key) != entry.file_size:
            await objects.put(key, archive.read(entry))
            brought += 1
    return brought


_WAY: Final = zipfile.ZIP_DEFLATED


def _member(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    return cast("BinaryIO", archive.open(name, "w", force_zip64=True))


def _for_owner(file: Path) -> BinaryIO:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _place(settings: Settings) -> Objects:
    return Objects.open(settings.objects_url.reveal(), settings.data_dir / "objects")


async def _objects(settings: Settings, archive: zipfile.ZipFile, *, with_objects: bool) -> int:
    """The list of all, and all of them when wanted; how many."""
    objects = _place(settings)
    keys = sorted([key async for key in objects.keys("")])
    index = [{"key": key, "bytes": await objects.size(key)} for key in keys]
    archive.writestr(OBJECTS, b"".join(_lines(index)))
    for key in keys if with_objects else ():
        data = await objects.get(key)
        if data is not None:
            # Recordings do not shrink enough to be worth the time.
            archive.writestr(zipfile.ZipInfo(f"objects/{key}"), data)
    return len(keys)


def _lines(rows: Iterable[Any]) -> Iterator[bytes]:
    return (msgspec.json.encode(row) + b"\n" for row in rows)
