"""A voice's samples become mu-law, however they are cut."""

import random

import numpy as np
import pytest

from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.audio.pcm import PcmToUlaw


def tone(rate: int, hertz: float = 440.0, level: int = 8000) -> bytes:
    wave = level * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)
    return np.round(wave).astype("<i2").tobytes()


def converted(pcm: bytes, rate: int, sizes: list[int]) -> bytes:
    stream, out, at = PcmToUlaw(rate), b"", 0
    for size in sizes:
        out += stream.push(pcm[at : at + size])
        at += size
    return out + stream.push(pcm[at:]) + stream.flush()


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 48000])
def test_a_tone_is_the_same_tone_at_8_khz(rate: int) -> None:
    audio = converted(tone(rate), rate, [])
    assert len(audio) == 8000
    error = (
        decode_ulaw(audio)[50:-50].astype(float) - decode_ulaw(encode_ulaw(np.frombuffer(tone(8000), "<i2")))[50:-50]
    )
    assert np.sqrt(np.mean(np.square(error))) < 200, "no more than the law's own steps"


def test_samples_may_be_cut_in_half_anywhere() -> None:
    pcm, chance = tone(24000), random.Random(3)
    whole = converted(pcm, 24000, [])
    for _ in range(20):
        assert converted(pcm, 24000, [chance.randint(0, 999) for _ in range(60)]) == whole
    assert converted(pcm + b"\x01", 24000, [1, 1, 1]) == whole, "half a sample at the end is none"


def test_no_more_than_2_ms_are_held_back() -> None:
    stream = PcmToUlaw(24000)
    assert len(stream.push(tone(24000))) >= 8000 - 17
    assert len(stream.flush()) <= 17


def test_what_the_filter_overshoots_is_clipped() -> None:
    square = np.where(np.arange(24000) // 60 % 2, 32767, -32768).astype("<i2")
    samples = decode_ulaw(converted(square.tobytes(), 24000, []))
    middle = samples[10:-10].reshape(-1)
    assert (np.abs(np.diff(np.sign(middle))) > 0).sum() <= 400, "a wrap would change its sign"
