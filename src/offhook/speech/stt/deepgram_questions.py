"""The finals that a call has asked Deepgram for: each wants the words of all audio up to a place.

Deepgram counts by its own audio, so a question's place becomes a position as soon as all audio before it is sent.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from offhook.speech.stt.timeline import Timeline

MOST_ASKED: Final = 32


@dataclass(eq=False, slots=True)
class Asked:
    """A final that is owed up to `to_s`, a place of the call."""

    to_s: float
    place: int
    """The same in bytes."""
    sent_at: float = 0.0
    until_s: float = 0.0
    """The same as a position of this connection's audio."""
    is_forced: bool = False


class Questions:
    """Questions between the audio: in order of their places."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._waiting: deque[Asked] = deque(maxlen=MOST_ASKED)
        self.asked: deque[Asked] = deque(maxlen=MOST_ASKED)
        """All of their audio was sent. An old one more or less changes nothing: a later answer covers it."""

    def ask(self, to_s: float, at: float) -> bool:
        """A question about all audio up to there; True when all of it was sent."""
        self._waiting.append(Asked(to_s, self._timeline.bytes_at(to_s)))
        return self.audio_sent(at)

    def opened(self, at: float) -> None:
        """Nobody could answer before."""
        for asked in self.asked:
            asked.sent_at = at

    def audio_sent(self, at: float) -> bool:
        """The audio that waits has become less; True when that completes a question's audio."""
        is_more = False
        while self._waiting and self._waiting[0].place <= self._timeline.reached:
            asked = self._waiting.popleft()
            asked.sent_at, asked.until_s = at, self._timeline.sent_s
            self.asked.append(asked)
            is_more = True
        return is_more

    def take(self, count: int) -> list[Asked]:
        """The oldest ones, which are answered now."""
        return [self.asked.popleft() for _ in range(count)]
