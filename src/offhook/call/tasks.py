"""The tasks of one call: none outlives it unseen, and a fault in one of them is a fault of the call."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final

END_S: Final = 5.0
"""What was cancelled is gone by then; a task that is not is left behind, with a word in the log."""


class CallTasks:
    """Starts tasks and ends them together."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        """`failed` is told of an exception that leaves a task: nothing may, so it is a fault."""
        self._failed = failed
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, object, None], name: str = "") -> asyncio.Task[None]:
        """Begin it now."""
        task = asyncio.get_running_loop().create_task(work, name=name or None)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def stop(self) -> None:
        """Cancel all of them and wait until they are gone."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            _, late = await asyncio.wait(self._tasks, timeout=END_S)
            if late:
                return

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)
