"""From a voice's 16-bit stream at a higher rate to mu-law at 8000 Hz, piece by piece."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from offhook.audio.frames import SAMPLE_RATE
from offhook.audio.g711 import encode_ulaw
from offhook.audio.resample import Decimator

SAMPLE_BYTES: Final = 2


class PcmToUlaw:
    """Takes little-endian 16-bit mono, cut anywhere, also inside a sample; 2 ms are held back until `flush`."""

    def __init__(self, rate: int) -> None:
        assert rate % SAMPLE_RATE == 0, f"a whole multiple of {SAMPLE_RATE} Hz, not {rate}"
        self._decimator = Decimator(rate // SAMPLE_RATE)
        self._odd = b""
        """The first half of a sample whose second half has not come."""

    def push(self, pcm: bytes) -> bytes:
        """The mu-law that is certain now."""
        pcm = self._odd + pcm
        whole = len(pcm) - len(pcm) % SAMPLE_BYTES
        self._odd = pcm[whole:]
        return _encoded(self._decimator.push(np.frombuffer(pcm[:whole], "<i2")))

    def flush(self) -> bytes:
        """The last 2 ms; half a sample at the end is none."""
        self._odd = b""
        return _encoded(self._decimator.flush())


def _encoded(samples: NDArray[np.float32]) -> bytes:
    # What the filter overshoots would come back from the other end of 16 bits.
    return encode_ulaw(np.clip(np.rint(samples), -32768, 32767).astype(np.int16)) if len(samples) else b""
