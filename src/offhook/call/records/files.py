"""Records as files: a folder for each call, with `journal.jsonl`, `transcript.txt`, `recording.wav` and `call.json`.

All that is done here is to put jobs on the call's strand: what they do is in `folder`, in other threads.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec

from offhook import clock
from offhook.call.journal import Briefing, Closed, Header, Note, encoded, header_line, line
from offhook.call.records.disk import Disk, DiskWriter, OsDisk, Share, Strand
from offhook.call.records.folder import JOURNAL, TRANSCRIPT, End, Folder, Job, News, Pieces, Text
from offhook.call.records.port import RecordsState
from offhook.call.records.sound import Piece, Track
from offhook.call.records.summary import Summary
from offhook.call.records.transcript import transcript_line
from offhook.call.records.watch import Keeping, Watch
from offhook.core.commands import Command, Remember
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.core.keeping import Keep

WAITING_LINES: Final = 2_000
"""Lines of one call that wait: minutes of a lively one. A disk that is later than that loses lines."""
WAITING_BYTES: Final = 1_000_000
"""And so many bytes of lines."""
WAITING_AUDIO_S: Final = 20.0
"""So much audio of each side."""
TOGETHER_S: Final = 1.0
"""Audio is handed on in pieces of so much."""
MOST_PIECES: Final = 200
NAME_CHARS: Final = 64


class FileRecord:
    """The record of one call."""

    def __init__(
        self, folder: Path, header: Header, audio: AudioFormat, writer: DiskWriter, files: "FileRecords"
    ) -> None:
        heads = {JOURNAL: header_line(header)}
        if header.kept.transcript is not Keep.OFF:
            heads[TRANSCRIPT] = b""
        sound = audio if header.kept.recording is not Keep.OFF else None
        self._folder = Folder(files.disk, folder, heads, files.news, sound, lambda: files.watch.is_low)
        self._strand: Strand[Job] = Strand(writer, folder.name, self._folder.perform)
        self._news, self._audio = files.news, audio
        self._lines = Share(WAITING_LINES * files.room, WAITING_BYTES * files.room)
        sound_bytes = round(2 * WAITING_AUDIO_S * audio.bytes_per_s)
        self._sound = Share(WAITING_LINES * files.room, sound_bytes * files.room)
        self._summary = Summary(header)
        self._counts = dict.fromkeys(heads, 0)
        self._caller, self._agent = _Pieces(Track.CALLER, audio), _Pieces(Track.AGENT, audio)
        self._is_open = True
        # Without a line to write: the folder is made, and the first line is there.
        self._strand.put(Pieces(()))

    @property
    def folder(self) -> Path:
        """Where it is. Once it is made its name is final: another call may have had the name first."""
        return self._folder.path

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self.folder)

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        """The next line."""
        if not self._is_open:
            return
        self._add(what, at)
        self._summary.add(what, at)
        if isinstance(what, Remember) and TRANSCRIPT in self._counts and (text := transcript_line(what.entry, at)):
            self._put(TRANSCRIPT, text.encode("utf-8", "replace"))

    def caller(self, at: float, audio: bytes) -> None:
        """The caller's audio at its place."""
        if self._is_open and self._caller.add(at, audio):
            self._hand_on()

    def agent(self, at: float, audio: bytes) -> None:
        """The agent's audio at its place."""
        if self._is_open and self._agent.add(at, audio):
            self._hand_on()

    def cut(self, at: float) -> None:
        """The agent's audio from there on was never heard."""
        self._agent.cut(at)

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        """Write the rest and the summary, and let go of the files."""
        if not self._is_open:
            return
        self._add(Closed(), at)
        self._hand_on()
        self._is_open = False
        summary, _ = encoded(self._summary.told(at, reason, detail))
        self._strand.put(End(self._counts, msgspec.json.format(summary, indent=2) + b"\n"))

    # ── lines ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _add(self, what: Event | Command | Note, at: float) -> None:
        self._put(JOURNAL, b"", what, at)

    def _put(self, file: str, data: bytes, what: Event | Command | Note | None = None, at: float = 0.0) -> None:
        n = self._counts[file] = self._counts[file] + 1
        if self._folder.is_broken:
            return
        data = data if what is None else line(what, at, n)
        if not self._strand.put(Text(file, n, data), self._lines, len(data)):
            self._news.tell(is_failing=True, lines=1)

    # ── audio ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _hand_on(self) -> None:
        pieces = (*self._caller.take(), *self._agent.take())
        size = sum(len(piece.audio) for piece in pieces)
        if pieces and not self._folder.is_broken and not self._strand.put(Pieces(pieces), self._sound, size):
            self._news.tell(is_failing=True, audio_s=size / self._audio.bytes_per_s / 2)


class _Pieces:
    """One side's audio until it is handed on: what follows without a gap is one piece."""

    def __init__(self, track: Track, audio: AudioFormat) -> None:
        self._track = track
        self._pieces: list[Piece] = []
        self._at, self._run = 0.0, bytearray()
        """What is not a piece yet, and where it begins."""
        self._end = 0.0
        """Where it ends."""
        self._sample_s, self._byte_s = 1.0 / audio.rate, 1.0 / audio.bytes_per_s
        self._bytes, self._enough = 0, round(TOGETHER_S * audio.bytes_per_s)

    def add(self, at: float, audio: bytes) -> bool:
        """Audio at its place; True when there is enough to be handed on."""
        # Each 20 ms of every call comes by here.
        if not -self._sample_s < self._end - at < self._sample_s:
            self._end_run()
        if not self._run:
            self._at = at
        self._run += audio
        size = len(audio)
        self._end = at + size * self._byte_s
        self._bytes += size
        return self._bytes >= self._enough

    def cut(self, at: float) -> None:
        """What was told to lie behind `at` was never heard."""
        self._end_run()
        self._add(Piece(Track.CUT, at))

    def take(self) -> list[Piece]:
        """All of it; nothing is left."""
        self._end_run()
        pieces, self._pieces, self._bytes = self._pieces, [], 0
        return pieces

    def _end_run(self) -> None:
        if self._run:
            self._add(Piece(self._track, self._at, bytes(self._run)))
            self._run.clear()

    def _add(self, piece: Piece) -> None:
        self._pieces.append(piece)
        if len(self._pieces) >= MOST_PIECES:
            self._bytes = self._enough


class FileRecords:
    """The records of a process, under one folder."""

    def __init__(
        self, data_dir: Path, disk: Disk | None = None, keeping: Keeping | None = None, *, room: int = 1
    ) -> None:
        """`room`: so many times as much may wait as in calls. Where time is jumped over, every disk is late."""
        self._calls, self.room = data_dir / "calls", room
        self.disk: Final[Disk] = disk or OsDisk()
        self.news: Final = News()
        self.writer: Final = DiskWriter()
        self.watch: Final = Watch(self.disk, self._calls, keeping or Keeping(), self.news.looked)
        self.watch.start()

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> FileRecord:
        """The record of a call that begins."""
        name = "".join(sign for sign in header.call if sign.isascii() and (sign.isalnum() or sign in "-_"))[:NAME_CHARS]
        folder = self._calls / f"{clock.stamp(clock.wall())}-{name}"
        return FileRecord(folder, header.signed(), audio, self.writer, self)

    def state(self) -> RecordsState:
        """How it goes."""
        state = self.news.state()
        is_failing = state.is_failing or self.watch.is_failing
        return replace(state, is_failing=is_failing, waiting=self.writer.waiting, deleted=self.watch.deleted)

    def stop(self) -> None:
        """Write what waits, then end."""
        self.watch.stop()
        self.writer.stop()
