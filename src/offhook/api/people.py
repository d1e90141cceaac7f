"""`/v1/members`, `/v1/invitations`, `/v1/workspaces`: who works together."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.browsers import others_base
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.api.sessions import Workspace
from offhook.api.texts import Email, PlainName
from offhook.platform.callers import Caller, Role
from offhook.platform.platform import Platform
from offhook.platform.problems import NotFound

router = APIRouter(tags=["People"], route_class=Once)

ThePlatform = Annotated[Platform, Depends(platform_of)]
Reader = Annotated[Caller, Depends(needs("people:read"))]
Writer = Annotated[Caller, Depends(needs("people:write"))]
ThePart = Annotated[Part, Depends(part)]
_USER = "user_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"


class Member(BaseModel):
    """A person of the workspace."""

    id: str = Field(examples=[_USER])
    email: str = Field(examples=["ann@example.com"])
    name: str = Field(examples=["Ann"])
    role: Role
    is_disabled: bool = Field(description="Shut out of this workspace, until let in again.")
    created_at: Moment

    @classmethod
    def of(cls, row: Any) -> "Member":
        """From the store's row."""
        return cls(
            id=row.id, email=row.email, name=row.name, role=Role(row.role), is_disabled=row.disabled_at is not None,
            created_at=row.created_at,
        )  # fmt: skip


class MemberChange(BaseModel):
    """What is to be another for a person of the workspace."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "editor"}]})

    role: Role | None = None
    is_disabled: bool | None = None


class NewInvitation(BaseModel):
    """Whom to invite, and as what."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": "ann@example.com", "role": "viewer"}]}
    )

    email: Email
    role: Role = Role.VIEWER


class Invitation(BaseModel):
    """One that waits."""

    id: str = Field(examples=["inv_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    email: str = Field(examples=["ann@example.com"])
    role: Role
    created_by: str = Field(examples=[_USER])
    created_at: Moment
    expires_at: Moment


class MadeInvitation(BaseModel):
    """One that was just made."""

    id: str = Field(examples=["inv_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    link: str = Field(
        description="For the one who was invited. Shown this once; it works once.",
        examples=["https://voice.example.com/sign-in#link=q3n..."],
    )
    expires_at: Moment


class NewWorkspace(BaseModel):
    """What a workspace is called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Second shop"}]})

    name: PlainName


# ── members ──────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/members", operation_id="list_members")
async def list_members(caller: Reader, platform: ThePlatform, part: ThePart) -> Page[Member]:
    """The people of the workspace, who came last first."""
    rows = await platform.people.members(caller.workspace, part.ask, part.after)
    return Page(data=[Member.of(row) for row in rows[: part.limit]], next=part.next_of(rows))


@router.get("/members/{user_id}", operation_id="get_member")
async def get_member(user_id: str, caller: Reader, platform: ThePlatform) -> Member:
    """One of them."""
    return Member.of(await platform.people.member(caller.workspace, user_id))


@router.patch("/members/{user_id}", operation_id="change_member")
async def change_member(user_id: str, body: MemberChange, caller: Writer, platform: ThePlatform) -> Member:
    """Another role, or shut out and let in again. Whoever is shut out is signed out at once."""
    return Member.of(await platform.people.change_member(caller, user_id, role=body.role, is_disabled=body.is_disabled))


@router.delete("/members/{user_id}", operation_id="remove_member", status_code=204)
async def remove_member(user_id: str, caller: Writer, platform: ThePlatform) -> None:
    """No member any more. The last owner stays."""
    await platform.people.remove_member(caller, user_id)


# ── invitations ──────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/invitations", operation_id="list_invitations")
async def list_invitations(caller: Reader, platform: ThePlatform, part: ThePart) -> Page[Invitation]:
    """Those that wait, newest first."""
    rows = await platform.invitations.every(caller.workspace, part.ask, part.after)
    found = [Invitation.model_validate(dict(row._mapping)) for row in rows[: part.limit]]
    return Page(data=found, next=part.next_of(rows))


@router.post("/invitations", operation_id="create_invitation", status_code=201)
async def create_invitation(
    body: NewInvitation, caller: Writer, platform: ThePlatform, request: Request
) -> MadeInvitation:
    """A link for a new person: it works once, within 24 hours. Send it to them yourself."""
    made, link = await platform.invitations.create(caller, body.email, body.role)
    base = others_base(request.headers, platform.settings)
    return MadeInvitation(id=made, link=link.at(base), expires_at=clock.rfc3339(link.expires_at))


@router.delete("/invitations/{invitation_id}", operation_id="withdraw_invitation", status_code=204)
async def withdraw_invitation(invitation_id: str, caller: Writer, platform: ThePlatform) -> None:
    """Its link works no more."""
    await platform.invitations.withdraw(caller, invitation_id)


# ── workspaces ───────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/workspaces", operation_id="list_workspaces")
async def list_workspaces(caller: Annotated[Caller, Depends(needs())], platform: ThePlatform) -> Page[Workspace]:
    """Those in which the caller may work; `PUT /v1/session/workspace` goes to another."""
    rows = await platform.people.workspaces(caller)
    return Page(data=[Workspace.model_validate(dict(row._mapping)) for row in rows])


@router.post("/workspaces", operation_id="create_workspace", status_code=201)
async def create_workspace(
    body: NewWorkspace, caller: Annotated[Caller, Depends(needs("settings:write"))], platform: ThePlatform
) -> Workspace:
    """A further one, whose owner is who asks: a person who is an owner already."""
    return Workspace(id=await platform.people.create_workspace(caller, body.name), name=body.name, role=Role.OWNER)


@router.patch("/workspaces/{workspace_id}", operation_id="rename_workspace")
async def rename_workspace(
    workspace_id: str, body: NewWorkspace, caller: Annotated[Caller, Depends(needs("settings:write"))],
    platform: ThePlatform,
) -> Workspace:  # fmt: skip
    """Another name for the workspace in which the caller works; others look as if they did not exist."""
    if workspace_id != caller.workspace:
        raise NotFound("workspace", workspace_id)
    await platform.people.rename_workspace(caller, body.name)
    return Workspace(id=workspace_id, name=body.name, role=caller.role)
