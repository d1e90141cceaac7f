"""`/v1/webhooks`: what the owner's systems are told, by Standard Webhooks 1.0."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook.api.auth import needs, platform_of
from offhook.api.etags import etag, if_match
from offhook.api.idempotency import Once
from offhook.api.kinds import Moment, Page
from offhook.api.pages import Part, part
from offhook.platform.callers import Caller
from offhook.platform.events import TYPES
from offhook.platform.platform import Platform
from offhook.platform.webhooks import URL_CHARS

router = APIRouter(prefix="/webhooks", tags=["Webhooks"], route_class=Once)

_URL = "https://crm.example.com/offhook"
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=URL_CHARS)]
Types = Annotated[
    list[Annotated[str, StringConstraints(max_length=60)]],
    Field(max_length=len(TYPES), description=f"Of {', '.join(TYPES)}; empty: all.", examples=[["call.ended"]]),
]
Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
OwnSecret = Annotated[str, StringConstraints(max_length=120)]
Reads = Annotated[Caller, Depends(needs("webhooks:read"))]
Writes = Annotated[Caller, Depends(needs("webhooks:write"))]
Here = Annotated[Platform, Depends(platform_of)]


class NewWebhook(BaseModel):
    """An endpoint to be told."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"url": _URL, "types": ["call.ended"]}]})

    url: Url = Field(description="https, a public address.", examples=[_URL])
    types: Types = Field(default_factory=list)
    description: Description = ""
    secret: OwnSecret = Field(default="", description="`whsec_` and base64 of 24 to 64 bytes; empty: one is made.")


class WebhookChange(BaseModel):
    """What is to be otherwise."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"is_disabled": False}]})

    url: Url | None = Field(default=None, examples=[_URL])
    types: Types | None = None
    description: Description | None = None
    is_disabled: bool | None = None


class NewSecret(BaseModel):
    """The secret that is wanted."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    secret: OwnSecret = Field(default="", description="`whsec_` and base64 of 24 to 64 bytes; empty: one is made.")


class Webhook(BaseModel):
    """An endpoint."""

    id: str = Field(examples=["hook_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    url: str = Field(examples=[_URL])
    types: list[str] = Field(description="Empty: all.", examples=[["call.ended"]])
    description: str = Field(examples=["the CRM"])
    created_at: Moment
    disabled_at: Moment | None
    disabled_reason: str = Field(description="Why it is told nothing.", examples=["it answered 410: gone"])
    failing_since: Moment | None = Field(description="Nothing was delivered since then.")
    old_secret_until: Moment | None = Field(description="The secret before signs beside the new one until then.")

    @classmethod
    def of(cls, row: Any) -> "Webhook":
        """From the store's row."""
        return cls.model_validate(row._mapping, from_attributes=False)


class WebhookSecret(BaseModel):
    """A secret, shown this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class MadeWebhook(Webhook):
    """An endpoint that was just made, with its secret, which is shown this once."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class DeliveryStatus(StrEnum):
    """What became of it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(BaseModel):
    """One event on its way to one endpoint."""

    id: str = Field(examples=["dlv_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    event_id: str = Field(description="The `webhook-id` of every attempt.", examples=["evt_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    type: str = Field(examples=["call.ended"])
    call_id: str | None
    sequence: int | None = Field(description="Orders the events of a call.", examples=[3])
    status: DeliveryStatus
    attempts: int = Field(examples=[1])
    next_at: Moment | None = Field(description="When it is tried next.")
    answer_status: int | None = Field(description="Of the last attempt; null: no answer.", examples=[200])
    answer: str = Field(description="What the endpoint said, or why it said nothing.", examples=["ok"])
    took_ms: int | None = Field(examples=[84])
    created_at: Moment
    delivered_at: Moment | None
    data: dict[str, Any] = Field(description="The event.", examples=[{"call_id": "call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"}])

    @classmethod
    def of(cls, row: Any) -> "Delivery":
        """From the store's row."""
        return cls.model_validate(row._mapping, from_attributes=False)


class Sent(BaseModel):
    """What is under way."""

    delivery_id: str = Field(examples=["dlv_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])


@router.get("", operation_id="list_webhooks")
async def list_webhooks(caller: Reads, platform: Here, page: Annotated[Part, Depends(part)]) -> Page[Webhook]:
    """The endpoints, newest first."""
    rows = await platform.webhooks.every(caller.workspace, page.ask, page.after)
    return Page(data=[Webhook.of(row) for row in rows[: page.limit]], next=page.next_of(rows))


@router.post("", operation_id="create_webhook", status_code=201)
async def create_webhook(body: NewWebhook, caller: Writes, platform: Here, response: Response) -> MadeWebhook:
    """A new endpoint. Its address must be public, of every name that it resolves to."""
    row, secret = await platform.webhooks.create(
        caller.workspace, body.url, body.types, body.description, caller.actor, body.secret
    )
    response.headers.update(etag(row.revision))
    return MadeWebhook(**Webhook.of(row).model_dump(), secret=secret.reveal())


@router.get("/{webhook_id}", operation_id="get_webhook")
async def get_webhook(webhook_id: str, caller: Reads, platform: Here, response: Response) -> Webhook:
    """One endpoint."""
    row = await platform.webhooks.get(caller.workspace, webhook_id)
    response.headers.update(etag(row.revision))
    return Webhook.of(row)


@router.patch("/{webhook_id}", operation_id="update_webhook")
async def update_webhook(
    webhook_id: str,
    body: WebhookChange,
    caller: Writes,
    platform: Here,
    response: Response,
    revision: Annotated[int | None, Depends(if_match)],
) -> Webhook:
    """Change it, or enable it again."""
    changes = {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}
    row = await platform.webhooks.change(caller.workspace, webhook_id, revision, changes, caller.actor)
    response.headers.update(etag(row.revision))
    return Webhook.of(row)


@router.delete("/{webhook_id}", operation_id="delete_webhook", status_code=204)
async def delete_webhook(webhook_id: str, caller: Writes, platform: Here) -> None:
    """Told nothing more, from now on; its deliveries go with it."""
    await platform.webhooks.delete(caller.workspace, webhook_id, caller.actor)


@router.post("/{webhook_id}/rotate-secret", operation_id="rotate_webhook_secret")
async def rotate_webhook_secret(webhook_id: str, body: NewSecret, caller: Writes, platform: Here) -> WebhookSecret:
    """A new secret; for a day every attempt is signed with both."""
    secret = await platform.webhooks.rotate(caller.workspace, webhook_id, caller.actor, body.secret)
    return WebhookSecret(secret=secret.reveal())


@router.post("/{webhook_id}/test", operation_id="test_webhook", status_code=202)
async def test_webhook(webhook_id: str, caller: Writes, platform: Here) -> Sent:
    """Send the event `webhook.test` to this endpoint."""
    return Sent(delivery_id=await platform.webhooks.test(caller.workspace, webhook_id, caller.actor))


@router.get("/{webhook_id}/deliveries", operation_id="list_deliveries")
async def list_deliveries(
    webhook_id: str,
    caller: Reads,
    platform: Here,
    page: Annotated[Part, Depends(part)],
    status: Annotated[DeliveryStatus | None, Query(description="Those of this status alone.")] = None,
) -> Page[Delivery]:
    """What was sent to the endpoint, newest first."""
    rows = await platform.webhooks.deliveries(caller.workspace, webhook_id, page.ask, page.after, status or "")
    return Page(data=[Delivery.of(row) for row in rows[: page.limit]], next=page.next_of(rows))


@router.get("/{webhook_id}/deliveries/{delivery_id}", operation_id="get_delivery")
async def get_delivery(webhook_id: str, delivery_id: str, caller: Reads, platform: Here) -> Delivery:
    """One of them."""
    return Delivery.of(await platform.webhooks.delivery(caller.workspace, webhook_id, delivery_id))


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver", operation_id="redeliver", status_code=202)
async def redeliver(webhook_id: str, delivery_id: str, caller: Writes, platform: Here) -> Delivery:
    """Send it again, now; the receiver knows it by the same `webhook-id`."""
    return Delivery.of(await platform.webhooks.redeliver(caller.workspace, webhook_id, delivery_id, caller.actor))
