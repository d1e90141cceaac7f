"""The end-of-turn model in worker threads: Smart Turn, shared by all calls of a process.

Several questions in one run of the model cost as much as one after the other, and on one thread they are answered
later: there are no batches. What saves work is not to answer what nobody waits for any more.
"""

import asyncio
import contextlib
import os
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from offhook.errors import ProviderUnavailable

if TYPE_CHECKING:
    from offhook.audio.turn_model import SmartTurn

LONGEST_QUEUE: Final = 32
"""At 20 ms each, whoever came later would be answered after its turn was decided without it."""
LONGEST_WAIT_S: Final = 0.6
"""A question that has waited so long is not answered: the silence has gone on, and decides its turn alone. A machine
that cannot keep up answers fewer questions in time then, and not all of them too late."""
NICE: Final = 5
"""How far the model's threads stand back behind the calls' audio, where the system knows priorities of threads."""
LONGEST_AUDIO: Final = 8 * 8000
"""Bytes: the model hears the last 8 s."""


class SmartTurnPool:
    """The `TurnModel` port over a model file. A request that is cancelled while it waits is never computed."""

    def __init__(self, model: Path, workers: int = 1, longest_queue: int = LONGEST_QUEUE) -> None:
        self._model = model
        self._workers = workers
        self._longest_queue = longest_queue
        self._waiting = 0
        self._counting = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._judge: SmartTurn | None = None
        self._errors: tuple[type[Exception], ...] = ()

    async def prepare(self) -> None:
        """Load the model and judge a silence, as the first time is slow. Raises `ConfigurationError`."""
        if self._judge is not None:
            return
        threads = ThreadPoolExecutor(self._workers, "offhook-turn", initializer=_stand_back)
        try:
            self._judge = await asyncio.get_running_loop().run_in_executor(threads, self._load)
            self._threads = threads
        finally:
            if self._threads is None:
                threads.shutdown(wait=False, cancel_futures=True)

    async def predict(self, audio: bytes) -> float:
        """Probability that the caller is done. Raises `ProviderUnavailable`: at once when too many wait already, and
        later when its turn has come too late.
        """
        if self._judge is None or self._threads is None:
            raise ProviderUnavailable("the end-of-turn model is not ready", provider="smart-turn")
        if self._waiting >= self._longest_queue:
            raise ProviderUnavailable("the end-of-turn model is behind", provider="smart-turn")
        with self._counting:
            self._waiting += 1
        work = self._threads.submit(self._probability, audio[-LONGEST_AUDIO:])
        # Counted until it is over or dropped, not until the asker goes away: a thread cannot be stopped.
        work.add_done_callback(self._over)
        is_late = False

        def give_up() -> None:
            # What has begun is not stopped by it.
            nonlocal is_late
            is_late = work.cancel()

        overdue = asyncio.get_running_loop().call_later(LONGEST_WAIT_S, give_up)
        try:
            return await asyncio.wrap_future(work)
        except asyncio.CancelledError:
            asker = asyncio.current_task()
            if not is_late or (asker is not None and asker.cancelling()):
                raise
            raise ProviderUnavailable("the end-of-turn model is late", provider="smart-turn") from None
        finally:
            overdue.cancel()

    async def close(self) -> None:
        """Let the threads and the model go."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._threads = self._judge = None

    def _over(self, _: "Future[float]") -> None:
        with self._counting:
            self._waiting -= 1

    def _load(self) -> "SmartTurn":
        # Here, since they take a while to import.
        from offhook.audio.turn_model import SmartTurn
        from offhook.speech.onnx import ONNX_ERRORS

        self._errors = (*ONNX_ERRORS, RuntimeError, ValueError)
        judge = SmartTurn(self._model)
        judge.probability(b"\xff" * 8000)
        return judge

    def _probability(self, audio: bytes) -> float:
        assert self._judge is not None
        try:
            return self._judge.probability(audio)
        except self._errors as error:
            raise ProviderUnavailable(f"the end-of-turn model failed: {error}", provider="smart-turn") from error


def _stand_back() -> None:
    """Only Linux has priorities of single threads."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
