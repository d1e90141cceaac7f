"""Points of meaning on disk: a large document is worked through once, and not at every start.

A file belongs to the documents of one agent, and holds a point for each text by the text's hash: after a change only
what is new is worked out. A file that cannot be read or written is the same as none, and is logged.
"""

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from offhook.knowledge.embed import DIMENSIONS, Vectors

_LOG: Final = logging.getLogger("offhook.knowledge")
HASH_BYTES: Final = 16
WORTH_KEEPING: Final = 100
"""Texts: fewer are worked out in a second."""
MOST_FILES: Final = 32
"""Of agents; the oldest make room."""

Hashes = npt.NDArray[np.uint8]


class KeptPoints:
    """The points of one agent's documents. `model` says which model made them."""

    def __init__(self, folder: Path, documents: str, model: str) -> None:
        self._path = folder / f"{hashlib.sha256(documents.encode('utf-8', 'replace')).hexdigest()[:32]}.npz"
        self._model = model

    def points(self, texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
        """A row for each text, from the file or from `embed`; blocks."""
        unique = list(dict.fromkeys(texts))
        hashes = [self._hash(text) for text in unique]
        known = self._read() if len(unique) >= WORTH_KEEPING else {}
        missing = [text for text, digest in zip(unique, hashes, strict=True) if digest not in known]
        if len(missing) >= WORTH_KEEPING:
            _LOG.info("= knowledge: working out what %d texts mean; this is kept for the next start", len(missing))
        made = embed(missing)
        known |= {self._hash(text): row for text, row in zip(missing, made, strict=True)}
        if missing and len(unique) >= WORTH_KEEPING:
            self._write(hashes, np.stack([known[digest] for digest in hashes]))
        rows = {text: known[digest] for text, digest in zip(unique, hashes, strict=True)}
        return np.stack([rows[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def _hash(self, text: str) -> bytes:
        return hashlib.sha256(f"{self._model}\0{text}".encode("utf-8", "replace")).digest()[:HASH_BYTES]

    def _read(self) -> dict[bytes, Vectors]:
        try:
            with np.load(self._path, allow_pickle=False) as found:
                hashes, points = found["hashes"], found["points"]
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            _LOG.warning("what is kept of the knowledge cannot be read: %s", error)
            return {}
        fits = hashes.shape == (len(points), HASH_BYTES) and points.shape[1:] == (DIMENSIONS,)
        if not fits or hashes.dtype != np.uint8 or points.dtype != np.float32 or not np.isfinite(points).all():
            return {}
        return {row.tobytes(): point for row, point in zip(hashes, points, strict=True)}

    def _write(self, hashes: Sequence[bytes], points: Vectors) -> None:
        draft = self._path.with_suffix(f".{os.getpid()}.draft")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with draft.open("wb") as file:
                rows: Hashes = np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, HASH_BYTES)
                np.savez(file, hashes=rows, points=points)
            draft.replace(self._path)
            files = sorted(self._path.parent.glob("*.npz"), key=lambda entry: entry.stat().st_mtime)
            for old in files[:-MOST_FILES]:
                old.unlink(missing_ok=True)
        except OSError as error:
            _LOG.warning("what the knowledge means could not be kept: %s", error)
            with suppress(OSError):
                draft.unlink()
