"""`/v1/api-keys`: who may drive this workspace from outside."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment, Page
from offhook.platform.callers import SCOPES, Caller
from offhook.platform.keys import FOR_PROGRAMS
from offhook.platform.platform import Platform
from offhook.platform.problems import Forbidden

router = APIRouter(prefix="/api-keys", tags=["API keys"])

Scopes = Annotated[list[str], Field(min_length=1, max_length=len(SCOPES), examples=[["calls:read", "calls:write"]])]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class NewApiKey(BaseModel):
    """A key to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "crm", "scopes": ["calls:read"]}]}
    )

    name: Name
    scopes: Scopes = Field(default_factory=lambda: sorted(SCOPES))


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
    caller: Annotated[Caller, Depends(needs("people:read"))], platform: Annotated[Platform, Depends(platform_of)]
) -> Page[ApiKey]:
    """All keys of the workspace, newest first."""
    return Page(data=[ApiKey.of(row) for row in await platform.api_keys.every(caller.workspace)])


@router.post("", operation_id="create_api_key", status_code=201)
async def create_api_key(
    body: NewApiKey,
    caller: Annotated[Caller, Depends(needs("people:write"))],
    platform: Annotated[Platform, Depends(platform_of)],
) -> MadeApiKey:
    """A new key, which may do no more than who makes it."""
    if beyond := sorted(set(body.scopes) & SCOPES - caller.scopes):
        raise Forbidden(f"you cannot give what you have not: {', '.join(beyond)}")
    made = await platform.api_keys.create(caller.workspace, body.name, body.scopes, caller.actor)
    return MadeApiKey(id=made.id, key=made.text)


@router.delete("/{key_id}", operation_id="revoke_api_key", status_code=204)
async def revoke_api_key(
    key_id: str,
    caller: Annotated[Caller, Depends(needs("people:write"))],
    platform: Annotated[Platform, Depends(platform_of)],
) -> None:
    """Known no more, from now on."""
    await platform.api_keys.revoke(caller.workspace, key_id, caller.actor)
