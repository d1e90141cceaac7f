"""`requests.jsonl`: what callers have left for the business, a JSON object a line, for the owner's eyes only.

Servers append to it, and the owner takes lines away; a lock of the file keeps the two apart, so that no request is
written into a file that has just been replaced.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

REQUESTS_FILE: Final = "requests.jsonl"
_PATIENCE: Final = 100


def append_line(path: Path, line: bytes) -> int:
    """One write to a file opened for appending; how many bytes of it were taken. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as descriptor:
        return os.write(descriptor, line)


def take_lines(path: Path, is_wanted: Callable[[bytes], bool], *, keep: bool = False) -> list[bytes]:
    """The lines that are wanted, which are taken out of the file unless `keep`. Raises `OSError`; there may be none."""
    try:
        with _locked(path, os.O_RDONLY) as descriptor:
            with os.fdopen(os.dup(descriptor), "rb") as file:
                lines = file.read().splitlines(keepends=True)
            taken = [line for line in lines if is_wanted(line)]
            if taken and not keep:
                _replace(path, b"".join(line for line in lines if not is_wanted(line)))
            return taken
    except FileNotFoundError:
        return []


def _replace(path: Path, text: bytes) -> None:
    scratch = path.with_name(f".{path.name}.new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    for _ in range(_PATIENCE):
        descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(descriptor, path):
                yield descriptor
                return
        finally:
            os.close(descriptor)
    raise OSError(None, "it is replaced again and again")


def _is_at(descriptor: int, path: Path) -> bool:
    """The file has not been replaced while its lock was waited for."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
