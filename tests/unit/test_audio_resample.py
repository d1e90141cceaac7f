"""The resampler: what passes, what is kept out, and that nothing is delayed."""

import numpy as np
import pytest
from numpy.typing import NDArray

from offhook.audio.resample import HALF_SAMPLES, Decimator, Interpolator, resample
from offhook.audio.samples import to_float
from offhook.errors import ConfigurationError
from tests.unit.audio_sounds import tone


def level_db(samples: NDArray[np.float32]) -> float:
    """Of the middle, where the filter is full; 0 is the amplitude 1."""
    middle = samples[200:-200]
    return float(20 * np.log10(np.sqrt(2 * np.mean(middle**2)) + 1e-12))


@pytest.mark.parametrize("hertz", [300, 1000, 2000, 3000, 3400])
@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_the_telephone_band_passes_in_both_directions(rate: int, hertz: int) -> None:
    assert abs(level_db(resample(tone(hertz, 0.5, rate, 1.0), rate, 8000))) < 0.1
    assert abs(level_db(resample(tone(hertz, 0.5, 8000, 1.0), 8000, rate))) < 0.1


@pytest.mark.parametrize("hertz", [4600, 5000, 7000, 7700, 8300, 9000, 11_400, 11_900])
def test_what_would_fold_into_the_telephone_band_is_50_db_down(hertz: int) -> None:
    assert level_db(resample(tone(hertz, 0.5, 24_000, 1.0), 24_000, 8000)) < -50


def test_images_above_the_telephone_band_are_50_db_down() -> None:
    raised = resample(tone(3000, 0.5, 8000, 1.0), 8000, 16_000)
    kept = resample(resample(raised, 16_000, 8000), 8000, 16_000)
    assert level_db((raised - kept).astype(np.float32)) < -50


@pytest.mark.parametrize(("from_hz", "to_hz"), [(24_000, 8000), (16_000, 8000), (8000, 16_000), (8000, 24_000)])
def test_a_click_stays_where_it_is(from_hz: int, to_hz: int) -> None:
    click = np.zeros(from_hz // 10, np.float32)
    click[from_hz // 20] = 1.0
    out = resample(click, from_hz, to_hz)
    assert len(out) == to_hz // 10
    assert int(np.argmax(np.abs(out))) == to_hz // 20


def test_a_stream_holds_back_no_more_than_it_says() -> None:
    assert HALF_SAMPLES <= 0.002 * 8000
    sound = tone(1000, 0.2, 24_000)
    assert len(Decimator(3).push(sound)) == len(sound) // 3 - HALF_SAMPLES
    assert len(Interpolator(3).push(sound)) == 3 * (len(sound) - HALF_SAMPLES)


def test_an_odd_length_is_rounded_up() -> None:
    assert len(resample(np.ones(7, np.float32), 24_000, 8000)) == 3
    assert len(resample(np.zeros(0, np.float32), 24_000, 8000)) == 0
    assert len(resample(np.zeros(0, np.float32), 8000, 16_000)) == 0


def test_integers_keep_their_scale() -> None:
    out = resample(np.full(1000, 1000, np.int16), 8000, 16_000)
    assert np.allclose(out[100:-100], 1000, rtol=0.01)


def test_the_same_rate_is_a_copy() -> None:
    sound = tone(1000, 0.1)
    out = resample(sound, 8000, 8000)
    assert np.array_equal(out, sound)
    assert out is not sound


@pytest.mark.parametrize(("from_hz", "to_hz"), [(22_050, 8000), (0, 8000), (8000, -1)])
def test_other_ratios_are_refused_in_words(from_hz: int, to_hz: int) -> None:
    with pytest.raises(ConfigurationError, match=f"sample rate.*found {from_hz} Hz to {to_hz} Hz"):
        resample(np.zeros(10, np.float32), from_hz, to_hz)


def test_samples_become_fractions() -> None:
    assert to_float(np.array([-32768, 0, 16384], np.int16)).tolist() == [-1.0, 0.0, 0.5]
