"""Rewrites an encoder's file so that it looks at all of the end of its audio, and only at some of what lies before.

A transformer pays for each of its tokens, and Smart Turn has 400 of 20 ms. How a turn ends is heard in its last
seconds; of what came before, one token in ten stands for its neighbours: it has their weight in each softmax, by the
logarithm of their number as a bias. (That a shared key with a weight is the same as several equal keys follows from the
softmax; Bolya et al., "Token Merging", 2022, call it proportional attention.)

Raises `ValueError` for a model that is built in another way: it is used as it is.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from offhook.audio.onnx_file import BYTES, VARINT, Field, Node, fields, joined

DENSE: Final = 100
"""Tokens at the end that are all looked at: 2 s."""
STEP: Final = 10
"""Of the earlier ones, one in so many."""

_GRAPH, _NODE, _INITIALIZER, _VALUE_INFO = 7, 1, 5, 13
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_FLOAT, _INT64 = 1, 7
_ATTRIBUTE, _ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_TYPE, _TYPE_INT = 5, 1, 3, 20, 2
_POSITIONS: Final = "embed_positions.weight"
_KEPT, _BIAS = "offhook.kept", "offhook.bias"


def with_sparse_past(model: bytes) -> bytes:
    """The same model with fewer tokens behind its positions; what goes in and comes out stays as it is."""
    parts = list(fields(model))
    return joined((n, w, _sparse(v) if n == _GRAPH and isinstance(v, bytes) else v) for n, w, v in parts)


def kept_tokens(count: int) -> tuple[list[int], list[int]]:
    """Which of `count` tokens are looked at, and how many each of them stands for: their sum is `count`."""
    past = max(0, count - DENSE)
    groups = [range(begin, min(begin + STEP, past)) for begin in range(0, past, STEP)]
    rest = range(past, count)
    return [group[len(group) // 2] for group in groups] + list(rest), [len(group) for group in groups] + [1] * len(rest)


def _sparse(graph: bytes) -> bytes:
    # The shapes that the file tells of what lies between are those of all tokens.
    parts = [part for part in fields(graph) if part[0] != _VALUE_INFO]
    tensors = {
        at: _Tensor(value) for at, (n, _, value) in enumerate(parts) if n == _INITIALIZER and isinstance(value, bytes)
    }
    positions = [tensor for tensor in tensors.values() if tensor.name.endswith(_POSITIONS)]
    if len(positions) != 1 or len(positions[0].dims) != 2:
        raise ValueError("this model has no table of positions")
    count, table = positions[0].dims[0], positions[0].name
    kept, weights = kept_tokens(count)
    out: list[Field] = []
    found = {"Add": 0, "Softmax": 0}
    for at, (n, w, value) in enumerate(parts):
        if at in tensors and tensors[at].is_number(count):
            out.append((n, w, _numbers(tensors[at].name, [len(kept)], (1,))))
        elif n == _NODE and isinstance(value, bytes):
            out += [(_NODE, BYTES, node) for node in _rewritten(Node(value), table, found)]
        else:
            out.append((n, w, value))
    if found["Add"] != 1 or not found["Softmax"]:
        raise ValueError("this model uses its positions in another way")
    bias, size = np.log(np.asarray(weights, np.float32)), len(kept)
    out.append((_INITIALIZER, BYTES, _numbers(_KEPT, kept, (size,))))
    for axis, shape in ((-1, (1, 1, 1, size)), (1, (1, size, 1))):
        out.append((_INITIALIZER, BYTES, _tensor(f"{_BIAS}{axis}", shape, _FLOAT, bias.tobytes())))
    return joined(out)


def _rewritten(node: Node, table: str, found: dict[str, int]) -> Iterator[bytes]:
    """The node, with what has to stand before or behind it."""
    if node.operator == "Add" and table in node.inputs:
        found["Add"] += 1
        out = node.outputs[0]
        node.outputs = [f"{out}.all"]
        yield node.message()
        yield _node("Gather", [f"{out}.all", _KEPT], out, axis=1)
    elif node.operator == "Softmax":
        found["Softmax"] += 1
        axis = node.number("axis", -1)
        if axis not in (-1, 1):
            raise ValueError("this model has a softmax over something else")
        scores = node.inputs[0]
        yield _node("Add", [scores, f"{_BIAS}{axis}"], f"{scores}.weighed")
        node.inputs = [f"{scores}.weighed"]
        yield node.message()
    else:
        yield node.message()


class _Tensor:
    """A constant: its name, its shape, and its data when they stand in one piece."""

    def __init__(self, message: bytes) -> None:
        self.dims: list[int] = []
        self.name, self._kind, self._raw = "", 0, b""
        for number, _, value in fields(message):
            if isinstance(value, int):
                self.dims += [value] if number == _DIMS else []
                self._kind = value if number == _TYPE else self._kind
            elif number == _NAME:
                self.name = value.decode()
            elif number == _RAW:
                self._raw = value

    def is_number(self, count: int) -> bool:
        """True for the number of tokens, as shapes are made of it."""
        return self._kind == _INT64 and self.dims == [1] and self._raw == count.to_bytes(8, "little")


def _numbers(name: str, values: list[int], shape: tuple[int, ...]) -> bytes:
    return _tensor(name, shape, _INT64, np.asarray(values, "<i8").tobytes())


def _tensor(name: str, shape: tuple[int, ...], kind: int, raw: bytes) -> bytes:
    dims: list[Field] = [(_DIMS, VARINT, size) for size in shape]
    return joined([*dims, (_TYPE, VARINT, kind), (_NAME, BYTES, name.encode()), (_RAW, BYTES, raw)])


def _node(operator: str, inputs: list[str], output: str, axis: int | None = None) -> bytes:
    named: list[Field] = [(1, BYTES, name.encode()) for name in inputs]
    attributes: list[Field] = []
    if axis is not None:
        told: list[Field] = [
            (_ATTRIBUTE_NAME, BYTES, b"axis"),
            (_ATTRIBUTE_INT, VARINT, axis),
            (_ATTRIBUTE_TYPE, VARINT, _TYPE_INT),
        ]
        attributes = [(_ATTRIBUTE, BYTES, joined(told))]
    return joined([*named, (2, BYTES, output.encode()), (4, BYTES, operator.encode()), *attributes])
