"""The lines of `offhook doctor`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Mark(StrEnum):
    """How a check came out; a note does not fail the doctor."""

    GOOD = "✓"
    NOTE = "–"
    BAD = "✗"


COLOURS: Final = {Mark.GOOD: "green", Mark.NOTE: "yellow", Mark.BAD: "bold red"}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table."""

    mark: Mark
    name: str
    found: str
    advice: str = ""
