"""The caller's secret keys on their way into a tool, and how they are kept from coming back out of it.

A model knows such keys by a reference, `{keys-1}`. The digits stand in for it when the tool runs, and nowhere else:
not in the history, not in the journal, not in a log. What a service repeats of them is the reference again.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from offhook.errors import ToolError

REFERENCE: Final = re.compile(r"\{(?:keys|secret)-\d{1,6}\}")
_SURE: Final = 4
"""Fewer keys than this stand in many texts by chance: they are hidden only where no digit is beside them."""
_BETWEEN: Final = r"[\s.\-]?"
"""Services write numbers in groups."""


class SecretKeys:
    """The secret keys in one run of a tool."""

    def __init__(self, reveal: Callable[[str], str]) -> None:
        self._reveal = reveal
        self._values: dict[str, str] = {}
        """Digits by reference, as they were put in."""

    def __repr__(self) -> str:
        return f"<SecretKeys {', '.join(self._values) or 'none'}>"

    def put_into(self, value: Any) -> Any:
        """A value of JSON with the digits in it, however deep. Raises `ToolError` that names an unknown reference."""
        match value:
            case str():
                return REFERENCE.sub(self._digits, value)
            case dict():
                return {name: self.put_into(inner) for name, inner in value.items()}
            case list():
                return [self.put_into(inner) for inner in value]
            case _:
                return value

    def mask(self, text: str) -> str:
        """The text with references in place of the digits, also of digits in groups."""
        return hidden_in(text, self._values)

    def _digits(self, found: re.Match[str]) -> str:
        reference = found[0]
        digits = self._reveal(reference)
        if digits == reference or not digits:
            raise ToolError(f"there are no secret keys {reference}: ask the caller for them first")
        self._values[reference] = digits
        return digits


def hidden_in(text: str, values: Mapping[str, str]) -> str:
    """The text with references in place of their values, the longest first."""
    for reference, digits in sorted(values.items(), key=lambda entry: -len(entry[1])):
        pattern = _BETWEEN.join(re.escape(digit) for digit in digits)
        if len(digits) < _SURE or not any(sign.isdigit() for sign in digits):
            # A word stands in others: only where it is by itself is it the value.
            pattern = rf"(?<!\w){pattern}(?!\w)"
        text = re.sub(pattern, reference, text, flags=re.IGNORECASE)
    return text
