"""How a call hears words and turns: its transcriber, opened again when it is lost, and the end-of-turn model."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from offhook.call.boundary import Boundaries, clean
from offhook.call.ear import Ear
from offhook.call.tasks import CallTasks
from offhook.core.events import Event, TranscriberLost, TurnPredicted
from offhook.errors import OffhookError, ProviderError
from offhook.speech.ports import SpeechToText, TurnModel

if TYPE_CHECKING:
    from offhook.call.runtime import AgentRuntime


class Hearing:
    """The hearing of one call, through its ear."""

    def __init__(self, ear: Ear, post: Callable[[Event], None], tasks: CallTasks, boundaries: Boundaries) -> None:
        self._ear, self._post, self._tasks, self._boundaries = ear, post, tasks, boundaries
        self._stt: SpeechToText | None = None
        self._turn_model: TurnModel | None = None
        self._task: asyncio.Task[None] | None = None
        self._has_leg = False
        self._is_awaited = False
        """The stream ended while there was nothing to hear: it is opened again when there is."""

    def follow(self, agent: "AgentRuntime") -> None:
        """Hear with what this agent hears with."""
        self._turn_model = agent.turn_model
        if agent.stt is not self._stt:
            self._stt = agent.stt
            self._connect()

    def leg_attached(self) -> None:
        """There is something to hear (again)."""
        self._has_leg = True
        if self._is_awaited:
            self._connect()

    def leg_detached(self) -> None:
        """Nothing comes until the next leg: a stream that ends now is no failure."""
        self._has_leg = False

    def reconnect(self, delay_s: float) -> None:
        """Open the stream again after so long, unless it is at work on an answer: it would only begin once more."""
        self._tasks.start(self._reconnect(delay_s), "reconnect")

    def predict(self, spurt: int) -> None:
        """Ask the end-of-turn model about what was heard until now."""
        self._tasks.start(self._predict(spurt), "end of turn")

    def stop(self) -> None:
        """The call is over."""
        if self._task is not None:
            self._task.cancel()
        # A task that was cancelled keeps its frames, and these keep this.
        self._task = None

    async def _reconnect(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if not self._ear.is_at_work:
            self._connect()

    def _connect(self) -> None:
        self._is_awaited = False
        if self._task is not None:
            self._task.cancel()
        assert self._stt is not None
        self._task = self._tasks.start(self._hear(self._stt), "transcriber")

    async def _hear(self, stt: SpeechToText) -> None:
        transcriber = None
        try:
            with self._boundaries.around("the transcriber"):
                transcriber = self._ear.connect(stt.transcriber)
                await transcriber.run()
            lost = TranscriberLost("the stream ended")
        except OffhookError as error:
            is_retryable = not isinstance(error, ProviderError) or error.retryable
            lost = TranscriberLost(clean(f"{error.code}: {error}"), is_retryable)
        finally:
            if transcriber is not None:
                self._ear.disconnect(transcriber)
        if self._has_leg:
            self._post(lost)
        else:
            self._is_awaited = True

    async def _predict(self, spurt: int) -> None:
        assert self._turn_model is not None
        try:
            with self._boundaries.around("the end-of-turn model"):
                probability = await self._turn_model.predict(self._ear.recent_audio())
        except OffhookError:
            return  # Silence and words decide alone: that is only slower.
        if 0.0 <= probability <= 1.0:
            self._post(TurnPredicted(spurt, round(probability, 4)))
