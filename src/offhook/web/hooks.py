"""Twilio's webhooks over HTTP: the gate checks who asks, the switchboard knows what to answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from offhook.telephony.carriers import twilio_twiml as twiml
from offhook.telephony.carriers.twilio_line import TRANSFER_ENDED_PATH
from offhook.web.gate import Gate, Webhook
from offhook.web.ports import Elsewhere
from offhook.web.switchboard import AFTER_STREAM_PATH, STATUS_PATH, STREAM_STATUS_PATH, VOICE_PATH, Switchboard

PATHS: Final = (VOICE_PATH, STATUS_PATH, STREAM_STATUS_PATH, AFTER_STREAM_PATH, TRANSFER_ENDED_PATH)


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the webhooks work with."""

    gate: Gate
    switchboard: Switchboard
    elsewhere: Elsewhere | None = None

    def __post_init__(self) -> None:
        if self.elsewhere is not None:
            self.elsewhere.answer_with(self._for_another)

    async def webhook(self, request: Request) -> Response:
        """Any of them."""
        return await self.webhook_at(request, request.url.path)

    async def webhook_at(self, request: Request, path: str) -> Response:
        """The webhook of this path, whatever the request's own is: it is signed for that one."""
        webhook = await self.gate.webhook(request)
        document = await self._from_another(path, webhook)
        if document is None:
            document = self.switchboard.answer(path, webhook)
        if not document:
            return Response(status_code=204)
        return Response(document, headers={"Content-Type": twiml.CONTENT_TYPE})

    async def _from_another(self, path: str, webhook: Webhook) -> bytes | None:
        """The document of the process where the call lives, None when this one answers. Raises `BadRequest`."""
        if self.elsewhere is None or path in (VOICE_PATH, STREAM_STATUS_PATH):
            return None
        question = {"path": path, "fields": dict(webhook.fields), "origin": webhook.origin,
                    "token": webhook.idempotency_token, "query": dict(webhook.query)}  # fmt: skip
        answer = await self.elsewhere.ask(webhook.fields.get("CallSid", ""), question)
        return str(answer["document"]).encode() if answer is not None else None

    def _for_another(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """The gate let it in there."""
        webhook = Webhook(question["fields"], question["origin"], question["token"], question["query"])
        return {"document": self.switchboard.answer(question["path"], webhook).decode()}


def twilio_router(hooks: Hooks) -> APIRouter:
    """The webhooks under /twilio. Twilio may be told to use GET."""
    router = APIRouter()
    for path in PATHS:
        router.add_api_route(path, hooks.webhook, methods=["GET", "POST"], response_class=Response)
    return router
