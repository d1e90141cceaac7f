"""Voice or not, for each 32 ms of a call.

`SileroVad` asks the model of the Silero VAD project (MIT): 8000 Hz, 256 samples at a time with the 32 samples before
them, and a recurrent state of 2 by 1 by 128. `EnergyVad` needs no file and is exactly repeatable: it serves
simulations, and calls when the model is missing.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from weakref import WeakSet

import numpy as np

from offhook.audio.frames import SILENCE_BYTE
from offhook.audio.g711 import ULAW_FLOATS
from offhook.audio.onnx import content, load_session
from offhook.audio.silero_batch import Floats, SileroBatch

BLOCK_SAMPLES: Final = 256
"""32 ms at 8000 Hz: the model knows no other length."""
_CONTEXT_SAMPLES: Final = 32
_INPUT: Final = _CONTEXT_SAMPLES + BLOCK_SAMPLES
_SILENCE: Final = bytes([SILENCE_BYTE]) * _CONTEXT_SAMPLES
_NOTHING_HEARD: Final = np.zeros((2, 1, 128), np.float32)
_AGREES: Final = 1e-3
"""Of a probability; the two ways differ by less than a hundredth of it."""

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

INLINE_STREAMS: Final = 32
"""Up to so many calls each block is judged at once: a batch would only make the caller wait."""
MOST_WAITING: Final = 32
"""A batch of so many takes half a millisecond: it does not wait for more."""


class VadStream(ABC):
    """Hears one call, in blocks of 256 samples of mu-law."""

    def ask(self, block: bytes, then: Callable[[float], None]) -> None:
        """Tell `then` the probability of a voice in the block: at once, or in a moment, together with other calls'."""
        then(self.probability(block))

    def flush(self) -> None:
        """Tell now what was not told yet."""
        return

    @abstractmethod
    def probability(self, block: bytes) -> float:
        """Probability that the next block holds a voice."""

    @abstractmethod
    def reset(self) -> None:
        """Some audio was left out: forget the sounds just heard (but not what the line is like)."""


class SileroVad:
    """The shared model, on the thread that asks: a block takes less than 60 µs, which no thread hop would pay for.

    With many calls the blocks of a few milliseconds are judged together, in a third of that each. Whoever can wait says
    so by `collect`. Raises `ConfigurationError` when `model`, a path or the file's bytes, is not that model.
    """

    def __init__(self, model: Path | bytes) -> None:
        self._session = load_session(model, inputs=("input", "state", "sr"), what="the voice detector")
        batch = SileroBatch.of(content(model))
        self._judge = batch.run if batch is not None and self._agrees(batch) else self._by_engine
        self._streams: WeakSet[_SileroStream] = WeakSet()
        self._waiting: list[tuple[_SileroStream, bytes, Callable[[float], None]]] = []
        self._later: Callable[[Callable[[], None]], object] | None = None

    def stream(self) -> VadStream:
        """The ear of one call; calls share nothing but the weights."""
        stream = _SileroStream(self)
        self._streams.add(stream)
        return stream

    def collect(self, later: Callable[[Callable[[], None]], object]) -> None:
        """From now on blocks may wait for each other: `later` calls what it is given in a few milliseconds."""
        self._later = later

    @property
    def collects(self) -> bool:
        """There are so many calls that a batch is worth a wait."""
        return self._later is not None and len(self._streams) > INLINE_STREAMS

    def wait(self, stream: "_SileroStream", block: bytes, then: Callable[[float], None]) -> None:
        """Judge the stream's block with the next batch."""
        self._waiting.append((stream, block, then))
        if len(self._waiting) >= MOST_WAITING:
            self.run()
        elif len(self._waiting) == 1:
            assert self._later is not None
            self._later(self.run)

    def run(self) -> None:
        """Judge all blocks that wait."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        probabilities = self.judge([(stream, block) for stream, block, _ in waiting])
        for (_, _, then), probability in zip(waiting, probabilities, strict=True):
            then(probability)

    def judge(self, blocks: "Sequence[tuple[_SileroStream, bytes]]") -> list[float]:
        """The next block of each stream, all of them in one run of the model."""
        audio = b"".join([stream.before + block for stream, block in blocks])
        states = np.concatenate([stream.state for stream, _ in blocks], axis=1)
        inputs = ULAW_FLOATS.take(np.frombuffer(audio, np.uint8)).reshape(-1, _INPUT)
        probabilities, states = self._judge(inputs, states)
        for at, (stream, block) in enumerate(blocks):
            stream.before, stream.state = block[-_CONTEXT_SAMPLES:], states[:, at : at + 1]
        found: list[float] = probabilities.tolist()
        return found

    def _by_engine(self, inputs: Floats, states: Floats) -> tuple[Floats, Floats]:
        """For a model that `SileroBatch` does not know: the engine takes twice as long for one block."""
        given = {"input": inputs, "state": states, "sr": _RATE}
        probabilities, states = self._session.run(("output", "stateN"), given)
        return probabilities[:, 0], states

    def _agrees(self, batch: SileroBatch) -> bool:
        """It says the same as the engine about this very file."""
        noise = np.random.default_rng(0).normal(0.0, 0.1, (4, _INPUT)).astype(np.float32)
        states = np.linspace(-1.0, 1.0, 2 * 4 * 128, dtype=np.float32).reshape(2, 4, 128)
        pairs = zip(batch.run(noise, states), self._by_engine(noise, states), strict=True)
        return all(np.allclose(quick, slow, atol=_AGREES) for quick, slow in pairs)


_RATE: Final = np.array(8000, np.int64)


class _SileroStream(VadStream):
    __slots__ = ("_vad", "before", "state")

    def __init__(self, vad: SileroVad) -> None:
        self._vad = vad
        self.before = _SILENCE
        """The end of the block before."""
        self.state = _NOTHING_HEARD
        """Replaced after each block, never written into: rows of one array belong to several calls."""

    def probability(self, block: bytes) -> float:
        return self._vad.judge([(self, block)])[0]

    def ask(self, block: bytes, then: Callable[[float], None]) -> None:
        if self._vad.collects:
            self._vad.wait(self, block, then)
        else:
            then(self.probability(block))

    def flush(self) -> None:
        self._vad.run()

    def reset(self) -> None:
        self.before, self.state = _SILENCE, _NOTHING_HEARD


class EnergyVad:
    """Voice is what is `margin_db` louder than the line's noise, and louder than `least_db` (dB of full scale)."""

    def __init__(self, margin_db: float = 9.0, least_db: float = -50.0) -> None:
        self._margin_db, self._least_db = margin_db, least_db

    def stream(self) -> VadStream:
        """The ear of one call."""
        return _EnergyStream(self._margin_db, self._least_db)


class _EnergyStream(VadStream):
    __slots__ = ("_floor_db", "_heard", "_least_db", "_lowest_db", "_margin_db")

    def __init__(self, margin_db: float, least_db: float) -> None:
        self._margin_db, self._least_db = margin_db, least_db
        self._floor_db = _FLOOR_START_DB
        self._lowest_db = 0.0
        """The quietest block since the floor was last learned."""
        self._heard = 0

    def probability(self, block: bytes) -> float:
        wide = ULAW_FLOATS.take(np.frombuffer(block, np.uint8))
        power = float(np.dot(wide, wide)) / len(block)
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
