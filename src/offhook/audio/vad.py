"""Voice or not, for each 32 ms of a call.

`SileroVad` asks the model of the Silero VAD project (MIT): 8000 Hz, 256 samples at a time with the 32 samples before
them, and a recurrent state of 2 by 1 by 128. `EnergyVad` needs no file and is exactly repeatable: it serves
simulations, and calls when the model is missing.
"""

import math
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from offhook.audio.onnx import load_session

BLOCK_SAMPLES: Final = 256
"""32 ms at 8000 Hz: the model knows no other length."""
_CONTEXT_SAMPLES: Final = 32
_STATE_SHAPE: Final = (2, 1, 128)

_FLOOR_START_DB: Final = -60.0
_FLOOR_MIN_DB: Final = -70.0
"""Digital silence must not make a whisper of the line sound like a voice."""
_FLOOR_WEIGHT: Final = 0.1
"""How fast the noise floor follows quiet blocks: a third of a second."""
_FIRST_BLOCKS: Final = 16
"""Half a second: the quietest of it is the noise of the line, unless it is as loud as `_FIRST_MOST_DB`."""
_FIRST_MOST_DB: Final = -35.0
_RELEARN_BLOCKS: Final = 937
"""30 s: a sound that never once falls quiet for so long is noise, and becomes the floor."""


class VadStream(Protocol):
    """Hears one call."""

    def probability(self, pcm: NDArray[np.int16]) -> float:
        """Probability that the next 256 samples hold a voice."""

    def reset(self) -> None:
        """Some audio was left out: forget the sounds just heard (but not what the line is like)."""


class SileroVad:
    """The shared model. One thread: a block takes less than 60 µs, which no thread hop would pay for.

    Raises `ConfigurationError` when `model`, a path or the file's bytes, is not that model.
    """

    def __init__(self, model: Path | bytes) -> None:
        self._session = load_session(model, inputs=("input", "state", "sr"), what="the voice detector")

    def stream(self) -> VadStream:
        """The ear of one call; calls share nothing but the weights."""
        return _SileroStream(self._session)


class _SileroStream:
    """Fixed input and output buffers, bound once: a call by names and fresh arrays costs 10 µs more."""

    __slots__ = ("_binding", "_input", "_output", "_run", "_state")

    def __init__(self, session: Any) -> None:
        self._input = np.zeros((1, _CONTEXT_SAMPLES + BLOCK_SAMPLES), np.float32)
        self._state = np.zeros(_STATE_SHAPE, np.float32)
        self._output = np.zeros((1, 1), np.float32)
        self._run = session.run_with_iobinding
        self._binding = session.io_binding()
        self._binding.bind_cpu_input("input", self._input)
        self._binding.bind_cpu_input("state", self._state)
        self._binding.bind_cpu_input("sr", np.array(8000, np.int64))
        self._binding.bind_output("output", "cpu", 0, np.float32, (1, 1), self._output.ctypes.data)
        # The model has read its state before it writes the next one, so both may be the same buffer.
        self._binding.bind_output("stateN", "cpu", 0, np.float32, _STATE_SHAPE, self._state.ctypes.data)

    def probability(self, pcm: NDArray[np.int16]) -> float:
        row = self._input[0]
        row[:_CONTEXT_SAMPLES] = row[-_CONTEXT_SAMPLES:]
        np.multiply(pcm, np.float32(1 / 32768), out=row[_CONTEXT_SAMPLES:], casting="unsafe")
        self._run(self._binding)
        return float(self._output[0, 0])

    def reset(self) -> None:
        self._input.fill(0)
        self._state.fill(0)


class EnergyVad:
    """Voice is what is `margin_db` louder than the line's noise, and louder than `least_db` (dB of full scale)."""

    def __init__(self, margin_db: float = 9.0, least_db: float = -50.0) -> None:
        self._margin_db, self._least_db = margin_db, least_db

    def stream(self) -> VadStream:
        """The ear of one call."""
        return _EnergyStream(self._margin_db, self._least_db)


class _EnergyStream:
    __slots__ = ("_floor_db", "_heard", "_least_db", "_lowest_db", "_margin_db")

    def __init__(self, margin_db: float, least_db: float) -> None:
        self._margin_db, self._least_db = margin_db, least_db
        self._floor_db = _FLOOR_START_DB
        self._lowest_db = 0.0
        """The quietest block since the floor was last learned."""
        self._heard = 0

    def probability(self, pcm: NDArray[np.int16]) -> float:
        wide = pcm.astype(np.float32)
        power = float(np.dot(wide, wide)) / (32768.0**2 * len(pcm))
        level_db = 10 * math.log10(power) if power > 0 else -120.0
        voiced = level_db > max(self._least_db, self._floor_db + self._margin_db)
        if not voiced:
            self._floor_db += _FLOOR_WEIGHT * (max(level_db, _FLOOR_MIN_DB) - self._floor_db)
        self._lowest_db = min(self._lowest_db, level_db)
        self._heard += 1
        if self._heard == _FIRST_BLOCKS:
            self._floor_db = max(self._floor_db, min(self._lowest_db, _FIRST_MOST_DB))
        if not self._heard % _RELEARN_BLOCKS:
            self._floor_db = max(self._floor_db, self._lowest_db)
            self._lowest_db = 0.0
        return 1.0 if voiced else 0.0

    def reset(self) -> None:
        """Nothing to forget: the noise of the line stays what it is."""
