"""Sounds for tests of the audio: made from numbers, so that each has a known beginning and end."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offhook.audio.frames import FRAME_BYTES, SAMPLE_RATE
from offhook.audio.g711 import encode_ulaw
from offhook.audio.resample import resample


def tone(hertz: float, length_s: float, rate: int = SAMPLE_RATE, level: float = 0.25) -> NDArray[np.float32]:
    """A sine of amplitude `level`."""
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(length_s * rate)) / rate)).astype(np.float32)


def silence(length_s: float) -> NDArray[np.float32]:
    return np.zeros(round(length_s * SAMPLE_RATE), np.float32)


def noise(length_s: float, level_db: float, seed: int = 1) -> NDArray[np.float32]:
    """White, at `level_db` of full scale."""
    samples = np.random.default_rng(seed).standard_normal(round(length_s * SAMPLE_RATE))
    return (samples * 10 ** (level_db / 20)).astype(np.float32)


@lru_cache(maxsize=1)
def _voice() -> Any:
    from hibari import Hibari

    return Hibari(threads=1)


@lru_cache(maxsize=8)
def spoken(text: str) -> NDArray[np.float32]:
    """Speech of the voice that comes with Offhook, without the silence around it, at 20 dB below full scale."""
    wave = resample(np.asarray(_voice()(text, seed=1), np.float32).reshape(-1), 24_000, SAMPLE_RATE)
    sounding = np.flatnonzero(np.abs(wave) > 0.02 * np.abs(wave).max())
    wave = wave[sounding[0] : sounding[-1] + 1]
    levelled: NDArray[np.float32] = (wave * (0.1 / np.sqrt(np.mean(wave**2)))).astype(np.float32)
    return levelled


def ulaw(*parts: NDArray[np.float32]) -> bytes:
    """The parts one after the other, as mu-law, filled up to whole frames."""
    samples = (np.concatenate(parts) * 32767).clip(-32768, 32767).astype(np.int16)
    audio = encode_ulaw(samples)
    return audio + b"\xff" * (-len(audio) % FRAME_BYTES)


def frames(audio: bytes) -> list[bytes]:
    return [audio[start : start + FRAME_BYTES] for start in range(0, len(audio), FRAME_BYTES)]
