"""Nightly backups of a server that runs, and those that its owner asks for.

They are made in a process of their own, which gives way to the calls: a million rows are seconds of computing.
"""

import asyncio
import contextlib
import fcntl
import logging
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import offhook
from offhook import clock
from offhook.call.records.disk import OsDisk
from offhook.errors import ConfigurationError, OffhookError, StoreError
from offhook.platform.backup import ENDING, FOLDER, Manifest, default_file, read_manifest
from offhook.platform.problems import Conflict, NotFound
from offhook.settings import Settings

NIGHTLY: Final = "nightly"
HOUR: Final = 3
"""Of the machine's own time: most telephones are silent."""
LATEST_S: Final = 26 * 3600.0
"""A server that was off at night makes up for it when the last one is so old."""
RECENT_S: Final = 2 * 3600.0
"""Another process of this machine has made it."""
SETTLE_S: Final = 600.0
"""After its start a server has other things to do."""
STAMP: Final = len("20261128-030000")
MOST_S: Final = 3600.0
SHOWN: Final = 200
_LOG: Final = logging.getLogger("offhook.backups")


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup that is there."""

    file: Path
    bytes: int
    manifest: Manifest

    @property
    def name(self) -> str:
        """By which it is asked for."""
        return self.file.name


class Backups:
    """Of one server; several of one machine share the folder, and one of them makes the nightly."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.data_dir / FOLDER
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Make one each night from now on, unless the settings say none."""
        if self._settings.backups:
            self._task = asyncio.create_task(self._nightly(), name="backups")

    async def stop(self) -> None:
        """Make no more. One that is being made is given up, and nothing of it is left."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def every(self) -> list[Kept]:
        """Those in the folder, newest first."""
        return await asyncio.to_thread(self._every)

    def newest_age_s(self) -> float | None:
        """How old the newest is; None without one."""
        age_s = min(map(_age_s, self._files()), default=math.inf)
        return age_s if math.isfinite(age_s) else None

    async def find(self, name: str) -> Kept:
        """One of them. Raises `NotFound`."""
        found = next((one for one in await self.every() if one.name == name), None)
        if found is None:
            raise NotFound("backup", name)
        return found

    async def make(self, why: str = "offhook", *, with_objects: bool = False) -> Kept:
        """Make one now. Raises `Conflict` while another is made, `StoreError`."""
        self._require_room()
        with _alone(self.folder):
            file = default_file(self._settings, why)
            await _make(file, self._environment(), with_objects=with_objects)
        return await self.find(file.name)

    def _every(self) -> list[Kept]:
        found: list[Kept] = []
        for file in self._files()[:SHOWN]:
            try:
                found.append(Kept(file, file.stat().st_size, read_manifest(file)))
            except (ConfigurationError, OSError):
                continue  # Something else, or gone since.
        return found

    def _files(self) -> list[Path]:
        files = self.folder.glob(f"*{ENDING}") if self.folder.is_dir() else ()
        return sorted(files, key=lambda file: (file.stem[-STAMP:], file.name), reverse=True)

    def _require_room(self) -> None:
        try:
            free_mb = OsDisk().probe(self._settings.data_dir) // 1_000_000
        except OSError as error:
            raise StoreError(f"the data folder cannot be written: {error.strerror or error}") from error
        if free_mb < self._settings.low_disk_mb:
            raise StoreError(f"there is too little room for a backup: {free_mb} MB are free")

    def _environment(self) -> dict[str, str]:
        """What the process that makes it has to know: these settings, wherever they came from."""
        settings = self._settings
        own = {
            "OFFHOOK_DATA_DIR": str(settings.data_dir),
            "OFFHOOK_DATABASE_URL": settings.database_url.reveal(),
            "OFFHOOK_OBJECTS_URL": settings.objects_url.reveal(),
            "PYTHONPATH": str(Path(offhook.__file__).parents[1]),
        }
        kept: Mapping[str, str] = settings.environment
        return {**kept, **own}

    # ── each night ───────────────────────────────────────────────────────────────────────────────────────────

    async def _nightly(self) -> None:
        await asyncio.sleep(SETTLE_S)
        if self._nightly_age_s() > LATEST_S:
            await self._make_nightly()
        while True:
            await asyncio.sleep(clock.until_hour_s(HOUR) + 1.0)
            if self._nightly_age_s() > RECENT_S:
                await self._make_nightly()

    def _nightly_age_s(self) -> float:
        ages = [_age_s(file) for file in self._files() if file.name.startswith(f"{NIGHTLY}-")]
        return min(ages, default=math.inf)

    async def _make_nightly(self) -> None:
        try:
            made = await self.make(NIGHTLY)
        except OffhookError as error:
            _LOG.error("no backup was made tonight: %s", error)
            return
        _LOG.info("= backup made: %s, %.1f MB", made.name, made.bytes / 1_000_000)
        await asyncio.to_thread(self.forget_old)

    def forget_old(self) -> None:
        """Delete the nightly ones that are too many; what an owner has made, or a restore, is theirs to delete."""
        nightly = [file for file in self._files() if file.name.startswith(f"{NIGHTLY}-")]
        for file in nightly[self._settings.backups :]:
            file.unlink(missing_ok=True)


async def _make(file: Path, environment: Mapping[str, str], *, with_objects: bool) -> None:
    wish = ["backup", str(file), "--gently", *(["--with-objects"] if with_objects else [])]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "offhook", *wish, env=environment,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(MOST_S):
            _, told = await process.communicate()
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        file.with_name(file.name + ".part").unlink(missing_ok=True)
        raise
    if process.returncode:
        last = told.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise StoreError(f"the backup could not be made: {' '.join(last)[:300]}")


def _age_s(file: Path) -> float:
    at = clock.stamped(file.stem[-STAMP:])
    return (clock.wall() - at).total_seconds() if at is not None else math.inf


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time in this folder, whichever process makes it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".making").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(
                "a backup is being made", code="backup.running", what_to_do="Wait until it is done."
            ) from error
        yield
