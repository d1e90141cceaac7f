"""Twilio's REST API, as far as calls need it: hang up, change, place, look for (Twilio: "Call resource").

Every request has timeouts and a bounded number of tries. A request that Twilio may have carried out is repeated only
if doing it twice is doing it once; placing a call is not.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar
from urllib.parse import urlencode

import httpx2
import msgspec

from offhook import clock
from offhook.errors import (
    CarrierKeyRefused,
    CarrierRefused,
    CarrierUnknown,
    ProtocolViolation,
    ProviderTimeout,
    ProviderUnavailable,
)
from offhook.settings import TWILIO_BASE_URL, Secret

T = TypeVar("T")
_logger: Final = logging.getLogger("offhook.twilio")

TIMEOUT: Final = httpx2.Timeout(connect=3.0, read=5.0, write=3.0, pool=3.0)
ATTEMPTS: Final = 3
FIRST_PAUSE_S: Final = 0.2
"""Before the second try; doubled before each later one."""
NOT_FOUND: Final = 404
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500
NOT_IN_PROGRESS: Final = 21220
"""Twilio's error code for changing a call that has ended."""

_UNTOUCHED: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
"""A connection that was never made carried no request."""


class _Problem(msgspec.Struct):
    code: int = 0
    message: str = ""


class CarrierCall(msgspec.Struct, frozen=True):
    """A call as Twilio lists it."""

    sid: str
    status: str = ""
    to: str = ""
    direction: str = ""
    date_created: str | None = None
    start_time: str | None = None
    """RFC 2822; null before it has begun."""
    answered_by: str | None = None

    @property
    def created_at(self) -> int | None:
        """Milliseconds since 1970, in whole seconds as Twilio has them; None when it does not say."""
        return clock.read_rfc2822(self.date_created or self.start_time or "")


class _Calls(msgspec.Struct, frozen=True):
    calls: list[CarrierCall] = []


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to place. `twiml` says what happens once it is answered, or `url` says who knows."""

    to: str
    from_number: str
    url: str = ""
    twiml: str = ""
    status_callback: str = ""
    events: Sequence[str] = ("initiated", "ringing", "answered", "completed")
    timeout_s: int = 30
    fallback_url: str = ""
    detection: str = ""
    """`Enable` or `DetectMessageEnd`: Twilio listens who has answered, and posts it to `detected_url`."""
    detected_url: str = ""

    def form(self) -> list[tuple[str, str]]:
        """The form's fields; events are one field each, since joined ones are taken and never called back."""
        fields = [("To", self.to), ("From", self.from_number), ("Timeout", str(self.timeout_s))]
        fields.append(("Twiml", self.twiml) if self.twiml else ("Url", self.url))
        if self.status_callback:
            fields.append(("StatusCallback", self.status_callback))
            fields += [("StatusCallbackEvent", event) for event in self.events]
        if self.fallback_url:
            fields.append(("FallbackUrl", self.fallback_url))
        if self.detection:
            # The document is asked for at once all the same: the agent listens while Twilio does.
            fields += [("MachineDetection", self.detection), ("AsyncAmd", "true")]
            fields.append(("AsyncAmdStatusCallback", self.detected_url))
        return fields


class TwilioRest:
    """A client of one account. All methods raise `CarrierRefused`, `ProviderUnavailable` or `ProviderTimeout`."""

    def __init__(
        self,
        account_sid: str,
        auth_token: Secret,
        base_url: str = TWILIO_BASE_URL,
        *,
        timeout: httpx2.Timeout = TIMEOUT,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._root = f"/2010-04-01/Accounts/{account_sid}"
        self._calls = f"{self._base}{self._root}/Calls"
        self._pause = pause
        self._client = httpx2.AsyncClient(
            auth=httpx2.BasicAuth(account_sid, auth_token.reveal()),
            timeout=timeout,
            limits=httpx2.Limits(max_connections=20, max_keepalive_connections=5),
            follow_redirects=False,
            verify=_trusted(),
        )

    def __repr__(self) -> str:
        return f"<TwilioRest {self._calls}>"

    async def hang_up(self, call_sid: str) -> None:
        """End a call. One that is unknown or over already counts as ended."""
        await self._change(call_sid, {"Status": "completed"}, over_is_fine=True)

    async def update_call(self, call_sid: str, twiml: bytes | str) -> None:
        """Replace what a call does now, with a document that may as well run twice."""
        text = twiml.decode() if isinstance(twiml, bytes) else twiml
        await self._change(call_sid, {"Twiml": text}, over_is_fine=False)

    async def redirect_call(self, call_sid: str, twiml: bytes) -> None:
        """Replace what a call does now, with a document that must not run twice, such as one that dials.

        A second update would end the first one's `<Dial>` and ring once more (protocol notes, 1.8), so it is tried
        again only when Twilio certainly did nothing. Raises `CarrierRefused` or `ProviderUnavailable` when nothing has
        changed, and `ProviderTimeout` when nobody knows.
        """
        await self._once(self._address(call_sid), [("Twiml", twiml.decode())], f"change call {call_sid}")

    async def create_call(self, call: NewCall) -> str:
        """Place a call; its SID. Tried again only when Twilio certainly did not place it.

        Raises `CarrierRefused` or `ProviderUnavailable` when it was not placed, and `ProviderTimeout` or
        `ProtocolViolation` when nobody knows.
        """
        answer = await self._once(f"{self._calls}.json", call.form(), "place the call")
        return _decoded(answer, CarrierCall).sid

    async def call(self, call_sid: str) -> CarrierCall:
        """A call as it is now. Raises `CarrierUnknown` as well."""
        return await self.read(f"/Calls/{_sid(call_sid)}.json", CarrierCall)

    async def calls_between(self, from_number: str, to_number: str) -> Sequence[CarrierCall]:
        """The latest calls between the two, the newest first; those that wait to be placed too."""
        query = urlencode([("To", to_number), ("From", from_number), ("PageSize", "50")])
        return (await self.read(f"/Calls.json?{query}", _Calls)).calls

    async def read(self, path: str, kind: type[T]) -> T:
        """What is at this path of the account."""
        answer = await self._send("GET", self._below(path), None, repeatable=True)
        _require_success(answer, f"show {path.partition('?')[0]}")
        return _decoded(answer, kind)

    async def write(self, path: str, form: Mapping[str, str], kind: type[T]) -> T:
        """Set fields of what is at this path; twice is the same as once."""
        answer = await self._send("POST", self._below(path), list(form.items()), repeatable=True)
        _require_success(answer, f"change {path}")
        return _decoded(answer, kind)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _change(self, call_sid: str, form: Mapping[str, str], *, over_is_fine: bool) -> None:
        answer = await self._send("POST", self._address(call_sid), list(form.items()), repeatable=True)
        over = answer.status_code == NOT_FOUND or _problem(answer).code == NOT_IN_PROGRESS
        if over and over_is_fine:
            _logger.info("< %s  was over already", call_sid)
            return
        _require_success(answer, f"change call {call_sid}")

    def _address(self, call_sid: str) -> str:
        return f"{self._calls}/{_sid(call_sid)}.json"

    def _below(self, path: str) -> str:
        # The next page of a list is given as a path that begins with the account's own.
        return f"{self._base}{path}" if path.startswith(f"{self._root}/") else f"{self._base}{self._root}{path}"

    async def _once(self, url: str, form: list[tuple[str, str]], what: str) -> httpx2.Response:
        """Tried again only when Twilio certainly did nothing. Raises `ProviderTimeout` when nobody knows."""
        may_have = f"Twilio may have done it ({what})"
        try:
            answer = await self._send("POST", url, form, repeatable=False)
        except (ProviderUnavailable, ProviderTimeout) as error:
            if isinstance(error.__cause__, _UNTOUCHED):
                raise ProviderUnavailable(str(error), provider="twilio") from error
            raise ProviderTimeout(f"{may_have}: {error}", provider="twilio") from error
        if answer.status_code >= SERVER_ERROR:
            raise ProviderTimeout(f"{may_have}: HTTP {answer.status_code}", provider="twilio")
        _require_success(answer, what)
        return answer

    async def _send(
        self, method: str, url: str, form: list[tuple[str, str]] | None, *, repeatable: bool
    ) -> httpx2.Response:
        body = urlencode(form).encode() if form is not None else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._client.request(method, url, content=body, headers=headers)
            except httpx2.HTTPError as error:
                untouched = isinstance(error, _UNTOUCHED)
                if attempt == ATTEMPTS or not (repeatable or untouched):
                    raise _translated(error) from error
                reason = type(error).__name__
            else:
                # 429 says that the request was not processed; a 5xx does not say.
                status = answer.status_code
                if status != TOO_MANY and not (repeatable and status >= SERVER_ERROR):
                    return answer
                if attempt == ATTEMPTS:
                    return answer
                reason = f"HTTP {status}"
            _logger.warning("= twilio  try %d of %d failed: %s", attempt, ATTEMPTS, reason)
            await self._pause(FIRST_PAUSE_S * 2 ** (attempt - 1))
        raise AssertionError("the last try returns or raises")


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust, read once: it takes 20 ms, and each account has a client."""
    return httpx2.create_ssl_context()


def _sid(sid: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", sid):
        raise CarrierRefused("not a SID")
    return sid


def _decoded(answer: httpx2.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ProtocolViolation("Twilio's answer cannot be read", provider="twilio") from error


def _translated(error: httpx2.HTTPError) -> ProviderUnavailable | ProviderTimeout:
    if isinstance(error, httpx2.TimeoutException):
        return ProviderTimeout(f"Twilio did not answer in time ({type(error).__name__})", provider="twilio")
    return ProviderUnavailable(f"Twilio could not be reached ({type(error).__name__})", provider="twilio")


def _require_success(answer: httpx2.Response, what: str) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    if status == TOO_MANY or status >= SERVER_ERROR:
        raise ProviderUnavailable(f"Twilio could not {what}: HTTP {status}", provider="twilio")
    if status in (401, 403):
        raise CarrierKeyRefused(
            f"Twilio refused to {what}: HTTP {status}; check the account's SID and its auth token (of the settings: "
            "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN)"
        )
    if status == NOT_FOUND:
        raise CarrierUnknown(f"Twilio could not {what}: it knows no such thing ({_problem(answer).code or status})")
    problem = _problem(answer)
    raise CarrierRefused(f"Twilio refused to {what}: {problem.message or 'no reason given'} ({problem.code or status})")


def _problem(answer: httpx2.Response) -> _Problem:
    if answer.is_success:
        return _Problem()
    try:
        return msgspec.json.decode(answer.content, type=_Problem)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _Problem()
