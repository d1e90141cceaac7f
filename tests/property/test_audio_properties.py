"""Properties of the audio: whatever the pieces, whatever the order, the result is that of a simple model."""

import io
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from offhook.audio.frames import FRAME_BYTES, FRAME_S, Framer
from offhook.audio.g711 import (
    ULAW_MAGNITUDE,
    decode_alaw,
    decode_ulaw,
    encode_alaw,
    encode_ulaw,
    ulaw_gain_table,
)
from offhook.audio.recording import LONGEST_GAP_S, LONGEST_WAIT_S, StereoRecorder
from offhook.audio.resample import Decimator, Interpolator, resample
from offhook.audio.spurts import Edge, SpurtDetector, SpurtSettings
from offhook.audio.vad import EnergyVad, VadStream
from offhook.core.events import SilenceLasted, SoundLasted, SpeechStarted, SpeechStopped, VoiceLasted

# ── frames and G.711 ─────────────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.binary(max_size=700), max_size=12))
def test_frames_do_not_depend_on_how_the_audio_was_split(pieces: list[bytes]) -> None:
    framer, whole = Framer(), b"".join(pieces)
    cut = [frame for piece in pieces for frame in framer.push(piece)]
    assert all(len(frame) == FRAME_BYTES for frame in cut)
    rest = framer.flush()
    assert b"".join(cut) + rest[: len(whole) % FRAME_BYTES] == whole
    assert len(rest) in (0, FRAME_BYTES)


@given(st.binary(max_size=400))
def test_g711_comes_back_as_it_was(audio: bytes) -> None:
    # Mu-law has two zeros; the negative one comes back as the positive.
    assert encode_ulaw(decode_ulaw(audio)) == audio.replace(b"\x7f", b"\xff")
    assert encode_alaw(decode_alaw(audio)) == audio


@given(st.lists(st.integers(-32768, 32767), max_size=50))
def test_g711_errs_by_no_more_than_half_a_step(values: list[int]) -> None:
    samples = np.array(values, np.int16)
    for decoded, clip in (
        (decode_ulaw(encode_ulaw(samples)), 32124),
        (decode_alaw(encode_alaw(samples)), 32256),
    ):
        wanted = np.clip(samples.astype(np.int32), -clip, clip)
        assert np.all(np.abs(decoded - wanted) <= 16 + np.abs(wanted) / 31)


@given(st.floats(-60, 0), st.binary(min_size=1, max_size=200))
def test_a_quieter_gain_makes_nothing_louder(gain_db: float, audio: bytes) -> None:
    quieter = audio.translate(ulaw_gain_table(gain_db))
    assert all(ULAW_MAGNITUDE[after] <= ULAW_MAGNITUDE[before] for before, after in zip(audio, quieter, strict=True))


# ── resampling ───────────────────────────────────────────────────────────────────────────────────────────────────

SOUND = (np.random.default_rng(5).standard_normal(3000) * 0.2).astype(np.float32)


@given(st.lists(st.integers(0, 400), max_size=12), st.integers(1, 6), st.booleans())
@settings(deadline=None)
def test_streams_do_not_depend_on_how_the_audio_was_split(sizes: list[int], factor: int, down: bool) -> None:
    length = min(sum(sizes), len(SOUND))
    stream = Decimator(factor) if down else Interpolator(factor)
    for _ in range(2):  # after a flush it starts anew
        at, parts = 0, []
        for size in sizes:
            parts.append(stream.push(SOUND[at : min(at + size, length)]))
            at += size
        out = np.concatenate([*parts, stream.flush()])
        rates = (8000 * factor, 8000) if down else (8000, 8000 * factor)
        whole = resample(SOUND[:length], *rates)
        assert len(out) == len(whole) == (-(-length // factor) if down else length * factor)
        assert factor == 1 or np.allclose(out, whole, atol=1e-5)


# ── talk spurts ──────────────────────────────────────────────────────────────────────────────────────────────────


class Tape(VadStream):
    """A judge that plays back drawn probabilities, then silence."""

    def __init__(self, probabilities: list[float]) -> None:
        self._rest = iter(probabilities)

    def probability(self, block: bytes) -> float:
        return next(self._rest, 0.0) if decode_ulaw(block).any() else 0.0

    def reset(self) -> None:
        pass


def some_audio(loudness: list[int]) -> bytes:
    """20 ms for each entry, of noise with that amplitude."""
    rng = np.random.default_rng(6)
    parts = [rng.integers(-amplitude, amplitude + 1, 160) for amplitude in loudness]
    return encode_ulaw(np.concatenate([*parts, np.zeros(0, np.int64)]).astype(np.int16))


LOUDNESS = st.lists(st.sampled_from([0, 0, 30, 2000, 9000, 9000]), max_size=150)
PROBABILITIES = st.lists(st.sampled_from([0.0, 0.1, 0.4, 0.6, 0.9, 0.9]), max_size=100)
EDGES_S = (0.10, 0.22, 0.60)


def told_by(detector: SpurtDetector, audio: bytes, pieces: list[int], watch_s: float) -> list[tuple[float, Edge]]:
    """Every edge and when it was told; the audio arrives in pieces of any size."""
    framer, at, told = Framer(), 0, []
    for size in [*pieces, len(audio)]:
        for frame in framer.push(audio[at : at + size]):
            for edge in detector.hear(frame):
                told.append((detector.heard_s, edge))
                if isinstance(edge, SpeechStopped):
                    detector.watch_silence(edge.spurt, watch_s)
        at += size
    return told


@given(LOUDNESS, PROBABILITIES, st.lists(st.integers(0, 900), max_size=20), st.sampled_from([0.02, 0.1, 0.3, 0.8]))
@settings(deadline=None)
def test_edges_of_spurts_keep_their_promises(
    loudness: list[int], probabilities: list[float], pieces: list[int], watch_s: float
) -> None:
    audio = some_audio(loudness)
    told = told_by(SpurtDetector(Tape(probabilities), EDGES_S), audio, pieces, watch_s)
    assert told == told_by(SpurtDetector(Tape(probabilities), EDGES_S), audio, [], watch_s)

    assert all(before <= after for (before, _), (after, _) in pairwise(told))
    number, inside, onset_at, ended_at, edges, watched = 0, False, 0.0, 0.0, list(EDGES_S), False
    for at, edge in told:
        match edge:
            case SpeechStarted():
                assert not inside
                assert ended_at <= edge.onset_at < at
                number, inside, onset_at, edges, watched = number + 1, True, edge.onset_at, list(EDGES_S), False
            case VoiceLasted():
                assert inside
                assert edge.voice_s == edges.pop(0)
                assert at - onset_at >= edge.voice_s - 1e-9
            case SpeechStopped():
                assert inside
                assert onset_at < edge.ended_at <= at
                assert abs(edge.voice_s - (edge.ended_at - onset_at)) < 1e-9
                inside, ended_at, watched = False, edge.ended_at, True
            case SilenceLasted():
                assert not inside
                assert watched, "told once, and only when asked"
                assert at - ended_at >= watch_s - 1e-9
                watched = False
            case SoundLasted():
                assert not inside
                continue
        assert edge.spurt == number


@given(LOUDNESS)
@settings(deadline=None)
def test_the_energy_detector_is_exactly_repeatable(loudness: list[int]) -> None:
    audio, vad = some_audio(loudness), EnergyVad()
    first = told_by(SpurtDetector(vad.stream(), EDGES_S), audio, [], 0.3)
    assert first == told_by(SpurtDetector(vad.stream(), EDGES_S), audio, [], 0.3)


@given(st.integers(20, 100), st.integers(8, 100))
@settings(deadline=None, max_examples=40)
def test_a_clear_sound_is_found_to_within_a_frame(quiet: int, loud: int) -> None:
    audio = some_audio([0] * quiet + [9000] * loud + [0] * 30)
    told = told_by(SpurtDetector(EnergyVad().stream(), (), SpurtSettings()), audio, [], 0.3)
    start, stop, silence = (edge for _, edge in told)
    assert isinstance(start, SpeechStarted)
    assert isinstance(stop, SpeechStopped)
    assert isinstance(silence, SilenceLasted)
    assert abs(start.onset_at - quiet * FRAME_S) <= FRAME_S
    assert abs(stop.ended_at - (quiet + loud) * FRAME_S) <= FRAME_S


# ── recording ────────────────────────────────────────────────────────────────────────────────────────────────────

WAIT = round(LONGEST_WAIT_S * 8000)
SAMPLES = st.binary(min_size=1, max_size=300)
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("caller"), st.integers(-50, 1500), SAMPLES),
        st.tuples(st.just("agent"), st.integers(-50, 1500), SAMPLES),
        st.tuples(st.just("cut"), st.integers(-50, 1500), st.just(b"")),
        st.tuples(st.just("settle"), st.integers(-50, 1500), st.just(b"")),
        st.tuples(st.just("agent"), st.just(WAIT + 2000), SAMPLES),
        st.tuples(st.just("agent"), st.just(round(LONGEST_GAP_S * 8000) + WAIT + 5000), SAMPLES),
    ),
    max_size=25,
)


class SlowRecording:
    """Two long lists: what the recorder should be equal to."""

    def __init__(self) -> None:
        self.caller: dict[int, int] = {}
        self.agent: dict[int, int] = {}
        self.settled = self.heard = self.reach = 0
        """`reach`: how far the agent's audio was written and not cut, silence before it included."""

    def perform(self, operation: str, at: int, audio: bytes) -> None:
        if operation in ("caller", "agent"):
            if at - self.settled > LONGEST_GAP_S * 8000:
                return
            if at - self.settled > WAIT:
                self.settled = at - WAIT // 2
            side = self.caller if operation == "caller" else self.agent
            kept = {p: b for p, b in zip(range(at, at + len(audio)), audio, strict=True) if p >= self.settled}
            side.update(kept)
            last = max(kept, default=-1) + 1
            if operation == "caller":
                self.heard = max(self.heard, last)
            else:
                self.reach = max(self.reach, last)
        elif operation == "cut":
            self.reach = min(self.reach, max(at, self.settled))
            self.agent = {p: b for p, b in self.agent.items() if p < self.reach or p < self.settled}
        else:
            self.settled = max(self.settled, at)

    def result(self) -> NDArray[np.int16]:
        length = max(self.settled, self.heard, self.reach)
        sides = [bytes(side.get(p, 0xFF) for p in range(length)) for side in (self.caller, self.agent)]
        return np.stack([decode_ulaw(side) for side in sides], axis=1)


@given(OPERATIONS)
@settings(deadline=None)
def test_the_recording_is_that_of_a_simple_model(operations: list[tuple[str, int, bytes]]) -> None:
    file = io.BytesIO()
    recorder, model = StereoRecorder(file), SlowRecording()
    for operation, at, audio in operations:
        model.perform(operation, at, audio)
        if operation == "caller":
            recorder.caller(at / 8000, audio)
        elif operation == "agent":
            recorder.agent(at / 8000, audio)
        elif operation == "cut":
            recorder.cut(at / 8000)
        else:
            recorder.settle(at / 8000)
        data = file.getvalue()
        assert int.from_bytes(data[40:44], "little") == len(data) - 44, "whole after each step"
    recorder.close()
    written = np.frombuffer(file.getvalue()[44:], "<i2").reshape(-1, 2)
    assert np.array_equal(written, model.result())
