"""Whatever a disk does to a journal: every line that the reader gives is true, and the numbers tell each hole."""

import errno
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from offhook.call.journal import Gap, Header, Line, header_line, line, lost_line, read_header, read_lines
from offhook.call.records.disk import OsDisk
from offhook.call.records.folder import Lines
from offhook.core import events as ev
from offhook.core.behaviour import Behaviour, Script

HEADER = Header(call="call_1", agent="a", started="x", behaviour=Behaviour(), script=Script())


@dataclass
class FlakyDisk(OsDisk):
    """Each write takes so much of what it is given, or nothing; a piece of a line can be taken back, or not."""

    takes: list[float]
    """Shares of a write; less than nothing is an error."""
    truncates: list[bool]
    content: bytearray = field(default_factory=bytearray)

    def write(self, handle: int, data: bytes) -> int:
        share = self.takes.pop(0) if self.takes else 1.0
        if share < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = round(len(data) * share)
        self.content += data[:taken]
        return taken

    def truncate(self, handle: int, size: int) -> None:
        if self.truncates and not self.truncates.pop(0):
            raise OSError(errno.EIO, "Input/output error")
        assert size <= len(self.content)
        del self.content[size:]


shares = st.one_of(st.floats(0, 1), st.just(1.0), st.just(-1.0))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.booleans(), max_size=6), max_size=12),
    st.lists(shares, max_size=40),
    st.lists(st.booleans(), max_size=20),
    st.floats(0, 1),
)
def test_every_line_that_is_read_is_true(
    batches: list[list[bool]], takes: list[float], truncates: list[bool], torn: float
) -> None:
    disk = FlakyDisk(takes, truncates)
    file, n, given_lines = Lines(disk, 0, header_line(HEADER), lost_line), 0, dict[int, ev.Event]()
    for batch in batches:
        wanted = []
        for arrives in batch:
            n += 1
            given_lines[n] = ev.ToolReturned(f"c{n}", f"result {n}\n" * (n % 3))
            if arrives:
                wanted.append((n, line(given_lines[n], n / 8, n)))
        add(file, wanted)
    disk.takes = []
    add(file, [], last=n)
    check(bytes(disk.content), given_lines, is_whole=True)
    # A crash may cut the file anywhere; behind the header the reader reads what there is.
    place = max(content_head(disk.content), round(len(disk.content) * torn))
    check(bytes(disk.content[:place]), given_lines, is_whole=False)


def add(file: Lines, lines: list[tuple[int, bytes]], last: int | None = None) -> None:
    try:
        file.add(lines, last)
    except OSError:
        pass


def content_head(content: bytearray) -> int:
    return content.index(header_line(HEADER)) + len(header_line(HEADER))


def check(content: bytes, given_lines: dict[int, ev.Event], *, is_whole: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        path.write_bytes(content)
        assert read_header(path) == HEADER
        expected, is_open = 1, False
        for found in read_lines(path):
            assert not is_open, "only what nothing follows may be of unknown size"
            assert found.n == expected, "a hole that nobody tells"
            if isinstance(found, Line):
                assert found.what == given_lines[found.n] and found.at == found.n / 8
                expected += 1
            else:
                is_open = found.lost == 0
                expected += found.lost
        if is_whole:
            assert expected == len(given_lines) + 1 and not is_open


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_costs_the_lines_it_hits_and_no_others(data: st.DataObject) -> None:
    events = {n: ev.ToolReturned(f"c{n}", f"result {n}") for n in range(1, 21)}
    lines = [line(event, n / 8, n) for n, event in events.items()]
    hit = data.draw(st.sets(st.integers(1, 19), max_size=8))
    for n in hit:
        raw = lines[n - 1]
        begin = data.draw(st.integers(0, len(raw) - 2))
        damage = data.draw(st.sampled_from([b"\0", b"\xff", b"\n", b"}", b'"']))
        lines[n - 1] = raw[:begin] + damage * (len(raw) - 1 - begin) + b"\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        path.write_bytes(header_line(HEADER) + b"".join(lines))
        found = list(read_lines(path))
    read = {entry.n: entry.what for entry in found if isinstance(entry, Line)}
    missing = [n for entry in found if isinstance(entry, Gap) for n in range(entry.n, entry.n + entry.lost)]
    assert sorted([*read, *missing]) == [*range(1, 21)]
    assert set(missing) <= hit
    assert all(what == events[n] for n, what in read.items())
