"""Reading calls: lists with filters and search, the whole record of one, its turns, lines and objects."""

import asyncio
import logging
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from offhook.call.journal import Header, parse_line
from offhook.errors import StoreError
from offhook.ids import id_at
from offhook.platform.audit import audit
from offhook.platform.call_account import Account, Told
from offhook.platform.call_warnings import told as warning_in_words
from offhook.platform.figures import TEST
from offhook.platform.folding import key_of
from offhook.platform.journal_tail import JournalLine, parsed
from offhook.platform.price_book import PriceBook
from offhook.platform.prices import book_of
from offhook.platform.problems import Conflict, Flaw, Invalid, NotFound
from offhook.store import search
from offhook.store.objects import CHUNK, Objects
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store
from offhook.store.tables.calls import CALL_LINES, CALL_OBJECTS, CALL_TURNS, CALLS
from offhook.store.tables.insight import CALL_FIGURES

STATUSES: Final = ("scheduled", "queued", "ringing", "in_progress", "transferring", "ended")
LISTED: Final = tuple(
    CALLS.c[name]
    for name in (
        "id", "agent_id", "agent_version", "kind", "direction", "status", "from_number", "to_number", "carrier_sid",
        "created_at", "answered_at", "ended_at", "duration_ms", "end_reason", "turns", "gap_p50_ms", "gap_p95_ms",
        "cost_nano", "variables", "metadata", "warnings", "is_sample",
    )
)  # fmt: skip
"""What a list shows."""
LINES_TOGETHER: Final = 200
"""Read, and told, without a pause."""
_UNPACKED: Final = 64 * 1024
_GZIP: Final = 31
_LOG: Final = logging.getLogger("offhook.platform")
MOST_METADATA: Final = 5
_RINGING_MS: Final = 3_600_000


class NotYet(Conflict):
    """It is made when the call is over."""

    code = "call.not_over"
    what_to_do = "Wait until the call has ended and its record is whole."


class Has(StrEnum):
    """What a call has at least one of."""

    FIGURES = "figures"
    """It counts in analytics."""
    FAILURE = "failure"
    """And it was no success."""
    QUESTIONS = "questions"
    """Without an answer."""
    UNKEPT = "unkept"
    """Promises."""
    CUT_INS = "cut_ins"
    BARGE_INS = "barge_ins"
    FALSE_STOPS = "false_stops"
    SILENCES = "silences"
    TOOL_RUNS = "tool_runs"
    TOOL_FAILURES = "tool_failures"
    UNPRICED = "unpriced"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls a list holds; what is empty is not asked for."""

    agent_id: str = ""
    status: str = ""
    kind: str = ""
    direction: str = ""
    from_number: str = ""
    to_number: str = ""
    end_reason: str = ""
    """A whole reason, or the beginning of some: `caller.*`."""
    warning: str = ""
    since: int | None = None
    """Begun then or later, milliseconds since 1970,"""
    until: int | None = None
    """and before that."""
    metadata: Sequence[tuple[str, str]] = ()
    words: str = ""
    is_sample: bool | None = None
    has: Has | None = None
    agent_version: int | None = None
    provider: str = ""
    """Of the language model: the first word of `model`."""
    transcriber: str = ""
    model: str = ""
    voice: str = ""
    slow_ms: int | None = None
    """The gap as heard is so long, or longer; calls without one are none of them."""
    dear_nano: int | None = None
    """It costs so much, or more."""
    is_test: bool | None = None


@dataclass(frozen=True, slots=True)
class WholeCall:
    """A record."""

    row: Any
    detail: dict[str, Any]
    turns: list[dict[str, Any]]
    objects: dict[str, int] = field(default_factory=dict)
    """What is kept beside it, with its size in bytes."""


class Calls:
    """The calls of all workspaces, to be read."""

    def __init__(self, store: Store, objects: Objects) -> None:
        self.store, self._objects = store, objects

    async def listed(self, workspace: str, wanted: Wanted, after: str, limit: int) -> Sequence[Any]:
        """So many rows of `LISTED`, newest first. Raises `Invalid`, `StoreBusy` for what takes too long."""
        return await self.store.read(workspace, partial(_listed, wanted, after, limit))

    async def row(self, workspace: str, call_id: str) -> Any:
        """A call's row without what is long. Raises `NotFound`."""
        columns = (*LISTED, CALLS.c.process_id, CALLS.c.detail.is_not(None).label("is_folded"))

        def job(scope: Scope) -> Any:
            return scope.first(scope.select(*columns).where(CALLS.c.id == call_id))

        row = await self.store.read(workspace, job)
        if row is None:
            raise NotFound("call", call_id)
        return row

    async def whole(self, workspace: str, call_id: str) -> WholeCall:
        """The record: of a live call as far as the store has it. Raises `NotFound`."""

        def job(scope: Scope) -> tuple[Any, Sequence[Any], Sequence[Any]]:
            row = scope.get(CALLS, call_id)
            if row is None:
                raise NotFound("call", call_id)
            turns = CALL_TURNS.c
            wanted = scope.select(turns.number, turns.role, turns.text, turns.detail)
            kept = scope.select(CALL_OBJECTS.c.kind, CALL_OBJECTS.c.bytes).where(CALL_OBJECTS.c.call_id == call_id)
            return row, scope.all(wanted.where(turns.call_id == call_id).order_by(turns.number)), scope.all(kept)

        row, turns, kept = await self.store.read(workspace, job)
        if row.detail is not None:
            told = [{"number": one.number, "role": one.role, "text": one.text, **one.detail} for one in turns]
            return WholeCall(row, row.detail, told, {one.kind: one.bytes for one in kept})
        return await self._live(workspace, row)

    async def _live(self, workspace: str, row: Any) -> WholeCall:
        lines = [line async for line in self.lines(workspace, row.id, -1)]
        carrier = f"twilio {row.direction}" if row.kind == "phone" else ""
        book = await book_of(self.store, workspace)
        # An hour's lines are a moment's work: not for the loop that calls live on.
        told = await asyncio.to_thread(_told_so_far, lines, book, row.created_at, carrier)
        if told is None:
            empty = {"warnings": [warning_in_words(code) for code in row.warnings]}
            return WholeCall(row, empty, [])
        numbered = enumerate(told.turns, start=1)
        turns = [{"number": n, "role": turn.role, "text": turn.text, **turn.detail()} for n, turn in numbered]
        return WholeCall(row, told.detail, turns)

    async def note_control(self, workspace: str, call_id: str, action: str, actor: Actor) -> None:
        """Put into the audit that somebody acted on a live call. It was done: a store that fails takes nothing back."""

        def job(scope: Scope) -> None:
            audit(scope, f"call.{action}", "call", call_id)
            scope.tell("call", call_id)

        try:
            await self.store.write(workspace, job, actor)
        except StoreError as error:
            _LOG.warning("what was done to %s is not in the audit: %s: %s", call_id, action, error)

    # ── lines and objects ────────────────────────────────────────────────────────────────────────────────────

    async def lines(self, workspace: str, call_id: str, after: int) -> AsyncIterator[JournalLine]:
        """The lines that the store has behind number `after`, in order; the header is number 0."""
        while True:

            def job(scope: Scope, after: int = after) -> Sequence[Any]:
                lines = CALL_LINES.c
                wanted = scope.select(lines.sequence, lines.at_s, lines.kind, lines.body)
                behind = wanted.where(lines.call_id == call_id, lines.sequence > after)
                return scope.all(behind.order_by(lines.sequence).limit(LINES_TOGETHER))

            rows = await self.store.read(workspace, job)
            for row in rows:
                yield JournalLine(row.sequence, row.at_s, row.kind, bytes(row.body))
            if len(rows) < LINES_TOGETHER:
                return
            after = rows[-1].sequence

    async def journal(self, workspace: str, call_id: str) -> AsyncIterator[bytes]:
        """The journal in pieces: of a live call as far as the store has it."""
        row = await self.row(workspace, call_id)
        if not row.is_folded:
            async for line in self.lines(workspace, call_id, -1):
                yield line.body + b"\n"
            return
        size = await self.size(workspace, call_id, "journal")
        unpacker = zlib.decompressobj(wbits=_GZIP)
        for begin in range(0, size, CHUNK):
            packed = await self.part(workspace, call_id, "journal", begin, min(begin + CHUNK, size))
            while packed:
                # A small object may unpack to a large one.
                yield unpacker.decompress(packed, _UNPACKED)
                packed = unpacker.unconsumed_tail
        yield unpacker.flush()

    async def folded_lines(self, workspace: str, call_id: str) -> AsyncIterator[JournalLine]:
        """The lines of a call that is over, from its object."""
        rest, at_s = b"", 0.0
        async for piece in self.journal(workspace, call_id):
            await asyncio.sleep(0)
            *whole, rest = (rest + piece).split(b"\n")
            for raw in whole:
                if (line := parsed(raw, at_s)) is not None:
                    at_s = line.at_s
                    yield line

    async def size(self, workspace: str, call_id: str, kind: str) -> int:
        """How long an object of the call is. Raises `NotFound`, `NotYet`."""

        def job(scope: Scope) -> tuple[Any, Any]:
            kept = CALL_OBJECTS.c
            wanted = scope.select(kept.bytes).where(kept.call_id == call_id, kept.kind == kind)
            state = scope.select(CALLS.c.status, CALLS.c.detail.is_not(None).label("is_folded"))
            return scope.first(state.where(CALLS.c.id == call_id)), scope.scalar(wanted)

        state, size = await self.store.read(workspace, job)
        if state is None:
            raise NotFound("call", call_id)
        if size is not None:
            return int(size)
        if not state.is_folded:
            raise NotYet(f"the call's {kind} is made when it is over")
        raise NotFound(kind, call_id)

    async def part(self, workspace: str, call_id: str, kind: str, begin: int, end: int) -> bytes:
        """Some bytes of an object. Raises `NotFound` when it is gone, `StoreError`."""
        data = await self._objects.range(key_of(workspace, call_id, kind), begin, end)
        if data is None:
            raise NotFound(kind, call_id)
        return data


def _told_so_far(lines: Sequence[JournalLine], book: PriceBook, began_ms: int, carrier: str) -> Told | None:
    """What the lines of a live call tell; None without its header."""
    if not lines or lines[0].sequence:
        return None
    account = Account(msgspec.json.decode(lines[0].body, type=Header))
    for line in lines[1:]:
        account.add(parse_line(line.body))
    return account.told(book, began_ms, carrier)


def _listed(wanted: Wanted, after: str, limit: int, scope: Scope) -> Sequence[Any]:
    statement, order = scope.select(*LISTED), CALLS.c.id
    if of_figures := _of_figures(wanted):
        counted = CALL_FIGURES.c.call_id.label("counted")
        statement = scope.select(*LISTED, counted).where(CALL_FIGURES.c.call_id == CALLS.c.id, *of_figures)
        # Their rows are short: they are looked through, and not the calls'.
        order = CALL_FIGURES.c.call_id
    statement = statement.where(*_filters(wanted, scope.dialect))
    if after:
        statement = statement.where(order < after)
    if not wanted.words.strip():
        return scope.all(statement.order_by(order.desc()).limit(limit))
    found = search.found(scope.dialect, wanted.words)
    if found is None:
        raise Invalid([Flaw("/q", "there is no word in it")])
    index, place, is_found = found
    statement = statement.join_from(index, CALLS, place == CALLS.c.place).where(is_found)
    if after and (before := search.place_of(after)):
        statement = statement.where(place <= before)
    return scope.all(statement.order_by(place.desc()).limit(limit))


def _filters(wanted: Wanted, dialect: str) -> Iterator[ColumnElement[bool]]:
    columns = CALLS.c
    equal = (
        (columns.agent_id, wanted.agent_id), (columns.status, wanted.status), (columns.kind, wanted.kind),
        (columns.direction, wanted.direction), (columns.from_number, wanted.from_number),
        (columns.to_number, wanted.to_number),
    )  # fmt: skip
    for column, value in equal:
        if value:
            yield column == value
    if wanted.end_reason.endswith("*"):
        yield columns.end_reason.startswith(wanted.end_reason[:-1], autoescape=True)
    elif wanted.end_reason:
        yield columns.end_reason == wanted.end_reason
    yield from _bounds(wanted)
    if wanted.agent_version is not None:
        yield columns.agent_version == wanted.agent_version
    for name, value in wanted.metadata:
        yield columns.metadata[name].as_string() == value
    if wanted.is_sample is not None:
        yield columns.is_sample.is_(wanted.is_sample)
    if wanted.is_test is not None:
        yield columns.kind == TEST if wanted.is_test else columns.kind != TEST
    if wanted.warning and dialect == "postgresql":
        yield cast(columns.warnings, JSONB).contains([wanted.warning])
    elif wanted.warning:
        each = func.json_each(columns.warnings).table_valued("value")
        yield select(each.c.value).where(each.c.value == wanted.warning).exists()


def _bounds(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """From and to: of time, gap and cost."""
    columns = CALLS.c
    # A call has its id while it rings, which is not long before it begins: the ids bound what is looked at.
    if wanted.since is not None:
        yield columns.created_at >= wanted.since
        yield columns.id >= id_at("call", max(wanted.since - _RINGING_MS, 0))
    if wanted.until is not None:
        yield columns.created_at < wanted.until
        yield columns.id < id_at("call", max(wanted.until, 1))
    if wanted.slow_ms is not None:
        yield columns.gap_p50_ms >= wanted.slow_ms
    if wanted.dear_nano is not None:
        yield columns.cost_nano >= wanted.dear_nano


def _of_figures(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What is asked of the figures of a call that is over; nothing: they are not looked at."""
    figures = CALL_FIGURES.c
    named = ((figures.transcriber, wanted.transcriber), (figures.model, wanted.model), (figures.voice, wanted.voice))
    found = [column == value for column, value in named if value]
    if wanted.provider:
        found.append(figures.model.startswith(f"{wanted.provider} ", autoescape=True))
    match wanted.has:
        case Has.FAILURE:
            found.append(figures.successes == 0)
        case Has.FIGURES:
            found.append(figures.calls > 0)
        case Has():
            # Written out: of a value that comes later a database cannot tell that its short index holds them all.
            found.append(figures[str(wanted.has)] > literal_column("0"))
    return found
