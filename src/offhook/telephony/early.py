"""What a leg hears before anybody listens: kept, within bounds, and given over in order."""

from collections import deque
from collections.abc import Callable
from typing import Final

from offhook.telephony.leg import LegListener

FRAMES_KEPT: Final = 250
"""5 s of audio: longer than any agent takes to be there."""
EDGES_KEPT: Final = 64
"""Keys and marks."""


class EarlyListener:
    """Listens until the call does. Of too much audio the oldest is dropped, of too many keys and marks the newest."""

    __slots__ = ("_dropped", "_edges", "_end", "_frames", "_heard")

    def __init__(self, dropped: Callable[[], None]) -> None:
        self._dropped: Final = dropped
        self._heard: deque[tuple[str, bytes | str]] = deque()
        self._frames = 0
        self._edges = 0
        self._end: str | None = None

    def frame_received(self, frame: bytes) -> None:
        """Keep a frame."""
        if self._frames == FRAMES_KEPT:
            self._heard.remove(next(entry for entry in self._heard if entry[0] == "frame"))
            self._dropped()
        else:
            self._frames += 1
        self._heard.append(("frame", frame))

    def digit_pressed(self, digit: str) -> None:
        """Keep a key."""
        self._keep("digit", digit)

    def mark_reached(self, name: str) -> None:
        """Keep a mark's name."""
        self._keep("mark", name)

    def leg_stopped(self) -> None:
        """Keep the end."""
        self._end = ""

    def leg_lost(self, cause: str) -> None:
        """Keep the end and its cause."""
        self._end = cause

    def hand_over(self, listener: LegListener) -> None:
        """Give all of it to `listener`."""
        while self._heard:
            kind, value = self._heard.popleft()
            if isinstance(value, bytes):
                listener.frame_received(value)
            elif kind == "digit":
                listener.digit_pressed(value)
            else:
                listener.mark_reached(value)
        end, self._end = self._end, None
        if end:
            listener.leg_lost(end)
        elif end is not None:
            listener.leg_stopped()

    def _keep(self, kind: str, value: str) -> None:
        if self._edges == EDGES_KEPT:
            self._dropped()
            return
        self._edges += 1
        self._heard.append((kind, value))
