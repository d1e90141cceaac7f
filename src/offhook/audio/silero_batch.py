"""The 8 kHz half of Silero's voice detector for many blocks at once, in numpy.

The engine spends two thirds of its time on a block between the products, which are small; here the blocks of many calls
are the rows of one product each. The weights come out of the model's own file.
"""

from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from offhook.audio.onnx_file import constants

Floats = NDArray[np.float32]
_BASIS: Final = "stft.forward_basis_buffer"
_BASIS_SHAPE: Final = (130, 1, 128)
"""65 bins, real and imaginary, of 128 samples: the half for 8000 Hz."""
_BINS: Final = 65
_WINDOW, _STEP, _FRAMES = 128, 64, 4
_INPUT: Final = 288
_MIRRORED: Final = 32
_UNITS: Final = 128


class SileroBatch:
    """Judges rows of 288 samples, each with its own state."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        """`weights` by their names in the model; raises `KeyError` when one is missing."""
        self._basis = _columns(weights[_BASIS])
        convolutions = [weights[f"encoder.{number}.reparam_conv.weight"] for number in range(4)]
        self._biases = [weights[f"encoder.{number}.reparam_conv.bias"] for number in range(4)]
        # Of the third only two taps meet a frame, of the fourth only one: the others meet what is filled up.
        taps = (slice(0, 3), slice(0, 3), slice(1, 3), slice(1, 2))
        self._convolutions = [_columns(weight[:, :, tap]) for weight, tap in zip(convolutions, taps, strict=True)]
        gates = [weights[f"decoder.rnn.weight_{name}"] for name in ("ih", "hh")]
        self._gates = np.ascontiguousarray(np.concatenate(gates, axis=1).T)
        self._gate_bias = weights["decoder.rnn.bias_ih"] + weights["decoder.rnn.bias_hh"]
        self._out = np.ascontiguousarray(weights["decoder.decoder.2.weight"].reshape(_UNITS))
        self._out_bias = float(weights["decoder.decoder.2.bias"][0])

    @classmethod
    def of(cls, model: bytes) -> Self | None:
        """From the model's file; None when that is another model than this class computes."""
        try:
            found = constants(model)
            halves = [name for name, value in found.items() if name.endswith(_BASIS) and value.shape == _BASIS_SHAPE]
            if len(halves) != 1:
                return None
            prefix = halves[0].removesuffix(_BASIS)
            return cls({name.removeprefix(prefix): value for name, value in found.items() if name.startswith(prefix)})
        except (ValueError, KeyError):
            return None

    def run(self, audio: Floats, states: Floats) -> tuple[Floats, Floats]:
        """`audio` is `[rows, 288]`, `states` `[2, rows, 128]`; the probabilities `[rows]` and the next states."""
        rows = len(audio)
        mirrored = np.concatenate([audio, audio[:, _INPUT - 2 : _INPUT - 2 - _MIRRORED : -1]], axis=1)
        spectrum = _windows(mirrored, _FRAMES, _WINDOW, _STEP) @ self._basis
        np.square(spectrum, out=spectrum)
        first = np.zeros((rows, _FRAMES + 2, _BINS), np.float32)
        magnitudes = (spectrum[:, :_BINS] + spectrum[:, _BINS:]).reshape(rows, _FRAMES, _BINS)
        np.sqrt(magnitudes, out=first[:, 1:-1])
        second = np.zeros((rows, _FRAMES + 2, _UNITS), np.float32)
        second[:, 1:-1] = self._layer(0, _windows(first, _FRAMES, 3 * _BINS, _BINS)).reshape(rows, _FRAMES, _UNITS)
        third = self._layer(1, _windows(second, 2, 3 * _UNITS, 2 * _UNITS)).reshape(rows, -1)
        return self._decode(self._layer(3, self._layer(2, third)), states)

    def _layer(self, number: int, rows: Floats) -> Floats:
        out: Floats = rows @ self._convolutions[number]
        out += self._biases[number]
        return np.maximum(out, 0.0, out=out)

    def _decode(self, heard: Floats, states: Floats) -> tuple[Floats, Floats]:
        """An LSTM with the gates input, forget, cell, output; then one unit."""
        gates = np.concatenate([heard, states[0]], axis=1) @ self._gates
        gates += self._gate_bias
        cell = np.tanh(gates[:, 2 * _UNITS : 3 * _UNITS])
        open_ = _sigmoid(gates)
        after = np.empty_like(states)
        after[1] = open_[:, _UNITS : 2 * _UNITS] * states[1] + open_[:, :_UNITS] * cell
        after[0] = open_[:, 3 * _UNITS :] * np.tanh(after[1])
        return _sigmoid(np.maximum(after[0], 0.0) @ self._out + np.float32(self._out_bias)), after


def _columns(weight: Floats) -> Floats:
    """`[out, in, taps]` as the right factor of a product whose rows hold frame after frame: `[taps * in, out]`."""
    return np.ascontiguousarray(weight.transpose(2, 1, 0).reshape(-1, weight.shape[0]))


def _windows(rows: Floats, count: int, width: int, step: int) -> Floats:
    """`count` windows of `width` numbers, `step` apart, of each row: `[rows * count, width]`."""
    size = rows.itemsize
    # As `as_strided` has it, which takes longer than the products of a small batch.
    shape, strides = (len(rows), count, width), (rows.strides[0], step * size, size)
    return np.ndarray(shape, np.float32, rows, strides=strides).reshape(-1, width)


def _sigmoid(value: Floats) -> Floats:
    """By way of the tangent: it cannot overflow."""
    out: Floats = np.tanh(value * np.float32(0.5))
    out += 1.0
    out *= 0.5
    return out
