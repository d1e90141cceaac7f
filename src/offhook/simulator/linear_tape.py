"""A transcriber that hears the talking tape on a linear leg: the words lie in the bits that conversion would change."""

from collections.abc import Callable

from offhook.core.formats import WIDEBAND, AudioFormat
from offhook.simulator.linear_client import narrowed
from offhook.speech.ports import SpeechToText, Transcriber, TranscriberEvent


class WideTape:
    """Speech-to-text that wants linear audio and gives the mu-law that it was made of to another one."""

    def __init__(self, inner: SpeechToText) -> None:
        self._inner = inner

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
        return _WideTranscriber(self._inner.transcriber(post))

    async def close(self) -> None:
        """As the other one."""
        await self._inner.close()


class _WideTranscriber:
    def __init__(self, inner: Transcriber) -> None:
        self._inner = inner
        self.finalize = inner.finalize
        self.run = inner.run

    def hear(self, frame: bytes) -> None:
        self._inner.hear(narrowed(frame))
