"""A model in 8 bits is compared with the weights that it was made of, number by number."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scripts.same_weights import STEPS, compare, of_onnx, of_safetensors

RNG = np.random.default_rng(7)
TALL = RNG.normal(size=(6, 4)).astype(np.float32)
SQUARE = RNG.normal(size=(4, 4)).astype(np.float32)
BIAS = RNG.normal(size=4).astype(np.float32)
PUBLISHED = {"layer.bias": BIAS, "layer.tall": TALL, "layer.square": SQUARE}


def rounded(weights: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    scale = np.abs(weights).max(axis=axis, keepdims=True) / STEPS
    return np.rint(weights / scale).astype(np.int8), scale


def a_file(**changed: Any) -> dict[str, NDArray[Any]]:
    """As the exporter writes it: embeddings by row, matrices turned and by column."""
    tall, tall_scale = rounded(TALL, 1)
    square, square_scale = rounded(SQUARE.T, 0)
    found = {
        "inner.layer.bias": BIAS, "inner.layer.tall_q": tall, "inner.layer.tall_scale": tall_scale,
        "val_9_q": square, "val_9_scale": square_scale, "val_3": np.float32(0.5).reshape(()),
    }  # fmt: skip
    return {**found, **changed}


def test_a_file_of_the_publishers_numbers_is_known() -> None:
    found = compare(a_file(), {**PUBLISHED, "pooler": SQUARE + 1})
    assert (found.equal, found.rounded) == (["inner.layer.bias"], ["inner.layer.tall_q", "val_9_q"])
    assert (found.strange, found.unused) == ([], ["pooler"])


def nudged(tensor: NDArray[Any]) -> NDArray[Any]:
    other = tensor.copy()
    other.flat[0] = other.flat[0] - 1 if other.flat[0] > 0 else other.flat[0] + 1
    return other


@pytest.mark.parametrize("name", ["inner.layer.bias", "inner.layer.tall_q", "val_9_q"])
def test_one_number_that_is_another_is_found(name: str) -> None:
    file = a_file()
    assert compare({**file, name: nudged(file[name])}, PUBLISHED).strange == [name]


def test_another_scale_is_another_number() -> None:
    file = a_file()
    found = compare({**file, "val_9_scale": file["val_9_scale"] * np.float32(1.01)}, PUBLISHED)
    assert found.strange == ["val_9_q"] and found.unused == ["layer.square"]


def test_numbers_that_are_nobodys_are_found() -> None:
    assert compare(a_file(extra=BIAS), PUBLISHED).strange == ["extra"]


# ── formats ──────────────────────────────────────────────────────────────────────────────────────────────────────


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    assert len(value) < 1 << 14
    return bytes([number << 3 | 2, len(value) & 0x7F | 0x80, len(value) >> 7]) + value


def onnx(tensors: Mapping[str, NDArray[Any]], *, packed: bool) -> bytes:
    graph = b""
    for name, tensor in tensors.items():
        dims = field(1, bytes(tensor.shape)) if packed else b"".join(field(1, size) for size in tensor.shape)
        kind = field(2, {"float32": 1, "int8": 3, "int64": 7}[str(tensor.dtype)])
        graph += field(5, dims + kind + field(8, name.encode()) + field(9, tensor.tobytes()))
    return field(7, graph)


@pytest.mark.parametrize("packed", [True, False])
def test_an_onnx_file_is_read(packed: bool) -> None:
    file = a_file()
    found = of_onnx(onnx({**file, "shape": np.array([1, 2])}, packed=packed))
    assert found.keys() == file.keys(), "numbers of shapes are no weights"
    assert all(np.array_equal(found[name], file[name]) for name in file)


def test_a_tensor_that_is_cut_off_is_refused() -> None:
    whole = onnx({"a": BIAS}, packed=False)
    with pytest.raises(ValueError, match="not whole"):
        of_onnx(whole.replace(field(1, 4), field(1, 5)))


def test_a_safetensors_file_is_read() -> None:
    data, head = b"", {}
    for name, tensor in PUBLISHED.items():
        head[name] = {"dtype": "F32", "shape": tensor.shape, "data_offsets": [len(data), len(data) + tensor.nbytes]}
        data += tensor.tobytes()
    text = json.dumps({"__metadata__": {"format": "pt"}, **head}).encode()
    found = of_safetensors(len(text).to_bytes(8, "little") + text + data)
    assert found.keys() == PUBLISHED.keys()
    assert all(np.array_equal(found[name], PUBLISHED[name]) for name in PUBLISHED)
