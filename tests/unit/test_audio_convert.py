"""Between formats, streaming: what is delayed, what is kept, and that nothing is done when nothing differs."""

import numpy as np
import pytest

from offhook.audio.convert import Converter, converter, quieter
from offhook.audio.g711 import decode_ulaw, encode_ulaw
from offhook.core.formats import TELEPHONE, WIDEBAND, AudioFormat, Encoding
from tests.unit.audio_sounds import tone

LINEAR_8000 = AudioFormat(8000, Encoding.LINEAR)
PAIRS = [(WIDEBAND, TELEPHONE), (TELEPHONE, WIDEBAND), (TELEPHONE, LINEAR_8000), (WIDEBAND, LINEAR_8000)]


def sound(audio_format: AudioFormat, seconds: float = 1.0, hertz: float = 440.0) -> bytes:
    samples = (tone(hertz, 0.5, audio_format.rate, seconds) * 32767).astype("<i2")
    return encode_ulaw(samples) if audio_format.encoding is Encoding.MULAW else samples.tobytes()


def wide(audio: bytes, audio_format: AudioFormat) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    mulaw = audio_format.encoding is Encoding.MULAW
    return (decode_ulaw(audio) if mulaw else np.frombuffer(audio, "<i2")).astype(float)


@pytest.mark.parametrize("audio_format", [TELEPHONE, WIDEBAND, LINEAR_8000])
def test_equal_formats_are_not_converted(audio_format: AudioFormat) -> None:
    assert converter(audio_format, AudioFormat(audio_format.rate, audio_format.encoding)) is None


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_frame_in_is_a_frame_out_at_once_and_2_ms_later(source: AudioFormat, target: AudioFormat) -> None:
    audio, stream = sound(source), Converter(source, target, is_live=True)
    out = b""
    for at in range(0, len(audio), source.frame_bytes):
        piece = stream.push(audio[at : at + source.frame_bytes])
        assert len(piece) == target.frame_bytes
        out += piece
    expected, found = wide(sound(target), target), wide(out, target)
    size = len(expected)
    latest = round(0.004 * target.rate)
    errors = [float(np.abs(found[late + 400 : size] - expected[400 : size - late]).max()) for late in range(latest)]
    delay_s = int(np.argmin(errors)) / target.rate
    assert delay_s <= 0.002, "measured"
    assert min(errors) < 700, "and it is the same tone: the law's own steps are larger"


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_pieces_of_any_length_give_what_one_piece_gives_and_nothing_is_moved(
    source: AudioFormat, target: AudioFormat
) -> None:
    audio, stream = sound(source, 0.5), Converter(source, target)
    whole = stream.push(audio) + stream.flush()
    out, at, size = b"", 0, source.sample_bytes
    for step in (1, 7, 160, 3, 999, 10_000):
        out += stream.push(audio[at : at + step * size])
        at += step * size
    assert out + stream.flush() == whole
    assert len(whole) == round(0.5 * target.bytes_per_s)
    assert np.abs(wide(whole, target)[200:-200] - wide(sound(target, 0.5), target)[200:-200]).max() < 700


def test_what_is_too_loud_is_clipped_and_does_not_turn_over() -> None:
    square = (np.sign(np.sin(np.arange(16_000) * 2 * np.pi * 400 / 16_000)) * 32767).astype("<i2").tobytes()
    found = wide(Converter(WIDEBAND, LINEAR_8000).push(square), LINEAR_8000)
    drive = np.sign(np.sin(np.arange(len(found)) * 2 * np.pi * 400 / 8000))
    assert (np.sign(found[100:][np.abs(drive[100:]) > 0]) == drive[100:][np.abs(drive[100:]) > 0]).mean() > 0.9
    assert found.max() <= 32767 and found.min() >= -32768


@pytest.mark.parametrize("audio_format", [TELEPHONE, WIDEBAND])
def test_quieter_is_quieter_by_so_many_decibels(audio_format: AudioFormat) -> None:
    loud = sound(audio_format)
    soft = quieter(loud, audio_format, -20.0)
    assert len(soft) == len(loud)
    ratio = np.abs(wide(soft, audio_format)).mean() / np.abs(wide(loud, audio_format)).mean()
    assert ratio == pytest.approx(0.1, rel=0.05)
