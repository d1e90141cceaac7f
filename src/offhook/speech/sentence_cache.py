"""Sentences as encoded audio on disk: what an agent always says is there when it starts, also while the voice is down.

A file holds one sentence. Its name is a hash of all that the sound depends on, so that another voice, setting or text
is another file; its first bytes are a hash of the rest, so that a file that is cut, changed or somebody else's is not
taken, and is replaced when the sentence is spoken again. All reading and writing is done in a thread.
"""

import asyncio
import hashlib
import logging
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from offhook.speech.fallback import TtsBlock
from offhook.speech.ports import ProviderConfig

_LOG: Final = logging.getLogger("offhook.speech.cache")
VERSION: Final = 2
"""Of the file's format and of what is done to audio before it is kept: raise it when either changes."""
CACHE_BYTES: Final = 64 * 1024 * 1024
"""More than two hours of speech."""
SENTENCE_BYTES: Final = 1024 * 1024
"""Two minutes; what is longer is no sentence."""
SUFFIX: Final = ".sentence"
DIGEST_BYTES: Final = 32


class KeptSentence(msgspec.Struct, frozen=True, array_like=True):
    """A sentence as it was spoken."""

    audio: bytes
    """Mu-law, 8000 Hz."""
    words: tuple[tuple[float, float], ...] = ()
    """Start and end of each word in seconds, where the voice told them."""


def fingerprint(config: ProviderConfig, language: str, lexicon: Mapping[str, str]) -> bytes:
    """All that the sound of a text depends on besides the text."""
    # Who speaks in its place does not change how it sounds.
    settings = config.model_dump(mode="json", exclude=set(TtsBlock.model_fields))
    parts = (VERSION, settings, language, dict(lexicon))
    return msgspec.json.encode(parts, order="deterministic")


class SentenceCache:
    """The sentences of one voice, in a folder that all agents share; `limit_bytes` bounds the folder.

    A disk that fails is logged and otherwise the same as a sentence that is not there.
    """

    def __init__(self, folder: Path, voice: bytes, limit_bytes: int = CACHE_BYTES) -> None:
        self._folder, self._voice, self._limit_bytes = folder, voice, limit_bytes

    async def get(self, texts: Iterable[str]) -> dict[str, KeptSentence]:
        """Those of the texts that are there."""
        return await asyncio.to_thread(self._get, tuple(texts))

    async def put(self, text: str, sentence: KeptSentence) -> None:
        """Keep a sentence; those that were not used for longest make room. Silence and long texts are not kept."""
        if 0 < len(sentence.audio) <= min(SENTENCE_BYTES, self._limit_bytes // 2):
            await asyncio.to_thread(self._put, text, sentence)

    def _path(self, text: str) -> Path:
        # The length in front keeps voice and text apart.
        data = len(self._voice).to_bytes(4, "big") + self._voice + text.encode("utf-8", "replace")
        return self._folder / (hashlib.sha256(data).hexdigest() + SUFFIX)

    def _get(self, texts: tuple[str, ...]) -> dict[str, KeptSentence]:
        found = {text: _read(self._path(text)) for text in texts}
        return {text: sentence for text, sentence in found.items() if sentence is not None}

    def _put(self, text: str, sentence: KeptSentence) -> None:
        path = self._path(text)
        data = msgspec.msgpack.encode(sentence)
        # Two processes may keep the same sentence at the same time: each writes a file of its own.
        draft = path.with_suffix(f".{os.getpid()}.draft")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(hashlib.sha256(data).digest() + data)
            draft.replace(path)
            self._make_room(path)
        except OSError as error:
            _LOG.warning("a sentence could not be kept: %s", error)
            with suppress(OSError):
                draft.unlink()

    def _make_room(self, newest: Path) -> None:
        files = [(file, file.stat()) for file in self._folder.iterdir() if file.is_file()]
        used = sum(status.st_size for _, status in files)
        for file, status in sorted(files, key=lambda entry: entry[1].st_mtime):
            if used <= self._limit_bytes:
                return
            if file != newest:
                file.unlink(missing_ok=True)
                used -= status.st_size


def _read(path: Path) -> KeptSentence | None:
    try:
        with path.open("rb") as file:
            data = file.read(2 * SENTENCE_BYTES)
        digest, body = data[:DIGEST_BYTES], data[DIGEST_BYTES:]
        if hashlib.sha256(body).digest() != digest:
            return None
        sentence = msgspec.msgpack.decode(body, type=KeptSentence)
        os.utime(path)  # It is in use: others make room first.
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        _LOG.warning("a kept sentence could not be read: %s", error)
        return None
    return sentence
