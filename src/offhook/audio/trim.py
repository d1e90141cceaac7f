"""The silence around synthesized speech: most of a second of it, with some voices, that the caller would wait for."""

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
TAIL_BYTES: Final = 5 * FRAME_BYTES
"""0.1 s behind the last sound are kept: a word may fade out, and must not be bitten off."""


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


class TrailingSilence:
    """Takes a segment's mu-law piece by piece and holds back the near-silence that it may end with.

    Sound, and 0.1 s behind it, goes through in the very step in which it comes. A pause inside the segment is given
    whole with the sound that follows it; whoever plays the audio hears silence in the meantime anyway.
    """

    __slots__ = ("_held", "_room")

    def __init__(self) -> None:
        self._held = bytearray()
        self._room = TAIL_BYTES
        """So much more silence goes through."""

    @property
    def held_bytes(self) -> int:
        """Silence that is heard only if more sound comes."""
        return len(self._held)

    @property
    def held_s(self) -> float:
        """The same in seconds."""
        return len(self._held) / SAMPLE_RATE

    def push(self, audio: bytes) -> bytes:
        """The part of the segment that can be said now."""
        after = audio.translate(_SOUND).rfind(1) + 1
        if not after and self._held:
            self._held += audio
            return b""
        if after:
            self._room = TAIL_BYTES
        cut = min(len(audio), after + self._room)
        self._room -= cut - after
        if not self._held:
            if cut == len(audio):
                return audio
            self._held += audio[cut:]
            return audio[:cut]
        given = bytes(self._held) + audio[:cut]
        self._held[:] = audio[cut:]
        return given

    def flush(self) -> bytes:
        """What is held back, for a segment that broke off: nobody knows what was to follow."""
        held = bytes(self._held)
        self._held.clear()
        return held
