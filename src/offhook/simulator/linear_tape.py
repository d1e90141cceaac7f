"""Hearing the talking tape on a linear leg: the words lie in the bits that conversion would change."""

from collections import deque
from collections.abc import Callable
from typing import Final

from offhook.core.formats import WIDEBAND, AudioFormat
from offhook.simulator.linear_client import narrowed
from offhook.speech.ports import SpeechToText, Transcriber, TranscriberEvent, TurnModel

RECENT_FRAMES: Final = 400
"""8 s, as the end-of-turn model is given them."""


class WideTape:
    """Speech-to-text that wants linear audio and gives the mu-law that it was made of to another one."""

    def __init__(self, inner: SpeechToText) -> None:
        self._inner = inner
        self.recent: deque[bytes] = deque(maxlen=RECENT_FRAMES)
        """What the one call that hears through this has heard, mu-law."""

    @property
    def format(self) -> AudioFormat:
        """Linear, 16,000 Hz."""
        return WIDEBAND

    @property
    def asks_early(self) -> bool:
        """As the other one."""
        return self._inner.asks_early

    async def prepare(self) -> None:
        """As the other one."""
        await self._inner.prepare()

    def transcriber(self, post: Callable[[TranscriberEvent], None]) -> Transcriber:
        """A transcriber for one call."""
        return _WideTranscriber(self._inner.transcriber(post), self.recent)

    async def close(self) -> None:
        """As the other one."""
        await self._inner.close()


class _WideTranscriber:
    def __init__(self, inner: Transcriber, recent: deque[bytes]) -> None:
        self._inner, self._recent = inner, recent
        self.finalize = inner.finalize
        self.run = inner.run

    def hear(self, frame: bytes) -> None:
        mulaw = narrowed(frame)
        self._recent.append(mulaw)
        self._inner.hear(mulaw)


class WideTurns:
    """An end-of-turn model that is shown the tape as the transcriber heard it, in place of converted audio."""

    def __init__(self, inner: TurnModel, tape: WideTape) -> None:
        self._inner, self._tape = inner, tape

    async def prepare(self) -> None:
        """As the other one."""
        await self._inner.prepare()

    async def predict(self, audio: bytes) -> float:
        """As the other one, of the same stretch of time."""
        return await self._inner.predict(b"".join(self._tape.recent)[-len(audio) :])

    async def close(self) -> None:
        """As the other one."""
        await self._inner.close()
