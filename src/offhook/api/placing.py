"""`POST /v1/calls`: have an agent call somebody."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment
from offhook.platform.callers import Caller
from offhook.platform.dials import QUEUED
from offhook.platform.placing import Wish
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Invalid

router = APIRouter(prefix="/calls", tags=["Calls"], route_class=Once)

Key = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_]+$")]
Number = Annotated[str, StringConstraints(min_length=4, max_length=40)]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Variable = Annotated[str, StringConstraints(max_length=2_000)] | bool | int | float
MetadataName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Metadata = Annotated[str, StringConstraints(max_length=500)]
When = Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})]
_EXAMPLE: Any = {
    "agent_id": "agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C",
    "to": "+15005550006",
    "from": "+15005550001",
    "variables": {"name": "Ada"},
    "metadata": {"order": "4711"},
}


class NewCall(BaseModel):
    """A call to be placed now."""

    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=False, populate_by_name=False, json_schema_extra={"examples": [_EXAMPLE]}
    )

    agent_id: Key = Field(description="Who calls: a published agent.")
    to: Number = Field(description="Who is called, with the country's code.", examples=["+15005550006"])
    from_number: Number = Field(
        alias="from", description="A number of this workspace: the one that is shown.", examples=["+15005550001"]
    )
    version: int | None = Field(default=None, ge=1, le=999_999_999, description="Default: the published version.")
    variables: dict[VariableName, Variable] = Field(default_factory=dict, max_length=50)
    metadata: dict[MetadataName, Metadata] = Field(
        default_factory=dict, max_length=50, description="For you: kept with the call, told to nobody."
    )
    overrides: dict[str, Any] = Field(
        default_factory=dict,
        max_length=10,
        description="Fields of the agent's document for this call alone, as a merge patch: `opening`, `language`, "
        "`llm`, `tts`, and the `default` of `variables`.",
        examples=[{"opening": {"text": "Good evening, this is the Harbour Hotel."}}],
    )
    not_before: When | None = Field(
        default=None, description="Dial then, at most 30 days from now. Default: now.", examples=[None]
    )
    not_after: When | None = Field(
        default=None, description="Do not dial after that. Default: two minutes after it was due.", examples=[None]
    )


class PlacedCall(BaseModel):
    """A call that is going to be dialled."""

    model_config = ConfigDict(populate_by_name=True)

    id: str = Field(examples=["call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    status: str = Field(
        description="`queued`: nothing was dialled yet. `scheduled`: it waits for `not_before`.", examples=[QUEUED]
    )
    kind: str = Field(default="phone", examples=["phone"])
    direction: str = Field(default="outbound", examples=["outbound"])
    agent_id: str
    agent_version: int
    to: str
    from_number: str = Field(alias="from")
    created_at: Moment
    not_before: Moment | None = None
    not_after: Moment | None = None
    variables: dict[str, Variable]
    metadata: dict[str, str]


@router.post("", operation_id="place_call", status_code=201)
async def place_call(
    body: NewCall,
    caller: Annotated[Caller, Depends(needs("calls:write"))],
    platform: Annotated[Platform, Depends(platform_of)],
) -> PlacedCall:
    """Place a call. Its id is answered before anything is dialled; `GET /v1/calls/{id}` tells what becomes of it."""
    before, after = _ms(body.not_before, "/not_before"), _ms(body.not_after, "/not_after")
    wish = Wish(
        body.agent_id, body.to, body.from_number, body.version, body.variables, body.metadata, body.overrides,
        before, after,
    )  # fmt: skip
    placed = await platform.placing.place(caller.workspace, wish, caller.actor)
    return PlacedCall(
        id=placed.call_id, status=placed.status, not_before=before or None, not_after=after or None,  # type: ignore[arg-type]
        agent_id=placed.answering.agent_id, agent_version=placed.answering.version,
        to=placed.to_number, from_number=placed.from_number, created_at=placed.created_at,  # type: ignore[arg-type]
        variables=body.variables, metadata=body.metadata,
    )  # fmt: skip


def _ms(at: str | None, pointer: str) -> int:
    if at is None:
        return 0
    found = clock.read_rfc3339(at)
    if found is None or found <= 0:
        raise Invalid([Flaw(pointer, "a date and time with its zone is wanted, as 2026-11-28T17:00:00Z")])
    return found
