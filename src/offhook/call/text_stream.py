"""Text that comes in pieces, some of which end in the middle of a character."""

from offhook.call.boundary import clean

_FIRST_HALF = ("\ud800", "\udbff")


class WholeCharacters:
    """Puts halves of characters together that came in two pieces, and replaces those whose other half never came.

    JSON writes a character beyond the first 65,536 as two halves (RFC 8259, 7), and a vendor may cut between them.
    """

    def __init__(self) -> None:
        self._half = ""

    def feed(self, piece: str) -> str:
        """The piece as text that can be encoded; the first half of a character waits for the next piece."""
        if piece.isascii() and not self._half:
            return piece
        text, self._half = self._half + piece, ""
        if text and _FIRST_HALF[0] <= text[-1] <= _FIRST_HALF[1]:
            text, self._half = text[:-1], text[-1]
        # As UTF-16 two halves that stand together are the character.
        return clean(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))
