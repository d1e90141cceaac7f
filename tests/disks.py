"""Disks that are slow, full, short or gone: what stands behind a record is put in by the test."""

import errno
import threading
from collections.abc import Callable
from pathlib import Path

from offhook.call.records.disk import OsDisk


class TroubledDisk(OsDisk):
    """The real disk, with troubles. It knows how many handles are open."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        """Nothing but closing happens while it is not set."""
        self.gate.set()
        self.hangs: Callable[[Path], bool] = lambda path: False
        """Folders in which nothing can be made before `gate` is set."""
        self.handles: set[int] = set()
        self.opened = 0
        self.threads: set[str] = set()
        """Names of the threads that have touched the disk."""
        self.taken: Callable[[bytes], int] = len
        """How much of a write is taken; less than nothing is no room."""
        self.refuses: Callable[[Path], bool] = lambda path: False
        """Files and folders that cannot be opened."""
        self.can_truncate = True

    def make_folder(self, path: Path) -> None:
        """Make it, or not."""
        self._pass()
        if self.hangs(path):
            self.gate.wait(30)
        if self.refuses(path):
            raise PermissionError(errno.EACCES, "Permission denied")
        super().make_folder(path)

    def open(self, path: Path, *, appends: bool) -> int:
        """Open it, or not."""
        self._pass()
        if self.refuses(path):
            raise OSError(errno.EMFILE, "Too many open files")
        handle = super().open(path, appends=appends)
        self.handles.add(handle)
        self.opened += 1
        return handle

    def write(self, handle: int, data: bytes) -> int:
        """As much as it takes."""
        self._pass()
        taken = self.taken(data)
        if taken < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(handle, data[:taken])

    def write_at(self, handle: int, data: bytes, offset: int) -> int:
        """As much as it takes."""
        self._pass()
        taken = self.taken(data)
        if taken < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write_at(handle, data[:taken], offset)

    def truncate(self, handle: int, size: int) -> None:
        """Where that is possible."""
        if not self.can_truncate:
            raise OSError(errno.EIO, "Input/output error")
        super().truncate(handle, size)

    def close(self, handle: int) -> None:
        """Always."""
        self.handles.discard(handle)
        super().close(handle)

    def _pass(self) -> None:
        self.threads.add(threading.current_thread().name)
        if self.hangs(Path()):
            self.gate.wait(30)
