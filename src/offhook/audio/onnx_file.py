"""Reads a model's file: its constants, and where GELU stands in it in a form that the engine does not know.

The file is one protocol buffer (onnx.proto: ModelProto.graph 7; GraphProto.node 1, initializer 5; NodeProto.input 1,
output 2, op_type 4, attribute 5; AttributeProto.name 1, i 3, t 5, g 6, ints 8; TensorProto.dims 1, data_type 2,
float_data 4, name 8, raw_data 9). Raises `ValueError` for what is none.
"""

from collections.abc import Iterator
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Field = tuple[int, int, int | bytes]
"""Number, wire type (0: number, 1: eight bytes, 2: bytes, 5: four bytes), value."""

_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_INPUT, _OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5
_TENSOR, _SUBGRAPH = 5, 6
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_INTS = 1, 3, 8
_DIMS, _TYPE, _FLOATS, _NAME, _RAW = 1, 2, 4, 8, 9
_FLOAT_TYPE: Final = 1
VARINT, _EIGHT, BYTES, _FOUR = 0, 1, 2, 5


def constants(model: bytes) -> dict[str, Floats]:
    """Every tensor of 32-bit floats by its name, those of branches too."""
    found: dict[str, Floats] = {}
    for number, graph in _parts(model):
        if number == _GRAPH:
            _graph_constants(graph, found)
    return found


def with_known_gelu(model: bytes) -> bytes:
    """The same model with each `x * (0.5 * (1 + erf))` written as `(x * (1 + erf)) * 0.5`.

    The engine does the latter in one pass over the data, and not in five. A half is a power of two: each result is the
    same to the last bit.
    """
    return joined((n, w, _graph_with_gelu(v) if n == _GRAPH else v) for n, w, v in fields(model))


def fields(message: bytes) -> Iterator[Field]:
    """The fields of a message, in order."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, at = _varint(message, at)
            yield number, wire, value
            continue
        size = {_EIGHT: 8, _FOUR: 4}.get(wire, -1)
        if wire == BYTES:
            size, at = _varint(message, at)
        if size < 0 or at + size > end:
            raise ValueError("this is no model's file")
        yield number, wire, message[at : at + size]
        at += size


# ── constants ────────────────────────────────────────────────────────────────────────────────────────────────────


def _graph_constants(graph: bytes, found: dict[str, Floats]) -> None:
    for number, part in _parts(graph):
        if number == _INITIALIZER:
            _take(part, "", found)
        elif number == _NODE:
            name = next((value.decode() for n, value in _parts(part) if n == _OUTPUT), "")
            for attribute in (value for n, value in _parts(part) if n == _ATTRIBUTE):
                for n, value in _parts(attribute):
                    if n == _SUBGRAPH:
                        _graph_constants(value, found)
                    elif n == _TENSOR:
                        _take(value, name, found)


def _take(tensor: bytes, name: str, found: dict[str, Floats]) -> None:
    """A constant's name is its own, or else that of its node's output."""
    dims: list[int] = []
    kind, raw, parts = 0, b"", b""
    for number, wire, value in fields(tensor):
        if number == _DIMS:
            dims += [value] if isinstance(value, int) else _varints(value)
        elif number == _TYPE and isinstance(value, int):
            kind = value
        elif isinstance(value, bytes):
            raw = value if number == _RAW else raw
            parts += value if number == _FLOATS and wire in (BYTES, _FOUR) else b""
            name = value.decode() if number == _NAME and not name else name
    data = raw or parts
    if kind == _FLOAT_TYPE and len(data) == 4 * prod(dims):
        found[name] = np.frombuffer(data, "<f4").reshape(dims)


# ── GELU ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _graph_with_gelu(graph: int | bytes) -> bytes:
    assert isinstance(graph, bytes)
    parts = list(fields(graph))
    nodes = {at: Node(value) for at, (n, _, value) in enumerate(parts) if n == _NODE and isinstance(value, bytes)}
    made_by = {name: node for node in nodes.values() for name in node.outputs}
    used_by: dict[str, list[Node]] = {}
    for node in nodes.values():
        for name in node.inputs:
            used_by.setdefault(name, []).append(node)
    for node in nodes.values():
        if node.operator == "Erf":
            _turn(node, made_by, used_by)
    return joined((n, w, nodes[at].message() if at in nodes else value) for at, (n, w, value) in enumerate(parts))


class Node:
    """One operation: the names of what goes in and comes out can be changed."""

    def __init__(self, message: bytes) -> None:
        self._fields = list(fields(message))
        self.inputs = self._texts(_INPUT)
        self.outputs = self._texts(_OUTPUT)
        self.operator = "".join(self._texts(_OPERATOR))

    def _texts(self, number: int) -> list[str]:
        return [value.decode() for n, _, value in self._fields if n == number and isinstance(value, bytes)]

    def number(self, name: str, default: int) -> int:
        """A whole number among its attributes; below zero it is the two's complement of 64 bits."""
        for attribute in (value for n, _, value in self._fields if n == _ATTRIBUTE and isinstance(value, bytes)):
            told = {n: value for n, _, value in fields(attribute)}
            value = told.get(_ATTRIBUTE_INT)
            if told.get(_ATTRIBUTE_NAME) == name.encode() and isinstance(value, int):
                return value - (1 << 64) if value >> 63 else value
        return default

    def numbers(self, name: str) -> list[int]:
        """Whole numbers, none below zero, among its attributes."""
        for attribute in (value for n, _, value in self._fields if n == _ATTRIBUTE and isinstance(value, bytes)):
            told = list(fields(attribute))
            if (_ATTRIBUTE_NAME, BYTES, name.encode()) in told:
                return [value for n, _, value in told if n == _ATTRIBUTE_INTS and isinstance(value, int)]
        return []

    def message(self) -> bytes:
        """As it stands in a graph."""
        names: list[Field] = [(_INPUT, BYTES, name.encode()) for name in self.inputs]
        names += [(_OUTPUT, BYTES, name.encode()) for name in self.outputs]
        return joined([*names, *(field for field in self._fields if field[0] not in (_INPUT, _OUTPUT))])


def _turn(erf: Node, made_by: dict[str, Node], used_by: dict[str, list[Node]]) -> None:
    """Turn the two products behind this `Erf`, when it is GELU's and nobody else needs what lies between them."""
    scaled = made_by.get(erf.inputs[0])
    added = _only_user(erf, "Add", used_by)
    halved = _only_user(added, "Mul", used_by) if added else None
    last = _only_user(halved, "Mul", used_by) if halved else None
    if scaled is None or scaled.operator != "Div" or added is None or halved is None or last is None:
        return
    x, whole, half = scaled.inputs[0], added.outputs[0], halved.outputs[0]
    factors = [name for name in halved.inputs if name != whole]
    if len(factors) == 1 and factors[0] not in made_by and sorted(last.inputs) == sorted((x, half)):
        halved.inputs, last.inputs = [x, whole], [half, factors[0]]


def _only_user(node: Node, operator: str, used_by: dict[str, list[Node]]) -> Node | None:
    users = used_by.get(node.outputs[0], [])
    return users[0] if len(users) == 1 and users[0].operator == operator else None


# ── the wire ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _parts(message: bytes) -> Iterator[tuple[int, bytes]]:
    return ((number, value) for number, _, value in fields(message) if isinstance(value, bytes))


def joined(parts: "Iterator[Field] | list[Field]") -> bytes:
    """A message of these fields: the other way from `fields`."""
    out = bytearray()
    for number, wire, value in parts:
        out += _as_varint(number << 3 | wire)
        if isinstance(value, int):
            out += _as_varint(value)
        else:
            out += (_as_varint(len(value)) if wire == BYTES else b"") + value
    return bytes(out)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("this is no model's file")


def _varints(packed: bytes) -> list[int]:
    found, at = [], 0
    while at < len(packed):
        value, at = _varint(packed, at)
        found.append(value)
    return found


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
