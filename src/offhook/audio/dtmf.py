"""The tones of a telephone's keys (DTMF): made, and heard again.

ITU-T Q.23 gives the eight frequencies, Q.24 what receivers must take: tones and pauses of 40 ms each. Ours are longer,
since a menu at the other end may be slow.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.core.builtin import KEYS, MOST_SENT, PAUSES
from offhook.core.formats import AudioFormat, Encoding

LOW_HZ: Final = (697, 770, 852, 941)
HIGH_HZ: Final = (1209, 1336, 1477, 1633)
ROWS: Final = ("123A", "456B", "789C", "*0#D")
"""A key has the low tone of its row and the high tone of its column."""

TONE_S: Final = 0.100
GAP_S: Final = 0.080
PAUSE_S: Final = 0.500
RAMP_S: Final = 0.003
"""A tone that begins at once clicks."""
LOW_DBM0: Final = -9.0
HIGH_DBM0: Final = -7.0
"""The higher tone is sent a little louder: lines weaken it more."""
FULL_SCALE_DBM0: Final = 3.17
"""The loudest sine that mu-law can hold (G.711, note to table 2)."""
FULL_SCALE: Final = 32_124

BLOCK_S: Final = 0.020
HEARD_BLOCKS: Final = 2
"""So many blocks hold the tone before it counts, or silence before the next one does."""
LEAST_SHARE: Final = 0.75
"""Of a block's energy that lies in the two tones; of a voice it is less."""
LEAST_MARGIN: Final = 4.0
"""A tone has so many times the power of the next one of its group."""
MOST_TWIST: Final = 8.0
"""One tone has at most so many times the power of the other (9 dB)."""
LEAST_LEVEL: Final = 300.0
"""Root mean square of 16-bit samples: about -40 dBm0."""


def dtmf(digits: str, audio_format: AudioFormat) -> bytes:
    """The audio of keys, each with its pause behind it, in whole frames; `w` and `,` are half a second of silence.

    Raises `ValueError` for another sign, for none, and for more than `MOST_SENT`.
    """
    if not 0 < len(digits) <= MOST_SENT:
        raise ValueError(f"expected 1 to {MOST_SENT} keys, found {len(digits)}")
    pieces = []
    for digit in digits.upper():
        if digit in PAUSES.upper():
            pieces.append(_silence(PAUSE_S, audio_format))
        elif digit in KEYS:
            pieces.append(_tone(digit, audio_format) + _silence(GAP_S, audio_format))
        else:
            raise ValueError(f"{digit!r} is no key of a telephone")
    return b"".join(pieces)


@lru_cache(maxsize=64)
def _tone(digit: str, audio_format: AudioFormat) -> bytes:
    at = np.arange(round(TONE_S * audio_format.rate)) / audio_format.rate
    low, high = _frequencies(digit)
    wave = _amplitude(LOW_DBM0) * np.sin(2 * np.pi * low * at) + _amplitude(HIGH_DBM0) * np.sin(2 * np.pi * high * at)
    ramp = np.clip(np.minimum(at, at[::-1]) / RAMP_S, 0.0, 1.0)
    samples = np.rint(wave * ramp).astype(np.int16)
    return encode_ulaw(samples) if audio_format.encoding is Encoding.MULAW else samples.astype("<i2").tobytes()


def _silence(length_s: float, audio_format: AudioFormat) -> bytes:
    return audio_format.silence(round(length_s * audio_format.bytes_per_s))


def _amplitude(dbm0: float) -> float:
    return float(FULL_SCALE * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def _frequencies(digit: str) -> tuple[int, int]:
    row = next(row for row in ROWS if digit in row)
    return LOW_HZ[ROWS.index(row)], HIGH_HZ[row.index(digit)]


class DtmfDetector:
    """Hears keys in audio of any pieces. A key counts once, however long it is held; voices are no keys."""

    def __init__(self, audio_format: AudioFormat) -> None:
        self._format = audio_format
        self._block_bytes = round(BLOCK_S * audio_format.rate) * audio_format.sample_bytes
        self._rest = b""
        self._key = ""
        """The key that is held, told already."""
        self._candidate, self._count = "", 0

    def push(self, audio: bytes) -> str:
        """The keys that have become certain with this audio, in order."""
        audio = self._rest + audio
        whole = len(audio) - len(audio) % self._block_bytes
        self._rest = audio[whole:]
        found = ""
        for at in range(0, whole, self._block_bytes):
            found += self._block(audio[at : at + self._block_bytes])
        return found

    def _block(self, audio: bytes) -> str:
        key = self._key_in(audio)
        self._count = self._count + 1 if key == self._candidate else 1
        self._candidate = key
        if self._count < HEARD_BLOCKS or key == self._key:
            return ""
        self._key = key
        return key

    def _key_in(self, audio: bytes) -> str:
        """The key whose tones the block holds; empty: none."""
        is_mulaw = self._format.encoding is Encoding.MULAW
        samples = (decode_ulaw(audio) if is_mulaw else np.frombuffer(audio, "<i2")).astype(np.float64)
        energy = float(samples @ samples)
        if energy < LEAST_LEVEL**2 * len(samples):
            return ""
        # Goertzel's sums, for all eight frequencies at once.
        parts = _bank(self._format.rate, len(samples)) @ samples
        power = parts[:8] ** 2 + parts[8:] ** 2
        low, high = power[:4], power[4:]
        row, column = int(low.argmax()), int(high.argmax())
        pair = float(low[row]), float(high[column])
        is_clear = all(
            np.sort(group)[-2] * LEAST_MARGIN <= top for group, top in ((low, pair[0]), (high, pair[1]))
        ) and max(pair) <= MOST_TWIST * min(pair)
        # A sine of this power has 2/n of it as its energy.
        if not is_clear or sum(pair) * 2 / len(samples) < LEAST_SHARE * energy:
            return ""
        return ROWS[row][column]


@lru_cache(maxsize=4)
def _bank(rate: int, samples: int) -> NDArray[np.float64]:
    """Sixteen rows: the cosine of each frequency, then the sine."""
    angles = 2 * np.pi * np.outer(np.array(LOW_HZ + HIGH_HZ), np.arange(samples)) / rate
    return np.vstack([np.cos(angles), np.sin(angles)])
