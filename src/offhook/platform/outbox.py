"""What waits to be sent on one socket. Bounded: of a topic that has more than fits all is left out, which is told."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from offhook.store.json import dumps

MOST_MESSAGES: Final = 500
MOST_BYTES: Final = 1_000_000
"""Waiting for one socket."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    topic: str
    text: str
    key: str
    """One of the same topic and key that waits already says the same; empty: it has none."""
    is_lost: bool = False
    """It says that some of the topic was left out."""


class Outbox:
    """Of one socket."""

    def __init__(self, most: int = MOST_MESSAGES, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._waiting: deque[_Waiting] = deque()
        self._keys: set[tuple[str, str]] = set()
        self._lost: set[str] = set()
        """Topics whose loss waits to be told."""
        self._bytes = 0
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()

    def put(self, topic: str, text: str, key: str = "") -> None:
        """Send this, soon. When it does not fit, the reader is told that the topic has lost something, and reads again:
        then nothing older of the topic is worth sending."""
        if key and (topic, key) in self._keys:
            return
        if topic in self._lost:
            return  # Who is yet to be told of a loss reads again after this.
        if self.is_full:
            self.lose(topic)
            return
        self._add(_Waiting(topic, text, key))

    def lose(self, topic: str) -> None:
        """Something of this topic was missed."""
        if topic not in self._lost:
            self._drop(topic)
            self._lost.add(topic)
            self._add(_Waiting(topic, dumps({"topic": topic, "lost": True}), "", is_lost=True))

    def forget(self, topic: str) -> None:
        """Nobody wants the topic any more."""
        self._drop(topic)
        self._lost.discard(topic)
        self._room.set()

    def _drop(self, topic: str) -> None:
        kept = [one for one in self._waiting if one.topic != topic]
        self._waiting = deque(kept)
        self._keys = {(one.topic, one.key) for one in kept if one.key}
        self._bytes = sum(len(one.text) for one in kept)

    @property
    def is_full(self) -> bool:
        """What comes now is left out."""
        return len(self._waiting) >= self._most or self._bytes >= self._most_bytes

    async def room(self) -> None:
        """Return when there is room: for who can wait with what is to be sent."""
        while self.is_full:
            self._room.clear()
            await self._room.wait()

    async def next(self, wait_s: float) -> str:
        """The next text; empty: nothing came in time."""
        if not self._waiting:
            self._news.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                return ""
        one = self._waiting.popleft()
        self._bytes -= len(one.text)
        self._keys.discard((one.topic, one.key))
        if one.is_lost:
            self._lost.discard(one.topic)
        self._room.set()
        return one.text

    def _add(self, one: _Waiting) -> None:
        self._waiting.append(one)
        self._bytes += len(one.text)
        if one.key:
            self._keys.add((one.topic, one.key))
        self._news.set()
