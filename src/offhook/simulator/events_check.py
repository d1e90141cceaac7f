"""What every check of a simulated call is: a name, what it wants to be told of, and what it says when it fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from offhook.core.behaviour import Behaviour
from offhook.core.history import AnyEntry

Hears = dict[type, Callable[[Any, float], None]]
"""Kinds of events and commands, each with what is done when one comes."""


@dataclass
class Facts:
    """What the checks know of the call beside events and commands."""

    behaviour: Behaviour
    failures: list[str] = field(default_factory=list)
    entries: list[AnyEntry] = field(default_factory=list)
    """The history, as `Remember` tells it."""
    truth: dict[int, list[str]] = field(default_factory=dict)
    """The words of each reply that were heard."""
    is_television: bool = False
    """No caller is there."""
    has_echo: bool = False
    """The agent's own words come back."""
    is_ended: bool = False


class Check:
    """One thing that must hold."""

    name: ClassVar[str]

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def hears(self) -> Hears:
        """What it is told of: kinds of events and commands, each with what is done then."""
        return {}

    def ended(self, at: float) -> None:
        """The call is over, and everybody has fallen silent."""

    def fail(self, at: float, what: str) -> None:
        """It does not hold."""
        self.facts.failures.append(f"{at:.3f} {self.name}: {what}")
