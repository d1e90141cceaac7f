"""A leg: one media connection between Offhook and a carrier or a browser.

A leg has no task and no queue: the connection's own callbacks call the listener, and what is sent goes straight to
the connection. Its listener is called on the event loop, in the order of the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from offhook.core.formats import AudioFormat


@dataclass(frozen=True, slots=True)
class LegStarted:
    """What the carrier said of the call when its media began."""

    call_sid: str
    stream_sid: str
    parameters: Mapping[str, str] = field(default_factory=dict)


class LegListener(Protocol):
    """Who hears what the carrier sends. Nothing here may block or raise."""

    def frame_received(self, frame: bytes) -> None:
        """20 ms of caller audio in the leg's format; lost frames come as silence, bursts come at once."""

    def digit_pressed(self, digit: str) -> None:
        """A key."""

    def mark_reached(self, name: str) -> None:
        """The carrier returned a mark (also after `clear`: then it was not heard)."""

    def leg_stopped(self) -> None:
        """The carrier says the stream is over. The last call but `leg_lost`."""

    def leg_lost(self, cause: str) -> None:
        """The connection ended without the carrier's word. The last call."""


class Leg(Protocol):
    """What a call needs of a media connection. What ends the call itself is the `telephony.line.Line`."""

    @property
    def format(self) -> AudioFormat:
        """What its audio is written in, both ways."""

    def listen(self, listener: LegListener) -> None:
        """Send everything to `listener` from now on; what came since the start is delivered first, at once."""

    def send_audio(self, audio: bytes) -> None:
        """Queue audio at the carrier, whole samples. Never blocks; a leg that is gone takes it and forgets it."""

    def send_mark(self, name: str) -> None:
        """Ask to be told when all that was sent before has been played."""

    def send_clear(self) -> None:
        """Drop what the carrier has queued; it then returns every pending mark."""

    def close(self, code: int = 1000) -> None:
        """Close the connection."""
