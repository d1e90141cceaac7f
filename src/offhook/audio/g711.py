"""Mu-law and A-law, by table.

ITU-T G.711 (11/88): A-law of 13 bits and mu-law of 14 bits, section 3; the laws are tables 1a to 2b. A 16-bit sample is
cut to the law's own width by an arithmetic shift first, as the sample program of Sun Microsystems, and all that
descends from it, does.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SIGN: Final = 0x80
_MAGNITUDE_BITS: Final = 0x7F
_ULAW_BIAS: Final = 33
"""Moves the ends of mu-law's segments to powers of two."""
_ULAW_CLIP: Final = 8158
"""The largest magnitude of 14 bits that mu-law tells apart; beyond it everything is the last code."""


def _ulaw_samples() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    segment, step = (code >> 4) & 0x07, (code & 0x0F).astype(np.int32)
    magnitude = (((step << 1) + _ULAW_BIAS) << segment) - _ULAW_BIAS
    return np.where(code & _SIGN, -4 * magnitude, 4 * magnitude).astype(np.int16)


def _alaw_samples() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.uint8) ^ 0x55  # every other bit travels inverted
    segment, step = (code >> 4) & 0x07, (code & 0x0F).astype(np.int32)
    magnitude = np.where(segment == 0, (step << 1) + 1, ((step << 1) + 33) << np.maximum(segment, 1) >> 1)
    return np.where(code & _SIGN, 8 * magnitude, -8 * magnitude).astype(np.int16)


def _segments(value: NDArray[np.int32], first_end: int) -> NDArray[np.int32]:
    """Which of eight segments holds `value`: the first ends below `first_end`, each next one is twice as long."""
    ends = first_end << np.arange(7)
    return np.searchsorted(ends, value, side="right").astype(np.int32)


def _ulaw_codes() -> NDArray[np.uint8]:
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 2
    value = np.minimum(np.abs(sample), _ULAW_CLIP) + _ULAW_BIAS
    segment = _segments(value, 64)
    code = (segment << 4) | ((value >> (segment + 1)) & 0x0F)
    codes: NDArray[np.uint8] = (code ^ np.where(sample < 0, 0x7F, 0xFF)).astype(np.uint8)
    return codes


def _alaw_codes() -> NDArray[np.uint8]:
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 3
    value = np.where(sample < 0, ~sample, sample).astype(np.int32)
    segment = _segments(value, 32)
    code = (segment << 4) | ((value >> np.maximum(segment, 1)) & 0x0F)
    codes: NDArray[np.uint8] = (code ^ np.where(sample < 0, 0x55, 0xD5)).astype(np.uint8)
    return codes


_FROM_ULAW: Final = _ulaw_samples()
_FROM_ALAW: Final = _alaw_samples()
_TO_ULAW: Final = _ulaw_codes()
_TO_ALAW: Final = _alaw_codes()

ULAW_FLOATS: Final = _FROM_ULAW.astype(np.float32) / np.float32(32768)
"""The sample (±1) of each mu-law byte."""
ULAW_MAGNITUDE: Final[tuple[int, ...]] = tuple(abs(int(sample)) for sample in _FROM_ULAW)
"""Linear magnitude (0 to 32124) of each mu-law byte."""
ULAW_LOUDNESS: Final = bytes((~byte & _MAGNITUDE_BITS) for byte in range(256))
"""Table for `bytes.translate`: how loud each mu-law byte is, 0 to 127, nearly logarithmic: about 16 for 6 dB."""


def decode_ulaw(audio: bytes) -> NDArray[np.int16]:
    """16-bit samples, one for each byte."""
    return _FROM_ULAW.take(np.frombuffer(audio, np.uint8))


def encode_ulaw(samples: NDArray[np.int16]) -> bytes:
    """Mu-law, one byte for each 16-bit sample."""
    return _TO_ULAW.take(np.ascontiguousarray(samples, np.int16).view(np.uint16)).tobytes()


def decode_alaw(audio: bytes) -> NDArray[np.int16]:
    """16-bit samples, one for each byte."""
    return _FROM_ALAW.take(np.frombuffer(audio, np.uint8))


def encode_alaw(samples: NDArray[np.int16]) -> bytes:
    """A-law, one byte for each 16-bit sample."""
    return _TO_ALAW.take(np.ascontiguousarray(samples, np.int16).view(np.uint16)).tobytes()


@lru_cache(maxsize=64)
def ulaw_gain_table(gain_db: float) -> bytes:
    """Table for `bytes.translate` that makes mu-law louder or quieter; what is too loud for the law is clipped.

    The sign bit is kept even of what becomes silent: a zero of the other sign would be heard as a crackle once the
    audio is made louder again.
    """
    magnitude = np.abs(_FROM_ULAW.astype(np.float64)) * 10.0 ** (gain_db / 20)
    louder = np.frombuffer(encode_ulaw(np.minimum(np.rint(magnitude), 32767).astype(np.int16)), np.uint8)
    sign = np.arange(256, dtype=np.uint8) & _SIGN
    return (sign | (louder & _MAGNITUDE_BITS)).tobytes()


def ulaw_level(audio: bytes) -> float:
    """Mean loudness of mu-law, 0 (digital silence) to 127, in the units of `ULAW_LOUDNESS`; 0 of no audio."""
    return sum(audio.translate(ULAW_LOUDNESS)) / len(audio) if audio else 0.0
