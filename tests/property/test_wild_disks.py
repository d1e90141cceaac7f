"""A disk that fails in every way, at any time: no call notices, nothing is left open, and what is read is true."""

import errno
import random
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.call.journal import Gap, Line, header_line, read_lines
from offhook.call.records.disk import OsDisk
from offhook.call.records.files import FileRecords
from offhook.call.records.watch import Keeping
from offhook.core import events as ev
from offhook.core.formats import TELEPHONE
from tests.record_world import HEADER

T = TypeVar("T")
CODES = (errno.ENOSPC, errno.EROFS, errno.EIO, errno.ESTALE, errno.EACCES, errno.EMFILE, errno.EDQUOT, errno.EFBIG)
SECOND = b"\x11" * TELEPHONE.bytes_per_s


class WildDisk(OsDisk):
    """Each thing that is asked of it is done, half done or refused, by chance."""

    def __init__(self, seed: int, odds: dict[str, float]) -> None:
        self._random, self._odds, self._lock = random.Random(seed), odds, threading.Lock()
        self.handles: set[int] = set()

    def _or_not(self, what: str, act: Callable[[], T]) -> T:
        with self._lock:
            fails, code = self._random.random() < self._odds[what], self._random.choice(CODES)
        if fails:
            raise OSError(code, "it does not want to")
        return act()

    def _part(self, data: bytes) -> bytes:
        with self._lock:
            is_short = self._random.random() < self._odds["short"]
            return data[: self._random.randrange(len(data))] if is_short and data else data

    def make_folder(self, path: Path) -> None:
        self._or_not("make", lambda: super(WildDisk, self).make_folder(path))

    def open(self, path: Path, *, appends: bool) -> int:
        handle = self._or_not("open", lambda: super(WildDisk, self).open(path, appends=appends))
        self.handles.add(handle)
        return handle

    def write(self, handle: int, data: bytes) -> int:
        return self._or_not("write", lambda: super(WildDisk, self).write(handle, self._part(data)))

    def write_at(self, handle: int, data: bytes, offset: int) -> int:
        return self._or_not("write", lambda: super(WildDisk, self).write_at(handle, self._part(data), offset))

    def truncate(self, handle: int, size: int) -> None:
        self._or_not("truncate", lambda: super(WildDisk, self).truncate(handle, size))

    def close(self, handle: int) -> None:
        self.handles.discard(handle)
        super().close(handle)
        self._or_not("close", lambda: None)

    def probe(self, folder: Path) -> int:
        free = self._or_not("probe", lambda: super(WildDisk, self).probe(folder))
        return self._or_not("low", lambda: free)

    def folders(self, parent: Path) -> list[str]:
        return self._or_not("list", lambda: super(WildDisk, self).folders(parent))

    def first_line(self, path: Path) -> bytes:
        return self._or_not("list", lambda: super(WildDisk, self).first_line(path))

    def remove(self, folder: Path) -> None:
        self._or_not("remove", lambda: super(WildDisk, self).remove(folder))


NAMES = ("make", "open", "write", "short", "truncate", "close", "probe", "low", "list", "remove")
odds = st.fixed_dictionaries({name: st.sampled_from([0.0, 0.0, 0.1, 0.5, 1.0]) for name in NAMES})


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), odds=odds, lines=st.integers(0, 60), seconds=st.integers(0, 4))
def test_whatever_the_disk_does(seed: int, odds: dict[str, float], lines: int, seconds: int) -> None:
    with TemporaryDirectory() as folder:
        disk = WildDisk(seed, odds)
        records = FileRecords(Path(folder), disk, Keeping(days=1))
        record = records.open(HEADER)
        told = {n: ev.ToolReturned(f"c{n}", f"result {n}") for n in range(1, lines + 1)}
        for n, event in told.items():
            record.append(event, n / 8)
        for at in range(seconds):
            record.caller(float(at), SECOND)
            record.agent(float(at), SECOND)
        records.watch.look()
        record.close(float(seconds))
        records.stop()
        state = records.state()
        assert not disk.handles, "every handle that was opened is closed"
        assert state.waiting == 0
        if not any(odds.values()):
            assert not state.is_failing and not state.lost_lines and not state.lost_audio_s
        path = record.folder / "journal.jsonl"
        content = path.read_bytes() if path.exists() else b""
        if header_line(HEADER.signed()) not in content:
            return  # Nothing that could be read as a call.
        expected = 1
        for found in read_lines(path):
            assert found.n == expected, "a hole that nobody tells"
            if isinstance(found, Line):
                assert found.n > lines or found.what == told[found.n]
                expected += 1
            else:
                assert isinstance(found, Gap)
                expected += found.lost
