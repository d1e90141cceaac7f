"""Whisper's log-mel features, against a slow calculation from the definition."""

import numpy as np
import pytest
from numpy.typing import NDArray

from offhook.audio.mel import BANDS, HOP, WINDOW, log_mel, normalize
from tests.unit.audio_sounds import tone


def slow_log_mel(pcm: NDArray[np.float32]) -> NDArray[np.float64]:
    """One window, one bin, one band at a time, with the mel scale in its other form."""

    def mel(hertz: float) -> float:
        return 3 * hertz / 200 if hertz < 1000 else 15 + 27 * np.log(hertz / 1000) / np.log(6.4)

    def hertz(value: float) -> float:
        return 200 * value / 3 if value < 15 else 1000 * 6.4 ** ((value - 15) / 27)

    edges = [hertz(mel(8000) * index / (BANDS + 1)) for index in range(BANDS + 2)]
    mirrored = np.pad(pcm.astype(np.float64), WINDOW // 2, mode="reflect")
    hann = np.hanning(WINDOW + 1)[:-1]
    angle = np.exp(-2j * np.pi * np.outer(np.arange(WINDOW // 2 + 1), np.arange(WINDOW)) / WINDOW)
    powers = [
        np.abs(angle @ (mirrored[start : start + WINDOW] * hann)) ** 2 for start in range(0, len(pcm) // HOP * HOP, HOP)
    ]
    out = np.zeros((BANDS, len(powers)))
    for band in range(BANDS):
        low, centre, high = edges[band : band + 3]
        for frame, power in enumerate(powers):
            total = 0.0
            for index, value in enumerate(power):
                at = index * 40.0
                height = min((at - low) / (centre - low), (high - at) / (high - centre))
                total += max(0.0, height) * 2 / (high - low) * value
            out[band, frame] = np.log10(max(total, 1e-10))
    features: NDArray[np.float64] = (np.maximum(out, out.max() - 8) + 4) / 4
    return features


def test_features_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(4)
    sound = tone(440, 0.2, 16_000) + tone(3000, 0.2, 16_000, 0.01)
    sound[1600:] += rng.standard_normal(1600).astype(np.float32) * 0.1
    assert np.abs(log_mel(sound) - slow_log_mel(sound)).max() < 1e-4


def test_half_the_rate_has_the_same_features() -> None:
    """Of a sound without anything above 3.4 kHz, also where it is silent, and with empty bands above."""

    def sound(rate: int) -> NDArray[np.float32]:
        parts = (tone(hertz, 0.4, rate, 0.1) for hertz in (130, 440, 1250, 2600, 3300))
        return np.concatenate([np.zeros(rate // 10, np.float32), sum(parts, np.zeros(rate * 4 // 10, np.float32))])

    whole, half = log_mel(sound(16_000), 60), log_mel(sound(8000), 60, 8000)
    assert half.shape == whole.shape
    assert np.abs(half - whole)[:, 12:48].max() < 0.06
    assert np.abs(half - whole)[:, :8].max() < 0.01, "before the sound"


def test_a_length_is_filled_up_with_silence_or_cut() -> None:
    sound = tone(440, 0.5, 16_000)
    filled = log_mel(sound, 80)
    assert filled.shape == (80, 80)
    assert filled.dtype == np.float32
    assert np.array_equal(filled, log_mel(np.concatenate([sound, np.zeros(80 * HOP - len(sound), np.float32)])))
    assert log_mel(sound, 20).shape == (80, 20)
    assert np.array_equal(log_mel(sound, 20), log_mel(sound[: 20 * HOP]))


@pytest.mark.parametrize("length", [0, 1, 159, 160, 399, 400, 401])
def test_short_audio_is_fine(length: int) -> None:
    features = log_mel(np.zeros(length, np.float32))
    assert features.shape == (80, length // HOP)
    assert np.isfinite(features).all()


def test_silence_is_the_lowest_value() -> None:
    assert np.allclose(log_mel(np.zeros(1600, np.float32)), -1.5)


def test_normalized_audio_has_no_mean_and_unit_variance() -> None:
    out = normalize(tone(440, 0.5, 16_000) + np.float32(0.3))
    assert abs(float(out.mean())) < 1e-3
    assert abs(float(out.var()) - 1) < 1e-3
    assert not normalize(np.zeros(100, np.float32)).any()
