"""The limits that a workspace sets for itself, with the revision of its settings."""

from typing import Any

from sqlalchemy import Connection, select, update

from offhook.platform.audit import audit
from offhook.platform.limit_rules import SETTING, WorkspaceLimits
from offhook.platform.people_rows import lock, write_both
from offhook.platform.problems import Stale
from offhook.store.schema import WORKSPACES
from offhook.store.scope import Actor, Scope
from offhook.store.store import Store


async def read_limits(store: Store, workspace: str) -> tuple[WorkspaceLimits, int]:
    """What is set, and its revision. Raises `StoreError`."""
    row = await store.read_wide(lambda connection: _row(connection, workspace))
    return WorkspaceLimits.of(row.settings), row.revision


async def write_limits(
    store: Store, workspace: str, limits: WorkspaceLimits, revision: int | None, actor: Actor
) -> int:
    """Set them; the new revision. `revision`: that was read, None: whichever. Raises `Stale`, `StoreError`."""

    def job(connection: Connection, scope: Scope) -> int:
        lock(connection, workspace)
        row = _row(connection, workspace)
        if revision not in (None, row.revision):
            raise Stale
        before, after = row.settings.get(SETTING) or {}, limits.model_dump(mode="json", exclude_defaults=True)
        if before == after:
            return int(row.revision)
        connection.execute(
            update(WORKSPACES)
            .where(WORKSPACES.c.id == workspace)
            .values(settings={**row.settings, SETTING: after}, revision=row.revision + 1)
        )
        audit(scope, "limits.changed", "workspace", workspace, before=before, after=after)
        scope.tell("workspace", workspace)
        return int(row.revision) + 1

    return await write_both(store, workspace, actor, job)


def _row(connection: Connection, workspace: str) -> Any:
    wanted = select(WORKSPACES.c.settings, WORKSPACES.c.revision).where(WORKSPACES.c.id == workspace)
    return connection.execute(wanted).one()
