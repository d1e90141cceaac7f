"""What has happened, for the owner's systems: written in the transaction that makes it so, with its deliveries."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

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
TEST: Final = "webhook.test"
"""The one that is sent on request."""
MOST_MENDED: Final = 10_000
DELIVERY: Final = "delivery"
"""The kind of job that delivers one."""


class Events:
    """Where services tell what has happened."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def emit(self, scope: Scope, event_type: str, data: Mapping[str, Any], call_id: str = "") -> str:
        """It has happened, when the scope's transaction is done: then every endpoint that wants it is told. Its id."""
        assert event_type in TYPES, event_type
        row = WEBHOOKS.c
        found = scope.all(scope.select(row.id, row.types).where(row.disabled_at.is_(None)))
        wanting = [one.id for one in found if not one.types or event_type in one.types]
        return self._write(scope, event_type, data, call_id, wanting)

    def emit_test(self, scope: Scope, webhook_id: str) -> str:
        """A test event, for this endpoint alone; the delivery's id."""
        event = self._write(scope, TEST, {"webhook_id": webhook_id, "says": "Offhook reaches you."}, "", [webhook_id])
        row = DELIVERIES.c
        return str(scope.scalar(scope.select(row.id).where(row.event_id == event)))

    def _write(self, scope: Scope, event_type: str, data: Any, call_id: str, wanting: list[str]) -> str:
        at, event_id = clock.wall_ms(), new_id("evt")
        sequence = None
        if call_id:
            last = scope.scalar(scope.select(func.max(EVENTS.c.sequence)).where(EVENTS.c.call_id == call_id))
            sequence = (last or 0) + 1
        scope.insert(
            EVENTS, id=event_id, type=event_type, at=at, call_id=call_id or None, sequence=sequence, data=dict(data)
        )
        for webhook_id in wanting:
            delivery_id = new_id("dlv")
            scope.insert(
                DELIVERIES, id=delivery_id, webhook_id=webhook_id, event_id=event_id, status="pending", next_at=at,
                created_at=at,
            )  # fmt: skip
            self.deliver(scope, delivery_id, 1)
        return event_id

    async def mend(self, store: Store) -> None:
        """Pending deliveries that have no job (the database was restored without) get one. Raises `StoreError`."""

        def job(connection: Connection) -> list[tuple[str, str, int]]:
            row = DELIVERIES.c
            found = select(row.workspace_id, row.id, row.round).where(row.status == "pending").limit(MOST_MENDED)
            return [(one.workspace_id, one.id, one.round) for one in connection.execute(found)]

        def mended(connection: Connection) -> None:
            for workspace, delivery_id, round_number in pending:
                self._jobs.enqueue_in(connection, DELIVERY, f"{workspace}/{delivery_id}/{round_number}")

        pending = await store.read_wide(job)
        if pending:
            await asyncio.to_thread(self._jobs.prepare)
            await store.write_wide(mended)

    def deliver(self, scope: Scope, delivery_id: str, round_number: int) -> None:
        """The job that delivers it, in this round."""
        self._jobs.enqueue(scope, DELIVERY, f"{scope.workspace}/{delivery_id}/{round_number}")
