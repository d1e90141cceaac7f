"""Standard Webhooks 1.0.0, as far as a sender needs it: secrets, signatures, bodies, and when it is tried again."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from email.utils import mktime_tz, parsedate_tz
from typing import Any, Final

from offhook import clock
from offhook.settings import Secret
from offhook.store.json import dumps

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
LEAST_BYTES: Final = 24
MOST_BYTES: Final = 64
"""Of a secret, before base64 ("Signature scheme")."""
RETRIES_S: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each attempt, after the one before it ("Webhook retries")."""
JITTER: Final = 0.1
"""A wait is longer by up to so much of it, by chance: receivers that were down are not hit by all at once."""
MOST_PAUSE_S: Final = 86_400
"""Whatever `Retry-After` asks for."""
TIMEOUT_S: Final = 15.0
TYPE: Final = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


def new_secret() -> Secret:
    """A secret for one endpoint."""
    return Secret(PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode())


def key_of(secret: Secret) -> bytes:
    """The key that is signed with. Raises `ValueError` for what is no secret."""
    text = secret.reveal()
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if not text.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise ValueError(f"not {PREFIX} and {LEAST_BYTES} to {MOST_BYTES} bytes")
    return key


def body_of(event_type: str, at_ms: int, data: Any, sequence: int | None = None) -> bytes:
    """The same bytes each time that they are sent. `sequence` orders the events of a call: deliveries may overtake."""
    order = {} if sequence is None else {"sequence": sequence}
    return dumps({"type": event_type, "timestamp": clock.rfc3339(at_ms), **order, "data": data}).encode()


def headers_of(message_id: str, at_s: int, body: bytes, keys: Sequence[Secret]) -> Mapping[str, str]:
    """One signature for each key, the newest first; `at_s` is the attempt's time, in seconds since 1970."""
    signed = f"{message_id}.{at_s}.".encode() + body
    marks = (base64.b64encode(hmac.digest(key_of(key), signed, hashlib.sha256)).decode() for key in keys)
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }


def wait_s(attempts: int, chance: float, pause_s: float = 0.0) -> float | None:
    """Seconds to wait after so many attempts, None: it was tried often enough. `chance` is from 0 to 1."""
    if attempts >= len(RETRIES_S):
        return None
    return max(RETRIES_S[attempts] * (1.0 + JITTER * chance), min(pause_s, MOST_PAUSE_S))


def pause_s(retry_after: str, at_ms: int) -> float:
    """What a `Retry-After` asks for: seconds, or a date (RFC 9110, 10.2.3); 0 for anything else."""
    text = retry_after.strip()
    if re.fullmatch("[0-9]{1,9}", text):
        return float(text)
    until = parsedate_tz(text)
    return max(0.0, mktime_tz(until) - at_ms / 1000) if until is not None else 0.0
