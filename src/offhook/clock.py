"""The only place that reads a clock.

`now` is the running loop's own time, so that a loop with virtual time (`offhook.simulator.virtual`) governs every
call without a single patch. `wall` is for names of files and for people, never for decisions.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Date = date
"""A day, for those who are told which one it is."""


def now() -> float:
    """Seconds on the running event loop's monotonic clock."""
    return asyncio.get_running_loop().time()


def of_loop() -> Callable[[], float]:
    """`now` of the running event loop, for whoever asks it many times a second: finding the loop is a system call."""
    return asyncio.get_running_loop().time


def machine() -> float:
    """Seconds on the machine's own monotonic clock: for threads, which have no loop."""
    return time.monotonic()


def wall() -> datetime:
    """The date and time in UTC."""
    return datetime.now(UTC)


def wall_in(zone: str) -> datetime:
    """The date and time in a zone such as `Europe/Berlin`."""
    return datetime.now(ZoneInfo(zone))


def is_zone(name: str) -> bool:
    """There is such a time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def wall_ms() -> int:
    """The date and time as the store has it: whole milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def rfc3339(at_ms: int) -> str:
    """`2026-11-28T13:52:54.120Z`, from milliseconds since 1970."""
    at = datetime.fromtimestamp(at_ms // 1000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def read_rfc3339(text: str) -> int | None:
    """Milliseconds since 1970 of a date and time that names its zone, None for any other text."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round(at.timestamp() * 1000) if at.tzinfo is not None else None


def read_rfc2822(text: str) -> int | None:
    """Milliseconds since 1970 of a date as `Tue, 31 Aug 2010 20:36:28 +0000`, None for any other text."""
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return round(at.replace(tzinfo=at.tzinfo or UTC).timestamp() * 1000)


def until_hour_s(hour: int) -> float:
    """Seconds until it is so late next, by the machine's own time zone."""
    now = wall().astimezone()
    then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return (then + timedelta(days=int(then <= now)) - now).total_seconds()


def knows_zone(name: str) -> bool:
    """There is a time zone of this name: `Europe/Berlin`."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def began_ms(at_ms: int, zone: str) -> tuple[int, int]:
    """When the day and the month of this moment began in the zone, in milliseconds since 1970."""
    local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return round(local.timestamp() * 1000), round(local.replace(day=1).timestamp() * 1000)


def month_began_ms(year: int, month: int, zone: str) -> int:
    """When a month began in the zone, in milliseconds since 1970."""
    return round(datetime(year, month, 1, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def offset_ms(at_ms: int, zone: str) -> int:
    """By how much the zone's clocks are ahead of UTC at this moment."""
    offset = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).utcoffset()
    return round(offset.total_seconds() * 1000) if offset is not None else 0


def stamp(at: datetime) -> str:
    """A time as names of files begin with it."""
    return f"{at:%Y%m%d-%H%M%S}"


def stamped(text: str) -> datetime | None:
    """The time of a `stamp`, None for any other text."""
    try:
        return datetime.strptime(text, "%Y%m%d-%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
