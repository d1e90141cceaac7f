"""The silence around speech goes, sound stays, pauses stay, and nothing that sounds waits."""

import asyncio
import random
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from offhook.audio.g711 import encode_ulaw
from offhook.audio.trim import TAIL_BYTES, LeadingSilence, TrailingSilence
from offhook.errors import ProviderUnavailable
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


# ── behind the last sound ────────────────────────────────────────────────────────────────────────────────────────


def ended(audio: bytes, size: int) -> tuple[bytes, TrailingSilence]:
    silence = TrailingSilence()
    return b"".join(silence.push(audio[at : at + size]) for at in range(0, len(audio), size)), silence


@pytest.mark.parametrize("size", [1, 7, 160, 333, 100_000])
@pytest.mark.parametrize("quiet", [0, 1, 799, 800, 801, 1600, 6400])
def test_a_tenth_of_a_second_stays_behind_the_last_sound(quiet: int, size: int) -> None:
    out, silence = ended(SOUND + NOISE[:quiet], size)
    assert out == SOUND + NOISE[: min(quiet, TAIL_BYTES)]
    assert silence.held_bytes == max(0, quiet - TAIL_BYTES)


@pytest.mark.parametrize("size", [1, 160, 333, 100_000])
@pytest.mark.parametrize("pause", [100, 900, 8000])
def test_a_pause_inside_stays_as_it_is(pause: int, size: int) -> None:
    audio = SOUND + NOISE[:pause] + SOUND + NOISE[:6400]
    assert ended(audio, size)[0] == audio[: -6400 + TAIL_BYTES]


def test_sound_is_given_in_the_step_in_which_it_comes() -> None:
    chance, silence = random.Random(3), TrailingSilence()
    for _ in range(500):
        before, after = chance.randint(0, 3000), chance.randint(0, 3000)
        held = silence.held_bytes
        out = silence.push(NOISE[:before] + SOUND + NOISE[:after])
        assert len(out) >= held + before + len(SOUND), "all up to the last sound, and what was held before it"
        assert silence.push(b"") == b""


def test_what_broke_off_keeps_its_silence() -> None:
    _, silence = ended(SOUND + NOISE[:2000], 100)
    assert len(silence.flush()) == 1200 and silence.flush() == b""


# ── a voice ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Fake:
    """A voice that says these pieces, and breaks off with `error`."""

    def __init__(self, *pieces: SpokenAudio, error: Exception | None = None) -> None:
        self.pieces, self.error, self.closed = pieces, error, False

    async def prepare(self) -> None: ...

    async def synthesize(self, text: str) -> AsyncGenerator[SpokenAudio, None]:
        del text
        try:
            for piece in self.pieces:
                yield piece
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True

    async def close(self) -> None: ...


def said(voice: TrimmedVoice, text: str = "") -> list[SpokenAudio]:
    async def run() -> list[SpokenAudio]:
        return [piece async for piece in voice.synthesize(text) if isinstance(piece, SpokenAudio)]

    return asyncio.run(run())


def test_words_move_with_the_sound() -> None:
    tape = speak("two words")
    quiet = b"\xff" * 1600
    early = SpokenAudio(quiet, (WordTime("two", 0.2, 0.5),))
    late = SpokenAudio(tape, (WordTime("words", 0.5, 0.9),))
    pieces = said(TrimmedVoice(Fake(early, late)))
    whole, words = b"".join(piece.audio for piece in pieces), [word for piece in pieces for word in piece.words]
    dropped_s = (len(quiet) + len(tape) - len(whole)) / 8000
    assert dropped_s == pytest.approx(0.18)
    assert [word.text for word in words] == ["two", "words"]
    assert [word.start_s for word in words] == pytest.approx([0.02, 0.32])
    assert heard_text(whole[at : at + 160] for at in range(0, len(whole), 160)) == "two words"


def test_words_without_silence_stay_where_they_are() -> None:
    pieces = (SpokenAudio(SOUND, (WordTime("a", 0.0, 0.05),)), SpokenAudio(b"", (WordTime("b", 0.05, 0.1),)))
    assert said(TrimmedVoice(Fake(*pieces))) == list(pieces)
    assert said(TrimmedVoice(Fake())) == []


def test_a_word_that_a_voice_counts_into_its_silence_ends_with_the_sound() -> None:
    """Half of it would lie in what is not played, and it would never count as heard."""
    inner = Fake(SpokenAudio(SOUND + NOISE[:6400], (WordTime("a", 0.0, 0.05), WordTime("end", 0.05, 0.9))))
    pieces = said(TrimmedVoice(inner))
    length_s = sum(len(piece.audio) for piece in pieces) / 8000
    assert length_s == 0.2
    assert [word for piece in pieces for word in piece.words] == [WordTime("a", 0.0, 0.05), WordTime("end", 0.05, 0.2)]


def test_a_word_in_front_of_a_pause_keeps_its_times() -> None:
    inner = Fake(
        SpokenAudio(SOUND + NOISE[:4000], (WordTime("before", 0.0, 0.5),)),
        SpokenAudio(SOUND, (WordTime("after", 0.6, 0.7),)),
    )
    pieces = said(TrimmedVoice(inner))
    assert b"".join(piece.audio for piece in pieces) == SOUND + NOISE[:4000] + SOUND
    assert [word.end_s for piece in pieces for word in piece.words] == [0.5, 0.7]


@pytest.mark.parametrize(("text", "rest_s"), [("Yes.", 0.2), ("Yes, of course,", 0.0), ("Ja?“", 0.2), ("はい。", 0.2)])
def test_the_silence_that_was_cut_is_told_for_the_next_sentence(text: str, rest_s: float) -> None:
    assert said(TrimmedVoice(Fake(SpokenAudio(SOUND + NOISE[:6400]))), text)[-1:][0].rest_s == rest_s
    short = said(TrimmedVoice(Fake(SpokenAudio(SOUND + NOISE[:1200]))), text)
    assert short[-1].rest_s == (0.05 if rest_s else 0.0), "never more than the voice itself would leave"


def test_a_pause_in_the_middle_is_a_sign_of_life() -> None:
    inner = Fake(SpokenAudio(SOUND), *(SpokenAudio(NOISE[:1600]) for _ in range(4)), SpokenAudio(SOUND))
    sizes = [len(piece.audio) for piece in said(TrimmedVoice(inner))]
    assert sizes == [800, 800, 0, 0, 0, 5600 + 800], "whoever waits for the next piece sees one"


def test_what_came_before_a_fault_is_given_whole() -> None:
    inner = Fake(
        SpokenAudio(SOUND + NOISE[:2400], (WordTime("end", 0.0, 0.4),)), error=ProviderUnavailable("lost")
    )  # fmt: skip

    async def run() -> list[SpokenAudio]:
        pieces = []
        with pytest.raises(ProviderUnavailable):
            async for piece in TrimmedVoice(inner).synthesize("The end."):
                assert isinstance(piece, SpokenAudio)
                pieces.append(piece)
        return pieces

    pieces = asyncio.run(run())
    assert b"".join(piece.audio for piece in pieces) == SOUND + NOISE[:2400]
    assert [word.text for piece in pieces for word in piece.words] == ["end"]


def test_closing_closes_the_voice_inside() -> None:
    inner = Fake(SpokenAudio(SOUND), SpokenAudio(SOUND))

    async def run() -> None:
        stream = TrimmedVoice(inner).synthesize("")
        await anext(stream)
        await stream.aclose()
        assert inner.closed

    asyncio.run(run())
