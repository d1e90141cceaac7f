"""`/v1/prices`: what calls are counted at: the vendors' list prices, and the owner's own in their place."""

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook import clock
from offhook.api.auth import needs, platform_of
from offhook.api.kinds import Moment, Money, Page
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.price_book import NANO, Price
from offhook.platform.problems import Flaw, Invalid

router = APIRouter(prefix="/prices", tags=["Prices"])

Ours = Annotated[Platform, Depends(platform_of)]
MOST_NANO = 1_000_000 * NANO


class NewPrice(BaseModel):
    """A price that holds from a moment on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [
            {"component": "carrier", "item": "twilio inbound", "unit": "minute", "amount": "0.0085"}
        ]},
    )  # fmt: skip

    component: Literal["stt", "llm", "tts", "carrier"]
    item: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = Field(
        description="As a record's costs name it: provider and model, or a carrier and the direction."
    )
    unit: Literal["second", "token_in", "token_cached", "token_out", "character", "minute"]
    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}(\.[0-9]{1,12})?$")] = Field(
        description="Dollars for one unit.", examples=["0.0085"]
    )
    since: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="", description="RFC 3339; empty: from now on.", examples=["2026-11-01T00:00:00Z"]
    )


class PriceShown(BaseModel):
    """What one unit costs, and since when."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [
            {"id": "price_01KB5Z5N6S7V8W9X0Y1Z2A3B4C", "component": "carrier", "item": "twilio inbound",
             "unit": "minute", "price": {"amount": "0.0085", "currency": "USD"}, "since": "2026-11-01T00:00:00.000Z",
             "is_estimate": False}
        ]},
    )  # fmt: skip

    id: str | None = Field(description="Null: a vendor's list price.")
    component: str
    item: str
    unit: str
    price: Money
    since: Moment
    is_estimate: bool = Field(
        default=False,
        description="A usual price, of a local number of the United States, on the day in `since`: check it at your "
        "carrier, and enter what you really pay.",
    )

    @classmethod
    def of(cls, price: Price) -> "PriceShown":
        """From the price book."""
        return cls(
            id=price.id or None, component=str(price.component), item=price.item, unit=str(price.unit),
            price=Money.of_nano(price.nano), since=clock.rfc3339(price.since), is_estimate=price.is_estimate,
        )  # fmt: skip


@router.get("", operation_id="list_prices")
async def list_prices(caller: Annotated[Caller, Depends(needs("settings:read"))], platform: Ours) -> Page[PriceShown]:
    """Your own prices, newest first, then the vendors' list prices. All of them are one page."""
    return Page(data=[PriceShown.of(price) for price in await platform.prices.every(caller.workspace)])


@router.post("", operation_id="create_price", status_code=201)
async def create_price(
    body: NewPrice, caller: Annotated[Caller, Depends(needs("settings:write"))], platform: Ours
) -> PriceShown:
    """A price of your own. Calls that are over keep what they were counted at."""
    nano = int((Decimal(body.amount) * NANO).to_integral_value())
    if nano > MOST_NANO:
        raise Invalid([Flaw("/amount", "a million dollars at most")])
    since = clock.read_rfc3339(body.since) if body.since else clock.wall_ms()
    if since is None or since < 0:
        raise Invalid([Flaw("/since", "a date and time with its zone is wanted, as 2026-11-01T00:00:00Z")])
    price = Price(body.component, body.item, body.unit, nano, since)
    return PriceShown.of(await platform.prices.add(caller.workspace, price, caller.actor))


@router.delete("/{price_id}", operation_id="delete_price", status_code=204)
async def delete_price(
    price_id: Annotated[str, StringConstraints(max_length=40)],
    caller: Annotated[Caller, Depends(needs("settings:write"))],
    platform: Ours,
) -> None:
    """What held before holds again, for calls from now on."""
    await platform.prices.remove(caller.workspace, price_id, caller.actor)
