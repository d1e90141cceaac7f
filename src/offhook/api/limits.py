"""`/v1/limits`, `/v1/blocked-numbers`, `/v1/refused-calls`: who and how much is let in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.etags import etag, if_match
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Money, Page
from offhook.api.pages import Part, part
from offhook.platform.callers import Caller
from offhook.platform.limit_rules import WorkspaceLimits
from offhook.platform.limit_settings import read_limits, write_limits
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Invalid
from offhook.platform.refused import Wanted

router = APIRouter(tags=["Limits"], route_class=Once)

ThePlatform = Annotated[Platform, Depends(platform_of)]
ThePart = Annotated[Part, Depends(part)]
Number = Annotated[str, Query(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
At = Annotated[str, Query(max_length=40, description="RFC 3339.", examples=["2026-11-28T13:52:54Z"])]
_BLOCKED = "blk_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"


class Limits(WorkspaceLimits):
    """The limits of the workspace; agents may have lower ones of their own."""

    model_config = ConfigDict(
        extra="forbid", frozen=True,
        json_schema_extra={"examples": [{"concurrent_calls": 20, "dollars_a_day": 50, "call_minutes": 30,
                                         "timezone": "Europe/Berlin", "overflow_number": "+493012345678"}]},
    )  # fmt: skip


class NewBlockedNumber(BaseModel):
    """A number that is not to be put through."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"number": "+493012345678", "note": "sells lottery tickets"}]}
    )

    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=40)] = Field(
        description="With its country: `+493012345678`. `+4930*` blocks all that begin so.",
        examples=["+493012345678"],
    )
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


class BlockedNumber(BaseModel):
    """A number that is not put through."""

    id: str = Field(examples=[_BLOCKED])
    number: str = Field(examples=["+493012345678"])
    note: str
    created_at: Moment

    @classmethod
    def of(cls, row: Any) -> "BlockedNumber":
        """From the store's row."""
        return cls(id=row.id, number=row.number, note=row.note, created_at=row.created_at)


class RefusedCall(BaseModel):
    """A call that was not taken."""

    id: str = Field(examples=["ref_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    at: Moment
    from_number: str = Field(examples=["+15005550006"])
    to_number: str = Field(examples=["+15005550001"])
    reason: str = Field(description="An end reason, or what the server lacked.", examples=["limit.calls_a_day"])
    heard: str = Field(description="The sentence that the caller heard; empty: none of ours.")
    saved_estimate: Money = Field(
        description="What it would have cost: the mean of the workspace's calls of the last 30 days. An estimate."
    )

    @classmethod
    def of(cls, row: Any) -> "RefusedCall":
        """From the store's row."""
        return cls(
            id=row.id, at=row.at, from_number=row.from_number, to_number=row.to_number, reason=row.reason,
            heard=row.heard, saved_estimate=Money.of_nano(row.saved_nano),
        )  # fmt: skip


@router.get("/limits", operation_id="get_limits")
async def get_limits(
    caller: Annotated[Caller, Depends(needs("settings:read"))], platform: ThePlatform, response: Response
) -> Limits:
    """How much the workspace takes; what is null has no bound."""
    limits, revision = await read_limits(platform.store, caller.workspace)
    response.headers.update(etag(revision))
    return Limits.model_validate(limits.model_dump())


@router.put("/limits", operation_id="set_limits")
async def set_limits(
    body: Limits,
    caller: Annotated[Caller, Depends(needs("settings:write"))],
    platform: ThePlatform,
    revision: Annotated[int | None, Depends(if_match)],
    response: Response,
) -> Limits:
    """All of them: what is left out has no bound. They hold for calls from now on."""
    made = await write_limits(platform.store, caller.workspace, body, revision, caller.actor)
    response.headers.update(etag(made))
    return body


@router.get("/blocked-numbers", operation_id="list_blocked_numbers")
async def list_blocked_numbers(
    caller: Annotated[Caller, Depends(needs("settings:read"))], platform: ThePlatform, part: ThePart
) -> Page[BlockedNumber]:
    """The workspace's block list, newest first."""
    rows = await platform.gate_house.blocked.part(caller.workspace, part.ask, part.after)
    return Page(data=[BlockedNumber.of(row) for row in rows[: part.limit]], next=part.next_of(rows))


@router.post("/blocked-numbers", operation_id="block_number", status_code=201)
async def block_number(
    body: NewBlockedNumber, caller: Annotated[Caller, Depends(needs("settings:write"))], platform: ThePlatform
) -> BlockedNumber:
    """Callers of this number hear that the call cannot be connected. No model is paid for them."""
    row = await platform.gate_house.blocked.add(caller.workspace, body.number, body.note, caller.actor)
    return BlockedNumber.of(row)


@router.delete("/blocked-numbers/{blocked_number_id}", operation_id="unblock_number", status_code=204)
async def unblock_number(
    blocked_number_id: str, caller: Annotated[Caller, Depends(needs("settings:write"))], platform: ThePlatform
) -> None:
    """Put it through again."""
    await platform.gate_house.blocked.remove(caller.workspace, blocked_number_id, caller.actor)


def wanted(
    reason: Annotated[str, Query(max_length=60, pattern=r"^[a-z_. ]*\*?$", description="`shield.*` for a kind.")] = "",
    from_number: Annotated[Number, Query(alias="from", description="Who called, as it is shown.")] = "",
    to_number: Annotated[Number, Query(alias="to", description="The number that was called.")] = "",
    at_from: Annotated[At, Query(alias="at.gte")] = "",
    at_until: Annotated[At, Query(alias="at.lt")] = "",
) -> Wanted:
    """The dependency. Raises `Invalid`."""
    moments: list[int | None] = []
    for pointer, text in (("/at.gte", at_from), ("/at.lt", at_until)):
        moments.append(clock.read_rfc3339(text.replace(" ", "+")) if text else None)
        if text and not 0 <= (moments[-1] if moments[-1] is not None else -1) < 1 << 47:
            raise Invalid([Flaw(pointer, "expected a date and time with its zone: 2026-11-28T13:52:54Z")])
    return Wanted(reason, from_number, to_number, *moments)


@router.get("/refused-calls", operation_id="list_refused_calls")
async def list_refused_calls(
    caller: Annotated[Caller, Depends(needs("calls:read"))],
    platform: ThePlatform,
    part: ThePart,
    wanted: Annotated[Wanted, Depends(wanted)],
) -> Page[RefusedCall]:
    """Calls that could not be taken, newest first: why, and what the caller heard."""
    rows = await platform.gate_house.refused.part(caller.workspace, wanted, part.ask, part.after)
    return Page(data=[RefusedCall.of(row) for row in rows[: part.limit]], next=part.next_of(rows))
