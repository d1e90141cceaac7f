"""`/v1/api-keys`: who may drive this workspace from outside."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.auth import needs, platform_of
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.api.texts import Key, PlainName
from offhook.platform.callers import SCOPES, Caller
from offhook.platform.keys import FOR_PAGES, FOR_PROGRAMS
from offhook.platform.platform import Platform
from offhook.platform.problems import Forbidden

router = APIRouter(prefix="/api-keys", tags=["API keys"], route_class=Once)

ScopeName = Annotated[str, StringConstraints(max_length=40)]
Scopes = Annotated[
    list[ScopeName], Field(min_length=1, max_length=len(SCOPES), examples=[["calls:read", "calls:write"]])
]
Origin = Annotated[str, StringConstraints(max_length=300)]


class KeyKind(StrEnum):
    """For whom a key is."""

    SECRET = FOR_PROGRAMS
    BROWSER = FOR_PAGES


class NewApiKey(BaseModel):
    """A key to be made: `secret` for a program, with scopes (all of yours, if none are named); `browser` for pages of
    some origins, which begin browser calls with one agent, and do nothing else."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "crm", "scopes": ["calls:read"]}]}
    )

    name: PlainName
    kind: KeyKind = KeyKind.SECRET
    scopes: Scopes | None = None
    agent_id: Key | None = Field(default=None, description="Of a browser key: the agent that answers.")
    origins: list[Origin] = Field(
        default_factory=list, max_length=20, description="Of a browser key: the pages that may use it.",
        examples=[["https://www.example.com"]],
    )  # fmt: skip


class ApiKey(BaseModel):
    """A key, without what is secret."""

    id: str = Field(examples=["key_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    name: str = Field(examples=["crm"])
    kind: str = Field(examples=[FOR_PROGRAMS])
    start: str = Field(description="Its first characters.", examples=["oh_8fK2a"])
    scopes: list[str]
    agent_id: str | None = None
    origins: list[str] = Field(default_factory=list)
    created_by: str
    created_at: Moment
    used_at: Moment | None
    revoked_at: Moment | None

    @classmethod
    def of(cls, row: Any) -> "ApiKey":
        """From the store's row."""
        return cls.model_validate(row._mapping, from_attributes=False)


class MadeApiKey(BaseModel):
    """A key that was just made."""

    id: str = Field(examples=["key_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    key: str = Field(description="Shown this once.", examples=["oh_8fK2aQ..."])


@router.get("", operation_id="list_api_keys")
async def list_api_keys(
    caller: Annotated[Caller, Depends(needs("people:read"))],
    platform: Annotated[Platform, Depends(platform_of)],
    part: Annotated[Part, Depends(part)],
) -> Page[ApiKey]:
    """The keys of the workspace, newest first."""
    rows = await platform.api_keys.every(caller.workspace, part.ask, part.after)
    return Page(data=[ApiKey.of(row) for row in rows[: part.limit]], next=part.next_of(rows))


@router.post("", operation_id="create_api_key", status_code=201)
async def create_api_key(
    body: NewApiKey,
    caller: Annotated[Caller, Depends(needs("people:write"))],
    platform: Annotated[Platform, Depends(platform_of)],
) -> MadeApiKey:
    """A new key, which may do no more than who makes it."""
    is_for_pages = body.kind is KeyKind.BROWSER
    scopes = body.scopes if body.scopes is not None else [] if is_for_pages else sorted(caller.scopes)
    wanted = {"calls:write"} if is_for_pages else set(scopes)
    if beyond := sorted(wanted & SCOPES - caller.scopes):
        raise Forbidden(f"you cannot give what you have not: {', '.join(beyond)}")
    made = await platform.api_keys.create(
        caller.workspace, body.name, scopes, caller.actor, kind=body.kind.value, agent_id=body.agent_id or "",
        origins=body.origins,
    )  # fmt: skip
    return MadeApiKey(id=made.id, key=made.text)


@router.delete("/{key_id}", operation_id="revoke_api_key", status_code=204)
async def revoke_api_key(
    key_id: str,
    caller: Annotated[Caller, Depends(needs("people:write"))],
    platform: Annotated[Platform, Depends(platform_of)],
) -> None:
    """Known no more, from now on."""
    await platform.api_keys.revoke(caller.workspace, key_id, caller.actor)
