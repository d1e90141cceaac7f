"""The recording's file, as the writing threads see it: audio comes by its place on the call's clock.

Decoding and mixing are done here and not where the audio came from: a call that was parked for an hour comes back with
an hour of silence to be written, and no other call may notice it.
"""

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import BinaryIO, Final, cast

from offhook.audio.recording import StereoRecorder
from offhook.call.records.disk import Disk
from offhook.core.formats import AudioFormat
from offhook.errors import StoreError

SETTLE_BEHIND_S: Final = 1.0
"""Audio older than this can no longer be cut."""
NOTHING_TAKEN: Final = "the disk takes nothing"


class Track(Enum):
    """Whose audio it is."""

    CALLER = auto()
    AGENT = auto()
    CUT = auto()
    """The agent's from here on was never heard."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Audio, and where on the call's clock its first sample lies."""

    track: Track
    at: float
    audio: bytes = b""


class SparseFile:
    """As much of a binary file as the recorder needs. Silence takes no room: the file has a hole there.

    What cannot be written is a hole too: the recording stays in time. `failure` is the latest failure.
    """

    def __init__(self, disk: Disk, handle: int) -> None:
        self._disk, self._handle = disk, handle
        self._offset = self._size = 0
        self.failure: OSError | None = None
        self.lost_bytes = 0

    def write(self, data: bytes) -> int:
        """Write at the current place."""
        offset = self._offset
        self._offset += len(data)
        is_longer = self._offset > self._size
        self._size = max(self._size, self._offset)
        try:
            if is_longer and data == bytes(len(data)):
                self._disk.truncate(self._handle, self._size)
            else:
                self._write_at(data, offset)
        except OSError as failure:
            self.failure = failure
            self.lost_bytes += len(data)
        return len(data)

    def _write_at(self, data: bytes, offset: int) -> None:
        while data:
            taken = self._disk.write_at(self._handle, data, offset)
            if taken <= 0:
                raise OSError(errno.EIO, NOTHING_TAKEN)
            data, offset = data[taken:], offset + taken

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place, counted from the start, from here or from the end."""
        self._offset = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._offset, os.SEEK_END: self._size}[whence]
        return self._offset

    def flush(self) -> None:
        """Nothing waits here."""


class Sound:
    """Both sides of a call, mixed into its file. Raises `OSError`; it may be gone on with afterwards."""

    def __init__(self, disk: Disk, handle: int, audio: AudioFormat) -> None:
        self._disk, self._handle, self._audio = disk, handle, audio
        self._file = SparseFile(disk, handle)
        self._recorder = StereoRecorder(cast(BinaryIO, self._file), audio)
        self._heard_s = 0.0
        """How far the caller's audio goes."""

    def add(self, pieces: Sequence[Piece]) -> None:
        """More audio. Raises `OSError` when some of it could not be written: it is silence then."""
        for piece in pieces:
            match piece.track:
                case Track.CALLER:
                    self._recorder.caller(piece.at, piece.audio)
                    self._heard_s = max(self._heard_s, piece.at + self._audio.seconds(len(piece.audio)))
                case Track.AGENT:
                    self._recorder.agent(piece.at, piece.audio)
                case Track.CUT:
                    self._recorder.cut(piece.at)
        self._recorder.settle(self._heard_s - SETTLE_BEHIND_S)
        self._tell()

    def close(self) -> None:
        """Write the rest and let go of the file. Raises `OSError`."""
        try:
            self._recorder.close()
        except StoreError as failure:
            raise OSError(errno.EIO, str(failure)) from failure
        finally:
            self._disk.close(self._handle)
        self._tell()

    @property
    def lost_bytes(self) -> int:
        """Of the file, until now."""
        return self._file.lost_bytes

    def _tell(self) -> None:
        failure, self._file.failure = self._file.failure, None
        if failure is not None:
            raise failure
