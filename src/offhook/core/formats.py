"""Audio formats: how many bytes a stretch of time has. Nothing else counts bytes as time."""

from enum import StrEnum
from typing import Final

import msgspec

FRAME_S: Final = 0.020
"""A frame, whatever its format."""


class Encoding(StrEnum):
    """How a sample is written."""

    MULAW = "mulaw"
    """One byte a sample, G.711 (ITU-T, 1988)."""
    LINEAR = "linear"
    """Two bytes a sample, signed, little-endian."""


class AudioFormat(msgspec.Struct, frozen=True):
    """One channel of audio."""

    rate: int
    """Samples a second."""
    encoding: Encoding

    @property
    def sample_bytes(self) -> int:
        """Bytes of one sample."""
        return 1 if self.encoding is Encoding.MULAW else 2

    @property
    def bytes_per_s(self) -> int:
        """Bytes of a second."""
        return self.rate * self.sample_bytes

    @property
    def frame_bytes(self) -> int:
        """Bytes of 20 ms."""
        return self.bytes_per_s // 50

    def silence(self, size: int) -> bytes:
        """So many bytes of silence."""
        return (b"\xff" if self.encoding is Encoding.MULAW else b"\x00") * size

    def seconds(self, size: int) -> float:
        """How long so many bytes are heard."""
        return size / self.bytes_per_s


TELEPHONE: Final = AudioFormat(8000, Encoding.MULAW)
"""What carriers speak."""
WIDEBAND: Final = AudioFormat(16000, Encoding.LINEAR)
"""What a browser speaks to us."""
