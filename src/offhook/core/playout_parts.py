"""What playout is made of: its sink, the pieces of a reply, and how far each is on its way to the caller."""

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Protocol

from offhook.core.events import Event


class Sink(Protocol):
    """Where playout goes."""

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        """Send audio that will be heard at `plays_at`."""

    def send_mark(self, name: str) -> None:
        """Ask to be told when all before it was played."""

    def send_clear(self, at: float) -> None:
        """Drop what the carrier has and has not played by `at`."""

    def post(self, event: Event) -> None:
        """Tell the conversation."""


class Nowhere:
    """The sink of a call that is over."""

    def send_audio(self, audio: bytes, plays_at: float) -> None:
        """Not sent."""

    def send_mark(self, name: str) -> None:
        """Not sent."""

    def send_clear(self, at: float) -> None:
        """Not sent."""

    def post(self, event: Event) -> None:
        """Told to nobody."""


class Gate(Enum):
    """What lets audio out."""

    SHUT = "shut"
    """There is no reply."""
    HELD = "held"
    """The reply is not committed."""
    HUSHED = "hushed"
    """The caller's sound is being judged."""
    OPEN = "open"
    HEARD = "heard"
    """All of the reply was heard."""


class End(Enum):
    """How far the end of the reply is."""

    OPEN = "open"
    """More may come."""
    MADE = "made"
    """No more will come."""
    SENT = "sent"
    """The last frame was sent."""


class Stage(IntEnum):
    """How far a segment is on its way to the caller."""

    WAITING = 0
    STARTED = 1
    MARKED = 2
    """All of it was sent, and a mark behind it."""
    HEARD = 3


@dataclass(slots=True)
class Segment:
    """A piece of a reply: its audio so far, and what of it was sent."""

    number: int
    text: str
    audio: bytearray = field(default_factory=bytearray)
    words: list[tuple[float, float]] = field(default_factory=list)
    """Start and end of each word of the text, as far as the voice told them, in seconds."""
    is_complete: bool = False
    """No more audio will come."""
    is_broken: bool = False
    """The voice broke off in it: its last words have no audio."""
    stage: Stage = Stage.WAITING


@dataclass(slots=True)
class Flight:
    """A piece that was sent and may not yet have been heard."""

    index: int
    offset: int
    plays_at: float
    ends_at: float
