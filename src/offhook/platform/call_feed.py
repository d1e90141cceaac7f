"""A call as it happens, for who watches: messages made of its lines, each with the number of the line it came from."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from offhook import clock
from offhook.call.journal import Line, parse_line
from offhook.call.story import Story
from offhook.core.commands import Command
from offhook.core.events import Event
from offhook.errors import OffhookError
from offhook.platform.call_account import ending_in_words
from offhook.platform.calls import Calls
from offhook.platform.journal_tail import HEADER_KIND, LOST_KIND, JournalLine
from offhook.platform.news import TELL_S
from offhook.platform.records import CallRecords

LOOK_S: Final = 1.0
"""A call is looked at so often, also when nothing was told of it."""
HEARTBEAT_S: Final = 15.0


class ServerEnds(OffhookError):
    """This process ends; another tells what follows."""

    code = "server.ends"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that happened. `sequence` is 0 for a heartbeat, and where others of the same line follow."""

    kind: str
    """Empty: a heartbeat."""
    data: Any = None
    sequence: int = 0


@dataclass(slots=True)
class _Teller:
    """Tells what lies behind `after`; what comes before it is only taken in."""

    after: int
    last: int = -1
    is_over: bool = False
    _story: Story = field(default_factory=Story)

    def tell(self, line: JournalLine) -> list[Message]:
        if line.sequence <= self.last:
            return []
        self.last = line.sequence
        if line.kind == HEADER_KIND:
            return []
        if line.kind == LOST_KIND:
            told: list[Any] = [{"told": "lines_lost", "at": line.at_s}]
        else:
            found = parse_line(line.body)
            what = found.what if isinstance(found, Line) else None
            told = [] if not isinstance(what, Event | Command) else [
                msgspec.to_builtins(one) for one in self._story.add(what, line.at_s)
            ]  # fmt: skip
        self.is_over = self.is_over or any(one["told"] == "ended" for one in told)
        if line.sequence <= self.after:
            return []
        for one in told:
            one.pop("type", None)
        count = len(told)
        return [
            Message(one["told"], one, line.sequence if number == count else 0)
            for number, one in enumerate(told, start=1)
        ]


class Feeds:
    """The feeds of all calls."""

    def __init__(self, calls: Calls, records: CallRecords) -> None:
        self._calls, self._records = calls, records

    async def follow(self, workspace: str, call_id: str, after: int) -> AsyncGenerator[Message]:
        """What happened behind line `after`, then what happens, until the record is whole.

        Raises `NotFound`, `ServerEnds`.
        """
        teller = _Teller(after)
        row = await self._calls.row(workspace, call_id)
        with self._records.news.of(call_id) as news:
            told_at = watched_at = clock.now()
            while not row.is_folded:
                if clock.now() >= watched_at and not self._records.has(call_id):
                    self._records.news.watch(call_id)
                    watched_at = clock.now() + TELL_S
                # What is written from now on is read in the next round, whenever that was told.
                news.clear()
                async for line in self._calls.lines(workspace, call_id, teller.last):
                    for message in teller.tell(line):
                        told_at = clock.now()
                        yield message
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await news.wait()
                if self._records.news.is_over:
                    raise ServerEnds
                if clock.now() - told_at >= HEARTBEAT_S:
                    told_at = clock.now()
                    yield Message("")
                row = await self._calls.row(workspace, call_id)
        async for line in self._calls.folded_lines(workspace, call_id):
            for message in teller.tell(line):
                yield message
        if not teller.is_over and after < teller.last + 1:
            # Its journal does not say so: its process died.
            data = {"told": "ended", "reason": row.end_reason, **ending_in_words(row.end_reason)}
            yield Message("ended", data, teller.last + 1)
