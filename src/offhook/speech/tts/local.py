"""The voice on this machine: hibari, one English voice, many times faster than real time.

A segment is spoken sentence by sentence, each as soon as it is ready. Word times are estimates (`sound.word_times`).
"""

import asyncio
import re
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field

from offhook.errors import ConfigurationError, ProviderUnavailable
from offhook.speech.ports import ProviderConfig, Setup, SpokenAudio
from offhook.speech.voice_words import speaker

if TYPE_CHECKING:
    from offhook.speech.tts.sound import Sound

MODELS: Final[tuple[str, ...]] = ()
"""hibari's model comes inside its package."""
MADE_HERE: Final = True
"""`sound.telephone_sound` has cut the silence; a sentence is made again in milliseconds."""
CACHE_BYTES: Final = 8 << 20
"""About 17 minutes of encoded speech: greetings, prompts, fixed sentences."""
COMFORTABLE: Final = 160
"""Characters after which a sentence is cut at its next clause, so that the first audio does not wait for a long one."""
LONGEST: Final = 320
"""Characters after which it is cut anywhere: the voice is made for sentences."""
PAUSE_WEIGHT: Final = 2.0
"""What a word's own beginning and end cost beside its letters."""
INLINE: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
LONGEST_WORD: Final = 60
"""Letters: no word of a language is longer, and the voice reads one for as long as it likes."""
MOST_MARKS: Final = 3
"""Inside a word ("a-b-c-d"): with each more, the voice tries twice as many ways to read it."""
_MARKS: Final = re.compile(r"[^\w']|_")

PHONEMES: Final = {
    "d͡ʒ": "ʤ", "t͡ʃ": "ʧ", "dʒ": "ʤ", "tʃ": "ʧ", "eɪ": "A", "aɪ": "I", "aʊ": "W", "ɔɪ": "Y", "oʊ": "O", "əʊ": "O",
    "ɝ": "ɜɹ", "ɚ": "əɹ", "ː": "", "r": "ɹ", "g": "ɡ", "'": "ˈ", ".": "", "‿": "",
}  # fmt: skip
"""From the usual transcription of American English to the voice's letters; longer ones first."""


class Config(ProviderConfig):
    """The `tts` block of an agent that speaks on this machine."""

    provider: Literal["local"] = "local"
    speed: Annotated[float, Field(ge=0.5, le=2.0, description="1 is the voice's own pace; more is faster.")] = 1.0
    seed: Annotated[int, Field(ge=0, le=2**31, description="Of the voice's breath noise: the same gives the same.")] = 0
    workers: Annotated[int, Field(ge=1, le=8, description="Sentences made at the same time.")] = 1


def create(config: Config, setup: Setup) -> "LocalVoice":
    """The port. Raises `ConfigurationError` for a language that the voice does not speak."""
    if setup.language.replace("_", "-").partition("-")[0].lower() != "en":
        raise ConfigurationError(
            "the local voice speaks English only; choose another tts provider",
            field="language",
            found=repr(setup.language),
            expected="en or en-...",
        )
    return LocalVoice(config, setup)


@dataclass(slots=True)
class Piece:
    """What is synthesized at once: a sentence, or a part of a long one."""

    words: list[str] = field(default_factory=list)
    """As written."""
    spoken: list[str] = field(default_factory=list)
    """As said; one entry per word."""

    @property
    def text(self) -> str:
        """What the voice is given."""
        return " ".join(filter(None, self.spoken))

    @property
    def weights(self) -> list[float]:
        """How long each word is expected to last beside the others."""
        return [_weight(said) for said in self.spoken]


class LocalVoice:
    """One loaded voice and its worker threads, for all calls of an agent."""

    def __init__(self, config: Config, setup: Setup) -> None:
        self._config = config
        # Whatever is asked of it is read as English: digits would be lost.
        self._speak = speaker(setup, spell_out=True, notation=Inline(), speaks_others=False)
        self._engine: _Engine | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._cache = SoundCache(CACHE_BYTES)

    async def prepare(self) -> None:
        """Load the voice and speak once unheard, as the first time is slow. Raises `ProviderError`."""
        if self._engine is not None:
            return
        threads = ThreadPoolExecutor(self._config.workers, "offhook-tts")
        try:
            self._engine = await asyncio.get_running_loop().run_in_executor(threads, _Engine, self._config)
            self._threads = threads
        finally:
            if self._threads is None:
                threads.shutdown(wait=False, cancel_futures=True)

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        """The segment's audio, a sentence at a time, with estimated word times. Closing it drops what waits."""
        from offhook.speech.tts.sound import word_times

        offset = 0
        for piece in pieces(text, self._speak(text).entries):
            sound = await self._sound(piece.text)
            yield SpokenAudio(sound.audio, word_times(piece.words, piece.weights, sound, offset))
            offset += len(sound.audio)

    async def close(self) -> None:
        """Let the voice and the threads go."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine = self._threads = None

    async def _sound(self, spoken: str) -> "Sound":
        found = self._cache.get(spoken)
        if found is not None:
            return found
        if self._engine is None or self._threads is None:
            raise ProviderUnavailable("the local voice is not ready", provider="local")
        # Cancelled while it waits for a worker, the work is never begun.
        sound = await asyncio.get_running_loop().run_in_executor(self._threads, self._engine.speak, spoken)
        self._cache.put(spoken, sound)
        return sound


class _Engine:
    """hibari, loaded; `speak` blocks for some 20 ms a sentence and may be called from several threads."""

    def __init__(self, config: Config) -> None:
        # Here, since they take a while to import and most processes never speak locally.
        import numpy as np
        from hibari import SAMPLE_RATE, Hibari

        from offhook.speech.onnx import ONNX_ERRORS
        from offhook.speech.tts.sound import telephone_sound

        self._config = config
        self._rate = SAMPLE_RATE
        self._encode = telephone_sound
        self._noise = np.random.default_rng
        self._join = np.concatenate
        self._silence = np.zeros(0, np.float32)
        self._errors: tuple[type[Exception], ...] = (
            *ONNX_ERRORS,
            RuntimeError,
            ValueError,
            LookupError,
            TypeError,
            OSError,
        )
        self._reading = threading.Lock()
        try:
            self._voice: Any = Hibari(threads=1)
        except self._errors as error:
            raise ProviderUnavailable(f"the local voice cannot be loaded: {error}", provider="local") from error
        self.speak("Good morning, this is a test.")

    def speak(self, spoken: str) -> "Sound":
        try:
            # Reading text changes state inside the voice; computing sound does not.
            with self._reading:
                sentences = [self._voice.ids(phonemes) for phonemes in self._voice.phonemize(spoken)]
            noise = self._noise(self._config.seed)
            waves = [self._voice.from_ids(ids, self._config.speed, noise) for ids in sentences]
        except self._errors as error:
            raise ProviderUnavailable(f"the local voice failed: {error}", provider="local") from error
        return self._encode(self._join([self._silence, *waves]), self._rate)


class SoundCache:
    """The sounds of the texts that were said last, up to so many bytes of audio."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._sounds: OrderedDict[str, Sound] = OrderedDict()

    def get(self, spoken: str) -> "Sound | None":
        """The sound, or None."""
        if spoken in self._sounds:
            self._sounds.move_to_end(spoken)
        return self._sounds.get(spoken)

    def put(self, spoken: str, sound: "Sound") -> None:
        """Keep a sound, and forget those that were not asked for longest."""
        if len(sound.audio) > self._limit or spoken in self._sounds:
            return
        self._sounds[spoken] = sound
        self._used += len(sound.audio)
        while self._used > self._limit:
            _, forgotten = self._sounds.popitem(last=False)
            self._used -= len(forgotten.audio)


def pieces(text: str, spoken: list[str]) -> list[Piece]:
    """Cut a text and how its words are said into what is synthesized at once; words that say nothing join others."""
    found: list[Piece] = []
    piece, length = Piece(), 0
    for word, said in zip(text.split(), map(bounded, spoken), strict=True):
        piece.words.append(word)
        piece.spoken.append(said)
        length += len(said) + 1
        ends = said.endswith((".", "!", "?")) or (said.endswith((",", ";", ":")) and length > COMFORTABLE)
        if ends or length > LONGEST:
            found.append(piece)
            piece, length = Piece(), 0
    if piece.words:
        found.append(piece)
    return _without_silent_ones(found)


def bounded(said: str) -> str:
    """What is said for a word so that it is read in milliseconds: reading holds up the other calls of the process.

    A word of hundreds of hyphens took 19 s, thousands of marks 7 s.
    """
    if len(said) <= LONGEST_WORD and len(_MARKS.findall(said)) <= MOST_MARKS:
        return said
    words, length = list[str](), 0
    for word in said.split():
        plain = word if INLINE.search(word) else _bounded_word(word)
        if length + len(plain) > LONGEST:
            words.append(plain[: LONGEST - length].rpartition(" ")[0])
            break
        length += len(plain) + 1
        words.append(plain)
    return " ".join(filter(None, words))


def _bounded_word(word: str) -> str:
    core = word.rstrip(".,!?;:\u2026")
    parts = [part[:LONGEST_WORD] for part in _MARKS.split(core)] if len(_MARKS.findall(core)) > MOST_MARKS else [core]
    said = " ".join(part[:LONGEST_WORD] for part in parts if part)
    mark = next((mark for mark in "?!.;:," if mark in word[len(core) :]), "")
    return said[:LONGEST] + mark if any(c.isalnum() for c in said) else ""


def _without_silent_ones(found: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    waiting = Piece()
    for piece in found:
        if not any(c.isalnum() for c in piece.text):
            target = kept[-1] if kept else waiting
            target.words += piece.words
            target.spoken += piece.spoken
        else:
            kept.append(Piece([*waiting.words, *piece.words], [*waiting.spoken, *piece.spoken]))
            waiting = Piece()
    return kept


def _weight(said: str) -> float:
    letters = sum(c.isalpha() for c in INLINE.sub(r"\1", said))
    return letters + PAUSE_WEIGHT * len(said.split()) if letters else 0.0


class Inline:
    """The voice's own inline form, `[word](/phonemes/)`: see `offhook.speech.spoken.notation`."""

    def text(self, said: str) -> str:
        """See `Notation`."""
        return said

    def respelled(self, written: str, said: str) -> str:
        """See `Notation`."""
        return said

    def phonemes(self, written: str, ipa: str) -> str:
        """In the letters that the voice has for its sounds."""
        for usual, own in PHONEMES.items():
            ipa = ipa.replace(usual, own)
        shown = written.translate(str.maketrans("", "", "[]()"))
        return f"[{shown}](/{ipa}/)"

    def letter_a(self) -> str:
        """A plain one would be read as the article."""
        return "[A](/ˈA/)"
