"""What has happened, for the owner's systems: written in the transaction that makes it so, with its deliveries."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import Connection, func, select

from offhook import clock
from offhook.ids import new_id
from offhook.platform.jobs import Jobs
from offhook.store.scope import Scope
from offhook.store.store import Store
from offhook.store.tables.webhooks import DELIVERIES, EVENTS, WEBHOOKS

TYPES: Final = (
    "call.started", "call.answered", "call.ended", "call.analyzed", "call.recording_ready", "turn.completed",
    "transfer.started", "transfer.bridged", "transfer.failed", "agent.published", "number.disconnected",
    "provider.degraded", "budget.reached",
)  # fmt: skip
"""Which events there are."""
PUBLISHED_EVENT: Final = "agent.published"
TEST: Final = "webhook.test"
"""The one that is sent on request."""
MOST_MENDED: Final = 10_000
DELIVERY: Final = "delivery"
"""The kind of job that delivers one."""


class Emit(Protocol):
    """As `Events.emit`."""

    def __call__(
        self, scope: Scope, event_type: str, data: Mapping[str, Any], call_id: str = "", event_id: str = ""
    ) -> str:
        """It has happened."""


def untold(scope: Scope, event_type: str, data: Mapping[str, Any], call_id: str = "", event_id: str = "") -> str:
    """An `Emit` that tells nobody."""
    return ""


def published(agent_id: str, document: Mapping[str, Any], version: int, note: str) -> dict[str, Any]:
    """What is told of a version that answers from now on."""
    return {"agent_id": agent_id, "name": str(document.get("name", "")), "version": version, "note": note}


class Telling:
    """Of what happens in one transaction of a workspace: who wants to know is asked once."""

    def __init__(self, events: "Events", scope: Scope) -> None:
        self._events, self._scope = events, scope
        row = WEBHOOKS.c
        found = scope.all(scope.select(row.id, row.types).where(row.disabled_at.is_(None)))
        self._wanting = [(one.id, frozenset(one.types)) for one in found]

    def wants(self, *event_types: str) -> bool:
        """Some endpoint is to be told of one of these."""
        return any(not types or not types.isdisjoint(event_types) for _, types in self._wanting)

    def tell(self, event_type: str, data: Mapping[str, Any], call_id: str = "", event_id: str = "") -> str:
        """As `Events.emit`."""
        assert event_type in TYPES, event_type
        wanting = [key for key, types in self._wanting if not types or event_type in types]
        if not wanting and not event_id:
            return ""
        return self._events.write(self._scope, event_type, data, call_id, wanting, event_id)


class Events:
    """Where services tell what has happened."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def emit(
        self, scope: Scope, event_type: str, data: Mapping[str, Any], call_id: str = "", event_id: str = ""
    ) -> str:
        """It has happened, when the scope's transaction is done: then every endpoint that wants it is told. Its id;
        empty: nobody wanted to know, and nothing was written.

        With an `event_id` it is told once, whoever tells it again: what several processes see.
        """
        return Telling(self, scope).tell(event_type, data, call_id, event_id)

    def emit_test(self, scope: Scope, webhook_id: str) -> str:
        """A test event, for this endpoint alone; the delivery's id."""
        event = self.write(scope, TEST, {"webhook_id": webhook_id, "says": "Offhook reaches you."}, "", [webhook_id])
        row = DELIVERIES.c
        return str(scope.scalar(scope.select(row.id).where(row.event_id == event)))

    def write(
        self, scope: Scope, event_type: str, data: Mapping[str, Any], call_id: str, wanting: Sequence[str],
        event_id: str = "",
    ) -> str:  # fmt: skip
        """The event with a delivery for each of these endpoints; its id, empty when it was there already."""
        at, event_id = clock.wall_ms(), event_id or new_id("evt")
        sequence = None
        if call_id:
            last = scope.scalar(scope.select(func.max(EVENTS.c.sequence)).where(EVENTS.c.call_id == call_id))
            sequence = (last or 0) + 1
        if not scope.insert_once(
            EVENTS, ["id"], id=event_id, type=event_type, at=at, call_id=call_id or None, sequence=sequence,
            data=dict(data),
        ):  # fmt: skip
            return ""
        for webhook_id in wanting:
            delivery_id = new_id("dlv")
            scope.insert(
                DELIVERIES, id=delivery_id, webhook_id=webhook_id, event_id=event_id, status="pending", next_at=at,
                created_at=at,
            )  # fmt: skip
            self.deliver(scope, delivery_id, 1)
        return event_id

    async def mend(self, store: Store, forget_later: Callable[[Connection], None] = lambda connection: None) -> None:
        """Pending deliveries that have no job (the database was restored, and jobs are in no backup) get one, and so
        does the work that takes old events away (`forget_later`). Raises `StoreError`."""

        def job(connection: Connection) -> tuple[list[tuple[str, str, int]], bool]:
            row = DELIVERIES.c
            found = select(row.workspace_id, row.id, row.round).where(row.status == "pending").limit(MOST_MENDED)
            pending = [(one.workspace_id, one.id, one.round) for one in connection.execute(found)]
            return pending, connection.execute(select(WEBHOOKS.c.id).limit(1)).first() is not None

        def mended(connection: Connection) -> None:
            for workspace, delivery_id, round_number in pending:
                self._jobs.enqueue_in(connection, DELIVERY, f"{workspace}/{delivery_id}/{round_number}")
            forget_later(connection)

        pending, has_webhooks = await store.read_wide(job)
        if has_webhooks:
            await asyncio.to_thread(self._jobs.prepare)
            await store.write_wide(mended)

    def deliver(self, scope: Scope, delivery_id: str, round_number: int) -> None:
        """The job that delivers it, in this round."""
        self._jobs.enqueue(scope, DELIVERY, f"{scope.workspace}/{delivery_id}/{round_number}")
