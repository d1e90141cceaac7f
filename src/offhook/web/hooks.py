"""Twilio's webhooks over HTTP: the gate checks who asks, the switchboard knows what to answer."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from offhook.telephony.carriers import twilio_twiml as twiml
from offhook.telephony.carriers.twilio_paths import (
    AFTER_STREAM_PATH,
    ANSWERED_BY_PATH,
    STATUS_PATH,
    STREAM_STATUS_PATH,
    TRANSFER_ENDED_PATH,
    VOICE_PATH,
)
from offhook.web.gate import Gate
from offhook.web.switchboard import Switchboard

PATHS: Final = (VOICE_PATH, STATUS_PATH, STREAM_STATUS_PATH, AFTER_STREAM_PATH, TRANSFER_ENDED_PATH, ANSWERED_BY_PATH)


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the webhooks work with."""

    gate: Gate
    switchboard: Switchboard

    async def webhook(self, request: Request) -> Response:
        """Any of them."""
        return await self.webhook_at(request, request.url.path)

    async def webhook_at(self, request: Request, path: str) -> Response:
        """The webhook of this path, whatever the request's own is: it is signed for that one."""
        webhook = await self.gate.webhook(request)
        document = self.switchboard.answer(path, webhook)
        if not document:
            return Response(status_code=204)
        return Response(document, headers={"Content-Type": twiml.CONTENT_TYPE})


def twilio_router(hooks: Hooks) -> APIRouter:
    """The webhooks under /twilio. Twilio may be told to use GET."""
    router = APIRouter()
    for path in PATHS:
        router.add_api_route(path, hooks.webhook, methods=["GET", "POST"], response_class=Response)
    return router
