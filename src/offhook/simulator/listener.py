"""Listens to the agent for a person: what was said, when, in words by the tape or by the local transcriber."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from offhook.core.events import TranscriptFinal
from offhook.errors import ProviderError
from offhook.simulator.caller import Recorder
from offhook.simulator.report import FLOOR_DB, FRAME_S, level_db
from offhook.speech.ports import Setup, Transcriber, TranscriberEvent
from offhook.speech.scripted.tape import TapeReader

SILENCE_S: Final = 0.6
"""After so much silence what the agent said is over."""
LAST_WORDS_S: Final = 15.0
"""Wait for the transcript of what was said last."""


@dataclass(frozen=True, slots=True)
class AgentLine:
    """Something that the agent said in one go."""

    begins_at: float
    length_s: float
    text: str


class Listener:
    """A `Recorder` that passes everything on, and tells each stretch of the agent's speech once its words are known."""

    def __init__(self, recorder: Recorder, tell: Callable[[AgentLine], None]) -> None:
        self.transcriber: Transcriber | None = None
        self._recorder: Final = recorder
        self._tell: Final = tell
        self._tape = TapeReader()
        self._begins_at: float | None = None
        self._ends_at = 0.0
        self._waiting: Final[deque[tuple[float, float, float]]] = deque()
        """Stretches whose words are asked for: begin, end, and the place in the transcriber's audio behind them."""
        self._heard_frames = 0
        """By the transcriber."""
        self._words: Final[list[str]] = []
        """Final ones that belong to the stretch that is told next."""
        self._all_told = asyncio.Event()
        self._all_told.set()

    @property
    def open_since(self) -> float | None:
        """Where the first stretch begins that is not told yet; None when all is told."""
        return self._waiting[0][0] if self._waiting else self._begins_at

    def caller(self, at: float, audio: bytes) -> None:
        """The caller's 20 ms, for the recording."""
        self._recorder.caller(at, audio)

    def settle(self, until_s: float) -> None:
        """For the recording."""
        self._recorder.settle(until_s)

    def agent(self, at: float, ulaw: bytes) -> None:
        """The agent's 20 ms."""
        self._recorder.agent(at, ulaw)
        if self.transcriber is not None:
            self._heard_frames += 1
            self.transcriber.hear(ulaw)
        self._tape.hear(ulaw)
        if level_db(ulaw) > FLOOR_DB:
            self._begins_at = at if self._begins_at is None else self._begins_at
            self._ends_at = at + FRAME_S
        elif self._begins_at is not None and at - self._ends_at > SILENCE_S:
            self._over()

    def transcribed(self, event: TranscriberEvent) -> None:
        """The transcriber's answers."""
        if not isinstance(event, TranscriptFinal):
            return
        self._words.append(event.text)
        while self._waiting and self._waiting[0][2] <= event.to_s:
            begins_at, ends_at, _ = self._waiting.popleft()
            self._tell(AgentLine(begins_at, ends_at - begins_at, " ".join(self._words).strip()))
            self._words.clear()
        if not self._waiting:
            self._all_told.set()

    async def finish(self) -> None:
        """The call is over: wait for the last words, not for long."""
        if self._begins_at is not None:
            self._over()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self._all_told.wait()

    def _over(self) -> None:
        assert self._begins_at is not None
        begins_at, text = self._begins_at, self._tape.text
        self._begins_at, self._tape = None, TapeReader()
        if text or self.transcriber is None:
            self._tell(AgentLine(begins_at, self._ends_at - begins_at, text))
            return
        heard_s = self._heard_frames * FRAME_S
        self._waiting.append((begins_at, self._ends_at, heard_s))
        self._all_told.clear()
        self.transcriber.finalize(heard_s)


@asynccontextmanager
async def open_transcriber(
    model_dir: Callable[[str], Path], post: Callable[[TranscriberEvent], None]
) -> AsyncIterator[Transcriber]:
    """The transcriber of this machine, for one call, loaded and running. Raises `ProviderError`."""
    from offhook.speech.stt.local import Config, create

    port = create(Config(), Setup(model_dir=model_dir))
    await port.prepare()
    transcriber = port.transcriber(post)
    running = asyncio.ensure_future(transcriber.run())
    try:
        yield transcriber
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError, ProviderError):
            await running
        await port.close()
