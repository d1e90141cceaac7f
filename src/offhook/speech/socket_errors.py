"""What a refused handshake or a close of a vendor's socket means: is it a refusal, or worth another try?

A refusal opens the provider's breaker for minutes, and says that somebody has to mend something: so only what names the
key, the account or the request is one. Rate limits, too many calls at once, a text that one segment brought along and
closes that say nothing are failures like others: the provider is tried again, after pauses that grow.
"""

import re
from typing import Final

from offhook.errors import ProtocolViolation, ProviderError, ProviderRefused, ProviderTimeout, ProviderUnavailable

TIMEOUTS: Final = frozenset({408, 504, 524})
REFUSALS: Final = frozenset({400, 401, 402, 403, 404, 405, 410, 422})
"""No retry helps: the key, the quota or the request is wrong. 429 is not among them: a place may become free."""
ACCOUNT: Final = frozenset({401, 402, 403})
"""Statuses by which some vendors also tell that too much is asked at once."""
POLICY_VIOLATION: Final = 1008
UNSUPPORTED: Final = frozenset({1002, 1003, 1007, 1009})
"""Close codes that say that what was sent cannot be understood."""
FIRST_OWN_CODE: Final = 4000
"""From here on the vendor's own meaning counts (RFC 6455, 7.4.2)."""

_LIMIT: Final = re.compile(
    r"rate.?limit|too many|concurren|max_active|in recent time|try again|retry|busy|overload|throttl|capacity"
    r"|(?<!not )temporar|DATA-0001",
    re.IGNORECASE,
)
"""Too much at once: `DATA-0001` of Deepgram's voices, `max_active_conversations` of ElevenLabs."""
_REFUSAL: Final = re.compile(
    r"api.?key|credential|unauthori[sz]ed|authenticat|authori[sz]ation|not authori[sz]ed|forbidden|permission"
    r"|not allowed|access denied|quota|credit|payment|billing|subscription|suspended|disabled",
    re.IGNORECASE,
)


def of_handshake(status: int, reason: str) -> type[ProviderError]:
    """What the HTTP answer to a handshake means; `reason` is the vendor's own text, perhaps empty."""
    if status in ACCOUNT and _LIMIT.search(reason):
        return ProviderUnavailable
    if status in REFUSALS or 300 <= status < 400:
        return ProviderRefused
    return ProviderTimeout if status in TIMEOUTS else ProviderUnavailable


def of_close(code: int, reason: str) -> type[ProviderError]:
    """What a close of an open socket means. It worked a moment ago, so it takes words to make it a refusal."""
    if _LIMIT.search(reason):
        return ProviderUnavailable
    if (code == POLICY_VIOLATION or code >= FIRST_OWN_CODE) and _REFUSAL.search(reason):
        return ProviderRefused
    return ProtocolViolation if code in UNSUPPORTED else ProviderUnavailable
