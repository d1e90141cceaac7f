"""Sentences for the log that must not fill it: whoever reaches the port could have them written without end."""

import logging
from typing import Final

from offhook import clock

_logger: Final = logging.getLogger("offhook.web")

PERIOD_S: Final = 60.0
"""One line of a kind in so long; the next one says how many were left out."""
MOST_KINDS: Final = 64
LONGEST: Final = 500


class Seldom:
    """Writes at most one line a minute of each kind. Kinds are ours, never a peer's words, which `shown` is for."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[float, int]] = {}
        """When each kind was written, and how many were not since then."""

    def say(self, kind: str, text: str, level: int = logging.WARNING) -> None:
        """Write the line if its kind was not written lately; `PERIOD_S` is the same for all."""
        now = clock.now()
        said_at, unsaid = self._said.get(kind, (float("-inf"), 0))
        if now - said_at < PERIOD_S:
            self._said[kind] = (said_at, unsaid + 1)
            return
        assert len(self._said) < MOST_KINDS or kind in self._said, "kinds are a few"
        self._said[kind] = (now, 0)
        more = f" ({unsaid} more like it were not logged)" if unsaid else ""
        line = "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST])
        _logger.log(level, "%s%s", line, more)


def shown(text: str, longest: int = 100) -> str:
    """What others sent, fit for one line of the log."""
    return ascii(text[:longest])[1:-1]
