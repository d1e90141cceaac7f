"""The one inbox of a call: events are stamped when they arrive and taken by one consumer."""

import asyncio
from collections import deque
from typing import Final

from offhook import clock
from offhook.call.secret_keys import SecretKeys
from offhook.core.events import Event, TimePassed

INBOX_EVENTS: Final = 256
"""Tens of events arrive in a turn; so many waiting means that the consumer is broken."""
CROWDED_EVENTS: Final = 128
"""From here on, what the far end can send in any number (keys) is dropped."""


class InboxFull(AssertionError):
    """More events wait than a call can have: a bug, which ends this call and no other."""


class Inbox:
    """Bounded; `put` never waits, `take` waits for an event or a time. What is sensitive is masked on its way in."""

    def __init__(self, keys: SecretKeys | None = None) -> None:
        self._clock = clock.of_loop()
        self._zero = self._clock()
        self._keys = keys or SecretKeys()
        self._events: deque[tuple[Event, float]] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._fault: BaseException | None = None

    def now(self) -> float:
        """Seconds on the call's clock, to the microsecond, as they stand in the journal."""
        return round(self._clock() - self._zero, 6)

    def loop_time(self, at: float) -> float:
        """The event loop's time for a time on the call's clock."""
        return self._zero + at

    def put(self, event: Event) -> None:
        """Take an event that happens now."""
        at = self.now()
        event = self._keys.veil(event, at)
        if len(self._events) >= INBOX_EVENTS:
            self.fail(InboxFull())
        else:
            self._events.append((event, at))
        self._wake()

    def fail(self, fault: BaseException) -> None:
        """A part of the call itself has a fault: whoever takes the next event gets it once the inbox is empty."""
        self._fault = self._fault or fault
        self._wake()

    @property
    def is_crowded(self) -> bool:
        """So much waits that the far end's keys are no longer taken."""
        return len(self._events) >= CROWDED_EVENTS

    async def take(self, until: float | None) -> tuple[Event, float]:
        """The next event and when it arrived; `TimePassed` when none came by `until`. Raises the fault of `fail`."""
        while not self._events:
            if self._fault is not None:
                raise self._fault
            at = self.now()
            if until is not None and at >= until:
                return TimePassed(), at
            await self._wait(until)
        return self._events.popleft()

    def rest(self) -> list[tuple[Event, float]]:
        """What nobody has taken and nobody will; a fault is forgotten."""
        events, self._events, self._fault = list(self._events), deque(), None
        return events

    async def _wait(self, until: float | None) -> None:
        loop = asyncio.get_running_loop()
        self._waiter = loop.create_future()
        # A microsecond later than asked for: the call's clock is rounded.
        timer = loop.call_at(self.loop_time(until) + 1e-6, self._wake) if until is not None else None
        try:
            await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
