"""Telephone numbers as logs may show them: their last digits tell one call from another, and name nobody."""

import re
from typing import Final

SHOWN_DIGITS: Final = 4
_FEWEST_DIGITS: Final = 7
"""Fewer digits are an extension, a short code or something else that belongs to nobody."""
_NUMBER: Final = re.compile(r"\+(?:[ ().-]{0,2}\d){7,15}(?!\d)")
"""ITU-T E.164, perhaps in groups."""


def shortened(number: str) -> str:
    """A number, or an address of SIP, of which nothing but the end is shown."""
    digits = re.sub(r"\D", "", number)
    if "@" in number or len(digits) < _FEWEST_DIGITS:
        return number if number.isdigit() or not number else "..." + number[-SHOWN_DIGITS:]
    return "..." + digits[-SHOWN_DIGITS:]


def without_numbers(text: str) -> str:
    """A text in which every number with its country's code is shortened."""
    return _NUMBER.sub(lambda found: shortened(found[0]), text)
