"""Taps: whoever listens to a call without being part of it gets both sides, each at its place on the call's clock.

The caller's side is told as it comes. The agent's side is told once it was played: audio is sent ahead and may yet be
taken back by a `clear`, and nobody is told what the caller never heard.
"""

from collections import deque
from collections.abc import Callable
from typing import Final

from offhook.core.formats import AudioFormat

Tap = Callable[[float, bytes], None]
"""Gets a place, in seconds on the call's clock, and the audio that lies there, in the call's format. Must not raise."""
TOGETHER_S: Final = 0.24
"""What was played is told in pieces of about this length."""
MOST_S: Final = 12.0
"""Audio that waits to be played: more than the lead and the longest stall."""


def nobody() -> None:
    """Ends the listening of nobody."""


class Taps:
    """Everybody who listens to one side."""

    def __init__(self) -> None:
        self.all: tuple[Tap, ...] = ()

    def add(self, hear: Tap) -> Callable[[], None]:
        """Listen from now on; what is returned ends it."""
        self.all = (*self.all, hear)

        def end() -> None:
            self.all = tuple(tap for tap in self.all if tap is not hear)

        return end

    def clear(self) -> None:
        """Nobody listens any more."""
        self.all = ()

    def tell(self, at: float, audio: bytes) -> None:
        """To all of them."""
        for tap in self.all:
            tap(at, audio)


class PlayedAudio:
    """Holds the agent's audio from when it is sent until it was played; what is cut is never told."""

    def __init__(self, audio_format: AudioFormat, taps: Taps) -> None:
        self._frame_bytes, self._byte_s, self._taps = audio_format.frame_bytes, 1.0 / audio_format.bytes_per_s, taps
        self._sent: deque[tuple[float, float, bytes]] = deque()
        """Begin, end on the send clock, and audio, in order."""

    def is_due(self, at: float) -> bool:
        """Enough has been played by now to be told: not each message by itself."""
        return bool(self._sent) and self._sent[0][0] + TOGETHER_S < at

    @property
    def ends_at(self) -> float | None:
        """When all that waits will have been played; None: nothing waits."""
        return self._sent[-1][1] if self._sent else None

    def sent(self, plays_at: float, audio: bytes) -> None:
        """Audio is under way."""
        self._sent.append((plays_at, plays_at + len(audio) * self._byte_s, audio))
        if plays_at - self._sent[0][0] > MOST_S:
            self._sent.popleft()

    def tell(self, until: float, late_s: float) -> None:
        """All before `until` on the send clock was played, `late_s` later than that clock says."""
        while self._sent and self._sent[0][1] <= until + 1e-9:
            begin, _, audio = self._sent.popleft()
            self._taps.tell(begin + late_s, audio)

    def cut(self, until: float, late_s: float) -> None:
        """Only what lies before `until` on the send clock was played; the rest never will be."""
        self.tell(until, late_s)
        if self._sent:
            begin, _, audio = self._sent[0]
            size = round((until - begin) * 50) * self._frame_bytes
            if size > 0:
                self._taps.tell(begin + late_s, audio[:size])
        self._sent.clear()
