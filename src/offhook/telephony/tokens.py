"""The pass of a media connection: a signed text that a webhook gives and the media's `start` brings back.

The handshake of a media socket proves only that its address came from the carrier, and is the same for all calls of an
account. The pass says which call it is for, so that the webhook and the socket may reach different processes: whoever
has the key can read it. It is for one call, one purpose, one minute and, within one process, one use.

    token = base64url(payload + HMAC-SHA256(key, payload)), the payload as MessagePack

Time is an argument, in seconds since the epoch, since processes on different machines compare it.
"""

import base64
import binascii
import hashlib
import hmac
import math
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec
from ulid import ULID

from offhook.errors import OffhookError
from offhook.ids import new_id
from offhook.settings import Secret
from offhook.telephony.facts import CallFacts

TOKEN_S: Final = 60.0
"""From the webhook's answer to the media's start: the carrier takes less than a second (protocol notes, 1.8)."""
TOKEN_LIMIT: Final = 494
"""Characters: name and value of a custom parameter are below 500 together, and the name is `token` (notes, 1.3)."""
NUMBER_BYTES: Final = 56
"""Of a number in a token, UTF-8; what is longer is cut. E.164 has 16, most SIP addresses fewer than 50."""
ORIGIN_BYTES: Final = 80
"""A longer one is left out: then OFFHOOK_PUBLIC_URL has to say it."""
SID_BYTES: Final = 64
MOST_USED: Final = 20_000
"""Used tokens that are remembered until they expire: 300 new streams a second for a minute."""
AHEAD_S: Final = 5.0
"""The clocks of two machines may differ by so much."""

_VERSION: Final = 3
_DIGEST_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_ID_BYTES: Final = 16
_ULID: Final = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
_CALL_ID: Final = re.compile(f"call_{_ULID}")
_AGENT: Final = re.compile(f"agent_({_ULID})/([0-9]{{1,9}})")


def new_call_id() -> str:
    """An id of our own for a call: its time, and 80 random bits."""
    return new_id("call")


class Purpose(StrEnum):
    """What a media connection is for."""

    NEW = "new"
    """It begins the call."""
    RETURN = "return"
    """It brings the media of a live call back."""


class TokenRefusal(StrEnum):
    """Why a token does not count."""

    MISSING = "there is no token"
    UNREADABLE = "the token is none of ours"
    FORGED = "the token's signature is wrong"
    OVERDUE = "the token is overdue"
    EARLY = "the token is from the future: the clocks of the processes differ"
    OTHER_CALL = "the token is for another call"
    USED = "the token was used before"
    CROWDED = "more tokens were used in a minute than can be remembered"


class TokenRefused(OffhookError):
    """The media connection brings no token that counts."""

    code = "leg.token"

    def __init__(self, reason: TokenRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MediaPass:
    """What a token says."""

    call: str
    """Our own id of the call."""
    facts: CallFacts
    purpose: Purpose
    expires_at: float
    nonce: bytes


class _Payload(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    version: int
    call: bytes
    call_sid: str
    from_number: str
    to_number: str
    origin: str
    agent: bytes
    agent_version: int
    is_outbound: bool
    is_screened: bool
    is_return: bool
    expires_at: int
    nonce: bytes


_decoder: Final = msgspec.msgpack.Decoder(_Payload)


class Tokens:
    """Gives tokens and takes them back. Bounded: it remembers used tokens only as long as they could count."""

    def __init__(self, secret: Secret) -> None:
        """With an empty `secret` the key is made here, and no other process knows it."""
        key = secret.reveal().encode() or secrets.token_bytes(_DIGEST_BYTES)
        # A key of its own: what else is signed with the secret can never pass for a token.
        self._key: Final = hmac.digest(key, b"offhook media token", "sha256")
        self._used: Final[OrderedDict[bytes, float]] = OrderedDict()

    def issue(self, call: str, facts: CallFacts, purpose: Purpose, at: float) -> str:
        """A token for the media of `call`, from `at` on. Raises `ValueError` for what is no call of ours."""
        if not _CALL_ID.fullmatch(call):
            raise ValueError(f"not a call id: {call[:60]!r}")
        if not 0 < len(facts.call_sid.encode()) <= SID_BYTES:
            raise ValueError(f"not a carrier's id of a call: {facts.call_sid[:60]!r}")
        agent, agent_version = _packed_agent(facts.agent)
        payload = _Payload(
            version=_VERSION,
            call=ULID.from_str(call.removeprefix("call_")).bytes,
            call_sid=facts.call_sid,
            from_number=_cut(facts.from_number),
            to_number=_cut(facts.to_number),
            origin=facts.origin if len(facts.origin.encode()) <= ORIGIN_BYTES else "",
            agent=agent,
            agent_version=agent_version,
            is_outbound=facts.direction == "outbound",
            is_screened=facts.is_screened,
            is_return=purpose is Purpose.RETURN,
            expires_at=math.ceil(at + TOKEN_S),
            nonce=secrets.token_bytes(_NONCE_BYTES),
        )
        signed = msgspec.msgpack.encode(payload)
        token = base64.urlsafe_b64encode(signed + self._sign(signed)).rstrip(b"=").decode()
        assert len(token) <= TOKEN_LIMIT, "the bounds of the parts add up to less"
        return token

    def redeem(self, token: str, call_sid: str, at: float) -> MediaPass:
        """What the token says; it counts once, and for the carrier's call `call_sid` only. Raises `TokenRefused`."""
        payload = self._read(token)
        if payload.expires_at <= at:
            raise TokenRefused(TokenRefusal.OVERDUE)
        if payload.expires_at > at + TOKEN_S + AHEAD_S + 1.0:
            raise TokenRefused(TokenRefusal.EARLY)
        if payload.call_sid != call_sid:
            raise TokenRefused(TokenRefusal.OTHER_CALL)
        self._use(payload.nonce, payload.expires_at, at)
        facts = CallFacts(
            call_sid=payload.call_sid,
            from_number=payload.from_number,
            to_number=payload.to_number,
            direction="outbound" if payload.is_outbound else "inbound",
            origin=payload.origin,
            agent=f"agent_{ULID(payload.agent)}/{payload.agent_version}" if payload.agent else "",
            is_screened=payload.is_screened,
        )
        purpose = Purpose.RETURN if payload.is_return else Purpose.NEW
        return MediaPass(f"call_{ULID(payload.call)}", facts, purpose, payload.expires_at, payload.nonce)

    def _read(self, token: str) -> _Payload:
        if not token:
            raise TokenRefused(TokenRefusal.MISSING)
        if len(token) > TOKEN_LIMIT or not token.isascii():
            raise TokenRefused(TokenRefusal.UNREADABLE)
        try:
            whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise TokenRefused(TokenRefusal.UNREADABLE) from error
        signed, digest = whole[:-_DIGEST_BYTES], whole[-_DIGEST_BYTES:]
        # Nothing of it is looked at before the signature holds.
        if not hmac.compare_digest(self._sign(signed), digest):
            raise TokenRefused(TokenRefusal.FORGED)
        try:
            payload = _decoder.decode(signed)
        except msgspec.MsgspecError as error:
            raise TokenRefused(TokenRefusal.UNREADABLE) from error
        if payload.version != _VERSION or len(payload.call) != _ID_BYTES or len(payload.agent) not in (0, _ID_BYTES):
            raise TokenRefused(TokenRefusal.UNREADABLE)
        return payload

    def _use(self, nonce: bytes, expires_at: float, at: float) -> None:
        if nonce in self._used:
            raise TokenRefused(TokenRefusal.USED)
        if len(self._used) >= MOST_USED:
            for one in [one for one, until in self._used.items() if until <= at]:
                del self._used[one]
        if len(self._used) >= MOST_USED:
            raise TokenRefused(TokenRefusal.CROWDED)
        self._used[nonce] = expires_at
        # Of those in the order of use a few that are overdue go at each use, so that the table stays small.
        for _ in range(2):
            oldest, until = next(iter(self._used.items()))
            if until > at:
                break
            del self._used[oldest]

    def _sign(self, payload: bytes) -> bytes:
        return hmac.digest(self._key, payload, hashlib.sha256)


def _packed_agent(agent: str) -> tuple[bytes, int]:
    if not agent:
        return b"", 0
    found = _AGENT.fullmatch(agent)
    if found is None:
        raise ValueError(f"not an agent and a version: {agent[:60]!r}")
    return ULID.from_str(found[1]).bytes, int(found[2])


def _cut(number: str) -> str:
    """At most `NUMBER_BYTES` of it, in whole characters."""
    return number.encode("utf-8", "replace")[:NUMBER_BYTES].decode("utf-8", "ignore")
