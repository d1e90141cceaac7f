"""The local models for tests of the audio: where `offhook models fetch` puts them."""

from pathlib import Path

import pytest

from offhook.speech.model_files import ModelStore

STORE = ModelStore(Path.home() / ".cache/offhook/models")
SILERO = STORE.root / "silero-vad" / "silero_vad.onnx"
SMART_TURN = STORE.root / "smart-turn" / "smart-turn.onnx"
needs_silero = pytest.mark.skipif(
    bool(STORE.missing(["silero-vad"])), reason="needs a model: `offhook models fetch silero-vad`"
)
needs_smart_turn = pytest.mark.skipif(
    bool(STORE.missing(["smart-turn"])), reason="needs a model: `offhook models fetch smart-turn`"
)
