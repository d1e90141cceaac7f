"""`/v1/audit-events`: who changed what, and when."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.platform.audit import Wanted, audit_events
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Invalid

router = APIRouter(prefix="/audit-events", tags=["Audit"])

Words = Annotated[str, Query(max_length=60, pattern=r"^[a-z_.*]*$")]
Key = Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_]*$")]
At = Annotated[str, Query(max_length=40, description="RFC 3339.", examples=["2026-11-28T13:52:54Z"])]


class AuditActor(BaseModel):
    """Who did it."""

    kind: str = Field(description="`user`, `api_key`, `file` or `system`.", examples=["user"])
    id: str = Field(examples=["user_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    name: str = Field(examples=["Ann"])


class AuditEvent(BaseModel):
    """One change."""

    id: str = Field(examples=["aud_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    at: Moment
    actor: AuditActor
    action: str = Field(examples=["api_key.created"])
    object_kind: str = Field(examples=["api_key"])
    object_id: str = Field(examples=["key_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    before: Any = Field(default=None, description="What it was, as far as it can be told.")
    after: Any = Field(default=None, description="What it is since then.", examples=[{"name": "crm"}])

    @classmethod
    def of(cls, row: Any) -> "AuditEvent":
        """From the store's row."""
        actor = AuditActor(kind=row.actor_kind, id=row.actor_id, name=row.actor_name)
        return cls(
            id=row.id, at=row.at, actor=actor, action=row.action, object_kind=row.object_kind, object_id=row.object_id,
            before=row.before, after=row.after,
        )  # fmt: skip


def wanted(
    action: Annotated[Words, Query(description="`agent.published`; `agent.*` for all that was done to agents.")] = "",
    actor_id: Annotated[Key, Query(description="Who did it: the id of a user or a key.")] = "",
    object_kind: Annotated[Words, Query(description="To what kind of thing: `agent`, `api_key`.")] = "",
    object_id: Annotated[Key, Query(description="To which thing.")] = "",
    at_from: Annotated[At, Query(alias="at.gte")] = "",
    at_until: Annotated[At, Query(alias="at.lt")] = "",
) -> Wanted:
    """The dependency. Raises `Invalid`."""
    moments: list[int | None] = []
    for pointer, text in (("/at.gte", at_from), ("/at.lt", at_until)):
        # In an address a plus is a space: a zone that was not encoded is meant all the same.
        moments.append(clock.read_rfc3339(text.replace(" ", "+")) if text else None)
        if text and not 0 <= (moments[-1] if moments[-1] is not None else -1) < 1 << 47:
            raise Invalid([Flaw(pointer, "expected a date and time with its zone: 2026-11-28T13:52:54Z")])
    return Wanted(action, actor_id, object_kind, object_id, *moments)


@router.get("", operation_id="list_audit_events")
async def list_audit_events(
    caller: Annotated[Caller, Depends(needs("audit:read"))],
    platform: Annotated[Platform, Depends(platform_of)],
    part: Annotated[Part, Depends(part)],
    wanted: Annotated[Wanted, Depends(wanted)],
) -> Page[AuditEvent]:
    """The changes in the workspace, newest first."""
    rows = await audit_events(platform.store, caller.workspace, wanted, part.ask, part.after)
    return Page(data=[AuditEvent.of(row) for row in rows[: part.limit]], next=part.next_of(rows))
