"""What went wrong on a leg, counted and told without flooding the log."""

import logging
from dataclasses import dataclass, fields
from typing import Final

_logger: Final = logging.getLogger("offhook.leg")


@dataclass(slots=True)
class LegCounters:
    """How often each thing happened on one leg."""

    messages: int = 0
    """Taken and understood."""
    frames: int = 0
    """Given to the listener, silence for lost audio included."""
    unreadable: int = 0
    """Not JSON, a field missing or of the wrong type, bad base64."""
    unknown: int = 0
    """Events that we do not know."""
    binary: int = 0
    too_long: int = 0
    flooded: int = 0
    """Dropped unread, above the rate that a telephone call can have."""
    out_of_order: int = 0
    """Before `start`, a second `start`, after `stop`."""
    other_stream: int = 0
    """For another stream or another track."""
    gaps: int = 0
    """Sequence numbers that did not follow on."""
    lost_frames: int = 0
    """Audio that never came and was given as silence."""
    late: int = 0
    """Audio that came twice, or after its place was filled."""
    odd_times: int = 0
    """Timestamps that cannot be right; their audio was taken as it came."""
    unheard: int = 0
    """Dropped because nobody listened for too long."""

    def troubles(self) -> dict[str, int]:
        """Everything that is not the ordinary course, without the zeros."""
        names = (field.name for field in fields(self) if field.name not in ("messages", "frames"))
        return {name: getattr(self, name) for name in names if getattr(self, name)}


class TroubleLog:
    """Counts a trouble and logs its first, tenth, hundredth ... occurrence: a storm gives a handful of lines."""

    __slots__ = ("counters", "who")

    def __init__(self, who: str) -> None:
        self.counters = LegCounters()
        self.who = who

    def __call__(self, counter: str, reason: str, count: int = 1) -> None:
        """Add `count` to `counter`, a field of `LegCounters`, and say why."""
        before = getattr(self.counters, counter)
        total = before + count
        setattr(self.counters, counter, total)
        if len(str(total)) > len(str(before)) or before == 0:
            _logger.warning("< %s  %s: %s (%d so far)", self.who, counter, reason, total)
