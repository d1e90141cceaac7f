"""Twilio's webhooks: a call comes in, a call or its stream has changed, a stream is over."""

import logging
import re
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Request, Response

from offhook.errors import AdmissionRefused
from offhook.settings import Settings
from offhook.telephony.carriers import twilio_twiml as twiml
from offhook.telephony.facts import CallFacts
from offhook.web.answers import Answers
from offhook.web.gate import BadRequest, Gate, Webhook
from offhook.web.ports import Calls, Sentences

_logger: Final = logging.getLogger("offhook.web")

FINAL_STATUSES: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
MEDIA_PATH: Final = "/twilio/media"
_FAILED: Final = re.compile(r"lost|error|voice\.failed")
"""In the reason a call ended for: the caller was left in the middle of it, so the carrier's voice apologises."""
NUMBER_LENGTH: Final = 256


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the webhooks work with."""

    gate: Gate
    calls: Calls
    settings: Settings
    sentences: Sentences = field(default_factory=Sentences)
    answers: Answers = field(default_factory=Answers)

    async def voice(self, request: Request) -> Response:
        """A call: connect its media to us, or say why not."""
        webhook = await self.gate.webhook(request)
        call_sid = _call_sid(webhook)
        known = self.answers.find(webhook.idempotency_token)
        if known is not None:
            return _twiml(known.document)
        earlier = self.answers.find(call_sid)
        if earlier is not None and earlier.is_refusal:
            return _twiml(earlier.document)
        refusal = None if earlier is not None else self.calls.refusal()
        document = self._refused(webhook, refusal) if refusal else self._expected(webhook, call_sid)
        return _twiml(document)

    async def status(self, request: Request) -> Response:
        """How a call goes on; after its last status nothing of it may live on here."""
        webhook = await self.gate.webhook(request)
        call_sid, status = _call_sid(webhook), webhook.fields.get("CallStatus", "")
        _logger.info("< %s  status %s", call_sid, _shown(status))
        if status in FINAL_STATUSES:
            self.calls.carrier_ended(call_sid)
        return Response(status_code=204)

    async def stream_status(self, request: Request) -> Response:
        """How a stream goes on: for the log, since the socket tells the same sooner."""
        webhook = await self.gate.webhook(request)
        event, error = webhook.fields.get("StreamEvent", ""), webhook.fields.get("StreamError", "")
        level = logging.WARNING if error or event == "stream-error" else logging.INFO
        _logger.log(level, "< %s  %s %s", _call_sid(webhook), _shown(event), _shown(error))
        return Response(status_code=204)

    async def after_stream(self, request: Request) -> Response:
        """The stream is over and the call is not. Asked twice, it answers the same."""
        webhook = await self.gate.webhook(request)
        call_sid = _call_sid(webhook)
        outcome = self.calls.outcome(call_sid)
        if outcome is not None and not _FAILED.search(outcome):
            return _twiml(twiml.hang_up())
        _logger.warning("> %s  apology: the stream ended with %s", call_sid, outcome or "no outcome")
        return _twiml(twiml.say_and_hang_up(self.sentences.apology, self.sentences.language))

    def _expected(self, webhook: Webhook, call_sid: str) -> bytes:
        fields = webhook.fields
        direction = "outbound" if fields.get("Direction", "").startswith("outbound") else "inbound"
        from_number, to_number = (fields.get(name, "")[:NUMBER_LENGTH] for name in ("From", "To"))
        try:
            token = self.calls.expect(call_sid, CallFacts(call_sid, from_number, to_number, direction))
        except AdmissionRefused as refused:
            return self._refused(webhook, str(refused))
        host = webhook.origin.partition("://")[2]
        addresses = twiml.StreamAddresses(
            media=f"wss://{host}{MEDIA_PATH}",
            status=f"{webhook.origin}/twilio/stream-status",
            after=f"{webhook.origin}/twilio/after-stream",
        )
        _logger.info("< %s  %s call from %s to %s", call_sid, direction, _shown(from_number), _shown(to_number))
        document = twiml.connect_stream(addresses, token)
        self.answers.keep(document, webhook.idempotency_token, call_sid, is_refusal=False)
        return document

    def _refused(self, webhook: Webhook, reason: str) -> bytes:
        call_sid, fallback = webhook.fields["CallSid"], self.settings.fallback_number
        _logger.warning("> %s  refused (%s): %s", call_sid, _shown(reason), fallback or "a sentence and hang-up")
        document = (
            twiml.dial(fallback) if fallback else twiml.say_and_hang_up(self.sentences.busy, self.sentences.language)
        )
        self.answers.keep(document, webhook.idempotency_token, call_sid, is_refusal=True)
        return document


def twilio_router(hooks: Hooks) -> APIRouter:
    """The webhooks under /twilio. Twilio may be told to use GET."""
    router = APIRouter(prefix="/twilio")
    for path, handler in (
        ("/voice", hooks.voice),
        ("/status", hooks.status),
        ("/stream-status", hooks.stream_status),
        ("/after-stream", hooks.after_stream),
    ):
        router.add_api_route(path, handler, methods=["GET", "POST"], response_class=Response)
    return router


def _twiml(document: bytes) -> Response:
    return Response(document, headers={"Content-Type": twiml.CONTENT_TYPE})


def _call_sid(webhook: Webhook) -> str:
    call_sid = webhook.fields.get("CallSid", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", call_sid):
        raise BadRequest("CallSid is missing or is no SID")
    return call_sid


def _shown(text: str) -> str:
    """What others sent, fit for one line of the log."""
    return ascii(text[:100])[1:-1]
