"""How late the event loop is: what a process that takes too many calls shows first."""

import asyncio
from typing import Final

from offhook import clock

TICK_S: Final = 0.25
FADES: Final = 0.7
"""Up at once, down slowly: a stall that was just heard is not forgotten at the next tick."""


class LagWatch:
    """Measures from `start` to `stop`."""

    def __init__(self) -> None:
        self.lag_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look four times a second."""
        due = clock.now() + TICK_S

        def tick() -> None:
            self.lag_s = max(clock.now() - due, 0.0, self.lag_s * FADES)
            self.start()

        self._timer = asyncio.get_running_loop().call_at(due, tick)

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
