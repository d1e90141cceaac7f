"""Writing behind the event loop's back: a few threads for the process, and a bounded strand of work for each call.

A strand is served by one thread at a time, so that a call's files are written in order; a folder that hangs holds one
thread, and another serves the rest. There are three, because what hangs is most often the one disk that all calls
are on: more threads would only wait for it too.
"""

import errno
import logging
import os
import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

_LOG: Final = logging.getLogger("offhook.records")
THREADS: Final = 3
REST_S: Final = 0.25
"""What has come is gathered for so long before it is written; what a crash may cost."""
STOP_S: Final = 30.0
"""Longest wait, at the end of the process, for what is still to be written."""
PROBE_BYTES: Final = 65_536
HEADER_BYTES: Final = 1_000_000
BATCH_JOBS: Final = 256
"""So much of one call is written before it is the others' turn."""


class Disk(Protocol):
    """As much of the operating system as records need. Everything raises `OSError`, and everything may hang."""

    def make_folder(self, path: Path) -> None:
        """Make it, and those above it where they are missing. `FileExistsError` when it is there."""

    def open(self, path: Path, *, appends: bool) -> int:
        """A handle of a new file. `FileExistsError` when it is there."""

    def write(self, handle: int, data: bytes) -> int:
        """Write at the end of the file; how many bytes of it were taken."""

    def write_at(self, handle: int, data: bytes, offset: int) -> int:
        """Write at a place; how many bytes were taken."""

    def truncate(self, handle: int, size: int) -> None:
        """Give the file this size; what is new is zero."""

    def close(self, handle: int) -> None:
        """Let go of the handle."""

    def probe(self, folder: Path) -> int:
        """Make the folder where it is missing, write a file into it and take that away: the bytes that are free."""

    def folders(self, parent: Path) -> list[str]:
        """The names of the folders in it, sorted; links are left out."""

    def first_line(self, path: Path) -> bytes:
        """The beginning of a file, with the line's end when that is near enough."""

    def remove(self, folder: Path) -> None:
        """The folder with all that is in it."""


class OsDisk:
    """The real one. Nobody but the owner may read what callers said."""

    def make_folder(self, path: Path) -> None:
        """Make it for the owner alone."""
        _make_folders(path.parent)
        path.mkdir(mode=0o700)

    def open(self, path: Path, *, appends: bool) -> int:
        """A new file, for the owner alone."""
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC | (os.O_APPEND if appends else 0)
        return os.open(path, flags, 0o600)

    def write(self, handle: int, data: bytes) -> int:
        """Write at the end."""
        return os.write(handle, data)

    def write_at(self, handle: int, data: bytes, offset: int) -> int:
        """Write at a place."""
        return os.pwrite(handle, data, offset)

    def truncate(self, handle: int, size: int) -> None:
        """Give it this size."""
        os.ftruncate(handle, size)

    def close(self, handle: int) -> None:
        """Let go of it."""
        os.close(handle)

    def probe(self, folder: Path) -> int:
        """Write as much as a lively call does in a while: a byte has room on a disk that is full."""
        _make_folders(folder)
        with tempfile.TemporaryFile(dir=folder, buffering=0) as probe:
            if probe.write(bytes(PROBE_BYTES)) < PROBE_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
        return shutil.disk_usage(folder).free

    def folders(self, parent: Path) -> list[str]:
        """By their names."""
        with os.scandir(parent) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))

    def first_line(self, path: Path) -> bytes:
        """A header is some thousand bytes."""
        with path.open("rb") as file:
            return file.readline(HEADER_BYTES)

    def remove(self, folder: Path) -> None:
        """Links in it are taken away, not followed."""
        shutil.rmtree(folder)


def _make_folders(path: Path) -> None:
    """With all above it, each for the owner alone."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError as cause:
        # Not the folder has the name already: where it should lie there is something else.
        raise NotADirectoryError(errno.ENOTDIR, "Not a directory", str(path)) from cause


Job = TypeVar("Job")


@dataclass(slots=True)
class Share:
    """How much of one kind may wait for one call's strand: so many jobs, and so many bytes."""

    most_jobs: int
    most_bytes: int
    jobs: int = 0
    bytes: int = 0

    def take(self, size: int) -> bool:
        """One more of `size` bytes; False when that is too much."""
        if self.jobs >= self.most_jobs or self.bytes + size > self.most_bytes:
            return False
        self.jobs += 1
        self.bytes += size
        return True

    def give_back(self, size: int) -> None:
        """One of `size` bytes is done."""
        self.jobs -= 1
        self.bytes -= size


class Strand(Generic[Job]):
    """What one call wants done, in order, by one thread at a time; `perform` is called with jobs, in those threads."""

    def __init__(self, writer: "DiskWriter", name: str, perform: Callable[[Sequence[Job]], None]) -> None:
        self._writer, self._name, self._perform = writer, name, perform
        self._lock = threading.Lock()
        """Held for moments only: the event loop takes it too."""
        self._jobs: deque[tuple[Job, Share | None, int]] = deque()
        self._is_scheduled = False

    def put(self, job: Job, share: Share | None = None, size: int = 0) -> bool:
        """Have it done; False when its share of what may wait is full. Without a share it is always taken."""
        with self._lock:
            if share is not None and not share.take(size):
                return False
            self._jobs.append((job, share, size))
            is_new, self._is_scheduled = not self._is_scheduled, True
        if is_new:
            self._writer.schedule(self)
        return True

    def serve(self) -> bool:
        """Do some of what waits, in a thread that may wait for it; True when more is left."""
        with self._lock:
            batch = [self._jobs.popleft() for _ in range(min(BATCH_JOBS, len(self._jobs)))]
        try:
            self._perform([job for job, _, _ in batch])
        except Exception:  # A fault of ours costs this record its lines, and no other call its thread.
            _LOG.exception("a record could not be written: %s", self._name)
        with self._lock:
            for _, share, size in batch:
                if share is not None:
                    share.give_back(size)
            self._is_scheduled = bool(self._jobs)
            return self._is_scheduled


class _Servant(Protocol):
    def serve(self) -> bool: ...


class DiskWriter:
    """The threads that serve the strands, in turn.

    One thread watches, gathers for a while, and serves what has come; meanwhile the next one watches. So one thread
    does all the work, unless it is late: then what it has not begun is served by the next.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        """Held by the thread that watches."""
        self._news = threading.Condition()
        self._come: deque[_Servant] = deque()
        self._due: deque[_Servant] = deque()
        self._busy = 0
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, name=f"offhook-disk-{number}", daemon=True) for number in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def schedule(self, strand: _Servant) -> None:
        """Serve it soon. A strand stands here once at most."""
        with self._news:
            self._come.append(strand)
            self._news.notify()

    @property
    def waiting(self) -> int:
        """Strands that have work, those that are being served among them."""
        with self._news:
            return len(self._come) + len(self._due) + self._busy

    def stop(self) -> None:
        """Do what waits, then end. May block."""
        self._stopping.set()
        with self._news:
            self._news.notify_all()
        for thread in self._threads:
            thread.join(STOP_S / len(self._threads))

    def _run(self) -> None:
        while self._watch():
            strand = self._next()
            while strand is not None:
                strand = self._next(strand if strand.serve() else None, served=1)

    def _watch(self) -> bool:
        """Wait until something is due; False when nothing will be."""
        with self._turn:
            with self._news:
                while not (self._come or self._due or self._stopping.is_set()):
                    self._news.wait()
            # Woken for every line of every call, these threads would cost more than their writes.
            self._stopping.wait(REST_S)
            with self._news:
                self._due += self._come
                self._come.clear()
                return bool(self._due) or not self._stopping.is_set()

    def _next(self, again: _Servant | None = None, served: int = 0) -> _Servant | None:
        """What is due next; `again` was served and has more, and is due behind the others."""
        with self._news:
            if again is not None:
                self._due.append(again)
            strand = self._due.popleft() if self._due else None
            self._busy += (strand is not None) - served
            return strand
