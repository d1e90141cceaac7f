"""A person's audio in the agent's place: paced like a reply, bounded, and never far behind the person."""

from collections import deque
from collections.abc import Callable
from typing import Final

from offhook.core.formats import FRAME_S, AudioFormat

LEAD_S: Final = 0.2
"""So much is with the carrier ahead of what is heard, at most."""
CUSHION_FRAMES: Final = 3
"""Silence ahead of the first frame after a pause: the next frames may be late by so much unheard."""
WAITING_FRAMES: Final = 20
"""Of a burst so much waits; the oldest goes, since a person is better heard late by little than whole."""


class Source:
    """Made by `Pacer.source`."""

    def __init__(self, audio_format: AudioFormat, drive: Callable[[], None], end: Callable[["Source"], None]) -> None:
        self._format, self._drive, self._end = audio_format, drive, end
        self._frames: deque[bytes] = deque(maxlen=WAITING_FRAMES)
        self.plays_until = 0.0
        """When all that was sent will have been heard."""

    def hear(self, frame: bytes) -> None:
        """The person's next 20 ms, in the call's format."""
        self._frames.append(frame)
        self._drive()

    def close(self) -> None:
        """The person is gone; what waits is forgotten."""
        self._frames.clear()
        self._end(self)

    @property
    def wakeup_at(self) -> float | None:
        """When `due` is wanted next."""
        return self.plays_until + FRAME_S - LEAD_S if self._frames else None

    def due(self, at: float, send: Callable[[bytes, float], None]) -> None:
        """Send what is due."""
        if self._frames and self.plays_until < at:
            silence = self._format.silence(CUSHION_FRAMES * self._format.frame_bytes)
            send(silence, at)
            self.plays_until = at + CUSHION_FRAMES * FRAME_S
        while self._frames and self.plays_until + FRAME_S <= at + LEAD_S + 1e-9:
            send(self._frames.popleft(), self.plays_until)
            self.plays_until += FRAME_S
