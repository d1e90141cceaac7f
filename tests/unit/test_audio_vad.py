"""Voice or not: the energy detector, and the real model."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from offhook.audio.g711 import decode_ulaw
from offhook.audio.mel import log_mel, normalize
from offhook.audio.samples import to_float
from offhook.audio.turn_model import SmartTurn
from offhook.audio.vad import BLOCK_SAMPLES, EnergyVad, SileroVad, VadStream
from offhook.errors import ConfigurationError
from tests.unit.audio_models import SILERO, SMART_TURN, needs_silero, needs_smart_turn
from tests.unit.audio_sounds import noise, silence, spoken, tone, ulaw

TEXT = "Are you open on Saturday morning?"


def probabilities(stream: VadStream, audio: bytes) -> list[float]:
    starts = range(0, len(audio) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES)
    return [stream.probability(audio[start : start + BLOCK_SAMPLES]) for start in starts]


def share(values: list[float]) -> float:
    return sum(value >= 0.5 for value in values) / len(values)


def test_energy_tells_a_tone_from_silence() -> None:
    stream = EnergyVad().stream()
    assert set(probabilities(stream, ulaw(silence(0.5)))) == {0.0}
    assert set(probabilities(stream, ulaw(tone(440, 0.512)))) == {1.0}
    assert set(probabilities(stream, ulaw(silence(0.512)))) == {0.0}


def test_energy_learns_the_noise_of_the_line() -> None:
    stream = EnergyVad().stream()
    probabilities(stream, ulaw(noise(3.0, -52)))
    assert set(probabilities(stream, ulaw(noise(1.0, -45, seed=2)))) == {0.0}
    stream.reset()
    assert set(probabilities(stream, ulaw(noise(1.0, -45, seed=3)))) == {0.0}, "a reset keeps the floor"
    assert set(probabilities(stream, ulaw(noise(1.024, -25, seed=4)))) == {1.0}


def test_energy_learns_a_noisy_line_in_half_a_second() -> None:
    stream = EnergyVad().stream()
    heard = probabilities(stream, ulaw(noise(2.0, -40)))
    assert set(heard[16:]) == {0.0}
    assert set(probabilities(stream, ulaw(tone(440, 0.512)))) == {1.0}


def test_energy_hears_a_voice_that_is_there_from_the_first_sample() -> None:
    assert set(probabilities(EnergyVad().stream(), ulaw(tone(440, 1.024)))) == {1.0}


def test_energy_takes_what_never_falls_quiet_for_noise() -> None:
    stream = EnergyVad().stream()
    loud = probabilities(stream, ulaw(noise(31.0, -15)))
    assert loud[0] == 1.0
    assert loud[-1] == 0.0
    assert loud.index(0.0) > 900


def test_energy_is_the_same_each_time() -> None:
    audio = ulaw(noise(1.0, -45), tone(300, 0.5), noise(1.0, -45, seed=7))
    assert probabilities(EnergyVad().stream(), audio) == probabilities(EnergyVad().stream(), audio)


@pytest.mark.parametrize("model", [Path("/no/such/file.onnx"), b"", b"not a model"])
def test_a_broken_model_is_refused_in_words(model: Path | bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"the voice detector cannot be loaded.*offhook models fetch"):
        SileroVad(model)
    with pytest.raises(ConfigurationError, match="the end-of-turn model cannot be loaded"):
        SmartTurn(model)


@needs_silero
@needs_smart_turn
def test_another_model_is_refused_in_words() -> None:
    with pytest.raises(ConfigurationError, match="this model is not the voice detector"):
        SileroVad(SMART_TURN)
    with pytest.raises(ConfigurationError, match="this model is not the end-of-turn model"):
        SmartTurn(SILERO.read_bytes())


@needs_silero
def test_silero_hears_speech_and_not_noise() -> None:
    vad = SileroVad(SILERO)
    assert share(probabilities(vad.stream(), ulaw(noise(3.0, -30)))) == 0
    assert share(probabilities(vad.stream(), ulaw(spoken(TEXT)))) > 0.8


@needs_silero
def test_silero_calls_share_no_state() -> None:
    vad = SileroVad(SILERO)
    audio = ulaw(silence(0.2), spoken(TEXT), noise(0.2, -40))
    alone = probabilities(vad.stream(), audio)
    first, second, together = vad.stream(), vad.stream(), []
    for start in range(0, len(audio) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES):
        together.append(first.probability(audio[start : start + BLOCK_SAMPLES]))
        second.probability(ulaw(noise(0.04, -10))[:BLOCK_SAMPLES])
    assert together == alone


@needs_silero
def test_silero_gives_what_the_plain_way_gives() -> None:
    """The products of our own against a run of the engine, as the model's page shows it."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(SILERO), providers=["CPUExecutionProvider"])
    state = np.zeros((2, 1, 128), np.float32)
    context: NDArray[np.float32] = np.zeros((1, 32), np.float32)
    audio = ulaw(silence(0.1), spoken(TEXT), silence(0.2))
    wanted = []
    for start in range(0, len(audio) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES):
        block = to_float(decode_ulaw(audio[start : start + BLOCK_SAMPLES]))[None]
        feed = {"input": np.concatenate([context, block], 1), "state": state, "sr": np.array(8000, np.int64)}
        out, state = session.run(None, feed)
        context = block[:, -32:]
        wanted.append(float(out[0, 0]))
    stream = SileroVad(SILERO.read_bytes()).stream()
    assert np.allclose(probabilities(stream, audio), wanted, atol=1e-5)
    stream.reset()
    assert np.allclose(probabilities(stream, audio), wanted, atol=1e-5), "a reset stream is a new stream"


@needs_smart_turn
@pytest.mark.parametrize("length_s", [0.0, 0.02, 1.0, 8.0, 12.0])
def test_the_turn_model_takes_any_length(length_s: float) -> None:
    assert 0 <= SmartTurn(SMART_TURN).probability(ulaw(noise(length_s, -30))) <= 1


@needs_smart_turn
def test_the_turn_model_looks_at_the_last_8_s() -> None:
    model, seen = SmartTurn(SMART_TURN), ulaw(silence(6.0), spoken(TEXT), silence(0.5))
    assert model.probability(ulaw(noise(2.0, -20)) + seen) == model.probability(seen)


@needs_smart_turn
@pytest.mark.parametrize(
    "text", ["I would like to book a table for tomorrow.", "I would like to book a table for, um,"]
)
def test_the_turn_model_sees_silence_before_short_audio_and_no_loudness(text: str) -> None:
    model, said = SmartTurn(SMART_TURN), np.concatenate([spoken(text), silence(0.2)])
    filled = np.concatenate([silence(8 - len(said) / 8000), said])
    probability = model.probability(ulaw(said))
    assert model.probability(ulaw(filled)) == pytest.approx(probability, abs=0.05)
    assert model.probability(ulaw(said * np.float32(0.25))) == pytest.approx(probability, abs=0.15)


@needs_smart_turn
def test_the_turn_model_tells_a_finished_turn_from_a_hesitation() -> None:
    model = SmartTurn(SMART_TURN)
    assert model.probability(ulaw(spoken("I would like to book a table for tomorrow."), silence(0.2))) > 0.5
    assert model.probability(ulaw(spoken("I would like to book a table for, um,"), silence(0.2))) < 0.5


@needs_smart_turn
def test_the_turn_model_is_given_normalized_features() -> None:
    class Session:
        def run(self, _: None, feed: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
            self.features = feed["input_features"]
            return [np.array([[0.25]], np.float32)]

    model, session, said = SmartTurn(SMART_TURN), Session(), ulaw(noise(1.0, -30))
    model._session = session
    assert model.probability(said) == 0.25
    audio = np.zeros(64_000, np.float32)
    audio[-8000:] = to_float(decode_ulaw(said))
    assert np.allclose(session.features, log_mel(normalize(audio), 800, 8000)[None], atol=1e-5)
