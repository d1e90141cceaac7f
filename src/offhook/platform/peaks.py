"""A recording as a picture: the loudest sample of each fiftieth of a second, one byte for each side."""

import struct
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

PER_SECOND: Final = 50
SIDES: Final = 2
WAV_HEAD: Final = 44
"""Bytes: our recordings have the plainest header there is."""
_BLOCK_S: Final = 60
_FORMAT: Final = struct.Struct("<HHIIHH")


def rate_of(head: bytes) -> int:
    """Samples a second of one of our recordings; 0: it is none."""
    if len(head) < WAV_HEAD or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return 0
    kind, sides, rate, _, _, bits = _FORMAT.unpack_from(head, 20)
    return int(rate) if (kind, sides, bits) == (1, SIDES, 16) else 0


def peaks_of(file: Path) -> bytes:
    """Caller, agent, caller, agent, ...; 255 is full scale. Empty for what is no recording of ours."""
    with file.open("rb") as opened:
        rate = rate_of(opened.read(WAV_HEAD))
        return _peaks(opened, rate // PER_SECOND) if rate else b""


def _peaks(opened: BinaryIO, samples: int) -> bytes:
    found = bytearray()
    while block := opened.read(samples * PER_SECOND * _BLOCK_S * SIDES * 2):
        both = np.frombuffer(block[: len(block) // 4 * 4], "<i2").reshape(-1, SIDES)
        if missing := -len(both) % samples:
            both = np.concatenate([both, np.zeros((missing, SIDES), "<i2")])
        loudest = np.abs(both.reshape(-1, samples, SIDES).astype(np.int32)).max(axis=1)
        found += np.minimum(loudest >> 7, 255).astype(np.uint8).tobytes()
    return bytes(found)
