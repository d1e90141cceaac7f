"""A call's recording: stereo WAV, 16-bit PCM, the caller on the left and the agent on the right, at the call's rate.

Audio is put at its place on the call's clock: what nobody fills is silence, so that a call whose legs come and go has
one recording. Audio may yet be cut or written over until it is settled. After each settling the header is right again:
a process that dies leaves a file that plays to within the last one.

WAV: "Multimedia Programming Interface and Data Specifications 1.0" (1991), chapter 3.
"""

import struct
from collections.abc import Callable
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from offhook.audio.g711 import decode_ulaw
from offhook.core.formats import TELEPHONE, AudioFormat, Encoding
from offhook.errors import StoreError

LONGEST_WAIT_S: Final = 10.0
"""Audio that waits longer than this is settled without being asked."""
LONGEST_GAP_S: Final = 3_600.0
"""Audio further ahead of all that is settled has a place that cannot be right, and is not kept."""
MOST_BYTES: Final = 0xFFFF_FFFF
"""A WAV counts its bytes in 32 bits: at 32,000 a second that is 37 hours."""

_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_SAMPLE_BYTES: Final = 4
_BLOCK_S: Final = 4
"""Seconds written in one piece."""


class StereoRecorder:
    """Places are seconds on the call's clock.

    The file is seekable, open for binary writing and empty; it stays the owner's to close. It is written to by the
    constructor, `settle`, `close` and, when nobody settles for long, `caller` and `agent`. A failure is raised as
    `StoreError` by the next of the first three, once; after that, as after `full`, what comes is forgotten.
    """

    def __init__(self, file: BinaryIO, audio_format: AudioFormat = TELEPHONE, *, most_bytes: int = MOST_BYTES) -> None:
        self._file, self._format = file, audio_format
        self._rate, self._sample_bytes = audio_format.rate, audio_format.sample_bytes
        self._longest_wait = round(LONGEST_WAIT_S * self._rate)
        self._longest_gap = round(LONGEST_GAP_S * self._rate)
        self._most_samples = (min(most_bytes, MOST_BYTES) - _HEADER.size) // _SAMPLE_BYTES
        self._settled = 0
        """Samples that are in the file."""
        self._caller = bytearray()
        self._agent = bytearray()
        """Audio from `_settled` on, its holes filled with silence."""
        self._failure: OSError | None = None
        self._stopped = False
        self.full = False
        """The file has the size that a WAV can have; nothing more is written."""
        self._try(self._write_header)
        self._raise_failure()

    def caller(self, at: float, audio: bytes) -> None:
        """The caller's audio at its place. Later writes win; what is settled stays as it is."""
        self._put(self._caller, at, audio)

    def agent(self, at: float, audio: bytes) -> None:
        """The agent's audio, to be heard from `at` on. Later writes win; what is settled stays as it is."""
        self._put(self._agent, at, audio)

    def cut(self, at: float) -> None:
        """The agent's audio at and after `at` was never heard."""
        del self._agent[max(0, self._sample(at) - self._settled) * self._sample_bytes :]

    def settle(self, until_s: float) -> None:
        """Write all before `until_s`; where nothing came there is silence. Raises `StoreError`."""
        self._write(self._sample(until_s))
        self._raise_failure()

    def close(self) -> None:
        """Write all that is there. Raises `StoreError`."""
        self._write(self._settled + max(len(self._caller), len(self._agent)) // self._sample_bytes)
        self._stopped = True
        self._raise_failure()

    # ── places ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _sample(self, at: float) -> int:
        return round(at * self._rate)

    def _put(self, side: bytearray, at: float, audio: bytes) -> None:
        begin = self._sample(at)
        if self._stopped or begin - self._settled > self._longest_gap:
            return
        if begin - self._settled > self._longest_wait:
            self._write(begin - self._longest_wait // 2)
        offset = (begin - self._settled) * self._sample_bytes
        if offset == len(side):
            side += audio
            return
        if offset < 0:
            audio, offset = audio[-offset:], 0
        if len(side) < offset:
            side += self._format.silence(offset - len(side))
        side[offset : offset + len(audio)] = audio

    # ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _write(self, until_sample: int) -> None:
        """Write blocks, then a header that counts them; a failure is kept for `settle` to raise."""
        if self._stopped or until_sample <= self._settled:
            return
        self.full = until_sample > self._most_samples
        until_sample = min(until_sample, self._most_samples)
        self._try(lambda: self._write_blocks(until_sample))
        if self.full or self._failure:
            self._stopped = True
            self._caller.clear()
            self._agent.clear()

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as failure:
            self._failure = failure

    def _write_blocks(self, until_sample: int) -> None:
        while self._settled < until_sample:
            self._write_block(min(_BLOCK_S * self._rate, until_sample - self._settled))
        self._write_header()

    def _write_block(self, samples: int) -> None:
        both = np.empty((samples, 2), "<i2")
        both[:, 0] = self._decoded(self._caller, samples)
        both[:, 1] = self._decoded(self._agent, samples)
        self._file.write(both.tobytes())
        self._settled += samples
        del self._caller[: samples * self._sample_bytes]
        del self._agent[: samples * self._sample_bytes]

    def _decoded(self, side: bytearray, samples: int) -> NDArray[np.int16]:
        size = samples * self._sample_bytes
        audio = bytes(side[:size])
        audio += self._format.silence(size - len(audio))
        return decode_ulaw(audio) if self._format.encoding is Encoding.MULAW else np.frombuffer(audio, "<i2")

    def _write_header(self) -> None:
        data = self._settled * _SAMPLE_BYTES
        rate, block = self._rate, _SAMPLE_BYTES
        header = (
            b"RIFF", _HEADER.size - 8 + data, b"WAVE",
            b"fmt ", 16, 1, 2, rate, rate * block, block, 16,
            b"data", data,
        )  # fmt: skip
        self._file.seek(0)
        self._file.write(_HEADER.pack(*header))
        self._file.seek(0, 2)
        self._file.flush()

    def _raise_failure(self) -> None:
        failure, self._failure = self._failure, None
        if failure:
            raise StoreError(f"the recording could not be written: {failure.strerror or failure}") from failure
