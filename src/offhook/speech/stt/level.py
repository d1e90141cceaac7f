"""Is there anything to transcribe? A cheap look at a frame's loudness, beside the detector of talk spurts.

It errs towards hearing: a wrong yes costs a decoding that gives nothing, a wrong no costs a word.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from offhook.audio.g711 import decode_ulaw

SQUARES: Final = np.square(decode_ulaw(bytes(range(256))).astype(np.float32) / 32768.0)
"""Power of each mu-law byte; full scale is 1."""
SILENCE_POWER: Final = 10 ** (-55 / 10)
"""Below it nobody speaks: the noise of a quiet line."""
LOUD_POWER: Final = 10 ** (-35 / 10)
"""Above it everything may be voice, however noisy the line is."""
OVER_NOISE: Final = 10 ** (4 / 10)
"""How far voice stands out of the line's own noise."""
RISE: Final = 10 ** (3 / 10 / 50)
"""The estimate of the noise goes up by 3 dB a second at most, and down at once."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """`sound`: more than a quiet line. `voice`: clearly more than this line's noise."""

    sound: bool
    voice: bool


SILENT: Final = Loudness(False, False)


class SoundMeter:
    """Follows the noise of one line, frame by frame."""

    def __init__(self) -> None:
        self._noise = SILENCE_POWER

    def hear(self, frame: bytes) -> Loudness:
        """Judge 20 ms of mu-law audio."""
        power = float(SQUARES[np.frombuffer(frame, np.uint8)].mean()) if frame else 0.0
        self._noise = max(SILENCE_POWER / 4, min(power, self._noise * RISE))
        if power < SILENCE_POWER:
            return SILENT
        return Loudness(True, power > min(LOUD_POWER, max(SILENCE_POWER, self._noise * OVER_NOISE)))
