"""Frames of a telephone: 20 ms of mu-law at 8000 Hz, for what speaks or wants nothing else."""

from typing import Final

from offhook.core import formats
from offhook.core.formats import TELEPHONE

SAMPLE_RATE: Final = TELEPHONE.rate
FRAME_S: Final = formats.FRAME_S
FRAME_BYTES: Final = TELEPHONE.frame_bytes
FRAME_SAMPLES: Final = FRAME_BYTES
"""Mu-law holds one sample per byte."""
SILENCE_BYTE: Final = 0xFF
"""Mu-law's positive zero."""
SILENCE_FRAME: Final = bytes([SILENCE_BYTE]) * FRAME_BYTES


class Framer:
    """Cuts mu-law of any lengths into whole frames; keeps less than one frame back."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def push(self, audio: bytes) -> list[bytes]:
        """The frames that `audio` completes, in order, 160 bytes each."""
        if not self._rest and len(audio) == FRAME_BYTES:  # what carriers send, nearly always
            return [bytes(audio)]
        audio = self._rest + audio
        whole = len(audio) - len(audio) % FRAME_BYTES
        self._rest = bytes(audio[whole:])
        return [bytes(audio[start : start + FRAME_BYTES]) for start in range(0, whole, FRAME_BYTES)]

    def flush(self) -> bytes:
        """The last frame, filled up with silence; empty when nothing was kept back."""
        rest, self._rest = self._rest, b""
        return rest.ljust(FRAME_BYTES, bytes([SILENCE_BYTE])) if rest else b""
