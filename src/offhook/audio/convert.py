"""From one audio format to another, streaming: what a leg speaks and what a voice, a transcriber or a detector wants.

Rates differ by whole factors, and the filter is the short one of `audio.resample`: 2 ms of delay at 8000 Hz, nothing
else is ever held back.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from offhook.audio.g711 import decode_ulaw, encode_ulaw, ulaw_gain_table
from offhook.audio.resample import HALF_SAMPLES, Decimator, Floats, Interpolator
from offhook.core.formats import AudioFormat, Encoding

_LARGEST: Final = 32767


class Converter:
    """One stream. Pieces are whole samples; a piece may be of any length."""

    def __init__(self, source: AudioFormat, target: AudioFormat, *, is_live: bool = False) -> None:
        """`is_live`: begin with the filter's 2 ms of silence, so that each frame in is a frame out at once; else what
        is held back comes with `flush`, and nothing is moved.
        """
        self._source, self._target = source, target
        self._resampler = _resampler(source.rate, target.rate)
        if is_live and self._resampler is not None:
            lead = HALF_SAMPLES * max(1, source.rate // target.rate)
            self._resampler.push(np.zeros(lead, np.float32))

    def another(self) -> "Converter":
        """A stream of its own, between the same formats."""
        return Converter(self._source, self._target)

    def push(self, audio: bytes) -> bytes:
        """What is certain now, in the target's format."""
        samples = _decoded(audio, self._source)
        if self._resampler is None:
            return _encoded(samples, self._target)
        return _encoded(_rounded(self._resampler.push(samples)), self._target)

    def flush(self) -> bytes:
        """The rest, as if silence followed; then a new stream begins."""
        return b"" if self._resampler is None else _encoded(_rounded(self._resampler.flush()), self._target)


def converter(source: AudioFormat, target: AudioFormat, *, is_live: bool = False) -> Converter | None:
    """What brings `source` to `target`; None when they are the same and nothing is to be done."""
    return None if source == target else Converter(source, target, is_live=is_live)


def quieter(audio: bytes, audio_format: AudioFormat, gain_db: float) -> bytes:
    """Audio at another loudness."""
    if audio_format.encoding is Encoding.MULAW:
        return audio.translate(ulaw_gain_table(gain_db))
    return _encoded(_rounded(_decoded(audio, audio_format) * np.float32(10.0 ** (gain_db / 20))), audio_format)


def _resampler(source_hz: int, target_hz: int) -> Decimator | Interpolator | None:
    assert not (source_hz % target_hz and target_hz % source_hz), f"{source_hz} Hz to {target_hz} Hz"
    if source_hz == target_hz:
        return None
    return Decimator(source_hz // target_hz) if source_hz > target_hz else Interpolator(target_hz // source_hz)


def _decoded(audio: bytes, audio_format: AudioFormat) -> NDArray[np.int16]:
    if audio_format.encoding is Encoding.MULAW:
        return decode_ulaw(audio)
    return np.frombuffer(audio, "<i2")


def _encoded(samples: NDArray[np.int16], audio_format: AudioFormat) -> bytes:
    if audio_format.encoding is Encoding.MULAW:
        return encode_ulaw(samples)
    return samples.astype("<i2").tobytes()


def _rounded(samples: Floats) -> NDArray[np.int16]:
    # What the filter overshoots would come back from the other end of 16 bits.
    return np.clip(np.rint(samples), -_LARGEST - 1, _LARGEST).astype(np.int16)
