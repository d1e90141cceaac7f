"""A model's file, read and rewritten: by hand-made files, and by the models themselves."""

import struct

import numpy as np
import pytest
from numpy.typing import NDArray

from offhook.audio.onnx import load_session
from offhook.audio.onnx_file import constants, fields, with_known_gelu
from offhook.audio.silero_batch import SileroBatch
from offhook.audio.vad import BLOCK_SAMPLES, INLINE_STREAMS, SileroVad
from tests.unit.audio_models import SILERO, SMART_TURN, needs_silero, needs_smart_turn
from tests.unit.audio_sounds import noise, silence, spoken, ulaw


def varint(value: int) -> bytes:
    return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def part(number: int, content: bytes | int) -> bytes:
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def node(operator: str, inputs: list[str], output: str, *attributes: bytes) -> bytes:
    names = b"".join(part(1, name.encode()) for name in inputs)
    return part(1, names + part(2, output.encode()) + part(4, operator.encode()) + b"".join(attributes))


def tensor(name: str, values: list[float], *, raw: bool = True) -> bytes:
    data = struct.pack(f"<{len(values)}f", *values)
    return part(1, len(values)) + part(2, 1) + (part(9, data) if raw else part(4, data)) + part(8, name.encode())


def gelu(half: str = "half", tail: bytes = b"") -> bytes:
    graph = [
        node("Div", ["x", "root"], "scaled"),
        node("Erf", ["scaled"], "e"),
        node("Add", ["e", "one"], "sum"),
        node("Mul", [half, "sum"], "halved"),
        node("Mul", ["x", "halved"], "out"),
        tail,
        part(5, tensor("half", [0.5])),
    ]
    return part(1, 9) + part(7, b"".join(graph)) + part(8, part(2, 18))


def inputs_of(model: bytes, output: str) -> list[str]:
    graph = next(value for number, _, value in fields(model) if number == 7)
    assert isinstance(graph, bytes)
    for number, _, message in fields(graph):
        if number == 1 and isinstance(message, bytes):
            found = list(fields(message))
            if (2, 2, output.encode()) in found:
                return [value.decode() for n, _, value in found if n == 1 and isinstance(value, bytes)]
    raise AssertionError(output)


def test_gelu_is_turned_and_nothing_else_changes() -> None:
    turned = with_known_gelu(gelu())
    assert inputs_of(turned, "halved") == ["x", "sum"]
    assert inputs_of(turned, "out") == ["halved", "half"]
    assert len(turned) == len(gelu())
    assert with_known_gelu(turned) == turned, "what the engine knows is left alone"


@pytest.mark.parametrize("tail", [node("Relu", ["halved"], "other"), node("Relu", ["sum"], "other")])
def test_gelu_whose_parts_are_needed_elsewhere_is_left_alone(tail: bytes) -> None:
    assert with_known_gelu(gelu(tail=tail)) == gelu(tail=tail)


def test_gelu_with_a_factor_that_is_computed_is_left_alone() -> None:
    model = gelu("scaled")
    assert with_known_gelu(model) == model


def test_constants_are_found_in_branches_too() -> None:
    branch = node("Constant", [], "inner", part(5, part(5, tensor("", [1.0, 2.0], raw=False))))
    model = part(7, node("If", ["c"], "o", part(5, part(6, branch))) + part(5, tensor("outer", [3.0])))
    assert {name: value.tolist() for name, value in constants(model).items()} == {"inner": [1.0, 2.0], "outer": [3.0]}


@pytest.mark.parametrize("junk", [b"\xff", b"\xff" * 12, b"\x3a\x05ab", b"\x3b\x01"])
def test_what_is_no_model_is_refused(junk: bytes) -> None:
    with pytest.raises(ValueError, match="no model"):
        constants(junk)
    assert SileroBatch.of(junk) is None


@needs_smart_turn
def test_the_turn_model_answers_the_same_to_the_last_bit() -> None:
    model = SMART_TURN.read_bytes()
    plain = load_session(model, ("input_features",), "it")
    turned = load_session(model, ("input_features",), "it", with_known_gelu)
    assert with_known_gelu(model) != model
    chance = np.random.default_rng(7)
    for scale in (0.1, 0.4, 1.0):
        given = {"input_features": chance.normal(0.0, scale, (1, 80, 800)).astype(np.float32)}
        assert turned.run(None, given)[0].tolist() == plain.run(None, given)[0].tolist()


BLOCKS = 90


def telephone(*parts: NDArray[np.float32]) -> bytes:
    """So many blocks of a telephone's audio."""
    return ulaw(*parts, silence(4.0))[: BLOCKS * BLOCK_SAMPLES]


def blocks(sound: bytes) -> list[bytes]:
    return [sound[at : at + BLOCK_SAMPLES] for at in range(0, len(sound), BLOCK_SAMPLES)]


def together(vad: SileroVad, sounds: list[bytes]) -> list[list[float]]:
    """What is told of each, block by block with the others', among so many calls that they wait for each other."""
    streams, heard = [vad.stream() for _ in range(INLINE_STREAMS + 1)], [list[float]() for _ in sounds]
    vad.collect(lambda run: None)
    assert vad.collects
    for row in zip(*map(blocks, sounds), strict=True):
        for stream, block, told in zip(streams, row, heard, strict=False):
            stream.ask(block, told.append)
        vad.run()
    return heard


def by_engine(monkeypatch: pytest.MonkeyPatch) -> SileroVad:
    """Our own products do not agree with the engine here: it judges itself."""
    with monkeypatch.context() as wrong:
        wrong.setattr(SileroBatch, "run", lambda self, audio, states: (np.zeros(len(audio), np.float32), states))
        return SileroVad(SILERO)


@needs_silero
def test_blocks_are_judged_as_the_engine_judges_each(monkeypatch: pytest.MonkeyPatch) -> None:
    vad, engine = SileroVad(SILERO), by_engine(monkeypatch)
    said = spoken("Are you open on Saturday?")
    sounds = [telephone(silence(0.1 * number), said, noise(1.5, -30)) for number in range(5)]
    by_ours, by_theirs = (
        [[stream.probability(block) for block in blocks(sound)] for sound in sounds for stream in (each.stream(),)]
        for each in (vad, engine)
    )
    assert min(max(heard) for heard in by_theirs) > 0.9
    assert by_ours != by_theirs
    for ours in (by_ours, together(vad, sounds), together(engine, sounds)):
        assert np.allclose(ours, by_theirs, atol=1e-4)
