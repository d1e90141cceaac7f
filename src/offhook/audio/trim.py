"""The silence in front of synthesized speech: half a second of it, with some voices, that the caller would wait for."""

from typing import Final

from offhook.audio.frames import FRAME_BYTES, SAMPLE_RATE
from offhook.audio.g711 import ULAW_LOUDNESS

QUIET: Final = 16
"""Softer than this, in units of `ULAW_LOUDNESS`, is silence: a magnitude of 132, 48 dB below full scale. A voice speaks
at -20 dB, and what it breathes before its first word is far below that."""
_SOUND: Final = bytes(loudness >= QUIET for loudness in ULAW_LOUDNESS)
"""Table for `bytes.translate`: 1 where there is sound."""
KEPT_BYTES: Final = 80
"""10 ms in front of the first sound are kept in any case, so that a soft consonant keeps its beginning."""
MOST_DROPPED_BYTES: Final = 30 * FRAME_BYTES
"""0.6 s; a pause that is longer than this is meant."""


class LeadingSilence:
    """Takes a segment's mu-law piece by piece and leaves out the near-silence it begins with.

    Only whole frames of 20 ms are dropped: between 10 and 30 ms stay in front of the first sound, and what is written
    into frames (the talking tape) can still be read. What begins with sound goes through untouched, and nothing that
    sounds is ever held back.
    """

    __slots__ = ("_held", "dropped_bytes", "is_over")

    def __init__(self) -> None:
        self._held = b""
        self.dropped_bytes = 0
        self.is_over = False
        """The first sound came, or silence for too long: from now on everything goes through."""

    @property
    def dropped_s(self) -> float:
        """How much earlier everything is heard; final once `is_over`."""
        return self.dropped_bytes / SAMPLE_RATE

    def push(self, audio: bytes) -> bytes:
        """The part of the segment that can be said now; empty while there is only silence."""
        if self.is_over:
            return audio
        held = self._held + audio
        first = held.translate(_SOUND).find(1)
        self.is_over = first >= 0
        # Without a sound in it, the next byte may be the first one.
        silent = first if self.is_over else len(held)
        drop = max(0, silent - KEPT_BYTES) // FRAME_BYTES * FRAME_BYTES
        drop = min(drop, MOST_DROPPED_BYTES - self.dropped_bytes)
        self.dropped_bytes += drop
        self.is_over = self.is_over or self.dropped_bytes >= MOST_DROPPED_BYTES
        rest = held[drop:]
        self._held = b"" if self.is_over else rest
        return rest if self.is_over else b""

    def flush(self) -> bytes:
        """What is held back when the segment ends without a sound."""
        held, self._held = self._held, b""
        return held
