"""Sees once a second that a leg is alive."""

import asyncio
from collections.abc import Callable
from typing import Final

DEAD_LEG_S: Final = 6
"""A carrier sends silence too: a leg without any frame for so long is dead, whatever its socket says."""


class LegWatch:
    """Watches one leg at a time."""

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, count: Callable[[], int], is_dead: Callable[[], None]) -> None:
        """Watch from now on. `count` tells how many frames have come; `is_dead` is called once, when none comes."""
        self.stop()
        self._again(count, is_dead, count(), 0)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self, count: Callable[[], int], is_dead: Callable[[], None], seen: int, still_s: int) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(1.0, self._look, count, is_dead, seen, still_s)

    def _look(self, count: Callable[[], int], is_dead: Callable[[], None], seen: int, still_s: int) -> None:
        self._timer = None
        now = count()
        still_s = still_s + 1 if now == seen else 0
        if still_s >= DEAD_LEG_S:
            is_dead()
        else:
            self._again(count, is_dead, now, still_s)
