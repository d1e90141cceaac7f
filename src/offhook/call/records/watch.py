"""Looks after the folder of all calls, in a thread of its own: can it be written, is there room, what has had its time.

A folder that hangs stops this thread and nothing else: a look that does not come back is a failure too.
"""

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from offhook import clock
from offhook.call.journal import Header
from offhook.call.records.disk import Disk
from offhook.call.records.folder import JOURNAL

_LOG: Final = logging.getLogger("offhook.records")
LOOK_S: Final = 30.0
LATE_S: Final = 10.0
"""A look that takes longer has met a disk that hangs."""
MOST_LOOKED_AT: Final = 500
"""Folders of calls whose age is looked at in one round,"""
MOST_DELETED: Final = 50
"""and those that are deleted in it: what is left is the next round's."""
LOW_BYTES: Final = 500_000_000
_CALL: Final = re.compile(r"(\d{8}-\d{6})-.+")
"""A folder's name begins with its time in UTC. Whatever has another name is not ours to delete."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how long calls are kept, and how much room is left to others."""

    days: int | None = None
    """No call longer than this, whatever its agent says; None: only what the agents say."""
    low_bytes: int = LOW_BYTES
    """With less room than this nothing is recorded: journals and transcripts have the rest."""


class Watch:
    """Looks at once, then again and again until `stop`."""

    def __init__(self, disk: Disk, folder: Path, keeping: Keeping, written: Callable[[], None]) -> None:
        self._disk, self._folder, self._keeping, self._written = disk, folder, keeping, written
        self._is_bad = self._is_low = False
        self._began_at: float | None = None
        """Of the look that is not over."""
        self._behind = ""
        """Folders up to this name were looked at in this pass."""
        self._undeletable: set[str] = set()
        self.deleted = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="offhook-records", daemon=True)

    @property
    def is_low(self) -> bool:
        """There is too little room to record."""
        return self._is_low

    @property
    def is_failing(self) -> bool:
        """What should be kept is not: the folder cannot be written, does not answer, or is nearly full."""
        began_at = self._began_at
        is_late = began_at is not None and clock.machine() - began_at > LATE_S
        return self._is_bad or self._is_low or is_late

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more. What hangs is not waited for."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(LOOK_S)

    def look(self) -> None:
        """One round."""
        self._began_at = clock.machine()
        try:
            self._probe()
            if not self._is_bad:
                self._delete_old()
        except Exception:  # A fault of ours here costs this round, and no later one.
            _LOG.exception("the folder of records could not be looked at: %s", self._folder)
        finally:
            self._began_at = None

    # ── can it be written, and is there room ─────────────────────────────────────────────────────────────────────

    def _probe(self) -> None:
        was_bad, was_low = self._is_bad, self._is_low
        try:
            free = self._disk.probe(self._folder)
        except OSError as error:
            self._is_bad = True
            if not was_bad:
                _LOG.error("no records can be kept, calls go on without: %s: %s", self._folder, _why(error))
            return
        self._is_bad, self._is_low = False, free < self._keeping.low_bytes
        if was_bad:
            _LOG.warning("records are kept again: %s", self._folder)
        if self._is_low and not was_low:
            room = (free // 1_000_000, self._keeping.low_bytes // 1_000_000)
            _LOG.error("nothing is recorded any more, %d MB are free of the %d MB wanted: %s", *room, self._folder)
        elif was_low and not self._is_low:
            _LOG.warning("calls are recorded again, %d MB are free: %s", free // 1_000_000, self._folder)
        if not self._is_low:
            self._written()

    # ── what has had its time ────────────────────────────────────────────────────────────────────────────────────

    def _delete_old(self) -> None:
        """Some of them; a pass over all goes on where the last round ended."""
        try:
            names = self._disk.folders(self._folder)
        except OSError:
            return  # The next probe says what is wrong.
        left = [name for name in names if name > self._behind]
        deleted: list[str] = []
        self._behind = ""
        for count, name in enumerate(left, start=1):
            if self._has_had_its_time(name) and self._delete(name):
                deleted.append(name)
            if (count == MOST_LOOKED_AT or len(deleted) == MOST_DELETED) and count < len(left):
                self._behind = name
                break
        if deleted:
            self.deleted += len(deleted)
            _LOG.info("= %d calls had had their time and were deleted, %s to %s", len(deleted), deleted[0], deleted[-1])

    def _has_had_its_time(self, name: str) -> bool:
        began = clock.stamped(found[1]) if (found := _CALL.fullmatch(name)) else None
        age = (clock.wall() - began).days if began is not None else 0
        if age < 1:
            return False  # No call is deleted while it may be live.
        limits = [days for days in (self._keeping.days, self._days_of(name)) if days is not None]
        return bool(limits) and age >= min(limits)

    def _days_of(self, name: str) -> int | None:
        """As long as the call's own agent wanted it kept, by its journal."""
        try:
            head = self._disk.first_line(self._folder / name / JOURNAL)
            return msgspec.json.decode(head, type=Header).kept.days
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
            return None

    def _delete(self, name: str) -> bool:
        try:
            self._disk.remove(self._folder / name)
        except FileNotFoundError:
            return False  # Another server with the same folder was here.
        except OSError as error:
            if name not in self._undeletable and len(self._undeletable) < MOST_LOOKED_AT:
                self._undeletable.add(name)
                _LOG.error("has had its time and cannot be deleted: %s: %s", self._folder / name, _why(error))
            return False
        return True


def _why(error: OSError) -> str:
    return error.strerror or str(error)
