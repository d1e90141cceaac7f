"""Cuts a WebSocket's bytes into whole frames, and reads the one kind of which a call sends fifty a second.

Such a message in one frame (a carrier's text, a browser's audio) is unmasked here; every other frame, and whatever
breaks the rules, is left as it came to the library's own parser. RFC 6455, 5.2.
"""

from collections.abc import Iterator
from typing import Final

try:
    from websockets.speedups import apply_mask
except ImportError:  # No compiled part for this machine: the same in Python.
    from websockets.utils import apply_mask

WHOLE_TEXT: Final = 0x81
"""FIN and the opcode of text."""
WHOLE_BINARY: Final = 0x82
_FIN: Final = 0x80
_OPCODE: Final = 0x0F
_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
_TWO_BYTES: Final = 126
_EIGHT_BYTES: Final = 127
_FIRST_CONTROL: Final = 0x8
_SMALL_HEAD: Final = 6
"""Two bytes and the mask."""
_MIDDLE_HEAD: Final = 8
"""With a length of two bytes."""


class FrameCutter:
    """One direction of one connection. Keeps at most one frame that is not whole yet."""

    def __init__(self, longest: int, wanted: int = WHOLE_TEXT) -> None:
        """For messages of at most `longest` bytes; `wanted` is the kind that is read here."""
        self._longest, self._wanted = longest, wanted
        self._buffer = b""
        self._in_pieces = False
        """A message in several frames is under way."""
        self._is_broken = False

    @property
    def is_for_text(self) -> bool:
        """Text is read here; else audio is."""
        return self._wanted == WHOLE_TEXT

    def whole(self, data: bytes) -> bytes | None:
        """The payload, when the bytes are just one wanted message of some length: nearly always. Else None, and they
        are to be `cut`.
        """
        size = len(data)
        if (
            size < _MIDDLE_HEAD
            or data[0] != self._wanted
            or data[1] != _MASKED | _TWO_BYTES
            or (data[2] << 8 | data[3]) != size - _MIDDLE_HEAD
            or size - _MIDDLE_HEAD > self._longest
            or self._buffer
            or self._in_pieces
            or self._is_broken
        ):
            return None
        return apply_mask(data[_MIDDLE_HEAD:], data[_MIDDLE_HEAD - 4 : _MIDDLE_HEAD])

    def cut(self, data: bytes) -> Iterator[tuple[bool, bytes]]:
        """The whole frames, in order: True with the payload of a wanted message, False with a frame as it came."""
        if self._buffer:
            data = self._buffer + data
        at, end, wanted = 0, len(data), self._wanted
        while at < end and not self._is_broken:
            size = self._size(data, at)
            if size is None or at + size > end:
                break
            first = data[at]
            if first == wanted and data[at + 1] & _MASKED and not self._in_pieces:
                head = _SMALL_HEAD if data[at + 1] & _LENGTH < _TWO_BYTES else _SMALL_HEAD + 2
                yield True, apply_mask(data[at + head : at + size], data[at + head - 4 : at + head])
            else:
                if first & _OPCODE < _FIRST_CONTROL:
                    self._in_pieces = not first & _FIN
                yield False, data[at : at + size]
            at += size
        if self._is_broken and at < end:
            yield False, data[at:]
            at = end
        self._buffer = data[at:]

    def _size(self, data: bytes, at: int) -> int | None:
        """Bytes of the frame at this place; None while its head is not here."""
        have = len(data) - at
        if have < 2:
            return None
        masked = 4 if data[at + 1] & _MASKED else 0
        length = data[at + 1] & _LENGTH
        if length < _TWO_BYTES:
            return 2 + masked + length
        if length == _EIGHT_BYTES:
            # Nothing of a call is so long: the parser refuses it, or reads it as it comes.
            self._is_broken = True
            return None
        if have < 4:
            return None
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length > self._longest:
            self._is_broken = True
            return None
        return 4 + masked + length
