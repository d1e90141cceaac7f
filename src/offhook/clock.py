"""The only place that reads a clock.

`now` is the running loop's own time, so that a loop with virtual time (`offhook.simulator.virtual`) governs every
call without a single patch. `wall` is for names of files and for people, never for decisions.
"""

import asyncio
from datetime import UTC, date, datetime

Date = date
"""A day, for those who are told which one it is."""


def now() -> float:
    """Seconds on the running event loop's monotonic clock."""
    return asyncio.get_running_loop().time()


def wall() -> datetime:
    """The date and time in UTC."""
    return datetime.now(UTC)
