"""Speaking on this machine, with the real voice that comes inside its package."""

import asyncio
import threading
from itertools import pairwise

import numpy as np
import pytest

from offhook.audio.g711 import decode_ulaw
from offhook.errors import ConfigurationError, ProviderUnavailable
from offhook.speech.ports import Setup, SpokenAudio
from offhook.speech.tts import local
from offhook.speech.tts.local import (
    CACHE_BYTES,
    INLINE,
    LONGEST,
    LONGEST_WORD,
    MOST_MARKS,
    Inline,
    LocalVoice,
    SoundCache,
    bounded,
    pieces,
)
from offhook.speech.tts.sound import NOTHING, Sound, telephone_sound
from offhook.speech.voice_words import speaker

SPEAK = speaker(Setup(), spell_out=True)
TEXT = "Good morning, Harbor Dental. A cleaning costs $95 from 9am to 5pm! 🎉"


async def ready(config: local.Config | None = None, setup: Setup | None = None) -> LocalVoice:
    voice = local.create(config or local.Config(), setup or Setup())
    await voice.prepare()
    return voice


def say(text: str, config: local.Config | None = None, setup: Setup | None = None) -> list[SpokenAudio]:
    async def main() -> list[SpokenAudio]:
        voice = await ready(config, setup)
        parts = [part async for part in voice.synthesize(text)]
        await voice.close()
        return parts

    return asyncio.run(main())


def loud(audio: bytes) -> np.ndarray:
    """Indexes of the 5 ms windows that are heard."""
    pcm = decode_ulaw(audio).astype(np.float64)
    rms = np.sqrt((pcm[: len(pcm) // 40 * 40].reshape(-1, 40) ** 2).mean(axis=1))
    return np.flatnonzero(rms > rms.max() * 10 ** (-35 / 20))


# ── the port ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_sentence_comes_by_itself_and_words_are_those_of_the_text() -> None:
    parts = say(TEXT)
    assert len(parts) == 2
    times = [word for part in parts for word in part.words]
    assert [word.text for word in times] == TEXT.split()
    assert all(a.start_s <= a.end_s <= b.start_s <= b.end_s for a, b in pairwise(times))
    total_s = sum(len(part.audio) for part in parts) / 8000
    assert 0 <= times[0].start_s <= 0.02
    assert total_s - 0.2 < times[-1].end_s <= total_s
    first_s = len(parts[0].audio) / 8000
    assert parts[0].words[-1].end_s <= first_s <= parts[1].words[0].start_s


def test_audio_has_telephone_level_and_little_silence() -> None:
    for part in say(TEXT):
        pcm = decode_ulaw(part.audio).astype(np.float64) / 32768
        heard = loud(part.audio)
        assert heard[0] * 0.005 <= 0.020 + 0.005
        assert len(pcm) / 8000 - (heard[-1] + 1) * 0.005 <= 0.150 + 0.005
        assert np.abs(pcm).max() < 0.99
        assert -24 < 20 * np.log10(np.sqrt((pcm**2).mean())) < -18


def test_the_same_seed_gives_the_same_audio_and_speed_changes_its_length() -> None:
    once, again = say("Hello there."), say("Hello there.")
    assert once == again
    other = say("Hello there.", local.Config(seed=1))
    assert other[0].audio != once[0].audio
    fast = say("Hello there.", local.Config(speed=1.5))
    assert len(fast[0].audio) < 0.85 * len(once[0].audio)


@pytest.mark.parametrize("text", ["", "   ", "🎉", "*** --- ***", "\x00\x1f"])
def test_what_says_nothing_gives_no_audio(text: str) -> None:
    assert say(text) == []


def test_strange_text_is_spoken_or_left_out_but_never_fails() -> None:
    for text in ("你好 hello", "a" * 3000, "[x](/", "[x](//) yes", "1" * 500, "é" * 50, "word " * 400):
        times = [word.text for part in say(text) for word in part.words]
        assert times == text.split()


def test_a_lexicon_changes_what_is_said() -> None:
    plain = say("Nguyen")
    assert say("Nguyen", setup=Setup(lexicon={"nguyen": "win"}))[0].audio != plain[0].audio
    assert say("Nguyen", setup=Setup(lexicon={"nguyen": "/wɪn/"}))[0].audio != plain[0].audio


def test_a_sentence_is_made_once() -> None:
    async def main() -> None:
        voice = await ready()
        assert voice._engine is not None
        made: list[str] = []
        speak = voice._engine.speak

        def counting(spoken: str) -> Sound:
            made.append(spoken)
            return speak(spoken)

        voice._engine.speak = counting  # type: ignore[method-assign]
        first = [part async for part in voice.synthesize("One moment please.")]
        second = [part async for part in voice.synthesize("One moment please.")]
        assert first == second
        assert made == ["One moment please."]
        await voice.close()

    asyncio.run(main())


def test_work_that_waits_is_dropped_when_its_asker_goes() -> None:
    async def main() -> None:
        voice = await ready()
        assert voice._engine is not None
        made: list[str] = []
        begun, go = threading.Event(), threading.Event()

        def waiting(spoken: str) -> Sound:
            made.append(spoken)
            begun.set()
            assert go.wait(10)
            return Sound(b"\xff" * 160, 0, 160)

        voice._engine.speak = waiting  # type: ignore[method-assign]
        first = asyncio.ensure_future(anext(voice.synthesize("First.")))
        await asyncio.to_thread(begun.wait, 10)
        second = voice.synthesize("Second.")
        asking = asyncio.ensure_future(anext(second))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await second.aclose()
        go.set()
        await first
        await anext(voice.synthesize("Third."))
        assert made == ["First.", "Third."]
        await voice.close()

    asyncio.run(main())


def test_a_voice_that_is_closed_or_not_prepared_says_so() -> None:
    async def main() -> None:
        voice = local.create(local.Config(), Setup())
        with pytest.raises(ProviderUnavailable, match="not ready"):
            await anext(voice.synthesize("Hello."))

    asyncio.run(main())


def test_only_english_is_spoken() -> None:
    with pytest.raises(ConfigurationError, match=r"language: .*English only.*found 'de-DE'"):
        local.create(local.Config(), Setup(language="de-DE"))


# ── its parts ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_long_sentences_are_cut_at_clauses_and_nothing_is_lost() -> None:
    text = "This is a long sentence, which goes on and on, " * 12 + "and ends. " + "and " * 150
    found = pieces(text, SPEAK(text).entries)
    assert [word for piece in found for word in piece.words] == text.split()
    assert len(found) > 3
    assert all(len(piece.text) <= 340 for piece in found)


@pytest.mark.parametrize(
    "text",
    ["a-" * 2_000, "a/b/" * 800, "a.b." * 900, "hello " + "?!, " * 2_000, "hello" + "." * 3_000, "1" * 400, "1-" * 400,
     "ABC" * 100, "a_b_" * 100, "'" * 3_000 + "a", "a'" * 200, "x, " * 200, "jo@" + "a.b" * 100 + ".com", "(a)" * 200],
)  # fmt: skip
def test_no_text_is_read_for_long(text: str) -> None:
    """The voice's reading grows with the square of marks and hyphens, and other calls wait for it."""
    found = pieces(text, SPEAK(text).entries)
    assert [word for piece in found for word in piece.words] == (text.split() if found else [])
    for piece in found:
        assert len(piece.text) <= 2 * LONGEST
        for word in INLINE.sub("", piece.text).split():
            assert len(word) <= LONGEST_WORD + 1
            assert sum(not (sign.isalnum() or sign == "'") for sign in word) <= MOST_MARKS + 1


def test_words_as_they_are_stay() -> None:
    for said in ("well-to-do", "seven thirty PM", "don't", "jo at mail dot com", "", "[A](/x/)", "a, b", "Yes..."):
        assert bounded(said) == said


def test_words_that_say_nothing_join_their_neighbours() -> None:
    text = "🎉 Hello! 🎉 🎉"
    (piece,) = pieces(text, SPEAK(text).entries)
    assert piece.words == ["🎉", "Hello!", "🎉", "🎉"]
    assert piece.weights[0] == piece.weights[2] == 0
    assert piece.text == "Hello!"


def test_phonemes_come_in_the_voices_letters() -> None:
    assert Inline().phonemes("Jo[e]", "ˈdʒoʊ") == "[Joe](/ˈʤO/)"
    assert Inline().respelled("Jo", "joe") == "joe"


def test_the_cache_forgets_what_was_not_asked_for_longest() -> None:
    cache = SoundCache(300)
    for name in ("a", "b"):
        cache.put(name, Sound(b"x" * 150, 0, 150))
    assert cache.get("a") is not None
    cache.put("c", Sound(b"x" * 150, 0, 150))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    cache.put("huge", Sound(b"x" * 301, 0, 301))
    assert cache.get("huge") is None
    assert CACHE_BYTES > 0


def test_a_waveform_without_sound_is_nothing() -> None:
    assert telephone_sound(np.zeros(0, np.float32), 24000) == NOTHING
    assert telephone_sound(np.zeros(24000, np.float32), 24000) == NOTHING


def test_silence_around_a_tone_is_trimmed() -> None:
    tone = np.sin(np.arange(24000) / 24000 * 2 * np.pi * 440).astype(np.float32) * 0.01
    wave = np.concatenate([np.zeros(12000, np.float32), tone, np.zeros(12000, np.float32)])
    sound = telephone_sound(wave, 24000)
    assert 1.0 <= len(sound.audio) / 8000 <= 1.0 + 0.020 + 0.150 + 0.02
    assert sound.begins_at <= 0.020 * 8000
    level = np.sqrt((decode_ulaw(sound.audio[800:7000]).astype(np.float64) ** 2).mean()) / 32768
    assert 20 * np.log10(level) == pytest.approx(-20, abs=0.5)
