"""Reads a journal's file while it is written: whole lines, each with its number, from where the store has it.

The file is the spool: what the store has not taken yet is read again. A line that is no journal line (a torn one, the
piece of a header) is passed over; a hole in the numbers has a line of its own in the file.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

READ_BYTES: Final = 256 * 1024
"""Of one call in one round."""
HEADER_KIND: Final = "header"
LOST_KIND: Final = "lost"
_LINE: Final = re.compile(rb'\{"n":(\d{1,9}),"at":(-?[0-9.]{1,20}),"(?:event|command|note)":"(\w{1,60})"')
_LOST: Final = re.compile(rb'\{"n":(\d{1,9}),"lost":\d+\}')
_HEADER: Final = b'{"journal":'


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line as the store has it; the header is number 0."""

    sequence: int
    at_s: float
    kind: str
    body: bytes
    """The line, without its end."""


def parsed(raw: bytes, before_s: float = 0.0) -> JournalLine | None:
    """A whole line; None when it is none of a journal."""
    body = raw.rstrip(b"\n")
    if found := _LINE.match(body):
        return JournalLine(int(found[1]), float(found[2]), found[3].decode(), body)
    if found := _LOST.fullmatch(body):
        return JournalLine(int(found[1]), before_s, LOST_KIND, body)
    if body.startswith(_HEADER) and body.endswith(b"}"):
        return JournalLine(0, 0.0, HEADER_KIND, body)
    return None


@dataclass(slots=True)
class JournalTail:
    """Of one file. Reads in any thread, one at a time."""

    offset: int = 0
    """Up to here the store has it."""
    at_s: float = 0.0
    _read_to: int = 0
    _read_at_s: float = 0.0

    def read(self, file: Path, most: int) -> list[JournalLine]:
        """What follows, `most` lines at most; the same again until `advance`. Of a file that is not there: nothing."""
        self._read_to, self._read_at_s = self.offset, self.at_s
        try:
            with file.open("rb") as opened:
                opened.seek(self.offset)
                data = opened.read(READ_BYTES)
                if b"\n" not in data:
                    data += opened.readline() if len(data) == READ_BYTES else b""
        except OSError:
            return []
        lines: list[JournalLine] = []
        begin = 0
        while len(lines) < most and (end := data.find(b"\n", begin)) >= 0:
            line = parsed(data[begin:end], self._read_at_s)
            begin = end + 1
            if line is not None:
                self._read_at_s = line.at_s
                lines.append(line)
        self._read_to = self.offset + begin
        return lines

    def advance(self) -> None:
        """The store has what was read last."""
        self.offset, self.at_s = self._read_to, self._read_at_s
