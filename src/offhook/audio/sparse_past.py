"""Rewrites an encoder's file so that it looks at all of the end of its audio, and only at some of what lies before.

A transformer pays for each of its tokens, and Smart Turn has 400 of 20 ms. How a turn ends is heard in its last
seconds; of what came before, one token in ten stands for its neighbours: it has their weight in each softmax, by the
logarithm of their number as a bias. (That a shared key with a weight is the same as several equal keys follows from the
softmax; Bolya et al., "Token Merging", 2022, call it proportional attention.)

What no kept token is made of is not convolved either: the convolutions in front hear the kept tokens' own frames of the
spectrum, put one behind the other.

Raises `ValueError` for a model that is built in another way: it is used as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from offhook.audio.onnx_file import BYTES, VARINT, Field, Node, fields, joined

DENSE: Final = 100
"""Tokens at the end that are all looked at: 2 s."""
STEP: Final = 10
"""Of the earlier ones, one in so many."""

_GRAPH, _NODE, _INITIALIZER, _INPUT, _VALUE_INFO = 7, 1, 5, 11, 13
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9
_FLOAT, _INT64 = 1, 7
_ATTRIBUTE, _ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_TYPE, _TYPE_INT = 5, 1, 3, 20, 2
_POSITIONS: Final = "embed_positions.weight"
_KEPT, _BIAS, _FRAMES, _ROWS = "offhook.kept", "offhook.bias", "offhook.frames", "offhook.rows"
_CONVOLUTIONS: Final = [([1], [1, 1]), ([2], [1, 1])]
"""Stride and padding of those in front. With twice as many frames as tokens the kernels are three wide: a token is made
of five frames, two to each side of its own."""


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


def heard_frames(tokens: list[int], count: int) -> tuple[list[int], list[int]]:
    """Of the 2 * `count` frames of the spectrum those that these tokens are made of, run after run, and where the
    convolutions of all of them have the tokens. Only the last run may reach the end, as only that is padded there.
    """
    frames, rows = list[int](), list[int]()
    for at, token in enumerate(tokens):
        if at and token == tokens[at - 1] + 1:
            frames += (2 * token + 2, 2 * token + 3)
        else:
            # Its own two, two before them, and two behind: an even number keeps the next run in step.
            frames += range(2 * token - 2, 2 * token + 4)
        rows.append(len(frames) // 2 - 2)
    if frames[0] < 0:
        raise ValueError("the first token is made of less")
    return [frame for frame in frames if frame < 2 * count], rows


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
    frames, rows = heard_frames(kept, count)
    heard = [_name(value) for n, _, value in parts if n == _INPUT and isinstance(value, bytes)]
    if len(heard) != 1:
        raise ValueError("this model hears more than a spectrum")
    out: list[Field] = [(_NODE, BYTES, _node("Gather", [heard[0], _FRAMES], f"{heard[0]}.kept", axis=2))]
    found = _Found()
    for at, (n, w, value) in enumerate(parts):
        if at in tensors and tensors[at].is_number(count):
            out.append((n, w, _numbers(tensors[at].name, [len(kept)], (1,))))
        elif n == _NODE and isinstance(value, bytes):
            out += [(_NODE, BYTES, node) for node in _rewritten(Node(value), heard[0], table, found)]
        else:
            out.append((n, w, value))
    if found.sums != 1 or not found.softmaxes or found.convolutions != _CONVOLUTIONS:
        raise ValueError("this model uses its positions in another way")
    bias, size = np.log(np.asarray(weights, np.float32)), len(kept)
    for name, numbers in ((_KEPT, kept), (_FRAMES, frames), (_ROWS, rows)):
        out.append((_INITIALIZER, BYTES, _numbers(name, numbers, (len(numbers),))))
    for axis, shape in ((-1, (1, 1, 1, size)), (1, (1, size, 1))):
        out.append((_INITIALIZER, BYTES, _tensor(f"{_BIAS}{axis}", shape, _FLOAT, bias.tobytes())))
    return joined(out)


@dataclass(slots=True)
class _Found:
    sums: int = 0
    """Of tokens and their positions."""
    softmaxes: int = 0
    convolutions: list[tuple[list[int], list[int]]] = field(default_factory=list)


def _rewritten(node: Node, heard: str, table: str, found: _Found) -> Iterator[bytes]:
    """The node, with what has to stand before or behind it."""
    node.inputs = [f"{heard}.kept" if name == heard else name for name in node.inputs]
    if node.operator == "Conv":
        found.convolutions.append((node.numbers("strides"), node.numbers("pads")))
        yield node.message()
    elif node.operator == "Add" and table in node.inputs:
        found.sums += 1
        tokens = next(name for name in node.inputs if name != table)
        yield _node("Gather", [tokens, _ROWS], f"{tokens}.kept", axis=1)
        yield _node("Gather", [table, _KEPT], f"{table}.kept", axis=0)
        node.inputs = [f"{name}.kept" for name in node.inputs]
        yield node.message()
    elif node.operator == "Softmax":
        found.softmaxes += 1
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


def _name(value_info: bytes) -> str:
    return next(value.decode() for number, _, value in fields(value_info) if number == 1 and isinstance(value, bytes))


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
