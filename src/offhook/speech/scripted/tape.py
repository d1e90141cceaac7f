"""Talking tape: audio that says in its own bits which words it holds.

A test that wants to know which words passed a point of the wire must not ask a recognizer that may be wrong. Each 20 ms
frame (160 bytes of mu-law) carries 160 bits in one of two planes:

- `Plane.SIGN`: the sign of each sample of a synthetic voice. It survives every change of volume that is made by a table
  (a ducked agent), so the scripted voice uses it.
- `Plane.LSB`: the least significant bit of real or synthetic speech, inaudible. It survives only an untouched way, as
  the caller's way to the agent is.

    byte  0      1..2      3..4       5..6  7      8       9      10             11..19
          magic  checksum  utterance  word  frame  frames  parts  flags, length  one part of the word, UTF-8

Frame i of a word carries part i mod k of its k parts, so that any half of a word in one piece tells all of it.
Everything is XORed with fixed noise, so that a plane has neither a tone nor a direct current in it.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Final

import numpy as np

from offhook.audio.g711 import encode_ulaw
from offhook.speech.ports import WordTime

FRAME_BYTES: Final = 160
FRAME_S: Final = 0.020
SILENCE: Final = b"\xff"
SILENCE_FRAME: Final = SILENCE * FRAME_BYTES

MAGIC: Final = 0xB5
LAST_WORD: Final = 1
ENDS_TURN: Final = 2
PART_BYTES: Final = 9
MOST_FRAMES: Final = 255
LONGEST_WORD: Final = MOST_FRAMES // 2 * PART_BYTES
"""Bytes of UTF-8; what is longer is cut."""
_LAYOUT: Final = struct.Struct(">BHHHBBBB9s")
_NOISE: Final = int.from_bytes(bytes.fromhex("6b1fd43a97c2580ee9357cb14d86f02a9e63d518"), "big")

SHORTEST_WORD_S: Final = 0.18
LONGEST_WORD_S: Final = 0.40
LEVEL_RMS: Final = 3277.0
"""-20 dB of full scale, the usual level of speech on a telephone."""
PITCH_HZ: Final = 110.0
HIGHEST_HZ: Final = 3600.0
BANDWIDTH_HZ: Final = 80.0
VOWEL_S: Final = 0.12
VOWELS: Final = (
    (730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480),
    (570, 840, 2410), (660, 1720, 2410), (440, 1020, 2240), (490, 1350, 1690),
)  # fmt: skip
"""The first three formants in Hz of eight vowels of a man's voice (Peterson and Barney, 1952)."""


class Plane(Enum):
    """Which bit of each sample carries the words; the value is its mask."""

    SIGN = 0x80
    LSB = 0x01


_PLANES: Final = tuple(Plane)
_ONES: Final = {plane: bytes(ord("1" if byte & plane.value else "0") for byte in range(256)) for plane in Plane}
"""From samples to the digits of a number in base 2."""
_MASKS: Final = {plane: bytes(plane.value if byte == ord("1") else 0 for byte in range(256)) for plane in Plane}
"""And back."""
_REST: Final = {plane: int.from_bytes(bytes([0xFF ^ plane.value]) * FRAME_BYTES, "big") for plane in Plane}
_BEGIN: Final = f"{MAGIC ^ _NOISE >> 152:08b}".encode()
"""The first digits of whatever carries words."""


@dataclass(frozen=True, slots=True)
class TapeFrame:
    """What one frame says about itself."""

    utterance: int
    word: int
    frame: int
    frames: int
    parts: int
    flags: int
    part: bytes

    @property
    def is_last_word(self) -> bool:
        """The last word of its utterance."""
        return bool(self.flags & LAST_WORD)

    @property
    def ends_turn(self) -> bool:
        """The speaker is done after this word: the truth for an end-of-turn model."""
        return self.flags & (LAST_WORD | ENDS_TURN) == LAST_WORD | ENDS_TURN


def read_frame(frame: bytes) -> TapeFrame | None:
    """What the frame says, or None: silence, other audio, bits that were changed on the way."""
    if len(frame) != FRAME_BYTES or frame == SILENCE_FRAME:
        return None
    for plane in _PLANES:
        if frame[:8].translate(_ONES[plane]) == _BEGIN:
            found = unpack(frame_bits(frame, plane).to_bytes(20, "big"))
            if found is not None:
                return found
    return None


def frame_bits(frame: bytes, plane: Plane) -> int:
    """What the plane of 160 bytes carries, as one number of 160 bits; byte 0 of the layout is the highest."""
    return int(frame.translate(_ONES[plane]), 2) ^ _NOISE


def unpack(data: bytes) -> TapeFrame | None:
    """What these 20 bytes say; None when their checksum is wrong."""
    _, checksum, utterance, word, frame, frames, parts, packed, part = _LAYOUT.unpack(data)
    length = packed & 0x0F
    if checksum != zlib.crc32(data[3:]) & 0xFFFF or frame >= frames or not parts or length > PART_BYTES:
        return None
    return TapeFrame(utterance, word, frame, frames, parts, packed >> 4, part[:length])


def write_frame(audio: bytes, said: TapeFrame, plane: Plane) -> bytes:
    """The same 160 bytes of audio with the words in one plane."""
    packed = said.flags << 4 | len(said.part)
    numbers = (said.utterance, said.word, said.frame, said.frames, said.parts)
    body = _LAYOUT.pack(MAGIC, 0, *numbers, packed, said.part)
    data = body[:1] + (zlib.crc32(body[3:]) & 0xFFFF).to_bytes(2, "big") + body[3:]
    digits = f"{int.from_bytes(data, 'big') ^ _NOISE:0160b}".encode()
    bits = int.from_bytes(digits.translate(_MASKS[plane]), "big")
    return (int.from_bytes(audio, "big") & _REST[plane] | bits).to_bytes(FRAME_BYTES, "big")


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Utterance:
    """Which words these are: a speaker's pieces of one turn share the number and count their words on."""

    number: int = 0
    first_word: int = 0
    ends_turn: bool = True
    """The speaker is done after the last word."""


def speak(text: str, utterance: Utterance = Utterance(), plane: Plane = Plane.SIGN) -> bytes:
    """A synthetic voice saying the text: whole frames, about -20 dB of full scale, the same for the same arguments."""
    words = text.split()
    spoken = bytearray()
    for index, word in enumerate(words):
        parts = _parts(word)
        # A number in front, by which a test tells replies apart, is not heard: each word is computed once.
        audio = _word_audio(word.lstrip("0123456789") or word, _frames_of(word))
        flags = _flags(index == len(words) - 1, utterance)
        spoken += _write_word(audio, parts, (utterance.number, utterance.first_word + index, flags), plane)
    return bytes(spoken)


def word_times(text: str) -> tuple[WordTime, ...]:
    """Where each word of `speak(text)` lies."""
    times, at = [], 0
    for word in text.split():
        frames = _frames_of(word)
        times.append(WordTime(word, round(at * FRAME_S, 3), round((at + frames) * FRAME_S, 3)))
        at += frames
    return tuple(times)


def engrave(audio: bytes, words: Sequence[WordTime], utterance: Utterance = Utterance()) -> bytes:
    """Real speech with its words in the `LSB` plane; filled up to whole frames with silence.

    A frame belongs to the word that holds its middle; a word too short for its text is cut in its text.
    """
    padded = audio + SILENCE * (-len(audio) % FRAME_BYTES)
    total, free = len(padded) // FRAME_BYTES, 0
    written = bytearray(padded)
    for index, word in enumerate(words):
        begin = max(free, min(round(word.start_s / FRAME_S), total - 1))
        end = min(max(begin + 1, round(word.end_s / FRAME_S)), total, begin + MOST_FRAMES)
        if begin >= end:
            continue
        parts = _parts(word.text)[: end - begin]
        flags = _flags(index == len(words) - 1, utterance)
        place = slice(begin * FRAME_BYTES, end * FRAME_BYTES)
        numbers = (utterance.number, utterance.first_word + index, flags)
        written[place] = _write_word(bytes(written[place]), parts, numbers, Plane.LSB)
        free = end
    return bytes(written)


def even_times(text: str, length_s: float) -> tuple[WordTime, ...]:
    """The words spread over so much audio by their length: for speech whose word times nobody told."""
    words = text.split()
    total = sum(len(word) + 1 for word in words)
    times, before = [], 0
    for word in words:
        after = before + len(word) + 1
        times.append(WordTime(word, length_s * before / total, length_s * after / total))
        before = after
    return tuple(times)


def _flags(is_last: bool, utterance: Utterance) -> int:
    return (LAST_WORD if is_last else 0) | (ENDS_TURN if utterance.ends_turn else 0)


@lru_cache(maxsize=2048)
def _write_word(audio: bytes, parts: tuple[bytes, ...], numbers: tuple[int, int, int], plane: Plane) -> bytes:
    number, word, flags = numbers
    count = len(audio) // FRAME_BYTES
    return b"".join(
        write_frame(
            audio[index * FRAME_BYTES : (index + 1) * FRAME_BYTES],
            TapeFrame(number & 0xFFFF, word & 0xFFFF, index, count, len(parts), flags, parts[index % len(parts)]),
            plane,
        )
        for index in range(count)
    )


def _parts(word: str) -> tuple[bytes, ...]:
    data = word.encode("utf-8", "replace")[:LONGEST_WORD]
    return tuple(data[at : at + PART_BYTES] for at in range(0, len(data), PART_BYTES)) or (b"",)


def _frames_of(word: str) -> int:
    length_s = min(LONGEST_WORD_S, max(SHORTEST_WORD_S, 0.12 + 0.03 * len(word)))
    return min(MOST_FRAMES, max(round(length_s / FRAME_S), 2 * len(_parts(word))))


@lru_cache(maxsize=4096)
def _word_audio(word: str, frames: int) -> bytes:
    """Vowels that glide into each other over a falling pitch: enough of a voice for Silero to take it for one."""
    chance = zlib.crc32(word.encode("utf-8", "replace"))
    size = frames * FRAME_BYTES
    at = np.arange(size)
    vowels = max(2, round(size / 8000 / VOWEL_S) + 1)
    sequence = np.array([VOWELS[(chance >> 3 * index) % len(VOWELS)] for index in range(vowels)], np.float64)
    formants = [np.interp(at, np.linspace(0, size, vowels), sequence[:, order]) for order in range(3)]
    pitch = PITCH_HZ * (1.1 - 0.2 * at / size) * (1 + 0.02 * np.sin(2 * np.pi * 5.5 * at / 8000))
    phase = 2 * np.pi * np.cumsum(pitch) / 8000
    wave = np.zeros(size)
    for harmonic in range(1, int(HIGHEST_HZ / PITCH_HZ) + 1):
        strength, hertz = np.full(size, 1.0 / harmonic), harmonic * pitch
        for order, formant in enumerate(formants):
            width = BANDWIDTH_HZ * (1 + order / 2)
            strength /= np.hypot(1 - (hertz / formant) ** 2, hertz * width / formant**2)
        wave += strength * np.sin(harmonic * phase)
    wave *= np.minimum(1.0, np.minimum(at / 200 + 0.1, (size - at) / 400 + 0.3))
    wave *= LEVEL_RMS / np.sqrt(np.mean(np.square(wave)))
    return encode_ulaw(np.clip(np.round(wave), -32000, 32000).astype(np.int16))


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class HeardWord:
    """A word of which at least one frame came by."""

    utterance: int
    word: int
    frames: int
    flags: int
    parts: list[bytes | None]
    heard: set[int] = field(default_factory=set)
    """The frames that came by."""

    @property
    def heard_fraction(self) -> float:
        """How much of it came by, 0 to 1."""
        return len(self.heard) / self.frames

    @property
    def is_heard(self) -> bool:
        """At least half of its frames came by."""
        return 2 * len(self.heard) >= self.frames

    @property
    def is_last_word(self) -> bool:
        """The last word of its utterance."""
        return bool(self.flags & LAST_WORD)

    @property
    def ends_turn(self) -> bool:
        """The speaker is done after it."""
        return self.flags & (LAST_WORD | ENDS_TURN) == LAST_WORD | ENDS_TURN

    @property
    def text(self) -> str:
        """The word; `?` for each part of it that was lost."""
        return b"".join(b"?" if part is None else part for part in self.parts).decode("utf-8", "replace")


_REWIND_FRAMES: Final = 15
"""A resumed agent may go back so far; what goes back farther is being said again."""
_ROUNDING_FRAMES: Final = 3
"""To the very start, or after the end, nobody goes back farther than this by mistake."""


class TapeReader:
    """Hears frames in the order of the wire and tells each word once, when half of it came by.

    A word may come in pieces (ducked, hushed and resumed), with frames lost or repeated. The same utterance said again
    is told again. `words` keeps the last `kept` words, the barely begun ones too.
    """

    def __init__(self, kept: int = 100_000) -> None:
        self._kept = kept
        self.words: list[HeardWord] = []
        self._current: dict[tuple[int, int], HeardWord] = {}
        self._latest: dict[int, TapeFrame] = {}

    def hear(self, frame: bytes) -> list[HeardWord]:
        """The words that count as heard from this frame on: none or one."""
        said = read_frame(frame)
        return [] if said is None else self._take(said)

    @property
    def text(self) -> str:
        """All words that count as heard, in the order in which they began."""
        return " ".join(word.text for word in self.words if word.is_heard)

    def _take(self, said: TapeFrame) -> list[HeardWord]:
        latest = self._latest.get(said.utterance)
        if latest is not None and self._is_said_again(said, latest):
            self._current = {key: word for key, word in self._current.items() if key[0] != said.utterance}
            latest = None
        if latest is None or (said.word, said.frame) > (latest.word, latest.frame):
            self._remember(said)
        key = (said.utterance, said.word)
        word = self._current.get(key)
        if word is None or (word.frames, len(word.parts)) != (said.frames, said.parts):
            word = HeardWord(said.utterance, said.word, said.frames, said.flags, [None] * said.parts)
            self._current[key] = word
            self.words.append(word)
            self._forget()
        was_heard = word.is_heard
        word.heard.add(said.frame)
        word.parts[said.frame % len(word.parts)] = said.part
        return [word] if word.is_heard and not was_heard else []

    def _is_said_again(self, said: TapeFrame, latest: TapeFrame) -> bool:
        back = latest.word - said.word
        if back < 0:
            return False
        if back > 1:
            return True
        distance = latest.frame - said.frame + (said.frames if back else 0)
        is_over = latest.is_last_word and latest.frame == latest.frames - 1
        from_the_start = said.word == said.frame == 0
        return distance > (_ROUNDING_FRAMES if is_over or from_the_start else _REWIND_FRAMES)

    def _remember(self, said: TapeFrame) -> None:
        self._latest.pop(said.utterance, None)
        self._latest[said.utterance] = said
        if len(self._latest) > 64:
            gone = next(iter(self._latest))
            del self._latest[gone]
            self._current = {key: word for key, word in self._current.items() if key[0] != gone}

    def _forget(self) -> None:
        if len(self.words) > self._kept:
            del self.words[: self._kept // 4 or 1]


def last_frame(audio: bytes) -> TapeFrame | None:
    """What the last frame with words in this audio says; frames are counted from the audio's start."""
    for at in reversed(range(0, len(audio) - FRAME_BYTES + 1, FRAME_BYTES)):
        said = read_frame(audio[at : at + FRAME_BYTES])
        if said is not None:
            return said
    return None


def heard_text(frames: Iterable[bytes]) -> str:
    """The words that these frames say."""
    reader = TapeReader()
    for frame in frames:
        reader.hear(frame)
    return reader.text
