"""Sees once a second that a leg is alive."""

import asyncio
from collections.abc import Callable
from typing import Final

DEAD_LEG_S: Final = 6
"""A carrier sends silence too: a leg without any frame for so long is dead, whatever its socket says."""


class LegWatch:
    """Watches one leg at a time."""

    def __init__(self, count: Callable[[], int], is_dead: Callable[[], None]) -> None:
        """`count` tells how many frames have come; `is_dead` is called once, when none comes any more."""
        self._count, self._is_dead = count, is_dead
        self._seen = self._still_s = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Watch from now on."""
        self.stop()
        self._seen, self._still_s = self._count(), 0
        self._again()

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _again(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(1.0, self._look)

    def _look(self) -> None:
        self._timer = None
        count = self._count()
        self._still_s = self._still_s + 1 if count == self._seen else 0
        self._seen = count
        if self._still_s >= DEAD_LEG_S:
            self._is_dead()
        else:
            self._again()
