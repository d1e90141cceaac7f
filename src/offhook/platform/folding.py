"""A call that is over: its folder becomes objects and rows. Nothing is deleted here but what the store has twice."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from offhook import clock
from offhook.call.journal import Header, read_header, read_lines
from offhook.call.records.folder import JOURNAL, RECORDING, TRANSCRIPT
from offhook.core.endings import EndReason
from offhook.core.keeping import Keep
from offhook.errors import ConfigurationError
from offhook.platform import insight
from offhook.platform.call_account import Account, Told
from offhook.platform.call_owed import Unanswered
from offhook.platform.happenings import ANALYZED, ANSWERED, ENDED, RECORDING_READY, STARTED, Happenings
from offhook.platform.peaks import WAV_HEAD, peaks_of
from offhook.platform.price_book import PriceBook
from offhook.platform.snapshot import DRAFTS_FROM
from offhook.store import search
from offhook.store.objects import Objects
from offhook.store.scope import Scope
from offhook.store.search import place_of
from offhook.store.store import Store
from offhook.store.tables.calls import CALL_LINES, CALL_OBJECTS, CALL_TURNS, CALLS

DAY_MS: Final = 86_400_000
FOLD_S: Final = 60.0
"""For the transaction that folds a call."""
NAMES: Final = {
    "journal": "journal.jsonl.gz", "recording": "recording.wav", "peaks": "peaks.u8", "transcript": "transcript.txt",
}  # fmt: skip
"""What is kept of a call, and its last part in an object's key."""
Placed = Callable[[Sequence[Unanswered]], list[Unanswered]]
_READ_BYTES: Final = 1_000_000
_GZIP: Final = 31
"""Of zlib: with the head and the end of a gzip file."""


@dataclass(slots=True)
class EndedCall:
    """What is known of a call without its folder."""

    workspace: str
    row: dict[str, Any]
    """As the call began: its columns."""
    folder: Path | None
    header: Header | None = None
    """None: it stands in the journal."""
    over: tuple[EndReason, float] | None = None
    """Why and when it ended, where its journal does not tell."""

    @property
    def call_id(self) -> str:
        """As the API names it."""
        return str(self.row["id"])

    @property
    def carrier(self) -> str:
        """As prices name it; empty for a call without one."""
        return f"twilio {self.row['direction']}" if self.row["kind"] == "phone" else ""


@dataclass(slots=True)
class Folded:
    """What is to be kept."""

    told: Told
    row: dict[str, Any]
    objects: dict[str, bytes | Path] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def keep(self, kind: str, data: bytes | Path) -> None:
        """One more object, if there is anything in it."""
        size = data.stat().st_size if isinstance(data, Path) else len(data)
        if size:
            self.objects[kind], self.sizes[kind] = data, size


def row_of(header: Header, agent_id: str, version: int, process_id: str, keep_days: int | None) -> dict[str, Any]:
    """The columns of a call that begins."""
    at = clock.read_rfc3339(header.started) or clock.wall_ms()
    limits = [days for days in (keep_days, header.kept.days) if days is not None]
    is_browser = header.carrier_call.startswith("browser-")
    # A draft is no version, and to talk to one is no call of a customer's.
    is_draft = version >= DRAFTS_FROM
    return {
        "id": header.call, "agent_id": agent_id or None, "agent_version": None if is_draft else version or None,
        "kind": "test" if is_draft else "browser" if is_browser else "phone", "direction": header.direction,
        "status": "in_progress",
        "from_number": header.from_number[:80], "to_number": header.to_number[:80],
        "carrier_sid": "" if is_browser else header.carrier_call[:200], "process_id": process_id,
        "place": place_of(header.call), "created_at": at, "answered_at": at, "variables": {}, "metadata": {},
        "warnings": [], "is_sample": False, "delete_at": at + min(limits) * DAY_MS if limits else None,
    }  # fmt: skip


def key_of(workspace: str, call_id: str, kind: str) -> str:
    """An object's key."""
    return f"{workspace}/calls/{call_id}/{NAMES[kind]}"


def fold(ended: EndedCall, book: PriceBook, most_days: int | None, placed: Placed = list) -> Folded:
    """Read the folder and say what is to be kept of it. Slow: for a thread. Raises `OSError`.

    `placed` says where the questions lie that were not answered.
    """
    account, journal = _account(ended)
    sound = ended.folder / RECORDING if ended.folder is not None else None
    is_recorded = sound is not None and sound.exists() and sound.stat().st_size > WAV_HEAD
    if account is not None and account.header.kept.recording is not Keep.OFF and not is_recorded:
        account.note("record.no_recording")
    if account is None:
        told = Told([], {}, ended.over[0] if ended.over else None, ended.over[1] if ended.over else 0.0,
                    None, None, None, ["record.lines_lost"])  # fmt: skip
    else:
        told = account.told(book, ended.row["created_at"], ended.carrier, ended.over)
        told.unanswered[:] = placed(told.unanswered)
    folded = Folded(told, _row(ended, told, account, most_days))
    folded.keep("journal", journal)
    if sound is not None and is_recorded:
        folded.keep("recording", sound)
        folded.keep("peaks", peaks_of(sound))
    transcript = ended.folder / TRANSCRIPT if ended.folder is not None else None
    if transcript is not None and transcript.exists():
        folded.keep("transcript", transcript)
    return folded


def _account(ended: EndedCall) -> tuple[Account | None, bytes]:
    """What the journal tells, and the journal itself, compressed."""
    file = ended.folder / JOURNAL if ended.folder is not None else None
    if file is None or not file.exists():
        return (Account(ended.header) if ended.header is not None else None), b""
    try:
        account = Account(ended.header or read_header(file))
    except ConfigurationError:
        return None, zlib.compress(file.read_bytes(), 6, wbits=_GZIP)
    for line in read_lines(file):
        account.add(line)
    # The file as it is: what cannot be read today may be read by somebody else.
    packer, packed = zlib.compressobj(6, wbits=_GZIP), bytearray()
    with file.open("rb") as opened:
        while block := opened.read(_READ_BYTES):
            packed += packer.compress(block)
    return account, bytes(packed) + packer.flush()


def _row(ended: EndedCall, told: Told, account: Account | None, most_days: int | None) -> dict[str, Any]:
    began_ms, duration_ms = ended.row["created_at"], round(told.ended_s * 1000)
    days = [most_days, account.kept.days if account is not None else None]
    limits = [limit for limit in days if limit is not None]
    filled = {"variables": account.variables} if account is not None and account.variables else {}
    return {
        **filled,
        "status": "ended",
        "ended_at": began_ms + duration_ms,
        "duration_ms": duration_ms,
        "end_reason": str(told.end_reason or EndReason.OFFHOOK_DIED),
        "turns": len(told.turns),
        "gap_p50_ms": told.gap_p50_ms,
        "gap_p95_ms": told.gap_p95_ms,
        "cost_nano": told.cost_nano,
        "warnings": told.warnings,
        "detail": told.detail,
        "delete_at": began_ms + min(limits) * DAY_MS if limits else None,
    }


async def store_folded(
    store: Store, objects: Objects, ended: EndedCall, folded: Folded, happenings: Happenings | None = None
) -> None:
    """Objects first, then the rows that name them. May be done again. Raises `StoreError`."""
    for kind, data in folded.objects.items():
        await objects.put(key_of(ended.workspace, ended.call_id, kind), data)
    await store.write(ended.workspace, partial(write_folded, ended, folded, happenings=happenings), within_s=FOLD_S)


def write_folded(ended: EndedCall, folded: Folded, scope: Scope, happenings: Happenings | None = None) -> None:
    """The rows of a call whose objects are in their place."""
    call_id = ended.call_id
    begin(scope, ended.row)
    insight.keep(scope, scope.get(CALLS, call_id), folded.row, folded.told)
    forget_words(scope, call_id)
    scope.update(CALLS, CALLS.c.id == call_id, **folded.row)
    scope.delete(CALL_TURNS, CALL_TURNS.c.call_id == call_id)
    turns = enumerate(folded.told.turns, start=1)
    scope.insert_many(
        CALL_TURNS,
        [
            {"call_id": call_id, "number": number, "role": turn.role, "text": turn.text, "detail": turn.detail()}
            for number, turn in turns
        ],
    )
    scope.delete(CALL_OBJECTS, CALL_OBJECTS.c.call_id == call_id)
    kept = [
        {"call_id": call_id, "kind": kind, "key": key_of(ended.workspace, call_id, kind), "bytes": size}
        for kind, size in folded.sizes.items()
    ]
    scope.insert_many(CALL_OBJECTS, kept)
    search.index(scope, call_id, folded.told.said)
    scope.delete(CALL_LINES, CALL_LINES.c.call_id == call_id)
    scope.tell("call", call_id)
    if happenings is not None:
        # Of a call whose process died, or that the store had not heard of, nothing was told yet.
        ready = (RECORDING_READY,) if "recording" in folded.sizes else ()
        happenings.moved(scope, call_id, STARTED, ANSWERED, ENDED, ANALYZED, *ready)


def begin(scope: Scope, row: dict[str, Any]) -> None:
    """The call's row: a new one, or that of the call that was placed, from now on in progress."""
    if scope.insert_once(CALLS, ["id"], **row):
        return
    kept = ("id", "created_at", "variables", "metadata", "is_sample", "kind", "direction", "from_number", "to_number")
    values = {name: value for name, value in row.items() if name not in kept}
    scope.update(CALLS, CALLS.c.id == row["id"], CALLS.c.status != "ended", **values)


def forget_words(scope: Scope, call_id: str) -> None:
    """Have the call found by its words no more."""
    columns = (CALL_TURNS.c.role, CALL_TURNS.c.text)
    rows = scope.all(scope.select(*columns).where(CALL_TURNS.c.call_id == call_id).order_by(CALL_TURNS.c.number))
    if rows:
        search.forget(scope, call_id, "\n".join(row.text for row in rows))
