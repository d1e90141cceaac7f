"""The audit: every change that a person can see, written in the transaction that makes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from offhook import clock
from offhook.ids import id_at, new_id
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.people import AUDIT_EVENTS

_APART_MS: Final = 60_000
"""No event's id is further from its moment."""


def audit(scope: Scope, action: str, kind: str, key: str, before: Any = None, after: Any = None) -> None:
    """Note that the scope's actor did `action` (`agent.published`) to the thing. `before`, `after`: without secrets."""
    actor = scope.actor
    scope.insert(
        AUDIT_EVENTS,
        id=new_id("aud"),
        at=clock.wall_ms(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        object_kind=kind,
        object_id=key,
        before=before,
        after=after,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for; what is empty, or None, asks for all."""

    action: str = ""
    """`agent.published`; `agent.*` for all that was done to agents."""
    actor_id: str = ""
    object_kind: str = ""
    object_id: str = ""
    from_ms: int | None = None
    until_ms: int | None = None
    """Up to this moment, and not at it."""


async def audit_events(store: Store, workspace: str, wanted: Wanted, limit: int, after: str = "") -> Sequence[Any]:
    """Rows of the audit, newest first."""
    table = AUDIT_EVENTS.c

    def job(scope: Scope) -> Sequence[Any]:
        found = scope.select(AUDIT_EVENTS)
        if wanted.action.endswith(".*"):
            found = found.where(table.action.startswith(wanted.action[:-1], autoescape=True))
        elif wanted.action:
            found = found.where(table.action == wanted.action)
        for column, value in (
            (table.actor_id, wanted.actor_id), (table.object_kind, wanted.object_kind),
            (table.object_id, wanted.object_id),
        ):  # fmt: skip
            if value:
                found = found.where(column == value)
        # Ids are in the order of time: the primary key finds a stretch of it.
        if wanted.from_ms is not None:
            found = found.where(
                table.at >= wanted.from_ms, table.id >= id_at("aud", max(0, wanted.from_ms - _APART_MS))
            )
        if wanted.until_ms is not None:
            found = found.where(table.at < wanted.until_ms, table.id < id_at("aud", wanted.until_ms + _APART_MS))
        if after:
            found = found.where(table.id < after)
        return scope.all(found.order_by(table.id.desc()).limit(limit))

    return await store.read(workspace, job)
