"""The gate: nothing is done for a request before it is known to come from the carrier."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from offhook.errors import OffhookError, SignatureInvalid
from offhook.settings import Settings
from offhook.telephony.carriers.twilio_signature import (
    SIGNATURE_HEADER,
    Pairs,
    SignatureCheck,
    SignedRequest,
    request_urls,
)
from offhook.web.diagnosis import why
from offhook.web.seldom import Seldom, shown

_logger: Final = logging.getLogger("offhook.web")

BODY_LIMIT: Final = 64 * 1024
"""Longest webhook body; Twilio's are one or two KiB."""
FIELD_LIMIT: Final = 500
BODY_TIMEOUT_S: Final = 5.0
UNSIGNED: Final = "the request has no X-Twilio-Signature: it is not of Twilio, or the proxy in front takes headers away"


class BadRequest(OffhookError):
    """The request cannot be read."""

    code = "web.request"

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook that the carrier sent."""

    fields: Mapping[str, str]
    """The first value of each."""
    origin: str
    """Scheme and host that the carrier knows us by, without a slash at the end."""
    idempotency_token: str
    query: Mapping[str, str] = field(default_factory=dict)
    """What stands in the address, which we made ourselves: signed with it (protocol notes, 1.9). First values."""


class Gate:
    """Checks signatures, or with `OFFHOOK_UNSIGNED` does not."""

    def __init__(self, settings: Settings, seldom: Seldom, *, is_for_calls: bool = True) -> None:
        """Without a carrier's token every request is refused, which is told only where its calls are wanted."""
        self._settings: Final = settings
        self._check: Final = SignatureCheck(settings.twilio_auth_token, settings.twilio_shared_keys)
        self._seldom: Final = seldom
        self._signed_way = ""
        if settings.unsigned:
            _logger.warning("= OFFHOOK_UNSIGNED is set: ANYBODY who reaches this server can make it take calls")
        elif is_for_calls and not settings.twilio_auth_token:
            _logger.warning("= TWILIO_AUTH_TOKEN is not set: every request will be refused")

    async def webhook(self, request: Request) -> Webhook:
        """Read a webhook. Raises `SignatureInvalid` or `BadRequest`."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not self._settings.unsigned and SIGNATURE_HEADER not in headers:
            raise self._refused(SignatureInvalid(UNSIGNED), request.url.path)
        query = request.scope.get("query_string", b"").decode("latin-1")
        path = request.scope.get("raw_path", b"").decode("latin-1") or request.url.path
        body = await _read(request)
        is_form = headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
        form = _pairs(body.decode("utf-8", "replace")) if is_form else []
        urls = request_urls(self._settings.public_url, headers.get("host", ""), path + ("?" + query if query else ""))
        signed_url = f"{request.url.scheme}://{headers.get('host', '')}"
        if not self._settings.unsigned:
            signed = SignedRequest(urls, headers, form, None if is_form else body)
            try:
                signed_url = self._check.require(signed)
            except SignatureInvalid as invalid:
                target = path + ("?" + query if query else "")
                advice = why(self._check, signed, self._settings, target)
                raise self._refused(invalid, path, advice) from invalid
        of_address = _pairs(query)
        fields = first_values(form or of_address)
        origin = self._settings.public_url or "/".join(signed_url.split("/", 3)[:3])
        once = headers.get("i-twilio-idempotency-token", "")[:200]
        return Webhook(fields, origin, once, first_values(of_address))

    def require_socket(self, headers: Mapping[str, str], target: str) -> None:
        """Check the handshake of a media socket; `headers` in lower case. Raises `SignatureInvalid`."""
        if self._settings.unsigned:
            return
        if SIGNATURE_HEADER not in headers:
            raise self._refused(SignatureInvalid(UNSIGNED), target.partition("?")[0])
        signed = SignedRequest(
            request_urls(self._settings.public_url, headers.get("host", ""), target, socket=True), headers
        )
        try:
            url = self._check.require(signed)
        except SignatureInvalid as invalid:
            advice = why(self._check, signed, self._settings, target, is_socket=True)
            raise self._refused(invalid, target.partition("?")[0], advice) from invalid
        if (way := signed_way(url)) != self._signed_way:
            # Which of the spellings it is, nobody's documents agree on: `offhook live-day --log` reads it here.
            self._signed_way = way
            _logger.info("< the media socket is signed as %s", way)

    def _refused(self, invalid: SignatureInvalid, path: str, advice: str = "") -> SignatureInvalid:
        kind = "unsigned" if str(invalid) == UNSIGNED else "signature"
        self._seldom.say(kind, f"< {shown(path)}  403: {shown(advice or str(invalid), 400)}")
        return invalid


def signed_way(url: str) -> str:
    """How a signed address is spelled, without the address."""
    parts = urlsplit(url)
    slash = "with" if parts.path.endswith("/") else "without"
    return f"{parts.scheme}, {slash} a slash, {'with' if parts.port else 'without'} a port"


_FORM: Final = "application/x-www-form-urlencoded"


def first_values(pairs: Pairs) -> dict[str, str]:
    """The first value of each name."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(name, value)
    return values


def _pairs(text: str) -> Pairs:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELD_LIMIT)
    except ValueError as error:
        raise BadRequest(f"more than {FIELD_LIMIT} fields", 413) from error


async def _read(request: Request) -> bytes:
    body = b""
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for piece in request.stream():
                body += piece
                if len(body) > BODY_LIMIT:
                    raise BadRequest(f"the body is longer than {BODY_LIMIT} bytes", 413)
    except TimeoutError as error:
        raise BadRequest("the body did not come in time", 408) from error
    return body
