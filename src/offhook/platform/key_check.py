"""Tries a vendor's key: one harmless question, and what its answer says about the key.

An answer that says "who are you?" is a refusal; one that says "this key may not do that" is not: whoever restricts a
key is right to, and the vendor knew it. The three of our vendors that have such keys say both with status 401.
"""

import asyncio
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx2
import msgspec

from offhook import clock
from offhook.errors import ProviderRefused, RequestRefused
from offhook.platform.vendors import REGION, STAND_IN, Vendor
from offhook.settings import Secret
from offhook.speech.tts import azure
from offhook.speech.vendor_block import is_loopback
from offhook.speech.vendor_errors import failure, safe_text

CHECK_S: Final = 3.0
"""Who saves a key waits for it."""
MOST_BYTES: Final = 16 * 1024
"""Of an answer that is read: its words, if it has any, are in front."""
REFUSES: Final = frozenset({400, 401, 403})
CREDIT: Final = re.compile("check the account's credit$")
_RESTRICTED: Final = re.compile(
    # OpenAI (401): "You have insufficient permissions for this operation. Missing scopes: api.model.read"; Deepgram
    # (401, 403): "User does not have sufficient permissions"; ElevenLabs (401): status "missing_permissions"; Anthropic
    # (403): "permission_error".
    r"insufficient[ _]permission|missing[ _]scope|missing_permission|missing the permission|sufficient permission"
    r"|permission_error|not have (?:the )?permission|required scope",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it."""

    is_valid: bool | None
    """None: nobody could be asked, or the answer says nothing about the key."""
    detail: str
    """In words, for people; holds no part of the key."""
    latency_ms: int | None = None


async def try_key(vendor: Vendor, secret: Secret, base_url: str = "", region: str = "") -> Tried:
    """Ask the vendor, at `base_url` where it is not the usual one. Never raises for what the vendor does."""
    address, why = door_of(vendor, secret, base_url, region)
    if why:
        return Tried(None, f"not tried: {why}")
    key, begun_at = secret.reveal(), clock.now()
    try:
        async with asyncio.timeout(CHECK_S):
            status, body = await _ask(f"{address}/{vendor.path}", vendor, address, key)
    except (TimeoutError, httpx2.TimeoutException):
        return Tried(None, f"not tried: {vendor.title} did not answer within {CHECK_S:g} s")
    except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL) as error:
        return Tried(None, f"not tried: {vendor.title} could not be reached ({type(error).__name__})")
    return _judged(vendor, key, status, body, round((clock.now() - begun_at) * 1000))


def door_of(vendor: Vendor, secret: Secret, base_url: str = "", region: str = "") -> tuple[str, str]:
    """The address where this key is taken, and why there is none."""
    if not base_url and secret.reveal().endswith(STAND_IN):
        return "", "it is the key of a stand-in on this machine"
    address = base_url or vendor.base_url
    if not address:
        return "", f"an address of {vendor.title} is each owner's own (OFFHOOK_VENDOR_URLS)"
    if REGION in address and not region:
        return "", "its region is not known"
    # Some regions are in a cloud of their own.
    return (azure.region_url(region) if address == azure.region_url(REGION) else address.replace(REGION, region)), ""


def over_plain_http(address: str, plain_hosts: Sequence[str]) -> str:
    """The host that would be sent a key over plain http although nobody has allowed it; empty: there is none."""
    host = address.removeprefix("http://").partition("/")[0].partition(":")[0]
    is_open = address.startswith("http://") and not is_loopback(address) and host not in plain_hosts
    return host if is_open else ""


async def _ask(url: str, vendor: Vendor, address: str, key: str) -> tuple[int, bytes]:
    # The first time it reads all certificates: calls are not to wait for that.
    trust = await asyncio.to_thread(trusted)
    client = httpx2.AsyncClient(
        verify=trust, timeout=CHECK_S, follow_redirects=False, trust_env=not is_loopback(address),
        headers={**vendor.headers(address, key), "Accept": "application/json", "Accept-Encoding": "identity"},
    )  # fmt: skip
    body = b""
    async with client, client.stream("GET", url) as response:
        if response.status_code >= 300:
            async for piece in response.aiter_raw():
                body += piece
                if len(body) >= MOST_BYTES:
                    break
        return response.status_code, body[:MOST_BYTES]


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed. Slow the first time: for a thread."""
    return httpx2.create_ssl_context()


def _judged(vendor: Vendor, key: str, status: int, body: bytes, latency_ms: int) -> Tried:
    if status < 300:
        return Tried(True, f"{vendor.title} took it", latency_ms)
    error = failure(vendor.title, status, body, key=key)
    said = str(error)
    if not isinstance(error, ProviderRefused) or isinstance(error, RequestRefused):
        return Tried(None, f"not tried: {said}", latency_ms)
    if CREDIT.search(said):
        return Tried(True, f"{vendor.title} knows it: {said}", latency_ms)
    if status in REFUSES and _RESTRICTED.search(body.decode("utf-8", "replace")):
        told = f"{vendor.title} knows it, and it is restricted: it may not {_asked(vendor)}"
        return Tried(True, told, latency_ms)
    if status not in REFUSES or body.lstrip().startswith(b"<"):
        # A page of a proxy or of a wall before the vendor says nothing about the key.
        return Tried(None, f"not tried: {said}", latency_ms)
    return Tried(False, _with_words(said, body, key), latency_ms)


def _asked(vendor: Vendor) -> str:
    return f"read {vendor.path.partition('?')[0]}"


def _with_words(said: str, body: bytes, key: str) -> str:
    """With Deepgram's words, which stand where nobody else's do."""
    words = _words(body)
    return safe_text(f"{said.partition(';')[0]}: {words}; check the key", key) if words and ": " not in said else said


def _words(body: bytes) -> str:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""
    words = found.get("err_msg") if isinstance(found, dict) else None
    return words if isinstance(words, str) else ""
