"""`/v1/phone-numbers`: what is dialled to reach the agents, and what they call from."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.auth import needs, platform_of
from offhook.api.etags import etag, if_match
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.platform.callers import Caller
from offhook.platform.number_changes import MOST_PARTS, Change
from offhook.platform.numbers import Available
from offhook.platform.platform import Platform

router = APIRouter(prefix="/phone-numbers", tags=["Numbers"])

Reads = Annotated[Caller, Depends(needs("numbers:read"))]
Writes = Annotated[Caller, Depends(needs("numbers:write"))]
Services = Annotated[Platform, Depends(platform_of)]
Key = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_]+$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class SplitPart(BaseModel):
    """A version's part of the calls."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1, le=999_999_999)
    percent: int = Field(ge=1, le=99)


Split = Annotated[list[SplitPart], Field(min_length=2, max_length=MOST_PARTS)]


class NewPhoneNumber(BaseModel):
    """A number to be connected."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"carrier_account_id": "acct_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "number": "+15005550001",
                 "agent_id": "agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"}
            ]
        },
    )  # fmt: skip

    carrier_account_id: Key
    number: str = Field(max_length=40, description="With its country's code.", examples=["+15005550001"])
    agent_id: Key | None = Field(default=None, description="Who answers; null: nobody yet.")
    split: Split | None = Field(default=None, description="Divides the calls between versions of the agent.")
    name: Name = ""


class PhoneNumberChange(BaseModel):
    """What is to be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "front desk"}]})

    agent_id: Key | None = None
    split: Split | None = None
    name: Name = ""


class Difference(BaseModel):
    """A setting at the carrier that is not as it should be."""

    setting: str = Field(examples=["voice_url"])
    wanted: str
    found: str


class PhoneNumber(BaseModel):
    """A number of this workspace."""

    id: str = Field(examples=["num_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    number: str = Field(examples=["+15005550001"])
    name: str
    carrier_account_id: str
    carrier_sid: str = Field(description="The carrier's id of it.")
    agent_id: str | None
    split: list[SplitPart] | None
    status: Literal["connected", "drifted", "unverified"] = Field(
        description="`drifted`: it was changed at the carrier, `drift` says how. `unverified`: not read back yet."
    )
    drift: list[Difference] | None
    checked_at: Moment | None
    connected_at: Moment

    @classmethod
    def of(cls, row: Any) -> "PhoneNumber":
        """From the store's row."""
        found = {name: row._mapping[name] for name in cls.model_fields if name != "status"}
        status = "unverified" if row.checked_at is None else "drifted" if row.drift else "connected"
        return cls.model_validate(found | {"status": status})


class AvailableNumber(BaseModel):
    """A number that the account owns at the carrier."""

    number: str = Field(examples=["+15005550001"])
    name: str
    takes_calls: bool
    turns_to: str = Field(description="Where its calls go now.")
    phone_number_id: str | None = Field(description="Ours, when it is connected in this workspace.")

    @classmethod
    def of(cls, found: Available) -> "AvailableNumber":
        """From what the carrier says."""
        one = found.number
        return cls(
            number=one.phone_number, name=one.friendly_name or "", takes_calls=one.takes_calls,
            turns_to=one.voice_url or "", phone_number_id=found.connected or None,
        )  # fmt: skip


def _answer(response: Response, row: Any) -> PhoneNumber:
    response.headers.update(etag(row.revision))
    return PhoneNumber.of(row)


@router.get("", operation_id="list_phone_numbers")
async def list_phone_numbers(
    caller: Reads, platform: Services, asked: Annotated[Part, Depends(part)]
) -> Page[PhoneNumber]:
    """The workspace's numbers, newest first."""
    rows = await platform.numbers.every(caller.workspace, asked.ask, asked.after)
    return Page(data=[PhoneNumber.of(row) for row in rows[: asked.limit]], next=asked.next_of(rows))


@router.get("/available", operation_id="list_available_phone_numbers")
async def list_available_phone_numbers(
    caller: Reads,
    platform: Services,
    carrier_account_id: Annotated[Key, Query(description="The account whose numbers are listed.")],
    q: Annotated[str, Query(max_length=40, description="A part of the digits, or of the name.")] = "",
    limit: Annotated[int, Query(ge=1, le=50, description="How many at most.")] = 50,
    after: Annotated[
        str, Query(max_length=20, pattern=r"^(\+?[0-9]+)?$", description="`next` of the part before.")
    ] = "",
) -> Page[AvailableNumber]:
    """What the account owns at the carrier, by number."""
    found = await platform.numbers.available(caller.workspace, carrier_account_id, q)
    start = after if after.startswith("+") or not after else f"+{after}"
    rest = sorted((one for one in found if one.number.phone_number > start), key=lambda one: one.number.phone_number)
    following = rest[limit - 1].number.phone_number if len(rest) > limit else None
    return Page(data=[AvailableNumber.of(one) for one in rest[:limit]], next=following)


@router.post("/connect", operation_id="connect_phone_number", status_code=201)
async def connect_phone_number(
    body: NewPhoneNumber, caller: Writes, platform: Services, response: Response
) -> PhoneNumber:
    """Have the number's calls come here: its addresses at the carrier are written and read back."""
    change = Change(body.name, body.agent_id, _split(body.split))
    row = await platform.numbers.connect(caller.workspace, body.carrier_account_id, body.number, change, caller.actor)
    return _answer(response, row)


@router.get("/{number_id}", operation_id="get_phone_number")
async def get_phone_number(number_id: str, caller: Reads, platform: Services, response: Response) -> PhoneNumber:
    """One number, with its ETag."""
    return _answer(response, await platform.numbers.one(caller.workspace, number_id))


@router.patch("/{number_id}", operation_id="update_phone_number")
async def update_phone_number(
    number_id: str,
    body: PhoneNumberChange,
    caller: Writes,
    platform: Services,
    response: Response,
    revision: Annotated[int | None, Depends(if_match)],
) -> PhoneNumber:
    """Change who answers, how calls are divided, or the name. Calls from now on; those that are live stay."""
    change = Change(body.name, body.agent_id, _split(body.split), frozenset(body.model_fields_set))
    return _answer(response, await platform.numbers.change(caller.workspace, number_id, change, revision, caller.actor))


@router.post("/{number_id}/check", operation_id="check_phone_number")
async def check_phone_number(number_id: str, caller: Writes, platform: Services, response: Response) -> PhoneNumber:
    """Read its settings at the carrier now: what differs stands in `drift`."""
    return _answer(response, await platform.numbers.check(caller.workspace, number_id))


@router.post("/{number_id}/repair", operation_id="repair_phone_number")
async def repair_phone_number(number_id: str, caller: Writes, platform: Services, response: Response) -> PhoneNumber:
    """Write our settings at the carrier once more."""
    return _answer(response, await platform.numbers.repair(caller.workspace, number_id, caller.actor))


@router.delete("/{number_id}", operation_id="release_phone_number", status_code=204)
async def release_phone_number(
    number_id: str,
    caller: Writes,
    platform: Services,
    force: Annotated[bool, Query(description="Forget it even when the carrier does not put it back.")] = False,
) -> None:
    """Put the number's earlier settings back at the carrier, and forget it here."""
    await platform.numbers.release(caller.workspace, number_id, caller.actor, by_force=force)


def _split(parts: list[SplitPart] | None) -> list[dict[str, int]] | None:
    return [part.model_dump() for part in parts] if parts is not None else None
