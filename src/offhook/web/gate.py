"""The gate: nothing is done for a request before it is known to come from the carrier."""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from offhook.errors import OffhookError, SignatureInvalid
from offhook.settings import Secret, Settings
from offhook.telephony.carriers.twilio_paths import MEDIA_PATH
from offhook.telephony.carriers.twilio_signature import (
    SIGNATURE_HEADER,
    Pairs,
    SignatureCheck,
    SignedRequest,
    request_urls,
)
from offhook.web.diagnosis import other_account, why
from offhook.web.safety import stranger
from offhook.web.seldom import Seldom, shown

_logger: Final = logging.getLogger("offhook.web")

BODY_LIMIT: Final = 64 * 1024
"""Longest webhook body; Twilio's are one or two KiB."""
FIELD_LIMIT: Final = 500
ACCOUNT_LENGTH: Final = 80
BODY_TIMEOUT_S: Final = 5.0
TokensOf = Callable[[str], Sequence[Secret]]
"""With what an account signs, by its SID: mostly one token, none of an account that is not ours. Never waits."""
_MEDIA_OF: Final = re.compile(re.escape(MEDIA_PATH) + "/(AC[0-9A-Za-z]{4,64})/?")
UNSIGNED: Final = "the request has no X-Twilio-Signature: it is not of Twilio, or the proxy in front takes headers away"


def no_tokens(account: str) -> Sequence[Secret]:
    """The settings' own account is the only one."""
    return ()


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
    account: str = ""
    """Whose request it is: the account that the form names, whose token has signed it."""
    signer: str = ""
    """The account whose token signed; empty: the settings' own."""


class Gate:
    """Checks signatures, or with `OFFHOOK_UNSIGNED` does not."""

    def __init__(
        self, settings: Settings, seldom: Seldom, *, is_for_calls: bool = True, tokens: TokensOf = no_tokens
    ) -> None:
        """`tokens`: of accounts beside the settings' own. Without any every request is refused, which is told only
        where the carrier's calls are wanted."""
        self._settings: Final = settings
        self._own: Final = SignatureCheck(settings.twilio_auth_token, settings.twilio_shared_keys)
        self._tokens: Final = tokens
        # Where no workspaces are, the settings' account is the only one there can be.
        self._has_own = bool(settings.twilio_auth_token or settings.twilio_shared_keys) or tokens is no_tokens
        self._seldom: Final = seldom
        self._signed_way = ""
        if settings.unsigned:
            _logger.warning("= OFFHOOK_UNSIGNED is set: ANYBODY who reaches this server can make it take calls")
        elif is_for_calls and not settings.twilio_auth_token and tokens is no_tokens:
            _logger.warning("= TWILIO_AUTH_TOKEN is not set: every request will be refused")

    async def webhook(self, request: Request) -> Webhook:
        """Read a webhook. Raises `SignatureInvalid` or `BadRequest`."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self._require_host(headers, request.url.path)
        if not self._settings.unsigned and SIGNATURE_HEADER not in headers:
            raise self._refused(SignatureInvalid(UNSIGNED), request.url.path)
        query = request.scope.get("query_string", b"").decode("latin-1")
        path = request.scope.get("raw_path", b"").decode("latin-1") or request.url.path
        body = await _read(request)
        is_form = headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM
        form = _pairs(body.decode("utf-8", "replace")) if is_form else []
        urls = request_urls(self._settings.public_url, headers.get("host", ""), path + ("?" + query if query else ""))
        signed_url, signer = f"{request.url.scheme}://{headers.get('host', '')}", ""
        of_address = _pairs(query)
        fields = first_values(form or of_address)
        account = fields.get("AccountSid", "")[:ACCOUNT_LENGTH]
        if not self._settings.unsigned:
            signed = SignedRequest(urls, headers, form, None if is_form else body)
            target = path + ("?" + query if query else "")
            signed_url, signer = self._require(signed, account, target)
            if not signer:
                self._require_account(fields, path)
        origin = self._settings.public_url or "/".join(signed_url.split("/", 3)[:3])
        once = headers.get("i-twilio-idempotency-token", "")[:200]
        return Webhook(fields, origin, once, first_values(of_address), account, signer)

    def require_socket(self, headers: Mapping[str, str], target: str) -> None:
        """Check the handshake of a media socket; `headers` in lower case. Raises `SignatureInvalid`."""
        self._require_host(headers, target.partition("?")[0])
        if self._settings.unsigned:
            return
        if SIGNATURE_HEADER not in headers:
            raise self._refused(SignatureInvalid(UNSIGNED), target.partition("?")[0])
        signed = SignedRequest(
            request_urls(self._settings.public_url, headers.get("host", ""), target, socket=True), headers
        )
        found = _MEDIA_OF.fullmatch(target.partition("?")[0])
        url, _ = self._require(signed, found[1] if found else "", target, is_socket=True)
        if (way := signed_way(url)) != self._signed_way:
            # Which of the spellings it is, nobody's documents agree on: `offhook live-day --log` reads it here.
            self._signed_way = way
            _logger.info("< the media socket is signed as %s", way)

    def _require(self, signed: SignedRequest, account: str, target: str, *, is_socket: bool = False) -> tuple[str, str]:
        """The address that was signed, and the account whose token did it, empty for the settings' own."""
        ours = self._settings.twilio_account_sid
        theirs = [SignatureCheck(token) for token in (self._tokens(account) if account else ())]
        # An account that a workspace has connected signs with its own token: the settings' is of another one.
        is_own = account == ours if account and (theirs or is_socket) else self._has_own or not account
        refused, advice = SignatureInvalid(f"account {account[:10]}... is connected to no workspace here"), ""
        for check in ([self._own] if is_own else []) + theirs:
            try:
                return check.require(signed), "" if check is self._own else account
            except SignatureInvalid as invalid:
                refused = invalid
                # Of a workspace's account nothing is said about the settings.
                settings = self._settings if check is self._own else replace(self._settings, twilio_account_sid="")
                advice = advice or why(check, signed, settings, target, is_socket=is_socket)
        raise self._refused(refused, target.partition("?")[0], advice)

    def _require_host(self, headers: Mapping[str, str], path: str) -> None:
        if unknown := stranger(self._settings, headers.get("host", "")):
            raise self._refused(SignatureInvalid(unknown), path)

    def _require_account(self, fields: Mapping[str, str], path: str) -> None:
        """A token signs for one account, which each webhook names (protocol notes, 1.2)."""
        ours = self._settings.twilio_account_sid
        if ours and fields.get("AccountSid", "") != ours:
            raise self._refused(SignatureInvalid(other_account(fields.get("AccountSid", ""), ours)), path)

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
