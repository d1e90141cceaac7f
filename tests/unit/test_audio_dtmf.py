"""Keys as tones and back: every key, both formats, quiet and noisy, and what is no key."""

import numpy as np
import pytest

from offhook.audio.dtmf import GAP_S, PAUSE_S, TONE_S, DtmfDetector, dtmf
from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.core.builtin import KEYS, MOST_SENT
from offhook.core.formats import TELEPHONE, WIDEBAND, AudioFormat

FORMATS = [TELEPHONE, WIDEBAND]
ALL = "1234567890*#ABCD"


def heard(audio: bytes, audio_format: AudioFormat, piece: int = 0) -> str:
    detector = DtmfDetector(audio_format)
    size = piece or len(audio)
    return "".join(detector.push(audio[at : at + size]) for at in range(0, len(audio), size))


def scaled(audio: bytes, gain: float) -> bytes:
    return encode_ulaw((decode_ulaw(audio) * gain).astype(np.int16))


@pytest.mark.parametrize("audio_format", FORMATS)
def test_every_key_is_heard_again(audio_format: AudioFormat) -> None:
    assert set(ALL) == set(KEYS)
    assert heard(dtmf(ALL, audio_format), audio_format) == ALL
    assert heard(dtmf("abcd", audio_format), audio_format) == "ABCD"


@pytest.mark.parametrize("audio_format", FORMATS)
def test_the_same_key_twice_is_two_keys(audio_format: AudioFormat) -> None:
    assert heard(dtmf("1122#", audio_format), audio_format, piece=97) == "1122#"


@pytest.mark.parametrize("audio_format", FORMATS)
def test_the_audio_is_whole_frames_of_the_said_length(audio_format: AudioFormat) -> None:
    audio = dtmf("1w2,", audio_format)
    assert audio_format.seconds(len(audio)) == pytest.approx(2 * (TONE_S + GAP_S) + 2 * PAUSE_S)
    assert len(audio) % audio_format.frame_bytes == 0
    assert heard(audio, audio_format) == "12"


def test_a_key_that_is_held_counts_once() -> None:
    tone = dtmf("5", TELEPHONE)[: TELEPHONE.bytes_per_s // 10]
    assert heard(tone * 8, TELEPHONE) == "5"


def test_the_level_is_what_lines_expect() -> None:
    samples = decode_ulaw(dtmf("5", TELEPHONE)[160:640]).astype(float)
    level_db = 20 * np.log10(np.sqrt(np.mean(samples**2)) * np.sqrt(2) / 32_124) + 3.17
    assert -6 < level_db < -4
    assert np.abs(samples).max() < 32_000, "nothing is clipped"


@pytest.mark.parametrize("gain", [1.0, 0.3, 0.1])
@pytest.mark.parametrize("noise", [0, 150])
def test_quiet_and_noisy_keys_are_heard(gain: float, noise: int) -> None:
    clean = decode_ulaw(scaled(dtmf(ALL, TELEPHONE), gain)).astype(float)
    noisy = clean + np.random.default_rng(7).normal(0, noise, len(clean))
    assert heard(encode_ulaw(noisy.astype(np.int16)), TELEPHONE) == ALL


def test_silence_noise_and_voices_are_no_keys() -> None:
    rng = np.random.default_rng(3)
    assert heard(TELEPHONE.silence(80_000), TELEPHONE) == ""
    noise = rng.normal(0, 4_000, 80_000).astype(np.int16)
    assert heard(encode_ulaw(noise), TELEPHONE) == ""
    at = np.arange(160_000) / 8_000
    # A voiced sound: harmonics of a pitch that moves.
    phase = 2 * np.pi * np.cumsum(140 + 60 * np.sin(2 * np.pi * 0.7 * at)) / 8_000
    voice = sum(np.sin(number * phase) * 4_000 / number for number in range(1, 24))
    assert heard(encode_ulaw(np.clip(voice, -32_000, 32_000).astype(np.int16)), TELEPHONE) == ""


def test_one_tone_alone_is_no_key() -> None:
    at = np.arange(8_000) / 8_000
    for frequency in (697, 941, 1209, 1633, 440, 1000):
        sine = (8_000 * np.sin(2 * np.pi * frequency * at)).astype(np.int16)
        assert heard(encode_ulaw(sine), TELEPHONE) == ""


@pytest.mark.parametrize("digits", ["", "1 2", "x", "1" * (MOST_SENT + 1), "é"])
def test_what_is_no_key_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="key"):
        dtmf(digits, TELEPHONE)


def test_as_many_as_may_be_sent_are_heard() -> None:
    digits = (ALL * 4)[:MOST_SENT]
    assert heard(dtmf(digits, TELEPHONE), TELEPHONE, piece=160) == digits
