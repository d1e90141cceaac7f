"""What happens in calls, told to the owner's systems: by those who write the call's record, behind the call.

Each is told in the transaction that makes it so in the store, once: what moves a row tells that it moved. `data` has
the call's facts as `GET /v1/calls` lists them, and what is of the event beside them.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from offhook import clock
from offhook.call.journal import Line, parse_line
from offhook.core import commands as cmd
from offhook.core import events as ev
from offhook.core import history as hist
from offhook.ids import id_ms, settled_id
from offhook.platform.events import Events, Telling
from offhook.platform.journal_tail import JournalLine
from offhook.store.scope import Scope
from offhook.store.tables.calls import CALLS

NANO: Final = 1_000_000_000
STARTED: Final = "call.started"
ANSWERED: Final = "call.answered"
ENDED: Final = "call.ended"
ANALYZED: Final = "call.analyzed"
RECORDING_READY: Final = "call.recording_ready"
TURN: Final = "turn.completed"
TRANSFER_STARTED: Final = "transfer.started"
BRIDGED: Final = "transfer.bridged"
TRANSFER_FAILED: Final = "transfer.failed"
_OF_LINES: Final = (TURN, TRANSFER_STARTED, BRIDGED, TRANSFER_FAILED)
_LINES: Final = frozenset({"Remember", "TransferCall", "TransferEnded"})
"""Of these kinds of lines something can be told."""
_FACTS: Final = tuple(
    CALLS.c[name]
    for name in (
        "id", "agent_id", "agent_version", "kind", "direction", "status", "from_number", "to_number", "carrier_sid",
        "created_at", "answered_at", "ended_at", "duration_ms", "end_reason", "turns", "gap_p50_ms", "gap_p95_ms",
        "cost_nano", "variables", "metadata", "warnings", "is_sample",
    )
)  # fmt: skip


class Happenings:
    """Told by the records of calls. What is told again, since nobody knew whether it was, has the same id, and is not
    written again."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def moved(self, scope: Scope, call_id: str, *event_types: str) -> None:
        """The call's row, as it is in this transaction, has come so far."""
        self._moved(Telling(self._events, scope), scope, call_id, event_types)

    def written(self, scope: Scope, begun: Sequence[str], lines: Mapping[str, Sequence[JournalLine]]) -> None:
        """All that one transaction has written of live calls: which have begun, and their lines."""
        told = {call_id: [line for line in of_call if line.kind in _LINES] for call_id, of_call in lines.items()}
        if not (begun or any(told.values())):
            return
        telling = Telling(self._events, scope)
        for call_id in begun:
            self._moved(telling, scope, call_id, (STARTED, ANSWERED))
        if telling.wants(*_OF_LINES):
            for call_id, of_call in told.items():
                for line in of_call:
                    if (found := _of_line(line)) is not None:
                        data = {"call_id": call_id, "at_s": line.at_s, **found[1]}
                        _tell(telling, found[0], data, call_id, line.sequence)

    def _moved(self, telling: Telling, scope: Scope, call_id: str, event_types: Sequence[str]) -> None:
        if not telling.wants(*event_types):
            return
        facts = _facts(scope, call_id)
        # A sample is nobody's call.
        if facts is not None and not facts.pop("is_sample"):
            for event_type in event_types:
                _tell(telling, event_type, facts, call_id)


def _tell(telling: Telling, event_type: str, data: Mapping[str, Any], call_id: str, sequence: int = 0) -> None:
    if telling.wants(event_type):
        telling.tell(event_type, data, call_id, settled_id("evt", id_ms(call_id), f"{call_id} {event_type} {sequence}"))


def money(nano: int | None) -> dict[str, str] | None:
    """As the API tells money."""
    if nano is None:
        return None
    return {"amount": f"{(Decimal(nano) / NANO).normalize():f}", "currency": "USD"}


def _facts(scope: Scope, call_id: str) -> dict[str, Any] | None:
    row = scope.first(scope.select(*_FACTS).where(CALLS.c.id == call_id))
    if row is None:
        return None

    def moment(at: int | None) -> str | None:
        return clock.rfc3339(at) if at is not None else None

    return {
        "call_id": row.id, "agent_id": row.agent_id, "agent_version": row.agent_version, "kind": row.kind,
        "direction": row.direction, "status": row.status, "from": row.from_number, "to": row.to_number,
        "carrier_call_id": row.carrier_sid, "started_at": moment(row.created_at),
        "answered_at": moment(row.answered_at), "ended_at": moment(row.ended_at), "duration_ms": row.duration_ms,
        "end_reason": row.end_reason, "turn_count": row.turns, "gap_p50_ms": row.gap_p50_ms,
        "gap_p95_ms": row.gap_p95_ms, "cost": money(row.cost_nano), "variables": row.variables,
        "metadata": row.metadata, "warnings": row.warnings, "is_sample": row.is_sample,
    }  # fmt: skip


def _of_line(line: JournalLine) -> tuple[str, dict[str, Any]] | None:
    try:
        found = parse_line(line.body)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError):
        return None
    match found.what if isinstance(found, Line) else None:
        case cmd.Remember(entry=hist.CallerSaid(turn=turn, text=text)):
            return TURN, {"role": "caller", "turn": turn, "text": text, "unheard": "", "interrupted": False}
        case cmd.Remember(entry=hist.AgentSaid(turn=turn, text=text, full_text=whole, interrupted=interrupted)):
            rest = whole[len(text) :].strip() if whole.startswith(text) else ""
            told = {"role": "agent", "turn": turn, "text": text, "unheard": rest, "interrupted": interrupted}
            return TURN, told
        case cmd.TransferCall(destination=destination, number=number):
            return TRANSFER_STARTED, {"destination": destination, "number": number}
        case ev.TransferEnded(ending=ev.TransferEnding.CONNECTED, talked_s=talked_s):
            return BRIDGED, {"talked_s": talked_s}
        case ev.TransferEnded(ending=ending, cause=cause):
            return TRANSFER_FAILED, {"reason": ending.value, "cause": cause}
        case _:
            return None
