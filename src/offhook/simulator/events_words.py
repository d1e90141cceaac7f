"""The words of a simulated call: each is numbered, and none looks like a number or a code to whoever listens for it."""

from typing import Final

DIGITS: Final = "bcdfghjklm"
"""The ten figures of a word's number."""
_WRITTEN: Final = str.maketrans("0123456789", DIGITS)
_READ: Final = str.maketrans(DIGITS, "0123456789")


def word_of(speaker: str, number: int) -> str:
    """ "w" and 105: "wcbh"."""
    return speaker + str(number).translate(_WRITTEN)


def number_of(digits: str) -> int:
    """The other way, without the speaker."""
    return int(digits.translate(_READ))
