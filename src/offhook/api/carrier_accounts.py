"""`/v1/carrier-accounts`: the accounts whose numbers this workspace uses."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment, Page
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.settings import Secret

router = APIRouter(prefix="/carrier-accounts", tags=["Numbers"])

Reads = Annotated[Caller, Depends(needs("numbers:read"))]
Writes = Annotated[Caller, Depends(needs("numbers:write"))]
Services = Annotated[Platform, Depends(platform_of)]


class NewCarrierAccount(BaseModel):
    """An account to be connected. Its keys are tried at the carrier first."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"carrier": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "0123456789abcdef"}]
        },
    )

    carrier: Literal["twilio"]
    account_sid: str = Field(pattern=r"^AC[0-9A-Za-z]{4,64}$", description="The account's own id at the carrier.")
    auth_token: Annotated[str, StringConstraints(strip_whitespace=True)] = Field(
        min_length=8, max_length=200, pattern=r"^[!-~]+$", json_schema_extra={"writeOnly": True},
        description="The primary auth token: it signs the carrier's requests. Kept in the vault, never shown.",
    )  # fmt: skip
    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""


class CarrierAccount(BaseModel):
    """An account, without what is secret."""

    id: str = Field(examples=["acct_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    carrier: str = Field(examples=["twilio"])
    account_sid: str
    name: str
    status: str = Field(description="ok, refused, suspended, closed, unreachable: as of `checked_at`.", examples=["ok"])
    detail: str = Field(description="What there is to say about that.")
    checked_at: Moment | None
    created_at: Moment

    @classmethod
    def of(cls, row: Any) -> "CarrierAccount":
        """From the store's row."""
        return cls.model_validate({name: row._mapping[name] for name in cls.model_fields})


@router.get("", operation_id="list_carrier_accounts")
async def list_carrier_accounts(caller: Reads, platform: Services) -> Page[CarrierAccount]:
    """All accounts of the workspace, newest first."""
    return Page(data=[CarrierAccount.of(row) for row in await platform.carrier_accounts.every(caller.workspace)])


@router.post("", operation_id="connect_carrier_account", status_code=201)
async def connect_carrier_account(body: NewCarrierAccount, caller: Writes, platform: Services) -> CarrierAccount:
    """Connect an account; of one that is connected already the token is replaced."""
    row = await platform.carrier_accounts.connect(
        caller.workspace, body.account_sid, Secret(body.auth_token), body.name, caller.actor
    )
    return CarrierAccount.of(row)


@router.get("/{account_id}", operation_id="get_carrier_account")
async def get_carrier_account(account_id: str, caller: Reads, platform: Services) -> CarrierAccount:
    """One account."""
    return CarrierAccount.of(await platform.carrier_accounts.one(caller.workspace, account_id))


@router.post("/{account_id}/check", operation_id="check_carrier_account")
async def check_carrier_account(account_id: str, caller: Writes, platform: Services) -> CarrierAccount:
    """Ask the carrier once more whether the keys are right and the account is in use."""
    return CarrierAccount.of(await platform.carrier_accounts.check(caller.workspace, account_id, caller.actor))


@router.delete("/{account_id}", operation_id="delete_carrier_account", status_code=204)
async def delete_carrier_account(account_id: str, caller: Writes, platform: Services) -> None:
    """Forget the account and its token. Its numbers are to be released first."""
    await platform.carrier_accounts.forget(caller.workspace, account_id, caller.actor)
