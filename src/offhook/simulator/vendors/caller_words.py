"""Hears the caller's talking tape with the least work: a stand-in hears a hundred calls, fifty frames a second each.

`TapeReader` knows pieces, repeats and two planes; here is one caller on an untouched way, so that all but the first
frame of a word are two comparisons of numbers.
"""

from typing import Final

from offhook.speech.scripted.tape import FRAME_BYTES, MAGIC, SILENCE_FRAME, Plane, frame_bits, unpack

_WORD_SHIFT: Final = 104
_WORD_MASK: Final = 0xFFFFFFFF
"""Utterance and word are bytes 3 to 6 of the layout."""
_FRAME_SHIFT: Final = 96
_PART_MASK: Final = (1 << 80) - 1


class CallerWords:
    """Frames in the order of the wire; a word is told once, with the frame that completes its first half."""

    __slots__ = ("_count", "_ends", "_frame", "_key", "_needed", "_parts", "ends_turn", "is_voice", "length", "text")

    def __init__(self) -> None:
        self._key = -1
        self._frame = self._count = self._needed = 0
        self._parts: list[bytes | None] = []
        self._ends = False
        self.is_voice = False
        """The last frame held a part of a word."""
        self.text = ""
        """The last word told."""
        self.length = 0
        """Its frames, of which the first half came by."""
        self.ends_turn = False
        """Its speaker is done after it."""

    def hear(self, frame: bytes) -> bool:
        """160 bytes of the caller; True when they make `text` known."""
        if frame == SILENCE_FRAME or len(frame) != FRAME_BYTES:
            self.is_voice = False
            return False
        bits = frame_bits(frame, Plane.LSB)
        if bits >> 152 != MAGIC:
            self.is_voice = False
            return False
        number = bits >> _FRAME_SHIFT & 0xFF
        if bits >> _WORD_SHIFT & _WORD_MASK != self._key or number <= self._frame:
            return self._begin(bits)
        self.is_voice = True
        self._frame = number
        self._count += 1
        if self._count > self._needed:
            return False
        parts = self._parts
        part = bits & _PART_MASK
        parts[number % len(parts)] = (part & ((1 << 72) - 1)).to_bytes(9, "big")[: part >> 72 & 0x0F]
        return self._count == self._needed and self._tell()

    def _begin(self, bits: int) -> bool:
        said = unpack(bits.to_bytes(20, "big"))
        self.is_voice = said is not None
        if said is None:
            return False  # Noise whose first bits happen to be those of a tape.
        self._key, self._frame, self._count = bits >> _WORD_SHIFT & _WORD_MASK, said.frame, 1
        self._needed, self._ends = (said.frames + 1) // 2, said.ends_turn
        self._parts = [None] * said.parts
        self._parts[said.frame % said.parts] = said.part
        return self._needed == 1 and self._tell()

    def _tell(self) -> bool:
        self.length, self.ends_turn = 2 * self._needed, self._ends
        self.text = b"".join(b"?" if part is None else part for part in self._parts).decode("utf-8", "replace")
        return True
