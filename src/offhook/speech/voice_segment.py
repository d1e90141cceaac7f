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
DONE_S: Final = 0.6
"""Behind the audio of the last word, when the vendor's word for the end is missing: nobody is to wait longer for it."""
LONGEST_PIECE: Final = 1000
"""Letters that are told at once."""
BUSY_S: Final = 1.0
"""For a vendor that says no more at the same time: then another voice is asked, where there is one."""
LATE_S: Final = 0.05
"""A last word whose audio is there but for so much is there."""
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
        self._most_s = MOST_AUDIO_S + MOST_AUDIO_PER_SIGN_S * len(spoken.said)
        self.size = 0
        """Bytes of audio that came."""
        self.over: Callable[[Segment], None] = lambda segment: None
        """Called once, when the vendor is done with it."""
        self.busy: Callable[[Segment], None] = lambda segment: None
        """Called when the vendor does not take it now; it is for whoever has it to ask again."""
        self.is_suspect = False
        """A socket was closed over what was said to it, perhaps over this: it is said alone from now on."""
        self._has_moved = False
        self._busy: ProviderError | None = None
        self._told_s = 0.0
        """Where the last word that was told of ends."""
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
    def is_said(self) -> bool:
        """All of it is there, as the words tell; the end may be still to come."""
        return bool(self.size) and self.clock.is_complete and self.length_s >= self._told_s - LATE_S

    @property
    def is_whole(self) -> bool:
        """The vendor said all of it."""
        return self._state is _State.OVER and self._error is None

    @property
    def is_waited_for(self) -> bool:
        """Somebody listens, and nothing of it came yet."""
        return self._state is _State.OPEN and not self.size

    @property
    def may_move(self) -> bool:
        """Nothing of it came yet: another socket may say it from its start, once."""
        return self.is_waited_for and not self._has_moved

    def move(self, *, as_suspect: bool = False) -> None:
        """It is asked for anew."""
        self._has_moved, self.is_suspect = True, as_suspect
        self.begin_anew()

    def begin_anew(self) -> None:
        """What was told of its words is forgotten; nothing of it was heard."""
        self.clock, self._told_s = WordClock(self.spoken), 0.0
        self._words.clear()

    # ── the vendor's side ────────────────────────────────────────────────────────────────────────────────────────

    def add(self, audio: bytes, at: float) -> None:
        """Audio, or none but a sign of life; words told to `clock` go with it. Raises `ProtocolViolation`."""
        if self._state is not _State.OPEN:
            return
        if audio and not self.size and audio.startswith(HEADERS):
            raise ProtocolViolation(f"{self._provider}: sent a file in place of raw audio", provider=self._provider)
        self.size += len(audio)
        if self.length_s > self._most_s:
            raise ProtocolViolation(f"{self._provider}: more audio than the text can be", provider=self._provider)
        self._heard_at = at
        self._audio += audio
        self._words += self.clock.take()
        self._tell()

    def hear(self, piece: str, start_s: float, end_s: float) -> None:
        """The vendor says when the next letter, word or phrase of what it says is heard, in seconds of the audio."""
        if self.clock.is_complete:
            return
        # Each letter comes by here.
        start_s, end_s = min(max(0.0, start_s), self._most_s), min(max(0.0, end_s), self._most_s)
        self.clock.hear(piece[:LONGEST_PIECE], start_s, end_s)
        self._told_s = max(self._told_s, end_s)

    def postpone(self, error: ProviderError) -> None:
        """The vendor does not take it now, and may in a moment; it fails with this when that moment does not come."""
        if not self.is_waited_for:
            self.fail(error)
            return
        self._busy = error
        self.begin_anew()
        self.busy(self)
        self._tell()

    def asked(self) -> None:
        """The vendor was asked, perhaps once more."""
        self._busy = None

    def end(self) -> None:
        """The vendor says that this was all."""
        if self._state is _State.OPEN:
            self._words += self.clock.finish(self.length_s)
            if not self.size:
                self._error = ProviderUnavailable(f"{self._provider}: sent no audio", provider=self._provider)
        self._finish()

    def fail(self, error: BaseException) -> None:
        """There will be no more of it, which is no loss when all was said."""
        if self._state is _State.OPEN and self.is_said:
            self._words += self.clock.finish(self.length_s)
        elif self._state is _State.OPEN:
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
        late_at = self._late_at
        if clock.now() >= late_at:
            if self.is_said:
                # Only the vendor's word for it is missing.
                self.leave()
                return
            raise self._late()
        self._wake = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout_at(late_at):
                await self._wake
        except TimeoutError:
            return  # A sign of life may have come in the meantime: who waits looks again.
        finally:
            self._wake = None

    @property
    def _late_at(self) -> float:
        if self.size:
            return self._heard_at + (DONE_S if self.is_said else GAP_S)
        return self._asked_at + (FIRST_AUDIO_S if self._busy is None else BUSY_S)

    def _late(self) -> ProviderError:
        if self._busy is not None and not self.size:
            return type(self._busy)(str(self._busy), provider=self._provider)
        what = f"nothing more within {GAP_S:g} s" if self.size else f"no audio within {FIRST_AUDIO_S:g} s"
        return ProviderTimeout(f"{self._provider}: {what}", provider=self._provider)
