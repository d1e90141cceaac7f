"""Smart Turn: from the sound alone, is the caller's turn complete?

The model (Smart Turn v3, BSD-2) sees the last 8 s as Whisper's log-mel spectrum at 16 kHz, filled up with silence at
the beginning, and answers with a probability.
"""

from pathlib import Path
from typing import Final

import numpy as np

from offhook.audio.frames import SAMPLE_RATE
from offhook.audio.g711 import decode_ulaw
from offhook.audio.mel import HOP, log_mel, normalize
from offhook.audio.onnx import load_session
from offhook.audio.onnx_file import with_known_gelu
from offhook.audio.resample import resample
from offhook.audio.samples import to_float
from offhook.audio.sparse_past import with_sparse_past

SEEN_S: Final = 8
_MODEL_RATE: Final = 16_000
_FRAMES: Final = SEEN_S * _MODEL_RATE // HOP


class SmartTurn:
    """The model. It may be asked by several threads at once; each question blocks for about 20 ms.

    Raises `ConfigurationError` when `model`, a path or the file's bytes, is not that model.
    """

    def __init__(self, model: Path | bytes) -> None:
        inputs, what = ("input_features",), "the end-of-turn model"
        self._session = load_session(model, inputs, what, _rewritten)

    def probability(self, ulaw: bytes) -> float:
        """Probability that the turn is complete, from the last 8 s of `ulaw` (shorter or empty is fine)."""
        seen = to_float(decode_ulaw(ulaw[-SEEN_S * SAMPLE_RATE :]))
        audio = np.zeros(SEEN_S * _MODEL_RATE, np.float32)
        if len(seen):
            audio[-2 * len(seen) :] = resample(seen, SAMPLE_RATE, _MODEL_RATE)
        features = log_mel(normalize(audio), _FRAMES)
        (answer,) = self._session.run(None, {"input_features": features[None]})
        return float(answer.reshape(-1)[0])


def _rewritten(model: bytes) -> bytes:
    return with_sparse_past(with_known_gelu(model))
