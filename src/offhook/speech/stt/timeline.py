"""Where the audio of a connection lies in what the transcriber was given.

A vendor tells positions in the audio that was sent to it. That is not all that was heard: audio is dropped when the
vendor does not keep up, a silence that waits for the connection is shortened, and silence is added where no audio came.

    given   0────1────2────3────4────5      places: what the call counts by
    sent    0────1────┬──────2──+──3        positions: what the vendor counts by
                      not sent  added
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from offhook.core.formats import AudioFormat

MOST_STRETCHES: Final = 64
"""The vendor tells nothing new about what lies farther back."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Audio that was sent in one piece; it ends where the next one begins. All in bytes."""

    position: int
    place: int
    is_added: bool
    """All of it lies at its one place: nobody said it."""


@dataclass(slots=True)
class _Mark:
    """Audio that waits, and is not what it seems, from `place` on: `size` bytes that are left out, or added there."""

    place: int
    size: int


class Timeline:
    """Counts audio from hand to hand: given, waiting for the connection, sent."""

    def __init__(self, audio: AudioFormat) -> None:
        self._audio = audio
        self.given = self.waiting = self.sent = 0
        """Bytes: given by the call; handed on to the connection, which has not sent them; sent."""
        self.reached = 0
        """The place up to which everything was sent, or never will be."""
        self._left_out: deque[_Mark] = deque()
        self._added: deque[_Mark] = deque()
        self._stretches: deque[_Stretch] = deque([_Stretch(0, 0, False)], maxlen=MOST_STRETCHES)

    @property
    def sent_s(self) -> float:
        """The position behind all that was sent."""
        return self._audio.seconds(self.sent)

    def bytes_at(self, place_s: float) -> int:
        """A place that the call knows, in bytes; never beyond what was given."""
        return min(self.given, round(place_s * self._audio.bytes_per_s))

    def leave_out(self, place: int, size: int) -> None:
        """So many bytes that wait, from `place` on, will not be sent. In the order of places."""
        self.waiting -= size
        last = self._left_out[-1] if self._left_out else None
        if last is not None and last.place + last.size == place:
            last.size += size
        else:
            self._left_out.append(_Mark(place, size))
        self._pass_left_out()

    def add(self, size: int) -> None:
        """Silence that nobody gave waits behind all that was given."""
        self.waiting += size
        self._added.append(_Mark(self.given, size))

    def send(self, size: int) -> None:
        """The oldest audio that waits is sent."""
        self._pass(size, is_sent=True)

    def drop(self, size: int) -> None:
        """The oldest audio that waits will never be sent."""
        self._pass(size, is_sent=False)

    def place_s(self, position_s: float) -> float:
        """Where a position of the vendor lies, in seconds of what was given."""
        position = min(position_s, self.sent_s) * self._audio.bytes_per_s
        found = self._stretches[0]
        for stretch in reversed(self._stretches):
            if stretch.position < position:
                found = stretch
                break
        place = found.place if found.is_added else found.place + max(0.0, position - found.position)
        return place / self._audio.bytes_per_s

    def _pass(self, size: int, *, is_sent: bool) -> None:
        self.waiting -= size
        while size:
            is_added = bool(self._added) and self._added[0].place == self.reached
            if is_added:
                step = min(size, self._added[0].size)
                self._added[0].size -= step
            else:
                marks = [marks[0].place for marks in (self._left_out, self._added) if marks]
                step = min(size, *(place - self.reached for place in marks)) if marks else size
            if is_sent:
                self._note(is_added)
                self.sent += step
            if not is_added:
                self.reached += step
            elif not self._added[0].size:
                self._added.popleft()
            size -= step
            self._pass_left_out()

    def _pass_left_out(self) -> None:
        while self._left_out and self._left_out[0].place <= self.reached:
            self.reached += self._left_out.popleft().size

    def _note(self, is_added: bool) -> None:
        """A stretch begins here, unless the one before simply goes on."""
        last = self._stretches[-1]
        length = self.sent - last.position
        if last.is_added == is_added and self.reached == last.place + (0 if is_added else length):
            return
        if not length:
            self._stretches.pop()
        self._stretches.append(_Stretch(self.sent, self.reached, is_added))
