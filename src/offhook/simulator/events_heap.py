"""A heap of things that will happen in a simulated call: the one clock of its parts."""

import heapq
from collections.abc import Callable
from random import Random
from typing import Any

from offhook.core.events import Event
from offhook.simulator.events_weather import Range

Act = Callable[[Any, float], None]
"""What will happen, with its argument and the time."""


class Heap:
    """Times, acts and arguments, the earliest first; those of one time in the order in which they were given."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = 0.0
        self.entries: list[tuple[float, int, Act, Any]] = []
        self._order = 0

    def later(self, at: float, act: Act, argument: Any) -> None:
        """It will happen at `at`, or now when that is over."""
        self._order += 1
        heapq.heappush(self.entries, (at if at > self.now else self.now, self._order, act, argument))

    def send(self, at: float, event: Event) -> None:
        """The conversation will be told."""
        self.later(at, self.deliver, event)

    def deliver(self, event: Event, at: float) -> None:
        """The conversation is told now."""
        raise NotImplementedError

    def chance(self, probability: float) -> bool:
        """True so often."""
        return probability > 0.0 and self.random.random() < probability

    def within(self, span: Range) -> float:
        """A length from an even spread."""
        low, high = span
        return low + (high - low) * self.random.random()
