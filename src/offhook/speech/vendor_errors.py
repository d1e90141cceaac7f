"""What a vendor's refusal means for a call, and what of its words may be repeated.

The same problem comes in many shapes: as a status before the stream, or as an event inside it; with a code, with a
type, or in words alone. A `Problem` is what they have in common, and `_Meaning` is what follows from it:

    KEY, CREDIT     nobody is served until the owner does something: no vendor says both with the same status
    SETTINGS        this request as it is set: every one like it is refused
    CALL            this call alone: its conversation is too long, or against the vendor's rules
    GENERATION      chance: the vendor could not read what its own model wrote
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import msgspec

from offhook.errors import (
    CallRefused,
    GenerationFailed,
    ProviderError,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnavailable,
    RequestRefused,
)
from offhook.speech.redaction import redacted

PROBLEM_BYTES: Final = 64 * 1024
MESSAGE_CHARS: Final = 200
REASON_CHARS: Final = 2000
"""Of a vendor's words that are read, and not shown."""
SERVER_ERROR: Final = 500
PAYMENT_REQUIRED: Final = 402
NOT_FOUND: Final = 404
REQUEST_TIMEOUT: Final = 408
TOO_LARGE: Final = 413
TOO_MANY: Final = 429
BUSY: Final = frozenset({409, 425, TOO_MANY, 498})
"""Below 500, and yet worth another try."""
THIS_REQUEST: Final = frozenset({400, TOO_LARGE, 422})
"""It says nothing of a request that is set otherwise."""


class _Meaning(Enum):
    KEY = auto()
    CREDIT = auto()
    MODEL = auto()
    SETTINGS = auto()
    CALL = auto()
    GENERATION = auto()
    UNKNOWN = auto()


_BY_CODE: Final[dict[str, _Meaning]] = {
    # https://developers.openai.com/api/docs/guides/error-codes; Azure and Gemini have codes of their own.
    "invalid_api_key": _Meaning.KEY,
    "API_KEY_INVALID": _Meaning.KEY,
    "account_deactivated": _Meaning.KEY,
    "insufficient_quota": _Meaning.CREDIT,
    "credit_balance_exhausted": _Meaning.CREDIT,
    "billing_hard_limit_reached": _Meaning.CREDIT,
    "billing_not_active": _Meaning.CREDIT,
    "credit_limit": _Meaning.CREDIT,
    "Arrearage": _Meaning.CREDIT,
    "model_not_found": _Meaning.MODEL,
    "DeploymentNotFound": _Meaning.MODEL,
    "model_decommissioned": _Meaning.MODEL,
    "model_not_active": _Meaning.MODEL,
    "unsupported_model": _Meaning.MODEL,
    "context_length_exceeded": _Meaning.CALL,
    "exceed_context_size_error": _Meaning.CALL,
    "content_filter": _Meaning.CALL,
    "content_policy_violation": _Meaning.CALL,
    "ResponsibleAIPolicyViolation": _Meaning.CALL,
    # https://console.groq.com/docs/errors
    "tool_use_failed": _Meaning.GENERATION,
    "output_parse_failed": _Meaning.GENERATION,
    "json_validate_failed": _Meaning.GENERATION,
    # https://platform.claude.com/docs/en/api/errors, and the codes in its `details`.
    "authentication_error": _Meaning.KEY,
    "permission_error": _Meaning.KEY,
    "organization_on_hold": _Meaning.KEY,
    "billing_error": _Meaning.CREDIT,
    "contract_spend_limit_reached": _Meaning.CREDIT,
    "enforced_spend_limit_reached": _Meaning.CREDIT,
    "not_found_error": _Meaning.MODEL,
    "request_too_large": _Meaning.CALL,
}
_BY_WORDS: Final[tuple[tuple[_Meaning, re.Pattern[str]], ...]] = (
    # Anthropic's empty account is a 400 `invalid_request_error`, and only its words tell; so are others' dead keys.
    (
        _Meaning.CREDIT,
        re.compile(
            r"credit balance|(?:check|update) your (?:plan and )?billing|insufficient (?:balance|credits?|funds)"
            r"|not enough credits|(?:api )?usage limits?\b.*regain access|spend(?:ing)? limit|prepaid credits",
            re.I,
        ),
    ),
    (
        _Meaning.KEY,
        re.compile(
            r"(?:incorrect|invalid|expired|unknown) api[ _-]?key|api[ _-]?key (?:is )?(?:not valid|invalid|expired)"
            r"|(?:organization|account|workspace) has been (?:disabled|deactivated|suspended)",
            re.I,
        ),
    ),
    (
        # Groq and those who serve as it does: the model called what it was not offered, or wrote what nobody can read.
        _Meaning.GENERATION,
        re.compile(
            r"failed to (?:call a function|(?:parse|validate|generate)\b.{0,30}(?:tool call|json|function|output))"
            r"|tool[ _]choice is \w+, but (?:the )?model (?:called|did not call)"
            r"|tool call validation failed|attempted to call tool"
            r"|(?:output|generation|response) (?:that )?could not be parsed"
            r"|model (?:generated|produced|returned|output) (?:an? )?(?:invalid|malformed|unparsable)"
            r"|(?:invalid|malformed) (?:tool|function) call (?:generated|produced|by the model|from the model)",
            re.I,
        ),
    ),
    (
        _Meaning.CALL,
        re.compile(
            r"context (?:length|window|limit|size)|prompt is too long|input (?:is|length is) too long"
            r"|too many (?:input |prompt )?tokens|reduce the length|content (?:management )?policy|usage polic"
            r"|content[ _]filter|safety system|moderation|was flagged",
            re.I,
        ),
    ),
)
_NO_MODEL: Final = re.compile(
    r"model\b.{0,80}\b(?:does not exist|(?:was )?not found|decommissioned|retired|is not (?:available|active|supported)"
    r"|no longer (?:available|supported|served))|(?:invalid|unknown) model\b|not a valid model",
    re.I,
)
_OF_THE_CALL: Final = re.compile(r"^(?:messages|prompt|input|contents)\b")
"""A member that holds the conversation."""
_LEADING_NAME: Final = re.compile(
    r"^((?:messages|system|tools|tool_choice|max_tokens|temperature|top_p|top_k|thinking|output_config|stream)"
    r"(?:\.\w+)*):\s"
)
"""Anthropic names the member at the beginning of its message."""
_LOCATION: Final = re.compile(r"\bloc\b\W+body\W+(\w+)")
"""FastAPI's servers (vLLM, Mistral) name it in a list, as JSON or as Python prints it."""
_REFUSED: Final = frozenset({_Meaning.KEY, _Meaning.CREDIT, _Meaning.MODEL})
_ADVICE: Final = {
    _Meaning.KEY: "; check the key",
    _Meaning.CREDIT: "; check the account's credit",
    _Meaning.MODEL: "; check the model's name",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What a vendor says is wrong, in whatever shape it says it."""

    codes: frozenset[str] = frozenset()
    message: str = ""
    parameter: str = ""
    """The member of the request that is meant, where the vendor names one."""

    @property
    def coded(self) -> _Meaning:
        """What the codes alone mean."""
        found = [_BY_CODE[code] for code in self.codes if code in _BY_CODE]
        for meaning in (_Meaning.CREDIT, _Meaning.GENERATION, _Meaning.CALL, _Meaning.KEY, _Meaning.MODEL):
            if meaning in found:
                return meaning
        return _Meaning.UNKNOWN

    @property
    def meaning(self) -> _Meaning:
        """Codes tell more than words; a member that is named tells more than the other words."""
        if self.coded is not _Meaning.UNKNOWN:
            return self.coded
        if self.parameter == "model" or (not self.parameter and _NO_MODEL.search(self.message)):
            return _Meaning.MODEL
        if self.parameter and not _OF_THE_CALL.match(self.parameter):
            return _Meaning.SETTINGS
        for meaning, words in _BY_WORDS:
            if words.search(self.message):
                return meaning
        return _Meaning.CALL if self.parameter else _Meaning.UNKNOWN


def failure(
    provider: str, status: int, body: bytes, *, key: str, retry_after: str = "", hint: str = ""
) -> ProviderError:
    """The error that an answer with this status and body stands for; `hint` is what can be done about it."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        # Plain text is repeated; a page of HTML says nothing in its first line.
        document = "" if body.lstrip().startswith(b"<") else body.decode("utf-8", "replace").strip()
    problem = read_problem(document)
    meaning = problem.meaning
    said = f": {problem.message}" if problem.message else ""
    pause = f" (it asks for a pause of {retry_after[:40]})" if retry_after else ""
    text = safe_text(f"{provider} answered {status}{said}", key) + safe_text(pause, key)
    text += f"; {hint}" if hint else ""
    if status == REQUEST_TIMEOUT:
        return ProviderTimeout(text, provider=provider)
    # Words say "check your plan and billing" also of a minute's quota (Gemini): with a 429 only a code is believed.
    has_no_credit = problem.coded is _Meaning.CREDIT if status == TOO_MANY else meaning is _Meaning.CREDIT
    if status == PAYMENT_REQUIRED or (has_no_credit and status in (TOO_MANY, 403)):
        return ProviderRefused(f"{text}{_ADVICE[_Meaning.CREDIT]}", provider=provider)
    if status >= SERVER_ERROR or status in BUSY:
        return ProviderUnavailable(text, provider=provider, pause_s=_seconds(retry_after))
    if status in THIS_REQUEST:
        found = _Meaning.CALL if status == TOO_LARGE else meaning
        return _of_this_request(found, problem, provider, text, key)
    if status == 403 and meaning is _Meaning.CALL:
        return CallRefused(text, provider=provider)
    if status in (401, 403) and not hint:
        return ProviderRefused(f"{text}{_ADVICE[_Meaning.KEY]}", provider=provider)
    if status == NOT_FOUND and not hint:
        is_model = meaning is _Meaning.MODEL or re.search(r"\b(?:model|deployment)\b", problem.message)
        advice = _ADVICE[_Meaning.MODEL] if is_model else "; check base_url"
        return ProviderRefused(f"{text}{advice}", provider=provider)
    if status < 400:
        return ProviderRefused(f"{text}; check base_url", provider=provider)
    return ProviderRefused(text, provider=provider)


def _seconds(retry_after: str) -> float:
    """Of a `Retry-After`, where it tells a length; a point in time is a matter of the vendor's clock."""
    return float(retry_after) if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?", retry_after.strip()) else 0.0


def stream_failure(provider: str, document: object, *, key: str) -> ProviderError:
    """The error that was sent as an event, after the stream had begun with status 200."""
    problem = read_problem(document)
    text = safe_text(f"{provider} broke off: {problem.message or 'no reason given'}", key)
    meaning = problem.meaning
    if meaning is _Meaning.UNKNOWN and "invalid_request_error" not in problem.codes:
        return ProviderUnavailable(text, provider=provider)
    return _of_this_request(meaning, problem, provider, text, key)


def _of_this_request(meaning: _Meaning, problem: Problem, provider: str, text: str, key: str) -> ProviderError:
    """The error of an answer of which the status says only that something is wrong with the request."""
    if meaning in _REFUSED:
        return ProviderRefused(f"{text}{_ADVICE[meaning]}", provider=provider)
    if meaning is _Meaning.GENERATION:
        return GenerationFailed(text, provider=provider)
    refused = CallRefused if meaning is _Meaning.CALL else RequestRefused
    reason = redacted(problem.message, key)[:REASON_CHARS]
    return refused(text, provider=provider, parameter=redacted(problem.parameter, key), reason=reason)


def safe_text(text: str, key: str) -> str:
    """One short line, without the key or any larger part of it."""
    line = redacted(text, key)
    return line if len(line) <= MESSAGE_CHARS else f"{line[: MESSAGE_CHARS - 3]}..."


def read_problem(document: object) -> Problem:
    """What `{"error": {...}}` says, or a list of one such, the error itself, or FastAPI's `{"detail": [...]}`."""
    if isinstance(document, list) and document:
        document = document[0]  # Gemini's compatible endpoint does so with 429.
    if not isinstance(document, dict):
        return Problem(message=document[:MESSAGE_CHARS] if isinstance(document, str) else "")
    inner: Any = document.get("error", document)
    if isinstance(inner, str):
        return Problem(codes=_texts(document, "code"), message=inner)
    if not isinstance(inner, dict):
        return Problem()
    codes = _texts(inner, "code", "type", "status")
    for within in ("innererror", "details", "inner_error"):
        for part in inner[within] if isinstance(inner.get(within), list) else [inner.get(within)]:
            if isinstance(part, dict):
                codes |= _texts(part, "code", "error_code", "reason")
    if "failed_generation" in inner:
        codes |= {"tool_use_failed"}
    message = inner.get("message")
    if not isinstance(message, str):
        # FastAPI tells all that is wrong as a list; some put it where the message belongs.
        found = message if message is not None else inner.get("detail")
        if isinstance(found, dict) and isinstance(found.get("message"), str):
            codes |= _texts(found, "status", "code", "type")
            found = found["message"]  # ElevenLabs.
        message = "" if found is None else msgspec.json.encode(found).decode() if not isinstance(found, str) else found
    parameter = inner.get("param")
    if not isinstance(parameter, str) or not parameter:
        named = _LEADING_NAME.match(message) or _LOCATION.search(message)
        parameter = named[1] if named else ""
    return Problem(frozenset(codes), message, parameter)


def _texts(document: dict[str, Any], *names: str) -> frozenset[str]:
    return frozenset(value for name in names if isinstance(value := document.get(name), str))
