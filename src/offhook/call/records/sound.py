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
AHEAD_S: Final = 8.0
"""The agent is heard so far ahead of the caller's audio at most: then the caller is silent, not late."""
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
        self._disk, self._handle, self._rate = disk, handle, audio.rate
        self._file = SparseFile(disk, handle)
        self._recorder = StereoRecorder(cast(BinaryIO, self._file))
        self._heard = self._settled = 0
        """Samples of the caller that were given to the recorder, and samples that it has written."""
        self._block = audio.silence(audio.bytes_per_s)

    def add(self, pieces: Sequence[Piece]) -> None:
        """More audio. Raises `OSError` when some of it could not be written: it is silence then."""
        for piece in pieces:
            place = round(piece.at * self._rate)
            match piece.track:
                case Track.CALLER:
                    self._caller(place, piece.audio)
                case Track.AGENT:
                    self._silence_until(place - round(AHEAD_S * self._rate))
                    self._recorder.agent(place, piece.audio)
                case Track.CUT:
                    self._recorder.cut(place)
        self._settle()
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

    def _caller(self, place: int, audio: bytes) -> None:
        self._silence_until(place)
        audio = audio[max(0, self._heard - place) :]
        self._heard += len(audio)
        self._recorder.caller(audio)

    def _silence_until(self, place: int) -> None:
        while self._heard < place:
            silence = self._block[: place - self._heard]
            self._heard += len(silence)
            self._recorder.caller(silence)
            self._settle()

    def _settle(self) -> None:
        until = self._heard - round(SETTLE_BEHIND_S * self._rate)
        if until > self._settled:
            self._settled = until
            self._recorder.settle(until)

    def _tell(self) -> None:
        failure, self._file.failure = self._file.failure, None
        if failure is not None:
            raise failure
