"""Writes what a file says as the markdown that `chunk` reads: headings stay headings, lists lists, tables tables."""

import re
from collections.abc import Sequence
from typing import Final

from offhook.knowledge.unfit import TooLong

LONGEST_HEADING: Final = 200
MOST_CHARS: Final = 4_000_000
"""Of all that a file says: about 700,000 words."""
_LOOKS_MARKED: Final = re.compile(r"(?:#{1,6}\s|\||>|[=-]{3,}$|```)")
"""Signs that mean something here and meant nothing there."""


class Markdown:
    """Takes blocks in order."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._chars = 0
        self._last = ""
        """What the last block was: blocks of other kinds stand apart."""

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self._lines).strip() + "\n" if self._lines else ""

    def heading(self, level: int, text: str) -> None:
        """One of up to six levels; a long one is a paragraph that looks like a heading."""
        text = _flat(text)
        if len(text) > LONGEST_HEADING:
            self.paragraph(text)
        elif text:
            self._put("heading", f"{'#' * min(max(level, 1), 6)} {text}")

    def paragraph(self, text: str) -> None:
        """Without line breaks."""
        text = _flat(text)
        if text:
            self._put("paragraph", _unmarked(text))

    def entry(self, depth: int, text: str) -> None:
        """Of a list; those of depth 1 stand under the last of depth 0."""
        text = _flat(text)
        if text:
            self._put("entry", f"{'  ' * min(max(depth, 0), 8)}- {text}")

    def row(self, cells: Sequence[str], *, is_first: bool = False) -> None:
        """Of a table; the first names its columns."""
        flat = [_flat(cell).replace("|", "/") for cell in cells]
        if any(flat):
            self._put("first row" if is_first else "row", f"| {' | '.join(flat)} |")

    def _put(self, kind: str, line: str) -> None:
        goes_on = (self._last, kind) in (("entry", "entry"), ("row", "row"), ("first row", "row"))
        if self._lines and not goes_on:
            self._lines.append("")
        self._lines.append(line)
        self._last = kind
        self._chars += len(line) + 1
        if self._chars > MOST_CHARS:
            raise TooLong


def _flat(text: str) -> str:
    return " ".join(text.split())


def _unmarked(text: str) -> str:
    return text.lstrip("#|>=-` ") if _LOOKS_MARKED.match(text) else text
