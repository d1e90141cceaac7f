"""How late a stand-in is: a fixed time, or one drawn from the two figures that vendors publish."""

import math
import random
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.6449
"""How many deviations of a normal distribution P95 lies above P50."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds. Without `p95_s` always `p50_s`; with it, drawn: the logarithm of the time is a normal distribution."""

    p50_s: float = 0.0
    p95_s: float | None = None

    def draw(self, chance: random.Random) -> float:
        """The next wait."""
        if self.p95_s is None or self.p50_s <= 0.0:
            return self.p50_s
        deviation = max(0.0, math.log(self.p95_s / self.p50_s)) / Z95
        return self.p50_s * math.exp(chance.gauss(0.0, deviation))
