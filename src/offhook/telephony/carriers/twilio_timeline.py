"""Where a piece of audio belongs in the caller's time: lost audio becomes silence, repeated audio is dropped.

Twilio numbers its media messages (`chunk`) and says when each began (`timestamp`, milliseconds). What comes in order
passes untouched, however bursty. One message with a wrong number must not deafen the call, so a number far off is
believed only when a run of others agrees with it.
"""

from typing import Final

from offhook.telephony.carriers.twilio_messages import MediaBody
from offhook.telephony.counters import TroubleLog

BYTES_PER_MS: Final = 8
FILL_LIMIT_MS: Final = 2_000
"""Longest hole that is filled with silence; after a longer one the call goes on where it is."""
TOLERANCE_MS: Final = 20
"""A timestamp may be this far off without meaning anything: less than a frame cannot be a lost message."""
FAR_CHUNKS: Final = 3_000
"""A minute of messages: nothing jumps so far but by mistake."""
RUN_TO_BELIEVE: Final = 25
"""Half a second of messages that follow each other are right, whatever we thought."""


class Timeline:
    """Follows the numbers of one stream."""

    __slots__ = ("_chunk", "_due_ms", "_stray", "_stray_run", "_trouble")

    def __init__(self, trouble: TroubleLog) -> None:
        self._trouble = trouble
        self._chunk = 0
        self._due_ms: int | None = None
        self._stray = 0
        self._stray_run = 0

    def place(self, media: MediaBody) -> int | None:
        """Bytes of silence that belong before this audio, usually 0; None: drop the audio."""
        contiguous = media.chunk == self._chunk + 1
        if media.chunk and not contiguous and not self._believes(media.chunk):
            return None
        self._chunk = media.chunk or self._chunk
        self._stray_run = 0
        if media.timestamp is None:
            return 0
        due_ms = self._due_ms
        self._due_ms = media.timestamp + len(media.payload) // BYTES_PER_MS
        if due_ms is None or due_ms == media.timestamp:
            return 0
        return self._silence(media.timestamp - due_ms, contiguous)

    def _believes(self, chunk: int) -> bool:
        if self._chunk < chunk <= self._chunk + FAR_CHUNKS or not self._chunk:
            return True
        self._stray_run = self._stray_run + 1 if chunk == self._stray + 1 else 1
        self._stray = chunk
        if self._stray_run >= RUN_TO_BELIEVE:
            self._due_ms = None
            return True
        self._trouble("late", f"chunk {chunk} does not follow {self._chunk}: its audio is dropped")
        return False

    def _silence(self, hole_ms: int, contiguous: bool) -> int:
        if -TOLERANCE_MS <= hole_ms < TOLERANCE_MS:
            return 0
        if hole_ms < 0 or (contiguous and hole_ms > FILL_LIMIT_MS):
            # No message is missing, so it is the timestamp that is wrong and not the audio that is lost.
            self._trouble("odd_times", f"a timestamp is {abs(hole_ms)} ms off: its audio is taken as it came")
            return 0
        filled_ms = min(hole_ms, FILL_LIMIT_MS)
        self._trouble("lost_frames", f"{hole_ms} ms of audio are missing: {filled_ms} ms of silence", filled_ms // 20)
        return filled_ms * BYTES_PER_MS
