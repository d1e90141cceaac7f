"""From a voice's waveform to what goes over the telephone: level, silence, mu-law, and where each word lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from offhook.audio.g711 import encode_ulaw
from offhook.audio.resample import resample
from offhook.core.formats import TELEPHONE
from offhook.speech.ports import WordTime

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE: Final = TELEPHONE.rate
WINDOW: Final = 40
"""5 ms: the grain in which silence is looked for."""
SPEECH_RMS: Final = 10 ** (-20 / 20)
"""Of full scale: the usual level of speech in a telephone network."""
PEAK: Final = 0.95
GATE: Final = 10 ** (-35 / 20)
"""Quieter than this beside the loudest window is silence."""
FLOOR: Final = 1e-4
"""A waveform that never exceeds it is all silence."""
LEADING: Final = int(0.020 * RATE)
TRAILING: Final = int(0.150 * RATE)
FADE: Final = 40
"""5 ms at both ends, so that a cut does not click."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Mu-law audio, and the samples between which it is not silent."""

    audio: bytes
    begins_at: int
    ends_at: int


NOTHING: Final = Sound(b"", 0, 0)


def telephone_sound(wave: "NDArray[np.float32]", from_hz: int) -> Sound:
    """Bring a waveform (full scale 1) to 8 kHz, the level of a telephone and as little silence as is natural."""
    if not len(wave):
        return NOTHING
    pcm = np.asarray(resample(np.clip(wave, -1.0, 1.0) * np.float32(32767), from_hz, RATE), np.float32) / np.float32(
        32768
    )
    loudness = _window_rms(pcm)
    loudest = float(loudness.max(initial=0.0))
    if loudest < FLOOR:
        return NOTHING
    voiced = np.flatnonzero(loudness > loudest * GATE)
    begins, ends = int(voiced[0]) * WINDOW, min(len(pcm), (int(voiced[-1]) + 1) * WINDOW)
    first, last = max(0, begins - LEADING), min(len(pcm), ends + TRAILING)
    pcm = pcm[first:last]
    # The level of speech is that of its voiced windows; pauses do not make a voice quiet.
    speech = float(np.sqrt(np.mean(np.square(loudness[voiced]))))
    gain = min(SPEECH_RMS / speech, PEAK / max(float(np.abs(pcm).max()), FLOOR))
    pcm = pcm * np.float32(gain)
    ramp = np.linspace(0.0, 1.0, min(FADE, len(pcm)), dtype=np.float32)
    pcm[: len(ramp)] *= ramp
    pcm[len(pcm) - len(ramp) :] *= ramp[::-1]
    return Sound(encode_ulaw(np.round(pcm * 32767).astype(np.int16)), begins - first, ends - first)


def _window_rms(pcm: "NDArray[np.float32]") -> "NDArray[np.float32]":
    padded = np.pad(pcm, (0, -len(pcm) % WINDOW))
    return np.sqrt(np.mean(np.square(padded.reshape(-1, WINDOW)), axis=1, dtype=np.float32))


def word_times(words: Sequence[str], weights: Sequence[float], sound: Sound, offset: int) -> tuple[WordTime, ...]:
    """Where each word of a sound lies, in seconds, when the sound begins `offset` samples into the segment.

    An estimate: the voice tells no times, so the span that is not silent is shared out by weight.
    """
    total = sum(weights) or 1.0
    span = sound.ends_at - sound.begins_at
    times, before = [], 0.0
    for word, weight in zip(words, weights, strict=True):
        start, end = (offset + sound.begins_at + span * share / total for share in (before, before + weight))
        times.append(WordTime(word, round(start / RATE, 3), round(end / RATE, 3)))
        before += weight
    return tuple(times)
