"""Between 16-bit samples and floating point of ±1."""

import numpy as np
from numpy.typing import NDArray


def to_float(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Floating point of ±1."""
    return samples.astype(np.float32) * np.float32(1 / 32768)


def to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """16-bit samples, rounded; what is beyond ±1 is clipped and what is not a number is silence."""
    scaled = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0) * np.float32(32768)
    rounded: NDArray[np.int16] = np.clip(np.rint(scaled), -32768, 32767).astype(np.int16)
    return rounded
