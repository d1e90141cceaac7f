"""Of which call there is something new to read: told by who writes it, in this process or in another."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator
from typing import Final

from offhook import clock
from offhook.platform.bus import Body, Bus

TOPIC: Final = "call.lines"
WATCHED: Final = "call.watched"
TELL_S: Final = 10.0
"""Who watches a call of another process says so again after so long."""
WATCHED_S: Final = 25.0
"""And is told of it for so long."""
MOST_WATCHED: Final = 2_000
_TOGETHER: Final = 60
"""Ids of one message on the bus."""


class News:
    """Of this process. Whoever waits looks from time to time all the same: the bus is lossy."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._watched: dict[str, float] = {}
        """Calls that somebody watches in another process, and until when."""
        self._bus: Bus | None = None
        self.is_over = False
        """This process ends: nobody waits any more."""

    def end(self) -> None:
        """The process ends."""
        self.is_over = True
        self._wake(list(self._waiting))

    def over(self, bus: Bus) -> None:
        """From now on the other processes are told, and tell."""
        self._bus = bus
        bus.subscribe(TOPIC, self._told)
        bus.subscribe(WATCHED, self._is_watched)

    @contextlib.contextmanager
    def of(self, call_id: str) -> Iterator[asyncio.Event]:
        """An event that is set when there is something new of this call; who has it clears it, then reads."""
        event = asyncio.Event()
        waiting = self._waiting.setdefault(call_id, set())
        waiting.add(event)
        try:
            yield event
        finally:
            waiting.discard(event)
            if not waiting and self._waiting.get(call_id) is waiting:
                del self._waiting[call_id]

    def tell(self, call_ids: Iterable[str]) -> None:
        """There is something new of these calls."""
        ids = list(call_ids)
        self._wake(ids)
        if self._bus is None or not self._watched:
            return
        at = clock.now()
        self._watched = {call: until for call, until in self._watched.items() if until > at}
        told = [call for call in ids if call in self._watched]
        for begin in range(0, len(told), _TOGETHER):
            self._bus.publish(TOPIC, {"calls": told[begin : begin + _TOGETHER]})

    def watch(self, call_id: str) -> None:
        """Ask the process that has this call to tell of it, for the next `WATCHED_S`."""
        if self._bus is not None:
            self._bus.publish(WATCHED, {"call": call_id})

    def _wake(self, call_ids: Iterable[str]) -> None:
        for call_id in call_ids:
            for event in self._waiting.get(call_id, ()):
                event.set()

    def _told(self, body: Body) -> None:
        self._wake(str(one) for one in body["calls"])

    def _is_watched(self, body: Body) -> None:
        call_id = str(body["call"])
        if call_id in self._watched or len(self._watched) < MOST_WATCHED:
            self._watched[call_id] = clock.now() + WATCHED_S
