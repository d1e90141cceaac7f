"""Work that yields to calls: in threads of its own, few of them, with less of the processor than calls have."""

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from offhook.platform.problems import TooMany

T = TypeVar("T")

NICENESS: Final = 10


def yield_to_calls() -> None:
    """The thread that says this has less of the processor from now on. Only Linux has priorities of single threads."""
    if sys.platform == "linux":
        os.nice(NICENESS)


class Background:
    """A few threads, and a bounded line in front of them."""

    def __init__(self, name: str, threads: int, most: int, crowded: str) -> None:
        """`most` run or wait; a further one is refused with the sentence `crowded`."""
        self._threads = ThreadPoolExecutor(threads, name, initializer=yield_to_calls)
        self._most, self._crowded, self._count = most, crowded, 0

    async def run(self, work: Callable[[], T]) -> T:
        """What the work gives. Raises `TooMany`, and what the work raises."""
        if self._count >= self._most:
            raise TooMany(self._crowded, retry_after_s=2.0)
        self._count += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._count -= 1

    def close(self) -> None:
        """Finish what runs."""
        self._threads.shutdown(wait=True, cancel_futures=True)
