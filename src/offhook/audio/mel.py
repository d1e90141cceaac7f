"""Whisper's log-mel spectrum, in numpy, from its definition.

Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision" (2022), section 2.2: 80 mel bands over
windows of 25 ms every 10 ms, base-10 logarithm, no more than 8 decades of range, scaled to about ±1. The bands are
those of Slaney's Auditory Toolbox: linear below 1000 Hz, logarithmic above, each of the same area.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SAMPLE_RATE: Final = 16_000
WINDOW: Final = 400
HOP: Final = 160
BANDS: Final = 80
_LEAST_POWER: Final = 1e-10
_DECADES: Final = 8.0
_TOGETHER: Final = 80
"""Windows whose spectra are computed at once: all of them need megabytes, which the system hands out page by page."""

_LINEAR_HZ: Final = 1000.0
_LINEAR_STEP_HZ: Final = 200.0 / 3
_LOG_STEP: Final = np.log(6.4) / 27
"""27 steps from 1000 to 6400 Hz."""

Floats = NDArray[np.float32]
"""Audio, spectra, filters."""


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _LINEAR_HZ / _LINEAR_STEP_HZ
    return np.where(mel < knee, mel * _LINEAR_STEP_HZ, _LINEAR_HZ * np.exp(_LOG_STEP * (mel - knee)))


@lru_cache(maxsize=1)
def _filters() -> Floats:
    """Triangles over the bins of the spectrum: `[WINDOW // 2 + 1, BANDS]`."""
    top = _LINEAR_HZ / _LINEAR_STEP_HZ + np.log(SAMPLE_RATE / 2 / _LINEAR_HZ) / _LOG_STEP
    edges = _hertz(np.linspace(0.0, top, BANDS + 2))
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    bins = np.linspace(0.0, SAMPLE_RATE / 2, WINDOW // 2 + 1)[:, None]
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre))
    filters: Floats = (np.maximum(triangles, 0.0) * (2.0 / (high - low))).astype(np.float32)
    return filters


@lru_cache(maxsize=2)
def _of_rate(rate: int) -> tuple[Floats, Floats]:
    """Hann's window (periodic) and the filters at a rate.

    A spectrum of 25 ms has the same bins at every rate, up to half of it; of fewer samples, its power is less.
    """
    size = WINDOW * rate // SAMPLE_RATE
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)
    return window, np.ascontiguousarray(_filters()[: size // 2 + 1]) * np.float32((SAMPLE_RATE / rate) ** 2)


def log_mel(pcm: Floats, frames: int | None = None, rate: int = SAMPLE_RATE) -> Floats:
    """`[80, frames]` of audio (±1) at 8 or 16 kHz; without `frames`, one for each whole 10 ms.

    At 8 kHz the upper bands are empty, as they are of the same audio at twice the rate. With `frames`, the audio is cut
    or filled up with silence to so many times 10 ms. Less than 25 ms of audio is filled up with silence in any case,
    for the edges are mirrored.
    """
    window, filters = _of_rate(rate)
    hop, size = HOP * rate // SAMPLE_RATE, len(window)
    frames = len(pcm) // hop if frames is None else frames
    if frames < 1:
        return np.zeros((BANDS, 0), np.float32)
    length = frames * hop
    audio = pcm if len(pcm) < length or len(pcm) - length < hop else pcm[:length]
    audio = np.pad(audio, (0, max(0, max(length, size) - len(audio)))).astype(np.float32, copy=False)
    mirrored = np.pad(audio, size // 2, mode="reflect")
    windows = sliding_window_view(mirrored, size)[::hop][:frames]
    power = np.empty((frames, size // 2 + 1), np.float32)
    for begin in range(0, frames, _TOGETHER):
        spectrum = np.fft.rfft(windows[begin : begin + _TOGETHER] * window, axis=1)
        power[begin : begin + _TOGETHER] = spectrum.real**2 + spectrum.imag**2
    logarithm = np.log10(np.maximum(power @ filters, _LEAST_POWER)).T
    logarithm = np.maximum(logarithm, logarithm.max() - _DECADES)
    return np.ascontiguousarray((logarithm + 4.0) / 4.0, np.float32)


def normalize(pcm: Floats) -> Floats:
    """The same audio with mean 0 and variance 1; silence stays silence."""
    level: Floats = ((pcm - pcm.mean()) / np.sqrt(pcm.var() + 1e-7)).astype(np.float32)
    return level
