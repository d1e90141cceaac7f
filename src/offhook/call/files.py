"""Files that are written behind the event loop's back: one thread for the process, no write ever blocks a call."""

import logging
import os
import queue
import threading
from pathlib import Path
from typing import Final

from offhook.errors import StoreError

_LOG: Final = logging.getLogger("offhook.files")
WAITING_WRITES: Final = 20_000
"""About a minute of a hundred calls; a disk that is later than that loses writes, and says so."""
REST_S: Final = 0.1
"""Between two bouts of writing; what a crash may cost."""
_Job = tuple[int, int, bytes | None]


class DiskWriter:
    """Writes in order, in a thread of its own."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="offhook-disk", daemon=True)
        self._thread.start()
        self.lost_writes = 0

    def write(self, handle: int, offset: int, data: bytes) -> None:
        """Write `data` at `offset` soon."""
        self._put((handle, offset, data))

    def close(self, handle: int) -> None:
        """Close the file once all before is written."""
        self._put((handle, 0, None))

    def stop(self) -> None:
        """Write what waits, then end. May block; for the end of the process."""
        self._stopping.set()
        self._jobs.put(None)
        self._thread.join(timeout=30.0)

    def _put(self, job: "_Job") -> None:
        if self._jobs.qsize() < WAITING_WRITES:
            self._jobs.put(job)
            return
        self.lost_writes += 1
        if self.lost_writes in (1, 100, 10_000):
            _LOG.error("the disk is too slow: %d writes lost so far", self.lost_writes)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._perform(job)
            if self._jobs.empty():
                # Woken for every line of every call, this thread would cost more than its writes.
                self._stopping.wait(REST_S)

    def _perform(self, job: "_Job") -> None:
        handle, offset, data = job
        try:
            if data is None:
                os.close(handle)
            else:
                os.pwrite(handle, data, offset)
        except OSError as error:
            self.lost_writes += 1
            _LOG.error("a record could not be written: %s", error.strerror)


class FileBehind:
    """As much of a binary file as the journal and the recorder need; every write goes through the `DiskWriter`."""

    def __init__(self, path: Path, writer: DiskWriter) -> None:
        try:
            self._handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        except OSError as cause:
            raise StoreError(f"cannot write {path}: {cause.strerror}") from cause
        self._writer = writer
        self._offset = self._size = 0
        self._is_open = True

    def write(self, data: bytes) -> int:
        """Write at the current place."""
        if self._is_open:
            self._writer.write(self._handle, self._offset, bytes(data))
        self._offset += len(data)
        self._size = max(self._size, self._offset)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, counted from the start, from here or from the end."""
        self._offset = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._offset, os.SEEK_END: self._size}[whence]
        return self._offset

    def tell(self) -> int:
        """The current place."""
        return self._offset

    def flush(self) -> None:
        """Nothing waits in this process but the queue."""

    def close(self) -> None:
        """Close once all is written."""
        if self._is_open:
            self._is_open = False
            self._writer.close(self._handle)
