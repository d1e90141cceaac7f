"""Compares a model's file in 8 bits with the publisher's weights that it was made of, number by number.

    python -m scripts.same_weights model.onnx model.safetensors

Each tensor of floats must be the publisher's to the last bit, and each of bytes the publisher's divided by its scale
and rounded, where the scale is the largest of a row or column divided by 127. What the file does with its numbers (its
graph) is not judged. Formats: onnx.proto (see offhook.audio.onnx_file); safetensors (eight bytes of the head's length,
the head as JSON, the data).
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from offhook.audio.onnx_file import fields

Tensor = NDArray[Any]
_TYPES: Final = {1: np.float32, 3: np.int8}
"""TensorProto.DataType of what holds weights."""
_SAFE_TYPES: Final = {"F32": np.float32, "I64": np.int64, "I8": np.int8}
STEPS: Final = np.float32(127)


class Comparison(NamedTuple):
    """Names of tensors."""

    equal: list[str]
    rounded: list[str]
    strange: list[str]
    """In the file, and not the publisher's."""
    unused: list[str]
    """The publisher's, and not in the file."""


def compare(file: Mapping[str, Tensor], published: Mapping[str, Tensor]) -> Comparison:
    """Find the publisher's tensor for each of the file's; names may have something in front."""
    left = dict(published)
    found = Comparison([], [], [], [])
    scales = {name.removesuffix("_q") + "_scale" for name in file if name.endswith("_q")}
    for name, tensor in file.items():
        if name in scales or tensor.size == 1:
            continue  # One number alone is arithmetic.
        if name.endswith("_q"):
            scale = file.get(name.removesuffix("_q") + "_scale")
            match = next((other for other in left if scale is not None and _is_rounded(left[other], tensor, scale)), "")
            into = found.rounded
        else:
            match = next((other for other in left if _is_equal(name, tensor, other, left[other])), "")
            into = found.equal
        if match:
            del left[match]
        (into if match else found.strange).append(name)
    found.unused.extend(sorted(left))
    return found


def _is_equal(name: str, tensor: Tensor, other: str, published: Tensor) -> bool:
    return name.endswith(other) and tensor.dtype == published.dtype and np.array_equal(tensor, published)


def _is_rounded(published: Tensor, tensor: Tensor, scale: Tensor) -> bool:
    """Whether bytes times scale are the published numbers, as they are or turned on their side."""
    if published.ndim != 2 or published.dtype != np.float32:
        return False
    for weights, axis in ((published, 1), (published.T, 0)):
        if weights.shape != tensor.shape:
            continue
        wanted = np.abs(weights).max(axis=axis, keepdims=True) / STEPS
        if np.array_equal(wanted, scale) and np.array_equal(np.rint(weights / scale).astype(np.int8), tensor):
            return True
    return False


def of_onnx(model: bytes) -> dict[str, Tensor]:
    """The tensors of floats and bytes at the top of an ONNX file's graph. Raises `ValueError` for what is none."""
    return dict(
        _tensor(part)
        for number, _, graph in fields(model)
        if number == 7 and isinstance(graph, bytes)
        for kind, _, part in fields(graph)
        if kind == 5 and isinstance(part, bytes) and _type(part) in _TYPES
    )


def _type(part: bytes) -> int:
    return next((value for number, _, value in fields(part) if number == 2 and isinstance(value, int)), 0)


def _tensor(part: bytes) -> tuple[str, Tensor]:
    name, raw, dims = "", b"", list(_dims(part))
    for number, _, value in fields(part):
        if number == 8 and isinstance(value, bytes):
            name = value.decode()
        elif number in (4, 9) and isinstance(value, bytes):
            raw = value
    tensor = np.frombuffer(raw, _TYPES[_type(part)])
    if tensor.size != prod(dims):
        raise ValueError(f"the tensor {name} is not whole")
    return name, tensor.reshape(dims)


def _dims(part: bytes) -> Iterator[int]:
    """One by one, or packed as variable integers below 2 ** 28."""
    for number, _, value in fields(part):
        if number == 1 and isinstance(value, int):
            yield value
        elif number == 1 and isinstance(value, bytes):
            size = shift = 0
            for byte in value:
                size |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    yield size
                    size = shift = 0


def of_safetensors(data: bytes) -> dict[str, Tensor]:
    """The tensors of a safetensors file. Raises `ValueError` for what is none."""
    end = 8 + int.from_bytes(data[:8], "little")
    head = json.loads(data[8:end])
    found = {}
    for name, entry in head.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            raw = data[end + first : end + last]
            found[name] = np.frombuffer(raw, _SAFE_TYPES[entry["dtype"]]).reshape(entry["shape"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.same_weights")
    parser.add_argument("model", type=Path, help="the ONNX file")
    parser.add_argument("published", type=Path, help="the publisher's safetensors file")
    options = parser.parse_args()
    texts = {path: path.read_bytes() for path in (options.model, options.published)}
    for path, data in texts.items():
        print(f"{hashlib.sha256(data).hexdigest()}  {path.name}")
    found = compare(of_onnx(texts[options.model]), of_safetensors(texts[options.published]))
    print(f"{len(found.equal)} tensors are the publisher's, {len(found.rounded)} are the publisher's in 8 bits")
    print(f"not the publisher's: {', '.join(found.strange) or 'none'}")
    print(f"of the publisher's, not in the file: {', '.join(found.unused) or 'none'}")
    sys.exit(bool(found.strange))


if __name__ == "__main__":
    main()
