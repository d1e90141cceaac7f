"""The record of calls, behind their backs: the files of a call are the spool, the store follows them.

A call writes its files as it always did, and nothing here is done in its path. A task reads what has come, about twice
a second, and writes it into the store: a row when a call begins, numbered lines while it lives. When it is over its
folder is folded into objects and rows. While the store does not answer nothing is lost and nothing grows: the files
wait. What a dead process left behind is folded in its name.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from offhook import clock
from offhook.call.journal import Briefing, Header
from offhook.call.records.folder import JOURNAL, SUMMARY
from offhook.call.records.passing import PassingRecord
from offhook.call.records.port import Record, Records, RecordsState
from offhook.core.commands import Command, EndCall
from offhook.core.endings import EndReason
from offhook.core.events import Event
from offhook.core.formats import TELEPHONE, AudioFormat
from offhook.errors import OffhookError, StoreError
from offhook.platform.folding import EndedCall, Placed, begin, fold, row_of, store_folded
from offhook.platform.happenings import ENDED, Happenings
from offhook.platform.journal_tail import JournalLine, JournalTail
from offhook.platform.news import News
from offhook.platform.prices import book_of
from offhook.store.objects import Objects
from offhook.store.scope import Change, Scope
from offhook.store.store import Store
from offhook.store.tables.calls import CALL_LINES, CALLS

PERIOD_S: Final = 0.5
"""How often what has come is written."""
MOST_LINES: Final = 100
"""Of one call in one transaction,"""
MOST_TOGETHER: Final = 1_000
"""and of all calls."""
AGAIN_S: Final = 2.0
"""After a failure it is tried again."""
LATE_S: Final = 30.0
"""A folder whose files were not closed by then is folded as it is."""
MOST_KEPT: Final = 20_000
"""Calls that wait for the store. Further ones wait in their folders alone, and are found there later."""
_STATUSES: Final = {"TransferCall": "transferring", "TransferEnded": "in_progress"}
_LIVES: Final = {"status": "in_progress", "ended_at": None, "duration_ms": None, "end_reason": None, "detail": None}
_LOG: Final = logging.getLogger("offhook.records")

WorkspaceOf = Callable[[str], str]
"""The workspace of an agent's id; empty: nobody knows it."""


@dataclass(slots=True)
class Followed:
    """A call whose record the store follows."""

    call: EndedCall
    record: Record | None
    """None: of a process that is dead; its folder is folded as it is."""
    tail: JournalTail = field(default_factory=JournalTail)
    is_begun: bool = False
    """The store has its row."""
    end: EndCall | None = None
    end_at: float = 0.0
    closed_at: float | None = None
    """On the machine's clock."""
    is_over_told: bool = False
    """The store has its end."""
    is_taken_back: bool = False
    """Others may have closed it, while it lives."""
    lines: list[JournalLine] = field(default_factory=list)
    """What was read last and is being written."""
    status: str = "in_progress"
    is_settled: bool = False
    """Its files are closed, and all lines of them were read."""
    is_queued: bool = False
    """The store has all lines: it is to be folded."""

    def read(self, most: int) -> None:
        """Read on, in a thread."""
        if self.call.folder is None and self.record is not None:
            # Once it is made the folder's name is final: another call may have had the name first.
            folder = Path(self.record.name)
            self.call.folder = folder if (folder / JOURNAL).exists() else None
        self.lines = self.tail.read(self.call.folder / JOURNAL, most) if self.call.folder is not None else []
        if self.closed_at is not None and len(self.lines) < most:
            is_late = clock.machine() - self.closed_at > LATE_S
            is_whole = self.call.folder is not None and (self.call.folder / SUMMARY).exists()
            # What was written between the reading and the closing is read in the next round.
            self.is_settled = not self.lines and (is_whole or is_late)

    @property
    def has_news(self) -> bool:
        """The store is to be told something."""
        return bool(self.lines) or not self.is_begun or (self.closed_at is not None and not self.is_over_told)


class StoredRecord(PassingRecord):
    """Its call is followed."""

    def __init__(self, inner: Record, followed: Followed) -> None:
        super().__init__(inner)
        self._followed = followed

    def append(self, what: Event | Command | Briefing, at: float) -> None:
        """The next line."""
        super().append(what, at)
        if type(what) is EndCall and self._followed.end is None:
            self._followed.end, self._followed.end_at = what, at

    def close(self, at: float, reason: EndReason | None = None, detail: str = "") -> None:
        """Nothing follows."""
        super().close(at, reason, detail)
        followed = self._followed
        if followed.closed_at is None:
            end = followed.end
            followed.call.over = (end.reason, followed.end_at) if end else (reason or EndReason.OFFHOOK_ERROR, at)
            followed.closed_at = clock.machine()


class CallRecords:
    """The records of this process. `over` puts it before the records that are files."""

    def __init__(
        self, store: Store, objects: Objects, workspace_of: WorkspaceOf, process_id: Callable[[], str],
        keep_days: int | None = None, period_s: float = PERIOD_S,
    ) -> None:  # fmt: skip
        self._store, self._objects = store, objects
        self._workspace_of, self._process_id = workspace_of, process_id
        self._keep_days, self._period_s = keep_days, period_s
        self.happenings: Happenings | None = None
        """Told what happens in calls, in the transactions that write it."""
        self._inner: Records | None = None
        self._followed: dict[str, Followed] = {}
        self._wake = asyncio.Event()
        self.news: Final = News()
        """Told when lines of a call were written, and when it was folded."""
        self._tasks: list[asyncio.Task[None]] = []
        self._to_fold: asyncio.Queue[Followed] = asyncio.Queue()
        self._is_failing = False
        self._unfoldable: set[str] = set()
        """Calls whose folding met a fault of ours: they are not tried again by this process."""
        self.placed: Placed = list
        self.spent: Callable[[str, int], None] = lambda component, nano: None
        """Told what each component of a folded call has cost, in nano-dollars."""

    # ── as live calls see it ─────────────────────────────────────────────────────────────────────────────────

    def over(self, inner: Records) -> "CallRecords":
        """Keep what `inner` keeps, and have the store follow it."""
        self._inner = inner
        return self

    def open(self, header: Header, audio: AudioFormat = TELEPHONE) -> Record:
        """The record of a call that begins."""
        assert self._inner is not None
        record = self._inner.open(header, audio)
        agent_id, _, version = header.agent_key.partition("/")
        workspace = self._workspace_of(agent_id) if agent_id else ""
        if not workspace or len(self._followed) >= MOST_KEPT:
            return record
        row = row_of(header, agent_id, int(version or 0), self._process_id(), self._keep_days)
        followed = Followed(EndedCall(workspace, row, None, header), record)
        self._followed[header.call] = followed
        self._wake.set()
        return StoredRecord(record, followed)

    def state(self) -> RecordsState:
        """How it goes with the files. That the store is late loses nothing."""
        return self._inner.state() if self._inner is not None else RecordsState()

    def stop(self) -> None:
        """Write the files. What the store has not got is for `close`."""
        if self._inner is not None:
            self._inner.stop()

    # ── as the platform sees it ──────────────────────────────────────────────────────────────────────────────

    @property
    def process_id(self) -> str:
        """Of the process whose calls these are."""
        return self._process_id()

    @property
    def waiting(self) -> int:
        """Calls of which the store has not all."""
        return len(self._followed)

    @property
    def is_behind(self) -> bool:
        """The store does not take what it should."""
        return self._is_failing

    def start(self) -> None:
        """Follow from now on."""
        self._tasks = [
            asyncio.create_task(self._follow(), name="records"), asyncio.create_task(self._fold_all(), name="folding")
        ]  # fmt: skip

    async def close(self, within_s: float = 10.0) -> None:
        """Bring the store as far as it lets us, then end. What is left is found in its folder at the next start."""
        try:
            async with asyncio.timeout(within_s):
                while self._tasks and not self._is_failing and self._has_ended():
                    self._wake.set()
                    await asyncio.sleep(min(0.05, self._period_s))
        except TimeoutError:
            _LOG.warning("the records of %d calls wait in their folders for the next start", len(self._followed))
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _has_ended(self) -> bool:
        """Some call is over, and its record is not folded."""
        return any(one.record is None or one.closed_at is not None for one in self._followed.values())

    def has(self, call_id: str) -> bool:
        """The record of this call is made in this process, now."""
        return call_id in self._followed

    async def take_back(self, was: str, now: str) -> None:
        """This process was taken for dead, and is called another name: its live calls are its own still, and are
        written anew, whatever others have made of them meanwhile."""
        del was
        for one in self._followed.values():
            if one.record is not None and not one.is_queued:
                one.call.row["process_id"] = now
                one.is_begun, one.is_taken_back, one.tail = False, True, JournalTail()
        self._wake.set()

    def adopt(self, call: EndedCall) -> None:
        """Fold what another process left behind."""
        if call.call_id not in self._followed and call.call_id not in self._unfoldable:
            followed = Followed(call, None, is_begun=True, is_over_told=True, is_queued=True)
            self._followed[call.call_id] = followed
            self._to_fold.put_nowait(followed)

    # ── following ────────────────────────────────────────────────────────────────────────────────────────────

    async def _follow(self) -> None:
        while True:
            if not self._followed:
                self._wake.clear()
                await self._wake.wait()
            # Not at once: lines that come together are written together.
            await asyncio.sleep(self._period_s)
            try:
                while await self._round():
                    pass
                self._is_failing = False
            except OffhookError as error:
                if not self._is_failing:
                    _LOG.warning("the store is behind the calls, whose files wait for it: %s", error)
                self._is_failing = True
                await asyncio.sleep(min(AGAIN_S, 4 * self._period_s))

    async def _round(self) -> bool:
        """Write what has come; True when more waits."""
        live = [one for one in self._followed.values() if one.record is not None and not one.is_queued]
        await asyncio.to_thread(_read, live)
        told = [one for one in live if one.has_news]
        over = {one.call.call_id for one in told if one.closed_at is not None}
        if told:
            told = await self._write(told, over)
            self._store.on_changes([
                Change(one.call.workspace, "call", one.call.call_id)
                for one in told
                if not one.is_begun or (one.call.call_id in over and not one.is_over_told) or _moved(one)
            ])  # fmt: skip
        is_full = False
        for one in told:
            is_full = is_full or len(one.lines) >= MOST_LINES
            one.tail.advance()
            one.is_begun, one.is_taken_back, one.lines = True, False, []
            one.is_over_told = one.is_over_told or one.call.call_id in over
        if told:
            self.news.tell(one.call.call_id for one in told)
        for one in live:
            if one.is_settled and one.call.call_id in self._followed:
                one.is_queued = True
                self._to_fold.put_nowait(one)
        return is_full

    async def _write(self, told: list[Followed], over: set[str]) -> list[Followed]:
        """Write it; what was written. A call whose workspace is gone is followed no more."""
        try:
            changes = await self._store.write_wide(lambda connection: _write(connection, told, over, self.happenings))
        except IntegrityError:
            if len(told) > 1:
                # Whose it is shows when each is written by itself.
                return [done for one in told for done in await self._write([one], over)]
            self._let_go(told[0])
            return []
        if changes:
            self._store.on_changes(changes)
        return told

    def _let_go(self, followed: Followed) -> None:
        _LOG.warning(
            "the store takes no record of %s: is its workspace gone? Its folder is kept", followed.call.call_id
        )
        self._unfoldable.add(followed.call.call_id)
        self._followed.pop(followed.call.call_id, None)

    # ── folding ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _fold_all(self) -> None:
        """One after the other: it costs a moment of the processor, and nobody waits for it."""
        while True:
            followed = await self._to_fold.get()
            call = followed.call
            try:
                book = await book_of(self._store, call.workspace)
                folded = await asyncio.to_thread(fold, call, book, self._keep_days, self.placed)
                await store_folded(self._store, self._objects, call, folded, self.happenings)
                for line in folded.told.detail.get("costs", ()):
                    self.spent(line["component"], line["nano"] or 0)
            except (StoreError, OSError) as error:
                _LOG.warning("the record of %s cannot be folded, and is tried again: %s", call.call_id, error)
                self._to_fold.put_nowait(followed)
                await asyncio.sleep(min(AGAIN_S, 4 * self._period_s))
                continue
            except Exception:  # A fault of ours costs this record its folding, and no other call's.
                _LOG.exception("the record of %s cannot be folded: its folder is kept", call.call_id)
                self._unfoldable.add(call.call_id)
                await self._tell_end(call)
            self._followed.pop(call.call_id, None)
            self.news.tell([call.call_id])

    async def _tell_end(self, call: EndedCall) -> None:
        """Of a call that cannot be folded."""
        if (happenings := self.happenings) is not None:
            with contextlib.suppress(StoreError):
                await self._store.write(call.workspace, lambda scope: happenings.moved(scope, call.call_id, ENDED))


def _read(followed: Sequence[Followed]) -> None:
    left = MOST_TOGETHER
    for one in followed:
        one.read(min(MOST_LINES, max(left, 1)))
        left -= len(one.lines)


def _write(
    connection: Connection, told: Iterable[Followed], over: set[str], happenings: Happenings | None
) -> list[Change]:
    by_workspace: dict[str, list[Followed]] = {}
    for one in told:
        by_workspace.setdefault(one.call.workspace, []).append(one)
    changes: list[Change] = []
    for workspace, calls in by_workspace.items():
        scope = Scope(connection, workspace)
        begun = [one for one in calls if not one.is_begun]
        for one in begun:
            begin(scope, one.call.row)
            if one.is_taken_back:
                scope.update(CALLS, CALLS.c.id == one.call.call_id, process_id=one.call.row["process_id"], **_LIVES)
        # One statement for the lines of all calls: to make a statement costs as much as to write twenty lines.
        rows = [
            {"call_id": one.call.call_id, "sequence": line.sequence, "at_s": line.at_s, "kind": line.kind,
             "body": line.body}
            for one in calls for line in one.lines
        ]  # fmt: skip
        scope.insert_new(CALL_LINES, ["call_id", "sequence"], rows)
        for one in calls:
            if values := _changes(one, one.call.call_id in over):
                scope.update(CALLS, CALLS.c.id == one.call.call_id, **values)
        if happenings is not None:
            # That it has ended is told when it is folded: behind its last line.
            lines = {one.call.call_id: one.lines for one in calls}
            happenings.written(scope, [one.call.call_id for one in begun], lines)
        changes += scope.changes
    return changes


def _moved(one: Followed) -> list[str]:
    """What its status was, one after the other."""
    return [_STATUSES[line.kind] for line in one.lines if line.kind in _STATUSES]


def _changes(one: Followed, is_over: bool) -> dict[str, Any]:
    """What of the row is another now."""
    changes: dict[str, Any] = {}
    if moved := _moved(one):
        changes["status"] = moved[-1]
    if is_over and not one.is_over_told and one.call.over is not None:
        reason, ended_s = one.call.over
        ended_at = one.call.row["created_at"] + round(ended_s * 1000)
        changes |= {"status": "ended", "ended_at": ended_at, "duration_ms": round(ended_s * 1000),
                    "end_reason": str(reason)}  # fmt: skip
    return changes
