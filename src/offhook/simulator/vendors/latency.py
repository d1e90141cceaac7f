"""How late a stand-in is: a fixed time, or one drawn from the two figures that vendors publish."""

import math
import random
from collections.abc import Callable
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

    def __str__(self) -> str:
        typical = f"{1000 * self.p50_s:.0f}"
        return f"{typical} ms" if self.p95_s is None else f"{typical}/{1000 * self.p95_s:.0f} ms"


@dataclass(frozen=True, slots=True)
class WatchedDelay(Delay):
    """Tells each wait that is drawn, at the moment when it begins: whoever measures an answer can take it off."""

    tell: Callable[[float], None] = lambda _: None

    def draw(self, chance: random.Random) -> float:
        """The next wait, told."""
        drawn_s = Delay.draw(self, chance)
        self.tell(drawn_s)
        return drawn_s

    @classmethod
    def of(cls, delay: Delay, tell: Callable[[float], None]) -> "WatchedDelay":
        """The same delay, watched."""
        return cls(delay.p50_s, delay.p95_s, tell)
