"""The audit: every change that a person can see, written in the transaction that makes it."""

from typing import Any

from offhook import clock
from offhook.ids import new_id
from offhook.store.scope import Scope
from offhook.store.tables.people import AUDIT_EVENTS


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
