"""`/v1/views`: what somebody looks at again and again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.auth import needs, platform_of
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.api.texts import PlainName
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform

router = APIRouter(prefix="/views", tags=["Views"], route_class=Once)

_QUERY: Any = {"end_reason": "caller.*", "agent_id": "agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"}
PageName = Annotated[str, StringConstraints(max_length=40, pattern="^[a-z][a-z0-9_-]*$")]
QueryName = Annotated[str, StringConstraints(min_length=1, max_length=60)]
QueryValue = Annotated[str, StringConstraints(max_length=500)]
Reader = Annotated[Caller, Depends(needs("calls:read"))]
Here = Annotated[Platform, Depends(platform_of)]


class NewView(BaseModel):
    """A page's filters under a name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"page": "calls", "name": "Hung up", "query": _QUERY, "is_shared": True}]},
    )

    page: PageName = Field(description="Of the dashboard.", examples=["calls"])
    name: PlainName = Field(examples=["Hung up at once"])
    query: dict[QueryName, QueryValue] = Field(
        max_length=40, description="As it stands in the page's address.", examples=[_QUERY]
    )
    is_shared: bool = Field(default=False, description="Everybody in the workspace sees it.")


class View(BaseModel):
    """A view that was saved."""

    id: str = Field(examples=["view_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    page: str = Field(examples=["calls"])
    name: str = Field(examples=["Hung up at once"])
    query: dict[str, str] = Field(examples=[_QUERY])
    is_shared: bool
    is_own: bool = Field(description="Yours: you may change and delete it.")
    owner_name: str = Field(examples=["Ann"])
    created_at: Moment

    @classmethod
    def of(cls, row: Any, caller: Caller) -> "View":
        """From the store's row."""
        return cls.model_validate({**row._mapping, "is_own": row.owner_id == caller.actor.id})


@router.get("", operation_id="list_views")
async def list_views(
    caller: Reader,
    platform: Here,
    part: Annotated[Part, Depends(part)],
    page: Annotated[str, Query(max_length=40, pattern="^[a-z0-9_-]*$", description="Of this page alone.")] = "",
) -> Page[View]:
    """Your own and those that are shared, newest first."""
    rows = await platform.insights.views.listed(caller.workspace, caller.actor, page, part.ask, part.after)
    return Page(data=[View.of(row, caller) for row in rows[: part.limit]], next=part.next_of(rows))


@router.post(
    "", operation_id="save_view", status_code=201, responses={200: {"model": View, "description": "Replaced."}}
)
async def save_view(body: NewView, caller: Reader, platform: Here, response: Response) -> View:
    """Keep a page's filters under a name. Your view of the same page and name is replaced (200)."""
    row, is_new = await platform.insights.views.save(
        caller.workspace, body.page, body.name, body.query, caller.actor, is_shared=body.is_shared
    )
    response.status_code = 201 if is_new else 200
    return View.of(row, caller)


@router.delete("/{view_id}", operation_id="delete_view", status_code=204)
async def delete_view(view_id: str, caller: Reader, platform: Here) -> None:
    """Your own; a shared one also when you may change the workspace's settings."""
    may_all = "settings:write" in caller.scopes
    await platform.insights.views.delete(caller.workspace, view_id, caller.actor, may_all=may_all)
