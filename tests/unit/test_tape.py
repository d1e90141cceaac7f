"""The talking tape: which words passed a point of the wire is never guessed."""

import numpy as np
import pytest

from offhook.audio.g711 import decode_ulaw, ulaw_gain_table
from offhook.speech.ports import WordTime
from offhook.speech.scripted.tape import (
    FRAME_BYTES,
    SILENCE_FRAME,
    Plane,
    TapeReader,
    Utterance,
    engrave,
    even_times,
    heard_text,
    last_frame,
    read_frame,
    speak,
    word_times,
)

TEXT = "I would like a table at the Donaudampfschifffahrtsgesellschaftskapitänsmütze-restaurant, please."


def frames_of(audio: bytes) -> list[bytes]:
    return [audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES)]


@pytest.mark.parametrize("plane", Plane)
def test_what_is_spoken_is_read(plane: Plane) -> None:
    audio = speak(TEXT, plane=plane)
    assert len(audio) % FRAME_BYTES == 0
    assert heard_text(frames_of(audio)) == TEXT


def test_it_is_as_loud_as_a_telephone_and_has_no_direct_current() -> None:
    pcm = decode_ulaw(speak(TEXT)).astype(np.float64) / 32768
    assert 20 * np.log10(np.sqrt(np.mean(pcm**2))) == pytest.approx(-20, abs=1)
    assert abs(pcm.mean()) < 0.01


def test_words_last_as_long_as_words_do() -> None:
    times = word_times("a reservation")
    assert [word.text for word in times] == ["a", "reservation"]
    assert times[0].end_s - times[0].start_s == pytest.approx(0.18)
    assert times[1].end_s - times[1].start_s == pytest.approx(0.40)
    assert times[1].end_s * 8000 == pytest.approx(len(speak("a reservation")))


@pytest.mark.parametrize("gain_db", [-40, -15, -6, 6, 20])
def test_the_sign_plane_survives_any_volume(gain_db: float) -> None:
    audio = speak(TEXT).translate(ulaw_gain_table(gain_db))
    assert heard_text(frames_of(audio)) == TEXT


def test_words_engraved_in_real_speech() -> None:
    speech = (np.sin(np.arange(16000) / 7) * 4000).astype(np.int16)
    from offhook.audio.g711 import encode_ulaw

    audio = encode_ulaw(speech)
    times = [WordTime("one", 0.1, 0.5), WordTime("two,", 0.5, 0.9), WordTime("antidisestablishment", 1.3, 1.9)]
    engraved = engrave(audio, times)
    assert heard_text(frames_of(engraved)) == "one two, antidisestablishment"
    quiet = decode_ulaw(engraved).astype(int) - speech
    assert 20 * np.log10(np.sqrt(np.mean(quiet**2)) / 4000) < -25
    # Where no word lies nothing is changed.
    assert engraved[50 * FRAME_BYTES : 64 * FRAME_BYTES] == audio[50 * FRAME_BYTES : 64 * FRAME_BYTES]


def test_even_times_cover_all() -> None:
    times = even_times("two words", 2.0)
    assert (times[0].start_s, times[-1].end_s) == (0.0, 2.0)


def test_a_word_counts_from_half_of_its_frames_on() -> None:
    frames = frames_of(speak("restaurants"))
    half = -(-len(frames) // 2)
    reader = TapeReader()
    told = [len(reader.hear(frame)) for frame in frames]
    assert told.index(1) == half - 1
    assert sum(told) == 1
    cut = TapeReader()
    for frame in frames[: half - 1]:
        cut.hear(frame)
    assert cut.text == ""
    assert cut.words[0].heard_fraction == pytest.approx((half - 1) / len(frames))


def test_lost_and_repeated_frames() -> None:
    frames = frames_of(speak("lost in the network"))
    kept = [frame for index, frame in enumerate(frames) if index % 3]
    assert heard_text(kept) == "lost in the network"
    assert heard_text([frame for frame in frames for _ in range(2)]) == "lost in the network"


def test_silence_and_garbage_say_nothing() -> None:
    chance = np.random.default_rng(1)
    assert read_frame(SILENCE_FRAME) is None
    assert read_frame(b"") is None
    assert read_frame(b"\x00" * FRAME_BYTES) is None
    assert heard_text(chance.bytes(FRAME_BYTES) for _ in range(20_000)) == ""


def test_one_wrong_bit_is_noticed() -> None:
    frame = speak("word")[:FRAME_BYTES]
    for sample in range(FRAME_BYTES):
        wrong = frame[:sample] + bytes([frame[sample] ^ 0x80]) + frame[sample + 1 :]
        assert read_frame(wrong) is None


def test_a_hushed_word_that_goes_on_is_one_word() -> None:
    frames = frames_of(speak("nothing is lost"))
    cut = 13
    assert heard_text([*frames[:cut], *[SILENCE_FRAME] * 50, *frames[cut - 2 :]]) == "nothing is lost"


def test_what_is_said_again_is_told_again() -> None:
    for text in ("Yes.", "Are you still there?"):
        frames = frames_of(speak(text))
        assert heard_text([*frames, *[SILENCE_FRAME] * 9, *frames]) == f"{text} {text}"
        assert heard_text([*frames[:7], SILENCE_FRAME, *frames]) == f"{text.split()[0]} {text}"


def test_the_end_of_a_turn_is_in_its_last_word() -> None:
    first = speak("I would like", Utterance(1, 0, ends_turn=False))
    rest = speak("a table", Utterance(1, 3))
    said = last_frame(first + SILENCE_FRAME * 20)
    assert said is not None
    assert not said.ends_turn
    said = last_frame(first + SILENCE_FRAME * 20 + rest)
    assert said is not None
    assert said.ends_turn
    assert heard_text(frames_of(first + rest)) == "I would like a table"


def test_the_reader_is_bounded() -> None:
    reader = TapeReader(kept=100)
    for number in range(300):
        for frame in frames_of(speak("a", Utterance(number))):
            reader.hear(frame)
    assert len(reader.words) <= 100
