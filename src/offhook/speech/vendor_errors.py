"""What a vendor's refusal means for a call, and what of its words may be repeated."""

import re
from typing import Any, Final

import msgspec

from offhook.errors import ProviderError, ProviderRefused, ProviderTimeout, ProviderUnavailable, RequestRefused

PROBLEM_BYTES: Final = 64 * 1024
MESSAGE_CHARS: Final = 200
KEY_PART: Final = 8
"""So many characters of a key in a row are the key's."""
SERVER_ERROR: Final = 500
REQUEST_TIMEOUT: Final = 408
BUSY: Final = frozenset({409, 425, 429, 498})
"""Below 500, and yet worth another try."""
THIS_REQUEST: Final = frozenset({400, 413, 422})
"""Too long, or with something in it that is not taken: it says nothing of the next one."""
REFUSALS: Final = frozenset(
    {
        "invalid_api_key",
        "authentication_error",
        "permission_error",
        "insufficient_quota",
        "credit_balance_exhausted",
        "billing_error",
        "billing_hard_limit_reached",
        "invalid_request_error",
        "model_not_found",
        "not_found_error",
        "context_length_exceeded",
        "request_too_large",
    }
)
"""Codes and types of errors that another try does not mend."""
_LOOKS_LIKE_A_KEY: Final = re.compile(r"\b(?:sk|pk|gsk|xai|key)[-_][\w*.-]{4,}")


def failure(
    provider: str, status: int, body: bytes, *, key: str, retry_after: str = "", hint: str = ""
) -> ProviderError:
    """The error that an answer with this status and body stands for; `hint` is what can be done about it."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        # Plain text is repeated; a page of HTML says nothing in its first line.
        document = "" if body.lstrip().startswith(b"<") else body.decode("utf-8", "replace").strip()
    codes, message = _problem(document)
    said = f": {message}" if message else ""
    pause = f" (it asks for a pause of {retry_after[:40]})" if retry_after else ""
    text = safe_text(f"{provider} answered {status}{said}", key) + safe_text(pause, key)
    text += f"; {hint}" if hint else ""
    if status == REQUEST_TIMEOUT:
        return ProviderTimeout(text, provider=provider)
    if status == 429 and codes & REFUSALS:
        return ProviderRefused(f"{text}; check the account's credit", provider=provider)
    if status >= SERVER_ERROR or status in BUSY:
        return ProviderUnavailable(text, provider=provider)
    if status in (401, 403) and not hint:
        return ProviderRefused(f"{text}; check the key", provider=provider)
    if status < 400:
        return ProviderRefused(f"{text}; check base_url", provider=provider)
    refused = RequestRefused if status in THIS_REQUEST else ProviderRefused
    return refused(text, provider=provider)


def stream_failure(provider: str, document: object, *, key: str) -> ProviderError:
    """The error that was sent as an event, after the stream had begun with status 200."""
    codes, message = _problem(document)
    text = safe_text(f"{provider} broke off: {message or 'no reason given'}", key)
    return (
        ProviderRefused(text, provider=provider) if codes & REFUSALS else ProviderUnavailable(text, provider=provider)
    )


def safe_text(text: str, key: str) -> str:
    """One short line, without the key or any larger part of it."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    parts = {key[at : at + KEY_PART] for at in range(max(1, len(key) - KEY_PART + 1))} if key else set()
    words = ("****" if any(part in word for part in parts) else word for word in line.split(" "))
    line = _LOOKS_LIKE_A_KEY.sub("****", " ".join(words))
    return line if len(line) <= MESSAGE_CHARS else f"{line[: MESSAGE_CHARS - 3]}..."


def _problem(document: object) -> tuple[set[str], str]:
    """Codes and message of `{"error": {...}}`, of a list of one such, or of the error itself."""
    if isinstance(document, list) and document:
        document = document[0]  # Gemini's compatible endpoint does so with 429.
    if not isinstance(document, dict):
        return set(), document[:MESSAGE_CHARS] if isinstance(document, str) else ""
    inner: Any = document.get("error", document)
    if isinstance(inner, str):
        return set(), inner
    if not isinstance(inner, dict):
        return set(), ""
    codes = {value for name in ("code", "type") if isinstance(value := inner.get(name), str)}
    # OpenAI's servers give every 4xx the type of the first, and every problem of quota a code of its own.
    message = inner.get("message")
    return codes, message if isinstance(message, str) else ""
