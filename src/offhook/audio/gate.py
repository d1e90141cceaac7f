"""Asks the voice detector only about audio that is not clearly silent.

The model is the largest CPU cost of a call and a caller is silent most of the time, so each block is first compared
with the noise of the line. The blocks just before it becomes louder are kept and given to the model late: the beginning
of a soft sound is judged like the rest of it.
"""

from collections.abc import Callable
from typing import Final

from offhook.audio.g711 import ulaw_level
from offhook.audio.vad import VadStream

KEPT_BLOCKS: Final = 3
"""The last block and the 64 ms before it: where a soft onset hides, and a running start for a model that rested."""
MARGIN: Final = 8.0
"""About 3 dB above the floor. A block of steady noise strays by 1.6, so that one in thousands wakes the model."""
SURE_MARGIN: Final = 30.0
"""Far above the floor: no noise of the line."""
SURE_LEVEL: Final = 40.0
"""About -30 dB of full scale: somebody or something near the telephone."""
QUIET_MARGIN: Final = 4.0
"""About 1.5 dB above the floor, the mean of the noise and a little: nothing but noise is to be heard below it."""
LEAST_LEVEL: Final = 4.0
"""About -60 dB of full scale: below it nobody speaks, however quiet the line is."""
AWAKE_BLOCKS: Final = 10
"""320 ms without a loud block or a voice until the model rests."""
NO_VOICE: Final = 0.15
"""What the model is so sure about is noise, and raises the floor."""
_FALL: Final = 0.25
_RISE: Final = 0.05
"""How fast the floor follows, per block: 0.1 s down, 0.6 s up. It lies a little below the mean of the noise."""


class GatedVad:
    """Judges each 256 samples of mu-law; levels are those of `ulaw_level`."""

    __slots__ = ("_awake", "_block", "_floor", "_kept", "_skipped", "_then", "_vad", "level")

    def __init__(self, vad: VadStream, then: Callable[[float], None]) -> None:
        """`then` is told the probability of a voice in each block."""
        self._vad, self._then = vad, then
        self._block = b""
        """What the model is being asked about."""
        self._floor = 0.0
        self._awake = AWAKE_BLOCKS
        self._kept: tuple[bytes, ...] = ()
        self._skipped = 0
        """Blocks since the model was last asked."""
        self.level = 0.0
        """Of the last block."""

    @property
    def loud_level(self) -> float:
        """From here a sound is louder than the line's noise."""
        return max(LEAST_LEVEL, self._floor + MARGIN)

    @property
    def is_sure_sound(self) -> bool:
        """The last block was far louder than the line's noise."""
        return self.level >= SURE_LEVEL and self.level >= self._floor + SURE_MARGIN

    @property
    def quiet_level(self) -> float:
        """Below this there is nothing but the line's noise."""
        return max(LEAST_LEVEL, self._floor + QUIET_MARGIN)

    def hear(self, block: bytes) -> None:
        """Judge `block`, at once or in a moment; 0 when it is clearly silent and the model rests."""
        self.level = level = ulaw_level(block)
        if level >= LEAST_LEVEL and level >= self._floor + MARGIN:
            self._awake = AWAKE_BLOCKS
        elif not self._awake:
            self._rest(block, level)
            self._then(0.0)
            return
        if self._skipped:
            self._wake_up()
        self._block = block
        self._vad.ask(block, self._judged)

    def restart(self) -> None:
        """Other audio follows, of another leg; the noise of the line is learned on from where it was."""
        self._kept, self._skipped, self._awake = (), 0, AWAKE_BLOCKS
        self._vad.reset()

    def stop(self) -> None:
        """Tell nobody any more."""
        self._then = _to_nobody

    def flush(self) -> None:
        """Do not wait for other calls' blocks any longer."""
        self._vad.flush()

    def _judged(self, probability: float) -> None:
        if probability >= NO_VOICE:
            self._awake = AWAKE_BLOCKS
        else:
            self._awake -= 1
            self._follow(self.level)
        self._kept = (*self._kept[1 - KEPT_BLOCKS :], self._block)
        self._then(probability)

    def parts_from(self, level: float, part_samples: int, most_blocks: int = 1) -> list[bool]:
        """Does each part of the last block, or of up to `most_blocks` that end with it, reach `level`?"""
        audio = b"".join(self._kept[-most_blocks:])
        starts = range(0, len(audio), part_samples)
        return [ulaw_level(audio[start : start + part_samples]) >= level for start in starts]

    def _rest(self, block: bytes, level: float) -> None:
        self._skipped += 1
        self._kept = (*self._kept[1 - KEPT_BLOCKS :], block)
        self._follow(level)

    def _wake_up(self) -> None:
        """Give the model the kept blocks that it has not heard, after a reset when more than those were skipped."""
        if self._skipped >= KEPT_BLOCKS:
            self._vad.reset()
        for block in self._kept[1 - KEPT_BLOCKS :][-self._skipped :]:
            self._vad.probability(block)
        self._skipped = 0

    def _follow(self, level: float) -> None:
        self._floor += (_FALL if level < self._floor else _RISE) * (level - self._floor)


def _to_nobody(probability: float) -> None:
    del probability
