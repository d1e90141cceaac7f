"""16-bit samples as floating point of ±1."""

import numpy as np
from numpy.typing import NDArray


def to_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Floating point of ±1."""
    return samples.astype(np.float32) * np.float32(1 / 32768)
