"""A call's recording: stereo WAV, 16-bit PCM at 8000 Hz, the caller on the left and the agent on the right.

The agent's audio is sent ahead of its playout and may yet be cut, so it is kept until it is settled. After each
settling the header is right again: a process that dies leaves a file that plays to within the last one.

WAV: "Multimedia Programming Interface and Data Specifications 1.0" (1991), chapter 3.
"""

import struct
from collections.abc import Callable
from typing import BinaryIO, Final

import numpy as np

from offhook.audio.frames import SAMPLE_RATE, SILENCE_BYTE
from offhook.audio.g711 import decode_ulaw
from offhook.errors import StoreError

LONGEST_LEAD: Final = 10 * SAMPLE_RATE
"""Agent audio further ahead of the caller than this is not kept."""
LONGEST_WAIT: Final = 10 * SAMPLE_RATE
"""Caller audio that waits longer than this is settled without being asked."""
MOST_BYTES: Final = 0xFFFF_FFFF
"""A WAV counts its bytes in 32 bits: at 32,000 a second that is 37 hours."""

_HEADER: Final = struct.Struct("<4sI4s4sIHHIIHH4sI")
_SAMPLE_BYTES: Final = 4
_BLOCK: Final = 4 * SAMPLE_RATE
"""Samples written in one piece."""
_SILENCE: Final = bytes([SILENCE_BYTE])


class StereoRecorder:
    """Positions are samples since the beginning of the call.

    The file is seekable, open for binary writing and empty; it stays the owner's to close. It is written to by the
    constructor, `settle`, `close` and, when nobody settles for long, `caller`. A failure is raised as `StoreError` by
    the next of the first three, once; after that, as after `full`, what comes is forgotten.
    """

    def __init__(self, file: BinaryIO, most_bytes: int = MOST_BYTES) -> None:
        self._file = file
        self._most_samples = (min(most_bytes, MOST_BYTES) - _HEADER.size) // _SAMPLE_BYTES
        self._settled = 0
        """Samples that are in the file."""
        self._caller = bytearray()
        self._agent = bytearray()
        """Mu-law from `_settled` on; the agent's may have holes, filled with silence."""
        self._late = 0
        """Samples of the caller that were settled as silence before they came, and have not come yet."""
        self._failure: OSError | None = None
        self._stopped = False
        self.full = False
        """The file has the size that a WAV can have; nothing more is written."""
        self._try(self._write_header)
        self._raise_failure()

    def caller(self, frame: bytes) -> None:
        """The caller's next samples. What comes after its place was settled as silence is left out."""
        if self._stopped:
            return
        if self._late:
            missed = min(self._late, len(frame))
            self._late -= missed
            frame = frame[missed:]
        self._caller += frame
        if len(self._caller) > LONGEST_WAIT:
            self._write(self._settled + len(self._caller) // 2)

    def agent(self, at_sample: int, ulaw: bytes) -> None:
        """The agent's audio, to be heard from `at_sample` on. Later writes win; what is settled stays as it is."""
        offset = at_sample - self._settled
        if offset < 0:
            ulaw, offset = ulaw[-offset:], 0
        ulaw = ulaw[: max(0, len(self._caller) + LONGEST_LEAD - offset)]
        if self._stopped or not ulaw:
            return
        if len(self._agent) < offset:
            self._agent += _SILENCE * (offset - len(self._agent))
        self._agent[offset : offset + len(ulaw)] = ulaw

    def cut(self, at_sample: int) -> None:
        """The agent's audio at and after `at_sample` was never heard."""
        del self._agent[max(0, at_sample - self._settled) :]

    def settle(self, until_sample: int) -> None:
        """Write all before `until_sample`; where nothing came there is silence. Raises `StoreError`."""
        self._write(until_sample)
        self._raise_failure()

    def close(self) -> None:
        """Write all that is there. Raises `StoreError`."""
        self.settle(self._settled + max(len(self._caller), len(self._agent)))
        self._stopped = True

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
            self._write_block(min(_BLOCK, until_sample - self._settled))
        self._write_header()

    def _write_block(self, samples: int) -> None:
        caller, agent = bytes(self._caller[:samples]), bytes(self._agent[:samples])
        both = np.empty((samples, 2), "<i2")
        both[:, 0] = decode_ulaw(caller.ljust(samples, _SILENCE))
        both[:, 1] = decode_ulaw(agent.ljust(samples, _SILENCE))
        self._file.write(both.tobytes())
        self._settled += samples
        self._late += samples - len(caller)
        del self._caller[:samples]
        del self._agent[:samples]

    def _write_header(self) -> None:
        data = self._settled * _SAMPLE_BYTES
        rate, block = SAMPLE_RATE, _SAMPLE_BYTES
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
