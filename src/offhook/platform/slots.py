"""How many connections that stay open one caller may have: each costs memory and work for as long as it lasts."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Final

from offhook.platform.callers import Caller
from offhook.platform.problems import TooMany

AGAIN_S: Final = 10.0


class Slots:
    """Of one kind of connection, in this process."""

    def __init__(self, what: str, most: int, most_of_all: int) -> None:
        """`most`: of one key or person; `most_of_all`: of all of them together."""
        self._what, self._most, self._most_of_all = what, most, most_of_all
        self._taken: Counter[str] = Counter()

    @contextlib.contextmanager
    def one(self, caller: Caller) -> Iterator[None]:
        """One is open for as long as this is entered. Raises `TooMany`."""
        key = caller.actor.id
        if self._taken[key] >= self._most:
            raise TooMany(f"{self._most} {self._what} are open already", retry_after_s=AGAIN_S, code="stream.too_many")
        if self._taken.total() >= self._most_of_all:
            raise TooMany(f"this process has no room for more {self._what}", retry_after_s=AGAIN_S, code="stream.full")
        self._taken[key] += 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
