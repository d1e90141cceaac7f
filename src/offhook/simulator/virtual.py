"""Virtual time: an event loop whose clock jumps to the next timer instead of waiting for it.

Nothing is patched. All of Offhook reads the loop's own clock (`offhook.clock`), so a call that takes ten minutes runs
through as fast as its callbacks can. While a worker thread computes, the clock stands still and the thread is waited
for. Sockets are looked at before each jump but never waited for while a timer is left: virtual time is for worlds that
are in memory.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from types import TracebackType
from typing import Any, Final, TypeVar

T = TypeVar("T")

START_AT: Final = 1_000.0
"""Not zero: a program that takes a time for a truth value shall be found out."""
LIMIT_S: Final = 24 * 3600.0
PATIENCE_S: Final = 30.0
"""Real time that a worker thread, or a socket when nothing else is left, may take."""
GRAIN_S: Final = 1e-9
"""Timers this close together are due together; far more than a float's error after a day."""
SHOWN_TASKS: Final = 10


class DeadlockError(RuntimeError):
    """Nothing is ready, no timer is set, no thread works, and the program is not done: it would wait for ever."""


class TimeLimitError(RuntimeError):
    """The program is not done after the virtual time that it was given."""


def run_virtual(main: Coroutine[Any, Any, T], *, seed: int | str = "none", limit_s: float = LIMIT_S) -> T:
    """Run a coroutine to its end in virtual time. Whatever it raises carries a note with the `seed`.

    Raises `DeadlockError` and `TimeLimitError`; both name the tasks that wait and where.
    """
    loops: list[VirtualLoop] = []

    def factory() -> VirtualLoop:
        loops.append(VirtualLoop(limit_s))
        return loops[-1]

    with _SeedNote(seed), asyncio.Runner(loop_factory=factory) as runner:
        try:
            return runner.run(main)
        finally:
            # What has to be cleaned up after an error may need timers too.
            loops[-1].forgive()


class VirtualLoop(asyncio.SelectorEventLoop):
    """A selector event loop with a clock of its own."""

    def __init__(self, limit_s: float = LIMIT_S) -> None:
        self._virtual_now = START_AT
        self._limit_at = START_AT + limit_s
        self._threads_at_work = 0
        self._jumper = _Jumper(self)
        super().__init__(self._jumper)
        self._clock_resolution = GRAIN_S
        # As the constructor leaves it: the loop's own wake-up socket.
        self._own_sockets = len(self._jumper.get_map())

    def time(self) -> float:
        """Virtual seconds; `START_AT` at the beginning."""
        return self._virtual_now

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """As ever; the clock stands still until the work is done."""
        future = super().run_in_executor(executor, func, *args)
        self._threads_at_work += 1
        future.add_done_callback(self._thread_is_done)
        return future

    async def shutdown_default_executor(self, *args: Any) -> None:
        """As ever; it waits in a thread of its own."""
        self._threads_at_work += 1
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self._threads_at_work -= 1

    def forgive(self) -> None:
        """Take the limit of time away."""
        self._limit_at = float("inf")

    def real_wait_s(self, timeout_s: float | None) -> float:
        """How long to really wait for sockets and threads before the clock may jump by `timeout_s`."""
        if timeout_s is not None and timeout_s <= 0:
            return 0.0
        has_sockets = len(self._jumper.get_map()) > self._own_sockets
        return PATIENCE_S if self._threads_at_work or (timeout_s is None and has_sockets) else 0.0

    def jump(self, timeout_s: float | None) -> None:
        """Nothing is ready: move the clock to the next timer."""
        if self._threads_at_work:
            raise DeadlockError(f"a worker thread did not come back within {PATIENCE_S:.0f} s{self._waiting()}")
        if timeout_s is None:
            raise DeadlockError(f"nothing is ready and no timer is set{self._waiting()}")
        self._virtual_now += max(0.0, timeout_s)
        if self._virtual_now > self._limit_at:
            limit_s = self._limit_at - START_AT
            self.forgive()
            raise TimeLimitError(f"not done after {limit_s:.0f} s of virtual time{self._waiting()}")

    def _thread_is_done(self, _: "asyncio.Future[Any]") -> None:
        self._threads_at_work -= 1

    def _waiting(self) -> str:
        tasks = sorted(asyncio.all_tasks(self), key=lambda task: task.get_name())
        lines = [f"\n  {_place(task)}" for task in tasks[:SHOWN_TASKS]]
        more = f"\n  ... and {len(tasks) - SHOWN_TASKS} more" if len(tasks) > SHOWN_TASKS else ""
        return "; tasks that wait:" + "".join(lines) + more if tasks else "; there is no task"


def _place(task: "asyncio.Task[Any]") -> str:
    frames = task.get_stack(limit=1)
    where = f"{frames[-1].f_code.co_filename}:{frames[-1].f_lineno}" if frames else "not begun"
    return f"{task.get_name()} in {task.get_coro().__qualname__} at {where}"  # type: ignore[union-attr]


class _Jumper(selectors.DefaultSelector):
    """Instead of waiting until something happens or a timer is due: look, then move the clock."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now. Called by the loop once per round."""
        found: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not found and (timeout is None or timeout > 0):
            wait_s = self._loop.real_wait_s(timeout)
            found = super().select(wait_s) if wait_s else []
            if not found:
                self._loop.jump(timeout)
        return found


class _SeedNote:
    """Puts the seed on whatever goes wrong inside: a run that failed can be run again."""

    def __init__(self, seed: int | str) -> None:
        self._seed = seed

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self._seed != "none":
            error.add_note(f"seed {self._seed}")
