"""One segment on its way from a vendor's socket: audio and word times go in as they come and out as they are taken.

Every wait has an end here: for the first audio, and for whatever comes next.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Final

from offhook import clock
from offhook.core.formats import TELEPHONE
from offhook.errors import ProtocolViolation, ProviderError, ProviderTimeout, ProviderUnavailable
from offhook.speech.ports import SpokenAudio, WordTime
from offhook.speech.voice_words import SpokenText, WordClock

FIRST_AUDIO_S: Final = 3.0
"""From the text to its first audio, a handshake included."""
GAP_S: Final = 2.5
"""Between two messages about it."""
MOST_AUDIO_S: Final = 20.0
MOST_AUDIO_PER_SIGN_S: Final = 0.5
"""Slow speech has about 0.1 s a character: what is longer than this was not asked for."""
HEADERS: Final = (b"RIFF", b"ID3", b"OggS", b"fLaC")


class _State(Enum):
    OPEN = "audio is taken"
    LEFT = "nobody listens any more"
    OVER = "the vendor is done with it"


class Segment:
    """What the dialect of a socket fills and `SocketVoice.synthesize` empties."""

    def __init__(self, provider: str, spoken: SpokenText, at: float) -> None:
        self.spoken = spoken
        self.clock = WordClock(spoken)
        self.size = 0
        """Bytes of audio that came."""
        self.over: Callable[[Segment], None] = lambda segment: None
        """Called once, when the vendor is done with it."""
        self._has_moved = False
        self._provider = provider
        self._asked_at, self._heard_at = at, at
        self._state = _State.OPEN
        self._audio = bytearray()
        self._words: list[WordTime] = []
        self._error: BaseException | None = None
        self._wake: asyncio.Future[None] | None = None

    @property
    def length_s(self) -> float:
        """Audio so far, in seconds."""
        return TELEPHONE.seconds(self.size)

    @property
    def is_whole(self) -> bool:
        """The vendor said all of it."""
        return self._state is _State.OVER and self._error is None

    @property
    def may_move(self) -> bool:
        """Nothing of it came yet: another socket may say it from its start, once."""
        return self._state is _State.OPEN and not self.size and not self._has_moved

    def move(self) -> None:
        """It is asked for anew."""
        self._has_moved = True
        self.clock = WordClock(self.spoken)
        self._words.clear()

    # ── the vendor's side ────────────────────────────────────────────────────────────────────────────────────────

    def add(self, audio: bytes, at: float) -> None:
        """Audio, or none but a sign of life; words told to `clock` go with it. Raises `ProtocolViolation`."""
        if self._state is not _State.OPEN:
            return
        if audio and not self.size and audio.startswith(HEADERS):
            raise ProtocolViolation(f"{self._provider}: sent a file in place of raw audio", provider=self._provider)
        self.size += len(audio)
        if self.length_s > MOST_AUDIO_S + MOST_AUDIO_PER_SIGN_S * len(self.spoken.said):
            raise ProtocolViolation(f"{self._provider}: more audio than the text can be", provider=self._provider)
        self._heard_at = at
        self._audio += audio
        self._words += self.clock.take()
        self._tell()

    def end(self) -> None:
        """The vendor says that this was all."""
        if self._state is _State.OPEN:
            self._words += self.clock.finish(self.length_s)
            if not self.size:
                self._error = ProviderUnavailable(f"{self._provider}: sent no audio", provider=self._provider)
        self._finish()

    def fail(self, error: BaseException) -> None:
        """There will be no more of it."""
        if self._state is _State.OPEN:
            self._error = error
        self._finish()

    def leave(self) -> None:
        """Nobody listens any more; what still comes is dropped."""
        if self._state is _State.OPEN:
            self._state = _State.LEFT

    def _finish(self) -> None:
        if self._state is not _State.OVER:
            self._state = _State.OVER
            self._tell()
            self.over(self)

    def _tell(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    # ── the listener's side ──────────────────────────────────────────────────────────────────────────────────────

    async def next(self) -> SpokenAudio | None:
        """All that came since the last time; None at the end. Raises `ProviderError`."""
        while not self._audio and not self._words and self._state is _State.OPEN:
            await self._wait()
        if self._audio or self._words:
            piece = SpokenAudio(bytes(self._audio), tuple(self._words))
            self._audio.clear()
            self._words.clear()
            return piece
        if isinstance(self._error, ProviderError):
            # One of its own for each segment: the same may end several.
            raise type(self._error)(str(self._error), provider=self._provider) from self._error
        if self._error is not None:
            raise self._error
        return None

    async def _wait(self) -> None:
        late_at = self._heard_at + GAP_S if self.size else self._asked_at + FIRST_AUDIO_S
        if clock.now() >= late_at:
            if self.size and self.clock.is_complete:
                # All was said; only the vendor's word for it is missing.
                self.leave()
                return
            what = f"nothing more within {GAP_S:g} s" if self.size else f"no audio within {FIRST_AUDIO_S:g} s"
            raise ProviderTimeout(f"{self._provider}: {what}", provider=self._provider)
        self._wake = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout_at(late_at):
                await self._wake
        except TimeoutError:
            return  # A sign of life may have come in the meantime: who waits looks again.
        finally:
            self._wake = None
