"""What a check found: a line of `offhook doctor`, of `/v1/health`, of what `offhook serve` says at last."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from offhook.errors import ConfigurationError


class Mark(StrEnum):
    """How a check came out. With a bad one no call is answered; a note stops nothing."""

    GOOD = "✓"
    NOTE = "–"
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table."""

    mark: Mark
    name: str
    found: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.found}{f': {self.advice}' if self.advice else ''}"


class NotReady(ConfigurationError):
    """No call would be answered: each thing to mend is a line."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.wrong = tuple(check for check in checks if check.mark is Mark.BAD)
        number = len(self.wrong)
        head = f"not ready: {number} thing{'' if number == 1 else 's'} to mend before calls can be taken"
        lines = (f"{check.mark} {check}".replace("\n", "\n  ") for check in self.wrong)
        super().__init__("\n".join([head, *lines]))
