"""Between sample rates that are whole multiples of each other: a short polyphase FIR.

The filter is a sinc under a Kaiser window that reaches `HALF_SAMPLES` samples of the LOWER rate to either side: 2 ms at
8000 Hz, which is all the delay there is. Nothing below 3400 Hz of a telephone is touched by more than 0.1 dB, and what
would fold into that band is 60 dB down. A resampler of studio quality holds back up to 150 ms.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from offhook.errors import ConfigurationError

HALF_SAMPLES: Final = 16
"""Half length of the filter in samples of the lower rate; also the longest delay of a stream."""
_KAISER_BETA: Final = 5.65
"""60 dB of stop band: with 32 samples of length the transition is 3450 to 4550 Hz at 8000 Hz."""

Floats = NDArray[np.float32]
Samples = NDArray[np.float32] | NDArray[np.int16]


@lru_cache(maxsize=8)
def _low_pass(factor: int) -> Floats:
    """Taps at the higher rate, odd in number; passes half the lower rate's band and sums to 1."""
    reach = HALF_SAMPLES * factor
    at = np.arange(-reach, reach + 1)
    taps = np.sinc(at / factor) * np.kaiser(2 * reach + 1, _KAISER_BETA)
    whole: Floats = (taps / taps.sum()).astype(np.float32)
    return whole


class Decimator:
    """Keeps one sample of `factor`, streaming.

    Output sample k lies at input sample k·factor. It comes as soon as the filter has the `HALF_SAMPLES`·factor input
    samples behind it; `flush` gives the rest, so that n samples in are ceil(n / factor) out.
    """

    def __init__(self, factor: int) -> None:
        self._factor, self._reach = _checked(factor), HALF_SAMPLES * factor
        taps = np.pad(_low_pass(factor)[::-1], (0, factor - 1))
        self._phases = np.ascontiguousarray(taps.reshape(-1, factor).T)
        self._filling = np.zeros(factor - 1, np.float32)
        self._start()

    def _start(self) -> None:
        self._kept: Floats = np.zeros(self._reach, np.float32)
        self._owed = 0
        """Input samples for which no output was given yet."""

    def push(self, samples: Samples) -> Floats:
        """The output samples that `samples` make certain, in the scale of the input."""
        kept = np.concatenate([self._kept, np.asarray(samples, np.float32)])
        self._owed += len(samples)
        width = self._phases.shape[1]
        count = max(0, (len(kept) - 2 * self._reach - 1) // self._factor + 1)
        if not count:
            self._kept = kept
            return np.zeros(0, np.float32)
        # The zeros that fill the last phase meet taps that are zero.
        padded = np.concatenate([kept, self._filling])
        out = np.zeros(count, np.float32)
        for phase, taps in enumerate(self._phases):
            out += np.correlate(padded[phase :: self._factor][: count + width - 1], taps, "valid")
        self._kept = kept[count * self._factor :]
        self._owed -= count * self._factor
        return out

    def flush(self) -> Floats:
        """The last output samples, as if silence followed; then it starts anew."""
        missing = -(-self._owed // self._factor)
        out = self.push(np.zeros(self._reach + self._factor, np.float32))[:missing]
        self._start()
        return out


class Interpolator:
    """Makes `factor` samples of one, streaming.

    Input sample k lies at output sample k·factor. What `push` gives ends `HALF_SAMPLES` input samples behind its input;
    `flush` gives the rest, so that n samples in are n·factor out.
    """

    def __init__(self, factor: int) -> None:
        self._factor = _checked(factor)
        taps = np.pad(_low_pass(factor) * np.float32(factor), (0, factor - 1))
        phases = taps.reshape(-1, factor).T[:, ::-1]
        self._phases = [np.ascontiguousarray(phase) for phase in phases]
        self._start()

    def _start(self) -> None:
        self._kept: Floats = np.zeros(HALF_SAMPLES, np.float32)

    def push(self, samples: Samples) -> Floats:
        """The output samples that `samples` make certain, in the scale of the input."""
        kept = np.concatenate([self._kept, np.asarray(samples, np.float32)])
        count = len(kept) - 2 * HALF_SAMPLES
        if count <= 0:
            self._kept = kept
            return np.zeros(0, np.float32)
        out = np.empty((count, self._factor), np.float32)
        for phase, taps in enumerate(self._phases):
            out[:, phase] = np.correlate(kept, taps, "valid")
        self._kept = kept[count:]
        return out.reshape(-1)

    def flush(self) -> Floats:
        """The last output samples, as if silence followed; then it starts anew."""
        out = self.push(np.zeros(HALF_SAMPLES, np.float32))
        self._start()
        return out


def resample(samples: Samples, from_hz: int, to_hz: int) -> Floats:
    """All of `samples` at another rate, without delay, in the scale of the input.

    Raises `ConfigurationError` unless one rate is a whole multiple of the other.
    """
    if from_hz < 1 or to_hz < 1 or (from_hz % to_hz and to_hz % from_hz):
        raise ConfigurationError(
            "audio cannot be brought to this rate",
            field="sample rate", found=f"{from_hz} Hz to {to_hz} Hz", expected="one a whole multiple of the other",
        )  # fmt: skip
    if from_hz == to_hz:
        return np.array(samples, np.float32)
    stream = Decimator(from_hz // to_hz) if from_hz > to_hz else Interpolator(to_hz // from_hz)
    return np.concatenate([stream.push(samples), stream.flush()])


def _checked(factor: int) -> int:
    assert 1 <= factor <= 48, f"a whole factor of 1 to 48, not {factor}"
    return factor
