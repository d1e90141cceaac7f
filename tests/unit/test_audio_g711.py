"""G.711 against the values of the standard, and against Python's own module where it still exists."""

import importlib
import warnings
from typing import Any

import numpy as np
import pytest

from offhook.audio import g711

EVERY_BYTE = bytes(range(256))
EVERY_SAMPLE = np.arange(-32768, 32768, dtype=np.int16)


def audioop() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return importlib.import_module("audioop")
        except ImportError:
            pytest.skip("this Python has no audioop")


def test_every_sample_is_encoded_as_audioop_does() -> None:
    oracle = audioop()
    assert g711.encode_ulaw(EVERY_SAMPLE) == oracle.lin2ulaw(EVERY_SAMPLE.tobytes(), 2)
    assert g711.encode_alaw(EVERY_SAMPLE) == oracle.lin2alaw(EVERY_SAMPLE.tobytes(), 2)


def test_every_byte_is_decoded_as_audioop_does() -> None:
    oracle = audioop()
    assert g711.decode_ulaw(EVERY_BYTE).tobytes() == oracle.ulaw2lin(EVERY_BYTE, 2)
    assert g711.decode_alaw(EVERY_BYTE).tobytes() == oracle.alaw2lin(EVERY_BYTE, 2)


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xFF, 0), (0x7F, 0), (0x80, 4 * 8031), (0x00, -4 * 8031), (0xFE, 8), (0x8F, 4 * 4191), (0xEF, 4 * 33)],
)
def test_mu_law_has_the_values_of_table_2(code: int, sample: int) -> None:
    assert g711.decode_ulaw(bytes([code])).tolist() == [sample]


@pytest.mark.parametrize(
    ("code", "sample"), [(0xD5, 8), (0x55, -8), (0xAA, 8 * 4032), (0x2A, -8 * 4032), (0xB5, 8 * 1056), (0xC5, 8 * 33)]
)
def test_a_law_has_the_values_of_table_1(code: int, sample: int) -> None:
    assert g711.decode_alaw(bytes([code])).tolist() == [sample]


def test_magnitudes_and_loudness_belong_to_the_decoded_samples() -> None:
    samples = g711.decode_ulaw(EVERY_BYTE)
    assert [abs(int(sample)) for sample in samples] == list(g711.ULAW_MAGNITUDE)
    by_loudness = sorted(EVERY_BYTE, key=lambda byte: g711.ULAW_LOUDNESS[byte])
    magnitudes = [g711.ULAW_MAGNITUDE[byte] for byte in by_loudness]
    assert magnitudes == sorted(magnitudes)
    assert (min(g711.ULAW_LOUDNESS), max(g711.ULAW_LOUDNESS)) == (0, 127)


def test_level_is_the_mean_loudness() -> None:
    assert g711.ulaw_level(b"") == 0
    assert g711.ulaw_level(b"\xff\x7f") == 0
    assert g711.ulaw_level(b"\x80\xff") == 63.5


def test_gain_of_nothing_changes_nothing() -> None:
    assert g711.ulaw_gain_table(0.0) == EVERY_BYTE


@pytest.mark.parametrize("gain_db", [-40.0, -15.0, -6.0, 6.0, 20.0])
def test_gain_keeps_the_sign_and_comes_within_a_step_of_the_law(gain_db: float) -> None:
    table = g711.ulaw_gain_table(gain_db)
    assert all(byte & 0x80 == changed & 0x80 for byte, changed in enumerate(table))
    wanted = np.minimum(np.abs(g711.decode_ulaw(EVERY_BYTE)) * 10 ** (gain_db / 20), 32124)
    found = np.abs(g711.decode_ulaw(EVERY_BYTE.translate(table)).astype(np.int32))
    # Half a step of the law, and half a unit for the rounding before it.
    assert np.all(np.abs(found - wanted) <= 4.5 + wanted / 33)
