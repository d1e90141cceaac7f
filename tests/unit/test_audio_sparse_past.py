"""The end-of-turn model that looks at some of the past: which part of it, and how near its answers stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from offhook.audio.onnx import load_session
from offhook.audio.onnx_file import with_known_gelu
from offhook.audio.sparse_past import DENSE, STEP, heard_frames, kept_tokens, with_sparse_past
from offhook.audio.turn_model import SmartTurn
from tests.unit.audio_models import SILERO, SMART_TURN, needs_silero, needs_smart_turn
from tests.unit.audio_sounds import noise, silence, spoken, ulaw

SAID = (
    "I would like to book a table for tomorrow.",
    "I would like to book a table for, um,",
    "Do you have a room with a view of the harbour?",
    "My number is five five five",
    "Yes.",
    "Well, the thing is that my",
    "Please tell me how much a double room costs, and whether breakfast is a part of that.",
)


@given(st.integers(1, 2000))
def test_every_token_is_looked_at_or_stood_for(count: int) -> None:
    kept, weights = kept_tokens(count)
    assert sum(weights) == count
    assert kept == sorted(set(kept))
    assert max(weights) <= STEP
    assert kept[-min(count, DENSE) :] == list(range(max(0, count - DENSE), count))
    # Each stands among those that it stands for.
    begin = 0
    for token, weight in zip(kept, weights, strict=True):
        assert begin <= token < begin + weight
        begin += weight


def convolved(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """One number for each frame to one for each token: kernels of three, silence around, the second at every other."""
    first = np.convolve(np.pad(frames, 1), [0.3, -1.0, 0.7], "valid")
    return np.convolve(np.pad(np.maximum(first, 0.0), 1), [1.1, 0.2, -0.4], "valid")[::2]


@given(st.integers(20, 400), st.integers(0, 2**32 - 1))
def test_the_tokens_that_are_kept_hear_what_they_heard(count: int, seed: int) -> None:
    spectrum = np.random.default_rng(seed).normal(size=2 * count)
    kept, _ = kept_tokens(count + DENSE)
    kept = [token for token in kept if 0 < token < count]
    kept = kept if kept[-1] == count - 1 else [*kept, count - 1]
    frames, rows = heard_frames(kept, count)
    assert len(frames) <= 6 * len(kept)
    assert np.array_equal(convolved(spectrum[frames])[rows], convolved(spectrum)[kept])


@needs_smart_turn
def test_what_is_not_kept_is_not_heard() -> None:
    """Of the spectrum's frames that no kept token is made of, any may be anything."""
    model, chance = SmartTurn(SMART_TURN)._session, np.random.default_rng(1)
    features = chance.normal(0.0, 0.5, (1, 80, 800)).astype(np.float32)
    frames, _ = heard_frames(kept_tokens(400)[0], 400)
    assert len(frames) < 400
    other = chance.normal(0.0, 0.5, features.shape).astype(np.float32)
    other[:, :, frames] = features[:, :, frames]
    (answer,), (same,) = (model.run(None, {"input_features": each}) for each in (features, other))
    assert answer == same
    other[:, :, frames[0]] += 1.0
    assert model.run(None, {"input_features": other})[0] != answer


@needs_smart_turn
def test_its_answers_stay_near_those_of_the_whole_model() -> None:
    whole, sparse = SmartTurn(SMART_TURN), SmartTurn(SMART_TURN)
    whole._session = load_session(SMART_TURN, ("input_features",), "the model", with_known_gelu)
    apart = []
    for text in SAID:
        said = spoken(text)
        for past in (silence(0.0), noise(3.0, -50), np.concatenate([spoken(SAID[2]), silence(2.5)])):
            for end_s in (0.2, 0.6):
                audio = ulaw(past, said, silence(end_s))
                apart.append((whole.probability(audio), sparse.probability(audio)))
    far = [abs(a - b) for a, b in apart]
    assert 0 < np.mean(far) < 0.05, "it is another computation, and a near one"
    assert np.mean([(a >= 0.5) != (b >= 0.5) for a, b in apart]) <= 0.05


@needs_smart_turn
def test_it_is_a_smaller_model() -> None:
    """What it does is written in the file: fewer tokens in every shape, and the weights of those that are left."""
    model = SMART_TURN.read_bytes()
    sparse = with_sparse_past(model)
    assert (400).to_bytes(8, "little") in model
    assert (len(kept_tokens(400)[0])).to_bytes(8, "little") in sparse
    assert len(kept_tokens(400)[0]) < 200
    with pytest.raises(ValueError, match="positions"):
        with_sparse_past(sparse.replace(b"embed_positions", b"other_positions"))


@needs_silero
def test_another_model_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no table of positions"):
        with_sparse_past(SILERO.read_bytes())
