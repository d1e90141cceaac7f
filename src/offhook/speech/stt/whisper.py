"""Whisper through CTranslate2, for utterances of telephone speech: blocking, made for worker threads.

The encoder is given little more than the utterance instead of the 30 s that Whisper was trained with, which makes it
ten times faster (measured: 0.05 s instead of 0.5 s for a sentence). Too short a context makes the decoder loop, so
there is a margin, and a guard that decodes once more with the full context when the text looks wrong.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from offhook.audio.g711 import decode_ulaw
from offhook.audio.mel import log_mel
from offhook.audio.resample import resample
from offhook.errors import ConfigurationError, ProviderUnavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHISPER_RATE: Final = 16_000
FRAMES_PER_S: Final = 100
FULL_FRAMES: Final = 3000
"""30 s: all that the model can take."""
MARGIN_FRAMES: Final = 200
LEAST_FRAMES: Final = {True: 800, False: 1000}
"""By whether the model is multilingual: the English-only tiny model loops earlier."""
TOKENS_PER_S: Final = 9
"""Nobody says more; an output that reaches it is a loop."""
SPARE_TOKENS: Final = 8
MAX_BIAS_TOKENS: Final = 120
"""Of the prompt's 223: a long list of words would be heard everywhere."""
LOOP_RATIO: Final = 2.0
"""A text that compresses better than this repeats itself."""
AGAIN_WORDS: Final = 4
"""So many words that stand twice side by side may be the beginning of a loop."""
UNLIKELY_SCORE: Final = -0.9
SHORT_WORDS: Final = 3
"""The mean score of a word or two is low also when they are right ("Goodbye": -1.0 to -1.6): no cause for a retry."""
NO_SPEECH_PROBABILITY: Final = 0.6
NO_SPEECH_SCORE: Final = -0.8

NOISE_TAGS: Final = re.compile(r"\[[^\]]*\]?|\([^)]*\)?|\*[^*]*\*|[♪♫🎵🎶]+|<\|[^|]*\|>")


@dataclass(frozen=True, slots=True)
class _Decoded:
    text: str
    score: float
    no_speech: float
    full: bool
    """The output reached its longest length."""

    @property
    def suspect(self) -> bool:
        is_unlikely = self.score < UNLIKELY_SCORE and len(self.text.split()) > SHORT_WORDS
        return self.full or is_unlikely or loops(self.text) or says_again(self.text)


class Whisper:
    """A loaded model with the agent's language and words. `transcribe` may be called from several threads."""

    def __init__(self, folder: Path, language: str = "en-US", vocabulary: Sequence[str] = (), workers: int = 1) -> None:
        # Here, since they take a while to import and most processes never hear locally.
        import ctranslate2
        import tokenizers

        try:
            self._model: Any = ctranslate2.models.Whisper(
                str(folder), device="cpu", compute_type="int8", intra_threads=1, inter_threads=workers
            )
            self._tokens: Any = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (RuntimeError, ValueError, OSError) as error:
            raise ProviderUnavailable(f"{folder.name} cannot be loaded: {error}", provider="local") from error
        self._as_input = ctranslate2.StorageView.from_array
        self._least_frames = LEAST_FRAMES[self._model.is_multilingual]
        self._prompt = [*self._bias(vocabulary), *self._start(language, folder.name)]

    def transcribe(self, ulaw: bytes) -> str:
        """The words of up to 30 s of mu-law audio; empty when they are not speech. Blocks for 0.1 to 0.3 s."""
        pcm = resample(decode_ulaw(ulaw), 8000, WHISPER_RATE).astype(np.float32) / 32768.0
        spoken_frames = len(pcm) * FRAMES_PER_S // WHISPER_RATE
        frames = min(FULL_FRAMES, max(self._least_frames, spoken_frames + MARGIN_FRAMES))
        try:
            decoded = self._decode(pcm, frames + frames % 2, spoken_frames)
            if decoded.suspect and frames < FULL_FRAMES:
                decoded = self._decode(pcm, FULL_FRAMES, spoken_frames)
        except (RuntimeError, ValueError) as error:
            raise ProviderUnavailable(f"the local transcriber failed: {error}", provider="local") from error
        if decoded.no_speech > NO_SPEECH_PROBABILITY and decoded.score < NO_SPEECH_SCORE:
            return ""
        return clean(decoded.text)

    def _decode(self, pcm: "NDArray[np.float32]", frames: int, spoken_frames: int) -> _Decoded:
        features = np.ascontiguousarray(log_mel(pcm, frames)[None], dtype=np.float32)
        longest = len(self._prompt) + SPARE_TOKENS + spoken_frames * TOKENS_PER_S // FRAMES_PER_S
        result = self._model.generate(
            self._as_input(features),
            [self._prompt],
            beam_size=1,
            max_length=min(longest, 448),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        ids = result.sequences_ids[0]
        full = len(ids) + len(self._prompt) >= longest
        return _Decoded(self._tokens.decode(ids).strip(), result.scores[0], result.no_speech_prob, full)

    def _start(self, language: str, name: str) -> list[int]:
        primary = language.replace("_", "-").partition("-")[0].lower()
        names = ["<|startoftranscript|>"]
        if self._model.is_multilingual:
            names += [f"<|{primary}|>", "<|transcribe|>"]
        ids = [self._tokens.token_to_id(token) for token in (*names, "<|notimestamps|>")]
        if None in ids or not (self._model.is_multilingual or primary == "en"):
            raise ConfigurationError(
                f"the local model {name} does not know this language; "
                "choose whisper-base for other languages than English, or another provider",
                field="language",
                found=repr(language),
            )
        return ids

    def _bias(self, vocabulary: Sequence[str]) -> list[int]:
        """Words to expect, as if they had been said before."""
        ids: list[int] = []
        for word in vocabulary:
            joined = f", {word.strip()}" if ids else f" {word.strip()}"
            more = self._tokens.encode(joined, add_special_tokens=False).ids
            if len(ids) + len(more) > MAX_BIAS_TOKENS:
                break
            ids += more
        return [self._tokens.token_to_id("<|startofprev|>"), *ids] if ids else []


def loops(text: str) -> bool:
    """Whether a text repeats itself so much that no person said it."""
    data = text.encode()
    return len(data) / max(1, len(zlib.compress(data))) > LOOP_RATIO


def says_again(text: str) -> bool:
    """Whether a phrase stands twice side by side, the second time perhaps cut off: people do so, and so do decoders."""
    words = text.lower().split()
    for size in range(AGAIN_WORDS, len(words)):
        for at in range(len(words) - size - AGAIN_WORDS + 1):
            again = words[at + size : at + 2 * size]
            if again == words[at : at + len(again)]:
                return True
    return False


def clean(text: str) -> str:
    """Only what was said: no tags of noise, one blank between words, one of what a decoder loop repeats."""
    said = NOISE_TAGS.sub(" ", text)
    words = said.split()
    words = _unlooped(words) if loops(said) else words
    return " ".join(words) if any(c.isalnum() for word in words for c in word) else ""


def _unlooped(words: list[str]) -> list[str]:
    """Keep one of a phrase that is repeated three times or more in a row."""
    for size in range(1, len(words) // 3 + 1):
        at = 0
        while at + 3 * size <= len(words):
            phrase = words[at : at + size]
            end = at + size
            while words[end : end + size] == phrase:
                end += size
            if end - at >= 3 * size:
                # The cut-off beginning of a further repetition goes too.
                rest = words[end:]
                end += len(rest) if rest == phrase[: len(rest)] else 0
                words = words[: at + size] + words[end:]
            at += 1
    return words
