"""A call's folder as the writing threads see it: files that take lines and audio, and say what they lost.

Lines come with numbers. Where numbers are missing (they were dropped before they came here, or could not be written),
the next line that can be written is preceded by one that says how many: no failure is followed by a line that looks
as if nothing had happened. A line is in the file whole or not at all, as far as the disk lets us see to it.
"""

import errno
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from offhook.call.journal import lost_line
from offhook.call.records.disk import Disk
from offhook.call.records.port import RecordsState
from offhook.call.records.sound import NOTHING_TAKEN, Piece, Sound
from offhook.core.formats import AudioFormat

_LOG: Final = logging.getLogger("offhook.records")
JOURNAL: Final = "journal.jsonl"
TRANSCRIPT: Final = "transcript.txt"
RECORDING: Final = "recording.wav"
SUMMARY: Final = "call.json"
FILE_BYTES: Final = 4
"""Of one sample of both sides, in the recording's file."""
SAME_NAMES: Final = 1_000
"""Folders whose names differ by the number behind them only."""


class News:
    """What became of all records of this process: told by the writing threads, read by anybody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = RecordsState()
        self._is_fresh = False
        """A failure was told since the folder was looked at last."""

    def tell(self, *, is_failing: bool, unopened: int = 0, lines: int = 0, audio_s: float = 0.0) -> None:
        """Something could be written, or not."""
        if not is_failing and not self._state.is_failing:
            return
        with self._lock:
            was, self._is_fresh = self._state, is_failing
            self._state = RecordsState(
                is_failing, was.unopened + unopened, was.lost_lines + lines, was.lost_audio_s + audio_s
            )

    def looked(self) -> None:
        """The folder could be written just now: a failure of which nothing is heard any more is over."""
        if not self._is_fresh:
            self.tell(is_failing=False)
        self._is_fresh = False

    def state(self) -> RecordsState:
        """Until now."""
        return self._state


@dataclass(slots=True)
class Text:
    """A numbered line, with its end."""

    file: str
    n: int
    data: bytes


@dataclass(slots=True)
class Pieces:
    """Audio of both sides, in the order in which it came."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class End:
    """The record is over: so many lines each file was given, and the summary."""

    lines: dict[str, int]
    summary: bytes


Job = Text | Pieces | End


class Lines:
    """A file of numbered lines behind a head that is not numbered."""

    def __init__(self, disk: Disk, handle: int, head: bytes, says_lost: Callable[[int, int], bytes]) -> None:
        self._disk, self._handle, self._head, self._says_lost = disk, handle, head, says_lost
        self._next = 1
        self._size = 0
        self._has_head = False
        self._is_torn = False
        """The file ends in a piece of a line that could not be taken back."""

    @property
    def next(self) -> int:
        """The number of the line that would be next."""
        return self._next

    def add(self, lines: Sequence[tuple[int, bytes]], last: int | None = None) -> None:
        """Write lines, and what is missing before them; with `last`, the number of the last of all, also behind them.

        Raises `OSError` when not all could be written: lines before `next` are in the file, the others are lost.
        """
        data = bytearray((b"\n" if self._is_torn else b"") + (b"" if self._has_head else self._head))
        expected = self._next
        ends = [(len(data), expected)]
        """Places at which the file may end, and the line that would be next there."""
        for n, line in lines:
            if n > expected:
                data += self._says_lost(expected, n - expected)
                ends.append((len(data), n))
            data += line
            expected = n + 1
            ends.append((len(data), expected))
        if last is not None and last >= expected:
            data += self._says_lost(expected, last + 1 - expected)
            ends.append((len(data), last + 1))
        self._write(bytes(data), ends)

    def _write(self, data: bytes, ends: list[tuple[int, int]]) -> None:
        written = 0
        try:
            while written < len(data):
                taken = self._disk.write(self._handle, data[written:])
                if taken <= 0:
                    raise OSError(errno.EIO, NOTHING_TAKEN)
                written += taken
        finally:
            if written:
                # What lies before the first place is the head, or the end of a torn line: it counts when it is whole.
                reached = [end for end in ends if end[0] <= written]
                kept = reached[-1] if reached else (0, self._next)
                self._has_head, self._next = self._has_head or bool(reached), kept[1]
                self._settle(written, kept[0])

    def _settle(self, written: int, kept: int) -> None:
        """The file ends at a line's end, or is known not to."""
        start = self._size
        self._size = start + written
        if written == kept:
            self._is_torn = False
            return
        try:
            self._disk.truncate(self._handle, start + kept)
            self._size = start + kept
            self._is_torn = self._is_torn and kept == 0
        except OSError:
            self._is_torn = True

    def close(self) -> None:
        """Let go of it. Raises `OSError`."""
        self._disk.close(self._handle)


class Folder:
    """Performs a call's jobs. Nothing here raises; what fails is counted, and told once for each file."""

    def __init__(
        self, disk: Disk, wanted: Path, heads: dict[str, bytes], news: News, audio: AudioFormat | None,
        is_low: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        """Without `audio` nothing is recorded; nor is it while there is too little room."""
        self._disk, self._heads, self._news, self._audio, self._is_low = disk, heads, news, audio, is_low
        self.path = wanted
        """Final once `is_made`."""
        self.is_made = False
        self.is_broken = False
        """It could not be made: nothing of this call is kept."""
        self._lines: dict[str, Lines] = {}
        self._sound: Sound | None = None
        self._told: set[str] = set()

    def perform(self, jobs: Sequence[Job]) -> None:
        """All of these, in order within each file."""
        if not self.is_made and not self.is_broken:
            self._make()
        if self.is_broken:
            return
        for name, file in self._lines.items():
            if batch := [(job.n, job.data) for job in jobs if isinstance(job, Text) and job.file == name]:
                self._try(name, partial(file.add, batch), partial(_lost, file, batch))
        if self._sound is not None:
            self._perform_sound(self._sound, jobs)
        for job in jobs:
            if isinstance(job, End):
                self._end(job)

    def _perform_sound(self, sound: Sound, jobs: Sequence[Job]) -> None:
        pieces = [piece for job in jobs if isinstance(job, Pieces) for piece in job.pieces]
        if not pieces or self._audio is None:
            return
        if self._is_low():
            # Sound takes a hundred times the room of words. That it is left out is told by whoever watches the room.
            size = sum(len(piece.audio) for piece in pieces)
            self._news.tell(is_failing=True, audio_s=size / self._audio.bytes_per_s / 2)
            return
        lost = sound.lost_bytes
        self._try(RECORDING, partial(sound.add, pieces), partial(_lost_sound, sound, lost, self._audio))

    # ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _make(self) -> None:
        wanted = self.path
        try:
            for number in range(1, SAME_NAMES + 1):
                path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
                try:
                    self._disk.make_folder(path)
                except FileExistsError:
                    continue
                self.path, self.is_made = path, True
                break
            else:
                raise FileExistsError(errno.EEXIST, "too many folders have this name")
        except OSError as error:
            self.is_broken = True
            self._unopened(wanted, error)
            return
        for name, head in self._heads.items():
            if (handle := self._open(name, appends=True)) is not None:
                says = lost_line if name == JOURNAL else lost_in_transcript
                self._lines[name] = Lines(self._disk, handle, head, says)
                # The head alone: a call whose first words come late is to be seen at once.
                self._try(name, partial(self._lines[name].add, []))
        if self._audio is not None and (handle := self._open(RECORDING, appends=False)) is not None:
            self._sound = Sound(self._disk, handle, self._audio)

    def _open(self, name: str, *, appends: bool) -> int | None:
        try:
            return self._disk.open(self.path / name, appends=appends)
        except OSError as error:
            self._unopened(self.path / name, error)
            return None

    def _unopened(self, path: Path, error: OSError) -> None:
        self._news.tell(is_failing=True, unopened=1)
        _LOG.error("cannot be opened, the call goes on without it: %s: %s", path, error.strerror or error)

    # ── ending ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _end(self, end: End) -> None:
        for name, file in self._lines.items():
            self._try(name, partial(file.add, [], last=end.lines.get(name, 0)))
        for name, part in (*self._lines.items(), (RECORDING, self._sound)):
            if part is not None:
                self._try(name, part.close)
        self._lines, self._sound = {}, None
        if (handle := self._open(SUMMARY, appends=True)) is not None:
            summary = Lines(self._disk, handle, end.summary, lost_in_transcript)
            self._try(SUMMARY, partial(summary.add, []))
            self._try(SUMMARY, summary.close)

    # ── failing ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _try(self, name: str, act: Callable[[], object], lost: Callable[[], RecordsState] = RecordsState) -> None:
        """Do it; `lost` says what is lost when it fails."""
        try:
            act()
        except OSError as error:
            if name not in self._told:
                self._told.add(name)
                _LOG.error("cannot be written: %s: %s", self.path / name, error.strerror or error)
            amount = lost()
            self._news.tell(is_failing=True, lines=amount.lost_lines, audio_s=amount.lost_audio_s)
        else:
            self._news.tell(is_failing=False)


def _lost_sound(sound: Sound, before: int, audio: AudioFormat) -> RecordsState:
    return RecordsState(lost_audio_s=(sound.lost_bytes - before) / (FILE_BYTES * audio.rate))


def _lost(file: Lines, lines: Sequence[tuple[int, bytes]]) -> RecordsState:
    return RecordsState(lost_lines=sum(n >= file.next for n, _ in lines))


def lost_in_transcript(n: int, lost: int) -> bytes:
    """In place of lines that are missing."""
    del n
    return b"          ... %d lost ...\n" % lost
