"""Leading silence goes, sound stays, and nothing that sounds waits."""

import asyncio
import random
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from offhook.audio.g711 import encode_ulaw
from offhook.audio.trim import LeadingSilence
from offhook.speech.ports import SpokenAudio, WordTime
from offhook.speech.scripted.tape import heard_text, speak
from offhook.speech.trimmed import TrimmedVoice

SOUND = encode_ulaw(np.full(800, 3000, np.int16))
NOISE = encode_ulaw(np.random.default_rng(0).integers(-100, 101, 8000).astype(np.int16))
"""-50 dB: what a codec leaves in a pause."""


def trimmed(audio: bytes, size: int) -> tuple[bytes, LeadingSilence]:
    silence = LeadingSilence()
    pieces = [silence.push(audio[at : at + size]) for at in range(0, len(audio), size)]
    return b"".join(pieces) + silence.flush(), silence


@pytest.mark.parametrize("size", [1, 7, 160, 333, 100_000])
@pytest.mark.parametrize("quiet", [0, 1, 79, 80, 239, 240, 241, 400, 3000, 4879, 4880])
def test_whole_frames_of_silence_go_and_a_little_stays(quiet: int, size: int) -> None:
    audio = NOISE[:quiet] + SOUND
    out, silence = trimmed(audio, size)
    assert audio.endswith(out) and len(out) >= len(SOUND), "only the beginning is dropped"
    assert silence.dropped_bytes == len(audio) - len(out)
    assert silence.dropped_bytes % 160 == 0
    assert min(quiet, 80) <= len(out) - len(SOUND) < 240, "10 to 30 ms"


@pytest.mark.parametrize("size", [1, 160, 100_000])
def test_a_long_pause_is_meant_and_no_more_than_0_6_s_of_it_goes(size: int) -> None:
    out, silence = trimmed(NOISE + SOUND, size)
    assert silence.dropped_s == 0.6
    assert out == (NOISE + SOUND)[4800:]


def test_sound_passes_at_once_and_untouched() -> None:
    silence = LeadingSilence()
    assert silence.push(SOUND) is not None and silence.is_over
    later = bytes(NOISE)
    assert silence.push(later) is later, "pauses inside a segment are its own"


def test_only_silence_keeps_less_than_a_frame_and_a_half() -> None:
    out, silence = trimmed(NOISE[:3200], 100)
    assert 80 <= len(out) < 240 and not silence.is_over
    assert trimmed(b"", 1)[0] == b""


def test_any_cut_gives_the_same() -> None:
    audio, chance = NOISE[:1234] + SOUND + NOISE, random.Random(5)
    whole, _ = trimmed(audio, len(audio))
    for _ in range(50):
        assert trimmed(audio, chance.randint(1, 2000))[0] == whole


class Fake:
    """A voice that says these pieces."""

    def __init__(self, *pieces: SpokenAudio) -> None:
        self.pieces, self.closed = pieces, False

    async def prepare(self) -> None: ...

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        del text
        try:
            for piece in self.pieces:
                yield piece
        finally:
            self.closed = True

    async def close(self) -> None: ...


def said(voice: TrimmedVoice) -> list[SpokenAudio]:
    async def run() -> list[SpokenAudio]:
        return [piece async for piece in voice.synthesize("") if isinstance(piece, SpokenAudio)]

    return asyncio.run(run())


def test_words_move_with_the_sound() -> None:
    tape = speak("two words")
    quiet = b"\xff" * 1600
    early = SpokenAudio(quiet, (WordTime("two", 0.2, 0.5),))
    late = SpokenAudio(tape, (WordTime("words", 0.5, 0.9),))
    (piece,) = said(TrimmedVoice(Fake(early, late)))
    dropped_s = (len(quiet) + len(tape) - len(piece.audio)) / 8000
    assert dropped_s == pytest.approx(0.18)
    assert [word.text for word in piece.words] == ["two", "words"]
    assert [word.start_s for word in piece.words] == pytest.approx([0.02, 0.32])
    whole = piece.audio
    assert heard_text(whole[at : at + 160] for at in range(0, len(whole), 160)) == "two words"


def test_words_without_silence_stay_where_they_are() -> None:
    pieces = (SpokenAudio(SOUND, (WordTime("a", 0.0, 0.1),)), SpokenAudio(b"", (WordTime("b", 0.1, 0.2),)))
    assert said(TrimmedVoice(Fake(*pieces))) == list(pieces)
    assert said(TrimmedVoice(Fake())) == []


def test_closing_closes_the_voice_inside() -> None:
    inner = Fake(SpokenAudio(SOUND), SpokenAudio(SOUND))

    async def run() -> None:
        stream = TrimmedVoice(inner).synthesize("")
        await anext(stream)
        await stream.aclose()
        assert inner.closed

    asyncio.run(run())
