"""The spurt detector: with a judge that the test holds, with the energy detector, and with the real model."""

from collections.abc import Callable
from itertools import zip_longest

import numpy as np
import pytest

from offhook.audio.frames import FRAME_S
from offhook.audio.g711 import decode_ulaw
from offhook.audio.spurts import Edge, SpurtDetector, SpurtSettings
from offhook.audio.vad import INLINE_STREAMS, EnergyVad, SileroVad, VadStream
from offhook.core.events import SilenceLasted, SoundLasted, SpeechStarted, SpeechStopped, VoiceLasted, VoicePaused
from tests.unit.audio_models import SILERO, needs_silero
from tests.unit.audio_sounds import frames, noise, silence, spoken, tone, ulaw

EDGES_S = (0.10, 0.22, 1.50)
BLOCK_S = 0.032


class Judge(VadStream):
    """Gives what the test says, block by block, then 0; remembers what it was asked."""

    def __init__(self, *probabilities: float) -> None:
        self.probabilities = list(probabilities)
        self.asked: list[bytes] = []
        self.resets = 0

    def probability(self, block: bytes) -> float:
        self.asked.append(block)
        return self.probabilities.pop(0) if self.probabilities else 0.0

    def reset(self) -> None:
        self.resets += 1


def hear(detector: SpurtDetector, audio: bytes, watch_s: float = 0.0) -> list[tuple[float, Edge]]:
    """Every edge with the audio time at which it was told; each end is watched for `watch_s`."""
    told: list[tuple[float, Edge]] = []
    for frame in frames(audio):
        for edge in detector.hear(frame):
            if isinstance(edge, SoundLasted):
                continue  # Loud sounds have a test of their own.
            told.append((round(detector.heard_s, 6), edge))
            if watch_s and isinstance(edge, SpeechStopped):
                detector.watch_silence(edge.spurt, watch_s)
    return told


def judged(
    *probabilities: float, edges_s: tuple[float, ...] = (), settings: SpurtSettings | None = None
) -> SpurtDetector:
    return SpurtDetector(Judge(*probabilities), edges_s, settings)


def kinds(told: list[tuple[float, Edge]]) -> list[str]:
    return [type(edge).__name__ for _, edge in told]


LOUD = ulaw(tone(500, 4.0))


def test_a_loud_sound_is_told_before_it_is_known_to_be_a_voice() -> None:
    silence, loud = ulaw(tone(500, 0.32) * 0), ulaw(tone(500, 0.5))
    detector = judged()
    told: list[tuple[float, float]] = []
    for frame in frames(silence + loud + silence + loud):
        for edge in detector.hear(frame):
            assert isinstance(edge, SoundLasted)
            told.append((detector.heard_s, edge.sound_s))
    assert [sound_s for _, sound_s in told] == pytest.approx([0.096, 0.192] * 2)
    assert told[0][0] - 0.32 <= 0.12, "in time for a duck"


def test_a_quiet_sound_is_not_loud() -> None:
    quiet = tone(500, 1.0) * np.float32(0.02)
    detector = judged()
    assert not any(detector.hear(frame) for frame in frames(ulaw(quiet)))


# ── start ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_voiced_block_is_a_click() -> None:
    assert hear(judged(0, 0.9, 0, 0, 0.9, 0, 0, 0.9), LOUD) == []


@pytest.mark.parametrize("pattern", [(0.5, 0.5), (0.9, 0.1, 0.5)])
def test_two_voiced_blocks_of_three_begin_a_spurt_at_the_first(pattern: tuple[float, ...]) -> None:
    first, *_ = hear(judged(*pattern), LOUD)
    at, edge = first
    assert edge == SpeechStarted(1, 0.0)
    told_in_block = len(pattern) * BLOCK_S
    assert told_in_block <= at < told_in_block + FRAME_S, "told in the frame that completes the block"


def test_the_onset_is_placed_by_level_within_the_block() -> None:
    audio = ulaw(silence(0.5), tone(500, 1.0))
    (_, edge), *_ = hear(judged(*[0.0] * 10, *[0.9] * 20), audio)
    assert isinstance(edge, SpeechStarted)
    assert abs(edge.onset_at - 0.5) <= 0.008


def test_the_onset_goes_back_to_a_loud_sound_that_the_model_was_slow_to_believe() -> None:
    audio = ulaw(silence(0.48), tone(500, 1.0))
    (_, edge), *_ = hear(judged(*[0.0] * 10, 0.0, 0.2, *[0.9] * 20), audio)
    assert isinstance(edge, SpeechStarted)
    assert 0.48 <= edge.onset_at < 0.5


def test_memory_of_a_voice_in_a_silent_block_begins_nothing() -> None:
    assert hear(judged(*[0.9] * 10), ulaw(silence(0.3))) == []


# ── voice ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_edges_of_voice_are_told_once_each_as_soon_as_they_are_past() -> None:
    told = hear(judged(*[0.9] * 100, edges_s=EDGES_S), ulaw(tone(500, 2.0)))
    assert told == [
        (0.08, SpeechStarted(1, 0.0)),
        (0.10, VoiceLasted(1, 0.10)),
        (0.22, VoiceLasted(1, 0.22)),
        (1.50, VoiceLasted(1, 1.50)),
    ]


def test_an_edge_that_is_past_is_told_with_the_start() -> None:
    told = hear(judged(0.9, 0.9, 0.9, edges_s=(0.2, 0.06)), ulaw(tone(500, 0.1)))
    assert told == [(0.08, SpeechStarted(1, 0.0)), (0.08, VoiceLasted(1, 0.06))]


def test_a_voice_that_falters_lasts_no_longer() -> None:
    told = hear(judged(*[0.9] * 5, 0.1, 0.1, 0.1, edges_s=(0.10, 0.22)), LOUD)
    assert kinds(told) == ["SpeechStarted", "VoiceLasted", "SpeechStopped"]


def test_a_weak_voice_continues_a_spurt_but_begins_none() -> None:
    assert hear(judged(*[0.4] * 20), LOUD) == []
    assert kinds(hear(judged(0.9, 0.9, *[0.4] * 200), LOUD)) == ["SpeechStarted"]


# ── stop ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_three_unvoiced_blocks_end_a_spurt() -> None:
    told = hear(judged(*[0.9] * 5, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1), LOUD)
    assert told == [
        (0.08, SpeechStarted(1, 0.0)),
        (0.36, SpeechStopped(1, 8 * BLOCK_S, 8 * BLOCK_S)),
    ]


def test_how_many_blocks_end_a_spurt_can_be_set() -> None:
    told = hear(judged(*[0.9] * 5, *[0.1] * 20, settings=SpurtSettings(stop_blocks=6)), LOUD)
    assert told[1] == (0.36, SpeechStopped(1, 5 * BLOCK_S, 5 * BLOCK_S))


def test_the_end_is_placed_by_level_although_the_model_lags() -> None:
    audio = ulaw(tone(500, 0.4), silence(1.0))
    told = hear(judged(*[0.9] * 14, *[0.1] * 20), audio)
    at, edge = told[1]
    assert isinstance(edge, SpeechStopped)
    assert 0.4 <= edge.ended_at < 0.41
    assert at <= 0.4 + 0.14
    assert edge.voice_s == edge.ended_at


def test_a_level_alone_ends_nothing() -> None:
    audio = ulaw(tone(500, 0.4), silence(1.0))
    assert kinds(hear(judged(*[0.9] * 200), audio)) == ["SpeechStarted"]


def test_spurts_are_counted_and_do_not_overlap() -> None:
    told = hear(judged(*([0.9] * 4 + [0.1] * 3) * 5), LOUD)
    assert kinds(told) == ["SpeechStarted", "SpeechStopped"] * 5
    starts = [edge for _, edge in told if isinstance(edge, SpeechStarted)]
    stops = [edge for _, edge in told if isinstance(edge, SpeechStopped)]
    assert [edge.spurt for edge in starts] == [1, 2, 3, 4, 5]
    assert all(stop.ended_at <= start.onset_at for stop, start in zip(stops, starts[1:], strict=False))


def test_a_spurt_does_not_reach_back_into_the_one_before() -> None:
    told = hear(judged(*[0.9] * 5, 0.1, *[0.9] * 5, settings=SpurtSettings(stop_blocks=1, sure_blocks=1)), LOUD)
    stop, start = told[1][1], told[2][1]
    assert isinstance(stop, SpeechStopped)
    assert isinstance(start, SpeechStarted)
    assert stop.ended_at <= start.onset_at


# ── silence ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_watched_silence_is_told_on_the_first_frame_that_shows_it() -> None:
    told = hear(judged(*[0.9] * 5), LOUD, watch_s=0.30)
    ended_at = 5 * BLOCK_S
    assert told[-1] == (0.46, SilenceLasted(1, 0.30))
    assert ended_at + 0.30 <= 0.46 < ended_at + 0.30 + FRAME_S


def test_a_silence_that_is_past_is_told_at_the_next_frame() -> None:
    detector = judged(*[0.9] * 5)
    hear(detector, LOUD[:8000])
    detector.watch_silence(1, 0.3)
    assert hear(detector, LOUD[:160]) == [(1.02, SilenceLasted(1, 0.3))]
    assert hear(detector, LOUD[:8000]) == [], "once"


def test_a_later_watch_replaces_an_earlier_one() -> None:
    detector = judged(*[0.9] * 5)
    hear(detector, LOUD[: 160 * 20])
    detector.watch_silence(1, 0.3)
    detector.watch_silence(1, 0.5)
    assert hear(detector, LOUD[:8000]) == [(0.66, SilenceLasted(1, 0.5))]


def test_a_watch_of_an_earlier_spurt_is_ignored() -> None:
    detector = judged(*[0.9] * 5, 0, 0, 0, *[0.9] * 5)
    hear(detector, LOUD)
    detector.watch_silence(1, 0.3)
    assert hear(detector, LOUD) == []


def test_a_new_spurt_forgets_the_watch() -> None:
    told = hear(judged(*[0.9] * 5, *[0.1] * 4, *[0.9] * 200), LOUD, watch_s=0.3)
    assert kinds(told) == ["SpeechStarted", "SpeechStopped", "SpeechStarted"]


def test_a_watch_is_forgotten_for_good() -> None:
    detector = judged(*[0.9] * 5, *[0.1] * 4, *[0.9] * 5)
    assert kinds(hear(detector, LOUD[: 160 * 14])) == ["SpeechStarted", "SpeechStopped"]
    detector.watch_silence(1, 0.5)
    assert kinds(hear(detector, LOUD)) == ["SpeechStarted", "SpeechStopped"]


def test_silence_is_held_back_while_an_onset_is_in_doubt() -> None:
    # The silence of 0.3 s is past at 0.46 s; block 13, heard at 0.46 s, is voiced and is refuted by blocks 14 and 15.
    quiet = [0.1] * 8
    refuted = hear(judged(*[0.9] * 5, *quiet, 0.9, 0.1, 0.1), LOUD, watch_s=0.3)
    assert refuted[-1] == (0.52, SilenceLasted(1, 0.3))
    confirmed = hear(judged(*[0.9] * 5, *quiet, 0.9, 0.1, *[0.9] * 200), LOUD, watch_s=0.3)
    assert kinds(confirmed) == ["SpeechStarted", "SpeechStopped", "SpeechStarted"]


# ── the gate ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_model_rests_in_silence_and_in_steady_noise() -> None:
    for audio in (ulaw(silence(10)), ulaw(noise(10, -60)), ulaw(noise(10, -40))):
        judge = Judge()
        hear(SpurtDetector(judge, ()), audio)
        assert len(judge.asked) < 40, "of 312 blocks"


def test_a_model_that_rested_is_reset_and_hears_what_came_just_before() -> None:
    judge = Judge()
    detector = SpurtDetector(judge, ())
    hear(detector, ulaw(silence(3.2)))
    asked = len(judge.asked)
    hear(detector, ulaw(tone(500, 0.032))[:160] + ulaw(tone(500, 0.032))[:160])
    assert judge.resets == 1
    assert [bool(decode_ulaw(block).any()) for block in judge.asked[asked : asked + 3]] == [False, False, True]


def test_a_noise_that_ceases_does_not_hide_the_next_voice() -> None:
    judge = Judge()
    detector = SpurtDetector(judge, ())
    hear(detector, ulaw(noise(5, -30), silence(0.5)))
    asked = len(judge.asked)
    hear(detector, ulaw(noise(0.2, -48)))
    assert len(judge.asked) > asked


# ── whole detectors ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_energy_detector_finds_tones_exactly() -> None:
    audio = ulaw(noise(1.0, -65), tone(500, 0.5), noise(0.5, -65), tone(500, 0.16), noise(1.0, -65))
    told = hear(SpurtDetector(EnergyVad().stream(), EDGES_S), audio, watch_s=0.3)
    assert kinds(told) == [
        "SpeechStarted", "VoiceLasted", "VoiceLasted", "SpeechStopped", "SilenceLasted",
        "SpeechStarted", "VoiceLasted", "SpeechStopped", "SilenceLasted",
    ]  # fmt: skip
    starts = [edge.onset_at for _, edge in told if isinstance(edge, SpeechStarted)]
    ends = [edge.ended_at for _, edge in told if isinstance(edge, SpeechStopped)]
    assert starts == pytest.approx([1.0, 2.0], abs=0.01)
    assert ends == pytest.approx([1.5, 2.16], abs=0.01)


WORDS = ("Yes.", "Mm-hm.", "How much is a cleaning?", "On Tuesday please.")


def conversation(noise_db: float) -> tuple[bytes, list[tuple[float, float]]]:
    """Four utterances with pauses of 0.4 to 1.3 s, and where each begins and ends."""
    parts, places, at = [silence(1.0)], [], 1.0
    for text, pause_s in zip(WORDS, (0.4, 0.6, 0.9, 1.3), strict=True):
        wave = spoken(text)
        places.append((at, at + len(wave) / 8000))
        parts += [wave, silence(pause_s)]
        at = places[-1][1] + pause_s
    sound = np.concatenate(parts)
    return ulaw(sound + noise(len(sound) / 8000, noise_db)), places


def silero() -> VadStream:
    return SileroVad(SILERO).stream()


@needs_silero
@pytest.mark.parametrize(("noise_db", "onset_s", "end_s"), [(-70, 0.03, 0.05), (-50, 0.04, 0.06), (-40, 0.06, 0.10)])
def test_silero_finds_each_utterance_where_it_is(noise_db: float, onset_s: float, end_s: float) -> None:
    audio, places = conversation(noise_db)
    told = hear(SpurtDetector(silero(), EDGES_S), audio)
    starts = [(at, edge) for at, edge in told if isinstance(edge, SpeechStarted)]
    stops = [(at, edge) for at, edge in told if isinstance(edge, SpeechStopped)]
    for begins, ends in places:
        at, start = min(starts, key=lambda each: abs(each[1].onset_at - begins))
        assert abs(start.onset_at - begins) <= onset_s
        assert at - begins <= 0.15
        at, stop = min(stops, key=lambda each: abs(each[1].ended_at - ends))
        assert abs(stop.ended_at - ends) <= end_s
        assert at - ends <= 0.22
    assert len(starts) <= len(places) + 2


@needs_silero
def test_silero_sees_a_sound_of_a_fifth_of_a_second() -> None:
    short = spoken("Yes.")[:1600]
    told = hear(SpurtDetector(silero(), EDGES_S), ulaw(silence(1.0), short, silence(1.0)), watch_s=0.3)
    assert kinds(told)[0] == "SpeechStarted"
    assert VoiceLasted(1, 0.10) in [edge for _, edge in told]
    assert kinds(told)[-2:] == ["SpeechStopped", "SilenceLasted"]


@needs_silero
def test_the_gate_loses_no_spurt_that_the_model_alone_finds() -> None:
    quiet = ulaw(silence(2.0), spoken(WORDS[2]) * np.float32(0.05), silence(1.0))
    assert kinds(hear(SpurtDetector(silero(), ()), quiet)) == ["SpeechStarted", "SpeechStopped"]


@needs_silero
def test_silero_is_not_moved_by_noise() -> None:
    bursts = [part for seed in range(8) for part in (silence(0.4), noise(0.3, -25, seed))]
    assert hear(SpurtDetector(silero(), EDGES_S), ulaw(*bursts, noise(3.0, -30))) == []


@needs_silero
def test_many_calls_judged_together_hear_what_each_hears_alone() -> None:
    audio, _ = conversation(-50)
    lines = [audio[160 * shift :] for shift in range(INLINE_STREAMS + 4)]
    alone = [[edge for _, edge in hear(SpurtDetector(silero(), EDGES_S), line)] for line in lines]
    vad, due = SileroVad(SILERO), list[Callable[[], None]]()
    vad.collect(due.append)
    detectors = [SpurtDetector(vad.stream(), EDGES_S) for _ in lines]
    told: list[list[Edge]] = [[] for _ in lines]
    for detector, edges in zip(detectors, told, strict=True):
        detector.tell_late_to(edges.extend)
    for ahead in zip_longest(*(frames(line) for line in lines)):
        for detector, edges, frame in zip(detectors, told, ahead, strict=True):
            edges.extend(detector.hear(frame) if frame else ())
        # Every other time the wait is over before the next frames come; otherwise a frame ends it.
        for run in due if len(told[0]) % 2 else ():
            run()
        due.clear()
    assert vad.collects
    vad.run()
    for edges, wanted in zip(told, alone, strict=True):
        assert [edge for edge in edges if not isinstance(edge, SoundLasted)] == wanted


@needs_silero
def test_a_pause_is_told_before_the_end_is_sure() -> None:
    audio, places = conversation(-50)
    told = hear(SpurtDetector(silero(), (), SpurtSettings(pause_s=0.04)), audio)
    pauses = [(at, edge) for at, edge in told if isinstance(edge, VoicePaused)]
    stops = [(at, edge) for at, edge in told if isinstance(edge, SpeechStopped)]
    early = [
        stop_at - max(at for at, edge in pauses if edge.spurt == stop.spurt and at <= stop_at)
        for stop_at, stop in stops
    ]
    assert all(edge.heard_at <= at for at, edge in pauses)
    assert min(early) >= 0.0 and max(early) >= 0.04
    assert len(pauses) <= 1.5 * len(places), "few of them inside of speech"
