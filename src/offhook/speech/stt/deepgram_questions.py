"""The finals that a call has asked Flux for: each wants the words of all audio that was handed over before it.

Flux knows no such question, so its place is counted: bytes that wait for the socket in front of it, then the position
in the connection's audio.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

BYTES_PER_S: Final = 8000
MOST_ASKED: Final = 32


@dataclass(eq=False, slots=True)
class Asked:
    """A final that is owed. `spurt` is None when the same was asked again later."""

    spurt: int | None
    before: int
    """Bytes of audio in front of it that are not sent yet."""
    sent_at: float = 0.0
    until_s: float = 0.0
    """Position: the audio sent before it."""
    is_forced: bool = False


class Questions:
    """Audio on its way, and the questions between it."""

    def __init__(self) -> None:
        self.asked: deque[Asked] = deque()
        """All of their audio was sent; in order."""
        self._unsent: deque[Asked] = deque()
        self.sent = self.queued = 0
        """Bytes of audio that were sent, and that wait for the socket."""

    def ask(self, spurt: int, at: float) -> bool:
        """A question about all audio so far; True when all of it was sent."""
        for asked in (*self.asked, *self._unsent):
            if asked.spurt == spurt:
                asked.spurt = None
        self._unsent.append(Asked(spurt, self.queued))
        return self.count_sent(0, at)

    def opened(self, at: float) -> None:
        """Nobody could answer before."""
        for asked in self.asked:
            asked.sent_at = at

    def count_dropped(self, size: int) -> None:
        """The oldest audio that waits is not sent."""
        self.queued -= size
        self._move_up(size)

    def count_sent(self, size: int, at: float) -> bool:
        """The oldest audio that waits is sent; True when that completes a question's audio."""
        self.sent += size
        self.queued -= size
        self._move_up(size)
        before = len(self.asked)
        while self._unsent and self._unsent[0].before <= 0:
            asked = self._unsent.popleft()
            asked.sent_at, asked.until_s = at, self.sent / BYTES_PER_S
            self.asked.append(asked)
        is_more = len(self.asked) > before
        while len(self.asked) > MOST_ASKED:
            self.asked.popleft()
        return is_more

    def _move_up(self, size: int) -> None:
        for asked in self._unsent:
            asked.before -= size
