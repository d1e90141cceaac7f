"""Smart Turn: from the sound alone, is the caller's turn complete?

The model (Smart Turn v3, BSD-2) sees the last 8 s as Whisper's log-mel spectrum, filled up with silence at the
beginning, and answers with a probability. It was made for audio at 16 kHz; the spectrum of a telephone's 8 kHz is the
lower half of that, and is taken without resampling.
"""

from pathlib import Path
from typing import Final

import numpy as np

from offhook.audio.frames import SAMPLE_RATE
from offhook.audio.g711 import decode_ulaw
from offhook.audio.mel import log_mel, normalize
from offhook.audio.onnx import load_session
from offhook.audio.onnx_file import with_known_gelu
from offhook.audio.samples import to_float
from offhook.audio.sparse_past import with_sparse_past

SEEN_S: Final = 8
_FRAMES: Final = SEEN_S * 100
"""Of 10 ms."""


class SmartTurn:
    """The model. It may be asked by several threads at once; each question blocks for about 15 ms.

    Raises `ConfigurationError` when `model`, a path or the file's bytes, is not that model.
    """

    def __init__(self, model: Path | bytes) -> None:
        inputs, what = ("input_features",), "the end-of-turn model"
        self._session = load_session(model, inputs, what, _rewritten)

    def probability(self, ulaw: bytes) -> float:
        """Probability that the turn is complete, from the last 8 s of `ulaw` (shorter or empty is fine)."""
        seen = to_float(decode_ulaw(ulaw[-SEEN_S * SAMPLE_RATE :]))
        audio = np.zeros(SEEN_S * SAMPLE_RATE, np.float32)
        if len(seen):
            audio[-len(seen) :] = seen
        features = log_mel(normalize(audio), _FRAMES, SAMPLE_RATE)
        (answer,) = self._session.run(None, {"input_features": features[None]})
        return float(answer.reshape(-1)[0])


def _rewritten(model: bytes) -> bytes:
    return with_sparse_past(with_known_gelu(model))
