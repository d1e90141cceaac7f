"""What stands beside a call in a list (what is owed in it, the words that were searched for), and lists as files."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import or_

from offhook import clock
from offhook.platform.calls import Calls, Wanted
from offhook.store import search
from offhook.store.json import dumps
from offhook.store.scope import Scope
from offhook.store.tables.calls import CALL_TURNS
from offhook.store.tables.insight import CALL_FIGURES

MOST_FOUND: Final = 3
"""Places of one call that a list shows."""
MOST_EXPORTED: Final = 10_000
"""Calls in one file: some seconds, some megabytes."""
TOGETHER: Final = 200
"""Read in one query."""
_AROUND: Final = 60
"""Letters before and behind what was found,"""
_LONGEST: Final = 160
"""and so many at most."""
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Also in the wide letters of Eastern Asia, which some spreadsheets take for the same."""
COLUMNS: Final = (
    "id", "started_at", "answered_at", "ended_at", "status", "kind", "direction", "from", "to", "agent_id",
    "agent_version", "duration_s", "end_reason", "turns", "gap_p50_ms", "gap_p95_ms", "cost", "currency", "warnings",
    "is_sample", "variables", "metadata",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A place where a word that was searched for was said."""

    at_s: float
    role: str
    text: str


@dataclass(slots=True)
class Beside:
    """What a list tells of a call that its row does not."""

    questions: int = 0
    unkept: int = 0
    tool_failures: int = 0
    found: list[Found] = field(default_factory=list)


async def beside(calls: Calls, workspace: str, ids: Sequence[str], words: str) -> dict[str, Beside]:
    """By the call's id; calls of which there is nothing to tell are left out."""
    asked = _asked(words)

    def job(scope: Scope) -> tuple[Sequence[Any], Sequence[Any]]:
        figures, turns = CALL_FIGURES.c, CALL_TURNS.c
        owed = scope.select(figures.call_id, figures.questions, figures.unkept, figures.tool_failures).where(
            figures.call_id.in_(ids), or_(figures.questions > 0, figures.unkept > 0, figures.tool_failures > 0)
        )
        said: Sequence[Any] = ()
        if asked:
            wanted = scope.select(turns.call_id, turns.role, turns.text, turns.detail)
            said = scope.all(wanted.where(turns.call_id.in_(ids)).order_by(turns.call_id, turns.number))
        return scope.all(owed), said

    if not ids:
        return {}
    owed, said = await calls.store.read(workspace, job)
    told = {row.call_id: Beside(row.questions, row.unkept, row.tool_failures) for row in owed}
    for turn in said:
        place = _place(turn.text, asked)
        if place < 0:
            continue
        one = told.setdefault(turn.call_id, Beside())
        if len(one.found) < MOST_FOUND:
            one.found.append(Found(float(turn.detail.get("at_s", 0.0)), turn.role, _excerpt(turn.text, place)))
    return told


def _asked(words: str) -> list[tuple[str, bool]]:
    """The words that are searched for, each with whether it is a beginning alone."""
    return [(word, piece.endswith("*")) for piece in words.split() for word in search.words_of(piece)]


def _place(text: str, asked: Sequence[tuple[str, bool]]) -> int:
    """Where the first of them stands in the text, in letters; -1: none does."""
    at = 0
    for piece in text.split(" "):
        for said in search.words_of(piece):
            if any(said.startswith(word) if is_begun else said == word for word, is_begun in asked):
                return at
        at += len(piece) + 1
    return -1


def _excerpt(text: str, place: int) -> str:
    """Whole words around the place."""
    begin = text.rfind(" ", 0, max(place - _AROUND, 0)) + 1 if place > _AROUND else 0
    end = len(text) if len(text) - begin <= _LONGEST else text.rfind(" ", begin, begin + _LONGEST)
    end = max(end, begin + 1)
    return f"{'… ' if begin else ''}{text[begin:end]}{' …' if end < len(text) else ''}"


# ── as files ─────────────────────────────────────────────────────────────────────────────────────────────────


async def parts(calls: Calls, workspace: str, wanted: Wanted) -> AsyncIterator[Sequence[Any]]:
    """All calls of a list, newest first, so many together: `MOST_EXPORTED` at most."""
    after, left = "", MOST_EXPORTED
    while left > 0:
        rows = await calls.listed(workspace, wanted, after, min(TOGETHER, left))
        if rows:
            yield rows
        if len(rows) < TOGETHER:
            return
        after, left = rows[-1].id, left - len(rows)


def head() -> bytes:
    """The first line of a table."""
    # Spreadsheets take UTF-8 for UTF-8 by its mark alone.
    return b"\xef\xbb\xbf" + _lines([COLUMNS])


def table(rows: Iterable[Any]) -> bytes:
    """The lines of these calls."""
    return _lines(_cells(row) for row in rows)


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _cells(row: Any) -> list[object]:
    money = "" if row.cost_nano is None else f"{row.cost_nano / 1_000_000_000:.9f}".rstrip("0").rstrip(".")
    seconds = "" if row.duration_ms is None else f"{row.duration_ms / 1000:.1f}"
    return [
        row.id, *(_moment(at) for at in (row.created_at, row.answered_at, row.ended_at)), row.status, row.kind,
        row.direction, _harmless(row.from_number), _harmless(row.to_number), row.agent_id or "",
        _or_empty(row.agent_version), seconds, row.end_reason or "", row.turns, _or_empty(row.gap_p50_ms),
        _or_empty(row.gap_p95_ms), money, "USD" if money else "", " ".join(row.warnings),
        "yes" if row.is_sample else "", _json(row.variables), _json(row.metadata),
    ]  # fmt: skip


def _moment(at: int | None) -> str:
    return "" if at is None else clock.rfc3339(at)


def _or_empty(number: int | None) -> int | str:
    return "" if number is None else number


def _json(value: dict[str, Any]) -> str:
    return dumps(value) if value else ""


def _harmless(text: str) -> str:
    """What a spreadsheet would take for a formula is none; a telephone number is a number to it, as it should be."""
    is_number = text[:1] == "+" and text[1:].isdecimal()
    return f"'{text}" if text.startswith(_FORMULAS) and not is_number else text
