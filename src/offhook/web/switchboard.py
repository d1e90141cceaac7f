"""What is answered to each of Twilio's webhooks, without HTTP: what it asks is known to be its own by now.

    /twilio/voice           a call comes in                     connect its media, or say why not
    /twilio/status          the call has changed                its last status ends what is left of it here
    /twilio/stream-status   a stream has changed                for the log
    /twilio/after-stream    the stream is over, the call is not hang up, bring the media back, or apologise
    /twilio/transfer-ended  a transfer is over                  hang up, or bring the media back

A question may come twice, and the five of them in any order and around the socket's own end: each is answered from
what the calls say of themselves at that moment, and an answer that is thrown away changes nothing.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from offhook.core.endings import ENDINGS
from offhook.core.events import TransferEnded, TransferEnding
from offhook.errors import TOO_OFTEN, AdmissionAsks, AdmissionRefused
from offhook.settings import Settings
from offhook.telephony.carriers import twilio_twiml as twiml
from offhook.telephony.carriers.twilio_line import TOOL_CALL_LIMIT, TRANSFER_ENDED_PATH
from offhook.telephony.facts import CallFacts
from offhook.telephony.numbers import shortened
from offhook.web.answers import Answers
from offhook.web.gate import BadRequest, Webhook, first_values
from offhook.web.ports import Calls, Sentences

_logger: Final = logging.getLogger("offhook.web")

MEDIA_PATH: Final = "/twilio/media"
VOICE_PATH: Final = "/twilio/voice"
STATUS_PATH: Final = "/twilio/status"
STREAM_STATUS_PATH: Final = "/twilio/stream-status"
AFTER_STREAM_PATH: Final = "/twilio/after-stream"
FINAL_STATUSES: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
NUMBER_LENGTH: Final = 256
ASKED: Final = "asked"
"""In the query of the voice webhook: the caller was asked to press a key."""
LONGEST_TALK_S: Final = 4 * 3600.0
"""Twilio's longest call."""

_ENDINGS: Final[Mapping[str, TransferEnding]] = {
    "completed": TransferEnding.CONNECTED,
    "answered": TransferEnding.CONNECTED,
    "busy": TransferEnding.BUSY,
    "no-answer": TransferEnding.NO_ANSWER,
    "failed": TransferEnding.FAILED,
    "canceled": TransferEnding.CANCELED,
}
"""Of `DialCallStatus` (protocol notes, 1.3)."""


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Puts calls through. A document is TwiML; an empty one says that nothing is to be said."""

    calls: Calls
    settings: Settings
    sentences: Sentences = field(default_factory=Sentences)
    answers: Answers = field(default_factory=Answers)

    async def respond(self, url: str, fields: Mapping[str, str], token: str = "") -> bytes:
        """Any of the webhooks by its address, for a carrier in memory. Raises `BadRequest`."""
        parts = urlsplit(url)
        query = first_values(parse_qsl(parts.query, keep_blank_values=True))
        return self.answer(parts.path, Webhook(fields, f"{parts.scheme}://{parts.netloc}", token, query))

    def answer(self, path: str, webhook: Webhook) -> bytes:
        """The document for a webhook. Raises `BadRequest`."""
        handlers = {
            VOICE_PATH: self._voice,
            STATUS_PATH: self._status,
            STREAM_STATUS_PATH: self._stream_status,
            AFTER_STREAM_PATH: self._after_stream,
            TRANSFER_ENDED_PATH: self._transfer_ended,
        }
        handler = handlers.get(path)
        if handler is None:
            raise BadRequest("no such webhook", 404)
        call_sid = self._call_sid(webhook)
        # The same token is the same question (protocol notes, 1.2); it is not signed, so it counts for its call only.
        once = ("once", path, call_sid, webhook.idempotency_token)
        known = self.answers.find(once)
        if known is not None:
            return known.document
        document = handler(webhook, call_sid)
        self.answers.keep(document, once)
        return document

    def _call_sid(self, webhook: Webhook) -> str:
        """Exact where requests are signed: Twilio joins names and values without a sign between them, so the same
        signature holds for `CallSid=CA...CallStatusringing`, which would be another call."""
        call_sid = webhook.fields.get("CallSid", "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}" if self.settings.unsigned else r"CA[0-9a-f]{32}", call_sid):
            raise BadRequest("CallSid is missing or is no SID")
        return call_sid

    # ── a call comes in ──────────────────────────────────────────────────────────────────────────────────────────

    def _voice(self, webhook: Webhook, call_sid: str) -> bytes:
        key = ("voice", call_sid, webhook.query.get(ASKED, "-"))
        earlier = self.answers.find(key)
        if earlier is not None:
            # Asked again, it is not a second call: neither a place nor a token more.
            return earlier.document
        if refusal := self.calls.refusal():
            document = self._refused(call_sid, AdmissionRefused(refusal))
        else:
            try:
                document = self._expected(webhook, call_sid)
            except AdmissionAsks as asks:
                document = self._asked(webhook, call_sid, asks)
            except AdmissionRefused as refused:
                document = self._refused(call_sid, refused)
        self.answers.keep(document, key)
        return document

    def _refused(self, call_sid: str, refused: AdmissionRefused) -> bytes:
        _logger.warning("> %s  refused (%s)", call_sid, _shown(str(refused)))
        if refused.number:
            return twiml.dial(refused.number)
        if refused.sentence:
            return twiml.say_and_hang_up(refused.sentence, refused.language or self.sentences.language)
        # Who calls again and again is not put through: each time would be at the owner's cost.
        if str(refused) == TOO_OFTEN:
            return self._sentence(self.sentences.busy)
        return self._rescue(call_sid, self.sentences.busy)

    def _asked(self, webhook: Webhook, call_sid: str, asks: AdmissionAsks) -> bytes:
        """A key is asked for; the same webhook is told of it, and of its absence."""
        _logger.info("> %s  is asked to press a key", call_sid)
        language = asks.language or self.sentences.language
        return twiml.ask_for_key(asks.sentence, f"{webhook.origin}{VOICE_PATH}?{ASKED}=1", language)

    def _expected(self, webhook: Webhook, call_sid: str) -> bytes:
        fields = webhook.fields
        direction = "outbound" if fields.get("Direction", "").startswith("outbound") else "inbound"
        from_number, to_number = (fields.get(name, "")[:NUMBER_LENGTH] for name in ("From", "To"))
        vouched = fields.get("StirVerstat", "")[:NUMBER_LENGTH]
        pressed = fields.get("Digits", "")[:1] if ASKED in webhook.query else None
        facts = CallFacts(call_sid, from_number, to_number, direction, webhook.origin, vouched=vouched, pressed=pressed)
        token = self.calls.expect(facts)
        _logger.info("< %s  %s call from %s to %s", call_sid, direction, *map(_end_of, (from_number, to_number)))
        return _media(webhook, token)

    # ── what becomes of it ───────────────────────────────────────────────────────────────────────────────────────

    def _status(self, webhook: Webhook, call_sid: str) -> bytes:
        status = webhook.fields.get("CallStatus", "")
        _logger.info("< %s  status %s", call_sid, _shown(status))
        if status in FINAL_STATUSES:
            self.calls.carrier_ended(call_sid)
        return b""

    def _stream_status(self, webhook: Webhook, call_sid: str) -> bytes:
        """For the log, since the socket tells the same sooner."""
        event, error = webhook.fields.get("StreamEvent", ""), webhook.fields.get("StreamError", "")
        level = logging.WARNING if error or event == "stream-error" else logging.INFO
        _logger.log(level, "< %s  %s %s", call_sid, _shown(event), _shown(error))
        return b""

    def _after_stream(self, webhook: Webhook, call_sid: str) -> bytes:
        """The next verb after `<Connect>` runs: we closed the socket, or it broke (protocol notes, 1.8)."""
        if self._is_over(webhook, call_sid):
            return twiml.hang_up()
        token = self.calls.lost_leg(call_sid)
        if token is None:
            return self._farewell(call_sid)
        _logger.warning("> %s  the media broke off: they are connected again", call_sid)
        return _media(webhook, token)

    def _transfer_ended(self, webhook: Webhook, call_sid: str) -> bytes:
        """The action of our `<Dial>`; it must be right when it is asked twice, and when its answer is dropped."""
        fields = webhook.fields
        key = ("transfer", call_sid, webhook.query.get("call", ""), fields.get("DialCallSid", ""))
        known = self.answers.find(key)
        if known is not None:
            return known.document
        ended = _transfer(webhook)
        _logger.info("< %s  transfer ended: %s %s", call_sid, ended.ending, _shown(ended.cause))
        is_over = fields.get("CallStatus", "") in FINAL_STATUSES
        has_talked = ended.ending is TransferEnding.CONNECTED
        # A caller who hangs up while it rings: nobody takes the call back, and only the call's end is news.
        token = self.calls.transfer_ended(call_sid, ended) if has_talked or not is_over else None
        if has_talked or self._is_over(webhook, call_sid):
            document = twiml.hang_up()
        elif token is not None:
            document = _media(webhook, token)
        else:
            document = self._farewell(call_sid)
        self.answers.keep(document, key)
        return document

    def _is_over(self, webhook: Webhook, call_sid: str) -> bool:
        """The question itself says that the telephone call is over, perhaps sooner than its status does."""
        if webhook.fields.get("CallStatus", "") not in FINAL_STATUSES:
            return False
        self.calls.carrier_ended(call_sid)
        return True

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _farewell(self, call_sid: str) -> bytes:
        """The call is over here and the caller is still there."""
        outcome = self.calls.outcome(call_sid)
        if outcome is not None and not ENDINGS[outcome].apologise:
            return twiml.hang_up()
        _logger.warning("> %s  the caller was left in the middle of it: %s", call_sid, outcome or "no outcome")
        return self._rescue(call_sid, self.sentences.apology)

    def _rescue(self, call_sid: str, sentence: str) -> bytes:
        fallback = self.settings.fallback_number
        _logger.warning("> %s  %s", call_sid, f"put through to {fallback}" if fallback else "a sentence and hang-up")
        return twiml.dial(fallback) if fallback else self._sentence(sentence)

    def _sentence(self, sentence: str) -> bytes:
        return twiml.say_and_hang_up(sentence, self.sentences.language)


def _media(webhook: Webhook, token: str) -> bytes:
    host = webhook.origin.partition("://")[2]
    addresses = twiml.StreamAddresses(
        media=f"wss://{host}{MEDIA_PATH}",
        status=f"{webhook.origin}{STREAM_STATUS_PATH}",
        after=f"{webhook.origin}{AFTER_STREAM_PATH}",
    )
    return twiml.connect_stream(addresses, token)


def _transfer(webhook: Webhook) -> TransferEnded:
    fields = webhook.fields
    status = fields.get("DialCallStatus", "")
    ending, cause = _ENDINGS.get(status, TransferEnding.FAILED), ""
    if status not in _ENDINGS:
        cause = f"unknown DialCallStatus {_shown(status)!r}"
    elif ending is TransferEnding.CONNECTED and fields.get("DialBridged", "").lower() == "false":
        # Picked up, and never talked to the caller (protocol notes, 1.3).
        ending, cause = TransferEnding.NO_ANSWER, "picked up, and hung up before the caller was connected"
    length = fields.get("DialCallDuration", "")
    talked_s = float(length) if re.fullmatch("[0-9]{1,6}", length) else 0.0
    talked_s = min(talked_s, LONGEST_TALK_S) if ending is TransferEnding.CONNECTED else 0.0
    return TransferEnded(webhook.query.get("call", "")[:TOOL_CALL_LIMIT], ending, talked_s, cause)


def _end_of(number: str) -> str:
    return _shown(shortened(number))


def _shown(text: str) -> str:
    """What others sent, fit for one line of the log."""
    return ascii(text[:100])[1:-1]
