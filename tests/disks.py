"""Disks that are slow, full, short or gone: what stands behind a record is put in by the test."""

import errno
import threading
from collections.abc import Callable
from pathlib import Path

from offhook.call.records.disk import OsDisk


class TroubledDisk(OsDisk):
    """The real disk, with troubles. It knows how many handles are open."""

    def __init__(self) -> None:
        self._gate = threading.Event()
        self._gate.set()
        self._hangs: Callable[[Path | None], bool] = lambda path: False
        self.handles: set[int] = set()
        self.opened = 0
        self.threads: set[str] = set()
        """Names of the threads that have touched the disk."""
        self.taken: Callable[[bytes], int] = len
        """How much of a write is taken; less than nothing is no room."""
        self.refuses: Callable[[Path], bool] = lambda path: False
        """Files and folders that cannot be opened."""
        self.can_truncate = True
        self.free: int | None = None
        """Bytes that are free; None: as many as there are."""

    def hang(self, where: Callable[[Path], bool] | None = None) -> None:
        """Nothing but closing comes back, or no folder of these is made, until `go_on`."""
        self._gate.clear()
        self._hangs = lambda path: where is None if path is None else where is None or where(path)

    def go_on(self) -> None:
        """What hangs comes back."""
        self._gate.set()

    def make_folder(self, path: Path) -> None:
        """Make it, or not."""
        self._pass()
        if self._hangs(path):
            self._gate.wait(30)
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

    def probe(self, folder: Path) -> int:
        """As a call's own files would go."""
        self._pass()
        if self.refuses(folder):
            raise PermissionError(errno.EACCES, "Permission denied")
        if self.taken(bytes(65_536)) < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        free = super().probe(folder)
        return free if self.free is None else self.free

    def remove(self, folder: Path) -> None:
        """Where that is possible."""
        self._pass()
        if self.refuses(folder):
            raise PermissionError(errno.EACCES, "Permission denied")
        super().remove(folder)

    def close(self, handle: int) -> None:
        """Always."""
        self.handles.discard(handle)
        super().close(handle)

    def _pass(self) -> None:
        self.threads.add(threading.current_thread().name)
        if self._hangs(None):
            self._gate.wait(30)
