"""Frames of 20 ms: the telephone's, mu-law at 8000 Hz, for what speaks or wants nothing else; and the framer of any."""

from typing import Final

from offhook.core import formats
from offhook.core.formats import TELEPHONE, AudioFormat

SAMPLE_RATE: Final = TELEPHONE.rate
FRAME_S: Final = formats.FRAME_S
FRAME_BYTES: Final = TELEPHONE.frame_bytes
FRAME_SAMPLES: Final = FRAME_BYTES
"""Mu-law holds one sample per byte."""
SILENCE_BYTE: Final = 0xFF
"""Mu-law's positive zero."""
SILENCE_FRAME: Final = bytes([SILENCE_BYTE]) * FRAME_BYTES


class Framer:
    """Cuts audio of any lengths into whole frames; keeps less than one frame back."""

    __slots__ = ("_format", "_rest", "_size")

    def __init__(self, audio_format: AudioFormat = TELEPHONE) -> None:
        self._format, self._size = audio_format, audio_format.frame_bytes
        self._rest = b""

    def push(self, audio: bytes) -> list[bytes]:
        """The frames that `audio` completes, in order, 20 ms each."""
        size = self._size
        if not self._rest and len(audio) == size:  # what carriers send, nearly always
            return [bytes(audio)]
        audio = self._rest + audio
        whole = len(audio) - len(audio) % size
        self._rest = bytes(audio[whole:])
        return [bytes(audio[start : start + size]) for start in range(0, whole, size)]

    def flush(self) -> bytes:
        """The last frame, filled up with silence; empty when nothing was kept back."""
        rest, self._rest = self._rest, b""
        return rest + self._format.silence(self._size - len(rest)) if rest else b""
