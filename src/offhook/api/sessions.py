"""`/v1/session`: signing in and out, and who one is."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from offhook.api.auth import needs, person, platform_of
from offhook.api.browsers import (
    address_of,
    drop,
    keep,
    require_own_page,
    require_safe_way,
    session_of,
)
from offhook.api.kinds import Moment
from offhook.api.texts import Email, Key, LinkToken, Password, PlainName
from offhook.platform.callers import Caller, Role
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Invalid, Unauthenticated

router = APIRouter(prefix="/session", tags=["Session"])

ThePlatform = Annotated[Platform, Depends(platform_of)]
Person = Annotated[Caller, Depends(person)]


class SignIn(BaseModel):
    """An address with its password, or a one-time link."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"email": "ann@example.com", "password": "four words and a half"}]},
    )

    email: Email | None = Field(default=None, description="With the first owner's link: under which they come back.")
    password: Password = Field(default="", description="With an invitation: the one that the new person chooses.")
    link: LinkToken | None = Field(default=None, description="What stands behind `#link=`.")
    name: PlainName | None = Field(default=None, description="With a link: what the person is called.")


class Workspace(BaseModel):
    """A workspace in which the caller may work."""

    id: str = Field(examples=["ws_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    name: str = Field(examples=["Default"])
    role: Role | None = Field(default=None, description="Null: of a key, which has scopes alone.")


class SignedIn(BaseModel):
    """The person behind a session."""

    id: str = Field(examples=["user_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    email: str = Field(examples=["ann@example.com"])
    name: str = Field(examples=["Ann"])
    has_password: bool
    signed_in_by: str = Field(examples=["password"])
    session_ends_at: Moment


class Session(BaseModel):
    """Who asks, and what they may do."""

    user: SignedIn | None = Field(description="Null: a key asks.")
    api_key_id: str | None = Field(default=None, examples=["key_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    workspace_id: str = Field(examples=["ws_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    role: Role | None
    scopes: list[str] = Field(examples=[["agents:read", "calls:read"]])
    workspaces: list[Workspace]


class Switch(BaseModel):
    """The workspace in which the person goes on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"workspace_id": "ws_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"}]}
    )

    workspace_id: Key


class NewPassword(BaseModel):
    """Another password. Who came by a one-time link within half an hour need not say the current one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"current_password": "as it was", "new_password": "four words and a half"}]},
    )

    current_password: Password = ""
    new_password: Password


class NewSelf(BaseModel):
    """What the person is called, and their address, for which they say their password."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Ann"}]})

    name: PlainName | None = None
    email: Email | None = None
    current_password: Password = ""


@router.post("", operation_id="sign_in", status_code=201)
async def sign_in(body: SignIn, request: Request, response: Response, platform: ThePlatform) -> Session:
    """A session, in a cookie. Unknown addresses and wrong passwords are answered alike."""
    require_own_page(request, platform.settings, is_browser=False)
    require_safe_way(request, platform.settings)
    address, before = address_of(request, platform.settings), session_of(request)
    if body.link:
        caller = await platform.sessions.authenticate(before) if before else None
        token = await platform.sessions.by_link(
            body.link,
            address,
            password=body.password,
            name=body.name or "",
            email=body.email or "",
            caller_id=caller.user_id if caller else "",
        )
    elif body.email and body.password:
        token = await platform.sessions.by_password(body.email, body.password, address)
    else:
        raise Invalid([Flaw("", "send `email` and `password`, or `link`")])
    if before:
        await platform.sessions.forget(before)
    keep(response, request, token)
    caller = await platform.sessions.authenticate(token)
    if caller is None:
        # It was begun a moment ago: an owner has shut the person out since then.
        raise Unauthenticated
    return await _session(platform, caller)


@router.get("", operation_id="get_session")
async def get_session(caller: Annotated[Caller, Depends(needs())], platform: ThePlatform) -> Session:
    """Who asks, in which workspace, with which scopes, and where else they may work."""
    return await _session(platform, caller)


@router.delete("", operation_id="sign_out", status_code=204)
async def sign_out(
    caller: Person, platform: ThePlatform, request: Request, response: Response,
    everywhere: Annotated[bool, Query(description="On all other machines too.")] = False,
) -> None:  # fmt: skip
    """The session is over."""
    await platform.sessions.sign_out(caller, everywhere=everywhere)
    drop(response, request)


@router.put("/workspace", operation_id="switch_workspace")
async def switch_workspace(body: Switch, caller: Person, platform: ThePlatform, request: Request) -> Session:
    """The session is for another workspace of the person from now on."""
    await platform.sessions.switch(caller, body.workspace_id)
    switched = await platform.sessions.authenticate(session_of(request))
    return await _session(platform, switched or caller)


@router.put("/password", operation_id="change_password", status_code=204)
async def change_password(body: NewPassword, caller: Person, platform: ThePlatform) -> None:
    """Another password; all other sessions of the person are over."""
    await platform.people.set_password(caller, body.current_password, body.new_password)


@router.patch("/user", operation_id="change_self")
async def change_self(body: NewSelf, caller: Person, platform: ThePlatform) -> Session:
    """Another name or address of the person who is signed in."""
    await platform.people.change_self(caller, body.current_password, email=body.email, name=body.name)
    return await _session(platform, caller)


async def _session(platform: Platform, caller: Caller) -> Session:
    row: Any = await platform.sessions.details(caller)
    user = None
    if row is not None:
        user = SignedIn(
            id=caller.user_id, email=row.email, name=row.name, has_password=row.has_password, signed_in_by=row.way,
            session_ends_at=row.expires_at,
        )  # fmt: skip
    places = [Workspace.model_validate(dict(one._mapping)) for one in await platform.people.workspaces(caller)]
    return Session(
        user=user, api_key_id=None if caller.session else caller.actor.id, workspace_id=caller.workspace,
        role=caller.role, scopes=sorted(caller.scopes), workspaces=places,
    )  # fmt: skip
