"""Sentences as points of meaning: all-MiniLM-L6-v2, int8, run by onnxruntime."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from offhook.errors import ConfigurationError

Vectors = npt.NDArray[np.float32]

DIMENSIONS: Final = 384
MODEL_FILE: Final = "model.onnx"
TOKENIZER_FILE: Final = "tokenizer.json"
_BATCH: Final = 32
_TOKENS: Final = 128
"""The model was trained on sentences no longer than this."""


class Embedder:
    """The embedding model of the folder `minilm`. Safe to use from several threads; a sentence takes about 4 ms."""

    def __init__(self, model_dir: Path) -> None:
        """Load it; raises `ConfigurationError` when the folder does not hold the model."""
        for name in (MODEL_FILE, TOKENIZER_FILE):
            if not (model_dir / name).is_file():
                raise ConfigurationError(f"{model_dir / name} is missing: run `offhook models fetch minilm`")
        self.name = f"{MODEL_FILE} {(model_dir / MODEL_FILE).stat().st_size}"
        """What makes the numbers: others are no use to it."""
        # Heavy libraries, which an agent without knowledge does not need.
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # One thread: a search is short, and the cores belong to the calls.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model_dir / MODEL_FILE), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(model_dir / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(_TOKENS)
        self._tokenizer.enable_padding()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row of 384 numbers and length 1 for each text; blocks."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        # Texts of like length share a batch, so that little is padded.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        rows = np.empty((len(texts), DIMENSIONS), np.float32)
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            rows[batch] = self._run([texts[i] for i in batch])
        return rows

    def _run(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([one.ids for one in encoded], np.int64)
        mask = np.array([one.attention_mask for one in encoded], np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, {name: feed[name] for name in feed if name in self._inputs})[0]
        weights = mask[:, :, None].astype(np.float32)
        mean = (states * weights).sum(1) / np.maximum(weights.sum(1), 1.0)
        unit: Vectors = (mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return unit
