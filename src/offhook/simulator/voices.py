"""What a caller sounds like: synthetic tape, the local voice, recordings, noise."""

import io
import re
import wave
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from offhook.agents.languages import script_for
from offhook.audio.g711 import encode_ulaw, ulaw_level
from offhook.audio.resample import resample
from offhook.core.words import Shape, shape_of
from offhook.errors import ConfigurationError
from offhook.simulator.caller_script import (
    Backchannel,
    BargeIn,
    CallerScript,
    Cough,
    Noise,
    Pause,
    Say,
    Step,
)
from offhook.speech.ports import Setup, SpokenAudio, Voice, WordTime
from offhook.speech.scripted.tape import FRAME_BYTES, FRAME_S, SILENCE, Plane, Utterance, engrave, even_times, speak

RATE: Final = 8000
RATES: Final = (8000, 16000, 24000, 32000, 48000)
LONGEST_WAV_S: Final = 600
NEAR_FRAMES: Final = 6
"""How far a voice's word times may be off."""
PAUSE: Final = re.compile(r"\s*(?:\.\.\.|…)\s*")


Pieces = Sequence[str | float]
"""Texts, and the lengths of the pauses between them in seconds."""


class CallerVoice(Protocol):
    """A way to say the caller's texts."""

    async def say(self, pieces: Pieces, utterance: Utterance) -> bytes:
        """One turn as mu-law, whole frames, with its words in the tape. May raise `ProviderError`."""


class TapeVoice:
    """The synthetic voice; its words are in the least significant bits, as in all audio of a caller."""

    async def say(self, pieces: Pieces, utterance: Utterance) -> bytes:
        """The turn in no time."""
        audio, words = b"", utterance.first_word
        last = max((index for index, piece in enumerate(pieces) if isinstance(piece, str)), default=0)
        for index, piece in enumerate(pieces):
            if isinstance(piece, float):
                audio += _silence(piece)
            else:
                # Only the last piece ends the turn: the words before it belong to the same utterance.
                ends_turn = utterance.ends_turn and index == last
                audio += speak(piece, Utterance(utterance.number, words, ends_turn), Plane.LSB)
                words += len(piece.split())
        return audio


class SpokenVoice:
    """Any voice of the product, with its words engraved.

    A pause after a word on which nobody ends ("a table for ...", "five zero three ...") parts what is said in two: the
    words alone tell that the caller goes on. Any other pause is cut into one breath, between two words where the voice
    is quietest: said apart, the first part would end as a sentence does (an end-of-turn model was 96 to 99 % sure of
    that), and people do not drop their voice before they hesitate.
    """

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._script = script_for("en-US")

    async def say(self, pieces: Pieces, utterance: Utterance) -> bytes:
        """The turn as this voice speaks it."""
        audio, words, breaths = b"", utterance.first_word, self._breaths(pieces)
        for index, breath in enumerate(breaths):
            ends_turn = utterance.ends_turn and index == len(breaths) - 1
            audio += await self._in_one_breath(breath, Utterance(utterance.number, words, ends_turn))
            words += sum(len(piece.split()) for piece in breath if isinstance(piece, str))
        return audio

    def _breaths(self, pieces: Pieces) -> list[list[str | float]]:
        """The pieces, parted behind each pause that follows words on which nobody ends."""
        breaths: list[list[str | float]] = [[]]
        text = ""
        for piece in pieces:
            breaths[-1].append(piece)
            if isinstance(piece, str):
                text = f"{text} {piece}"
            elif shape_of(text, "", self._script) is not Shape.COMPLETE:
                breaths.append([])
        return [breath for breath in breaths if breath]

    async def _in_one_breath(self, pieces: Pieces, utterance: Utterance) -> bytes:
        texts = [piece for piece in pieces if isinstance(piece, str)]
        audio, words = b"", list[WordTime]()
        async for part in self._voice.synthesize(" ".join(texts)):
            if isinstance(part, SpokenAudio):
                audio += part.audio
                words += part.words
        audio += SILENCE * (-len(audio) % FRAME_BYTES)
        written = " ".join(texts)
        if len(words) != len(written.split()):
            words = list(even_times(written, len(audio) / RATE))
        times = [replace(time, text=word) for time, word in zip(words, written.split(), strict=True)]
        return engrave(*_with_pauses(audio, times, pieces), utterance)


def _with_pauses(audio: bytes, words: Sequence[WordTime], pieces: Pieces) -> tuple[bytes, list[WordTime]]:
    said, times, at, count = b"", list[WordTime](), 0, 0
    for piece in pieces:
        if isinstance(piece, float):
            said += _silence(piece)
            continue
        begin, count = count, count + len(piece.split())
        end = _quietest(audio, words[count].start_s) if count < len(words) else len(audio) // FRAME_BYTES
        end = max(at, end)
        later_s = (len(said) // FRAME_BYTES - at) * FRAME_S
        for word in words[begin:count]:
            last_s = min(word.end_s, end * FRAME_S)
            times.append(WordTime(word.text, word.start_s + later_s, max(word.start_s, last_s) + later_s))
        said += audio[at * FRAME_BYTES : end * FRAME_BYTES]
        at = end
    return said, times


def _quietest(audio: bytes, near_s: float) -> int:
    """The quietest frame near a moment, which a voice's word times tell only roughly."""
    middle, count = round(near_s / FRAME_S), len(audio) // FRAME_BYTES
    frames = range(max(1, middle - NEAR_FRAMES), min(count, middle + NEAR_FRAMES) + 1)
    return min(
        frames,
        key=lambda at: (ulaw_level(audio[at * FRAME_BYTES : (at + 1) * FRAME_BYTES]), abs(at - middle)),
        default=count,
    )


def _silence(length_s: float) -> bytes:
    return SILENCE * FRAME_BYTES * round(length_s / FRAME_S)


async def local_voice() -> tuple[SpokenVoice, Voice]:
    """The voice of this machine, loaded, and its port to be closed. Raises `ProviderError`."""
    from offhook.speech.tts.local import Config, create

    voice = create(Config(), Setup())
    await voice.prepare()
    return SpokenVoice(voice), voice


@dataclass(frozen=True, slots=True)
class Prepared:
    """A step with its sound, if it has any."""

    step: Step
    text: str = ""
    audio: bytes = b""


async def prepare(script: CallerScript, voice: CallerVoice, base_dir: Path = Path()) -> tuple[Prepared, ...]:
    """Make every sound of the script. Raises `ConfigurationError` for a recording that cannot be used."""
    prepared = []
    for number, step in enumerate(script.steps):
        if isinstance(step, Say | BargeIn | Backchannel):
            prepared.append(await _spoken(step, number, voice, base_dir))
        elif isinstance(step, Noise):
            prepared.append(Prepared(step, "", noise(step.noise, step.duration_s, step.level_db, script.seed + number)))
        elif isinstance(step, Cough):
            prepared.append(Prepared(step, "", cough(step.level_db, script.seed + number)))
        else:
            prepared.append(Prepared(step))
    return tuple(prepared)


async def _spoken(step: Say | BargeIn | Backchannel, number: int, voice: CallerVoice, base_dir: Path) -> Prepared:
    said = _pieces(step)
    text = " ".join(piece for piece in said if isinstance(piece, str))
    if step.wav is not None:
        audio = read_wav(base_dir / step.wav)
        return Prepared(
            step, text, engrave(audio, even_times(text, len(audio) / RATE), Utterance(number, 0, step.ends_turn))
        )
    return Prepared(step, text, await voice.say(said, Utterance(number, 0, step.ends_turn)))


def _pieces(step: Say | BargeIn | Backchannel) -> list[str | float]:
    """Texts, and the lengths of the pauses between them."""
    if isinstance(step, Say):
        parts: Sequence[str | Pause] = (step.say,) if isinstance(step.say, str) else step.say
    else:
        parts = (step.barge_in if isinstance(step, BargeIn) else step.backchannel,)
    pieces: list[str | float] = []
    for part in parts:
        if isinstance(part, Pause):
            pieces.append(part.pause_s)
            continue
        for index, text in enumerate(PAUSE.split(part)):
            if index:
                pieces.append(step.pause_s)
            if text:
                pieces.append(text)
    return pieces


# ── recordings ───────────────────────────────────────────────────────────────────────────────────────────────────


def read_wav(path: Path) -> bytes:
    """A PCM WAV file as mu-law at 8000 Hz, whole frames; of several channels the mean. Raises `ConfigurationError`."""
    try:
        with wave.open(io.BytesIO(path.read_bytes())) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            _check(path, rate, width, file.getnframes())
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError, OSError) as error:
        raise ConfigurationError(
            f"cannot be read as a recording: {error}", file=str(path), expected="a WAV file with 16-bit PCM"
        ) from error
    samples = np.frombuffer(data[: len(data) // (2 * channels) * 2 * channels], "<i2").reshape(-1, channels)
    pcm = np.round(samples.mean(axis=1)).astype(np.int16)
    audio = encode_ulaw(pcm if rate == RATE else np.asarray(resample(pcm, rate, RATE)).round().astype(np.int16))
    return audio + SILENCE * (-len(audio) % FRAME_BYTES)


def _check(path: Path, rate: int, width: int, count: int) -> None:
    if width != 2 or rate not in RATES:
        found = f"{8 * width} bits at {rate} Hz"
        expected = "16 bits at " + ", ".join(str(one) for one in RATES) + " Hz"
        raise ConfigurationError("this kind of recording is not played", file=str(path), found=found, expected=expected)
    if count > LONGEST_WAV_S * rate:
        raise ConfigurationError("the recording is too long", file=str(path), expected=f"at most {LONGEST_WAV_S} s")


# ── noise ────────────────────────────────────────────────────────────────────────────────────────────────────────


def noise(kind: str, duration_s: float, level_db: float, seed: int) -> bytes:
    """`white`, `street` (low and uneven) or `hum` (mains), at an RMS level beside full scale; whole frames."""
    chance = np.random.default_rng(seed)
    size = max(1, round(duration_s * 50)) * FRAME_BYTES
    if kind == "hum":
        at = np.arange(size) / RATE
        sound = np.sin(2 * np.pi * 100 * at) + np.sin(2 * np.pi * 200 * at) / 2 + np.sin(2 * np.pi * 300 * at) / 3
    else:
        sound = chance.standard_normal(size)
    if kind == "street":
        swell = 1 + 0.5 * np.sin(2 * np.pi * 0.7 * np.arange(size) / RATE + chance.uniform(0, 6))
        sound = np.convolve(sound, np.ones(16) / 16, "same") * swell
    return _at_level(np.asarray(sound, np.float64), level_db)


def cough(level_db: float, seed: int) -> bytes:
    """Two bursts of noise that die away, 0.4 s."""
    chance = np.random.default_rng(seed)
    at = np.arange(20 * FRAME_BYTES) / RATE
    envelope = np.exp(-at / 0.05) + 0.7 * np.where(at > 0.18, np.exp(-(at - 0.18) / 0.06), 0)
    low = np.convolve(chance.standard_normal(at.size), np.ones(4) / 4, "same")
    return _at_level(low * envelope, level_db)


def _at_level(sound: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", level_db: float) -> bytes:
    rms = float(np.sqrt(np.mean(np.square(sound)))) or 1.0
    scaled = sound * (32768 * 10 ** (level_db / 20) / rms)
    return encode_ulaw(np.clip(np.round(scaled), -32768, 32767).astype(np.int16))
