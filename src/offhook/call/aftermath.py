"""What outlives a call: tools that have begun, and the hang-up at the carrier. Bounded in number and in time.

A caller who hangs up takes back no booking: the tool goes on, and what it returns is still written into the record.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

_LOG: Final = logging.getLogger("offhook.calls")
MOST_CALLS: Final = 200
"""Ended calls whose tools are waited for; beyond that they are cancelled at once."""
LONGEST_S: Final = 130.0
"""A tool's own deadline is `tool_timeout_s`, 120 s at most."""
CANCEL_S: Final = 2.0


class Aftermath:
    """The work of calls that are over."""

    def __init__(self) -> None:
        self._calls: set[asyncio.Task[None]] = set()

    def adopt(self, work: set["asyncio.Task[None]"], finished: Callable[[], object]) -> None:
        """Wait for the rest of a call's work, then call `finished`: at once when there is none."""
        left = {task for task in work if not task.done()}
        if not left:
            finished()
            return
        longest_s = LONGEST_S if len(self._calls) < MOST_CALLS else 0.0
        if not longest_s:
            _LOG.warning("= the tools of %d ended calls are at work: a further call's are cancelled", MOST_CALLS)
        waiting = asyncio.get_running_loop().create_task(_wait_for(left, longest_s, finished), name="aftermath")
        self._calls.add(waiting)
        waiting.add_done_callback(self._calls.discard)

    async def settle(self, within_s: float) -> None:
        """Wait for all of it; what is not done by then is cancelled, and that is written down too."""
        if self._calls:
            _, late = await asyncio.wait(self._calls, timeout=within_s)
            for waiting in late:
                waiting.cancel()
            if late:
                await asyncio.wait(late)


async def _wait_for(work: set["asyncio.Task[None]"], longest_s: float, finished: Callable[[], object]) -> None:
    try:
        if longest_s:
            await asyncio.wait(work, timeout=longest_s)
    finally:
        left = {task for task in work if not task.done()}
        for task in left:
            task.cancel()
        try:
            if left:
                await asyncio.wait(left, timeout=CANCEL_S)
        finally:
            finished()
