"""The carrier's REST side on a port of this machine: change, end, place and read calls, with faults on request."""

import base64
import hmac
import json
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal
from urllib.parse import parse_qs

from offhook.simulator.carrier import Carrier
from offhook.simulator.carrier_call import CarrierCall
from offhook.simulator.carrier_numbers import NumberRefused
from offhook.simulator.carrier_twiml import TwimlError, parse
from offhook.simulator.carrier_web import Account, Source
from offhook.simulator.http import HttpConnection, HttpRequest, HttpServer

TWIML_LIMIT: Final = 4000
_ACCOUNT: Final = re.compile(
    r"/2010-04-01/Accounts/(?P<account>[^/]+?)(?P<rest>\.json|/Recordings(?:/\w+)?\.(?:json|wav))"
)
_PATH: Final = re.compile(r"/2010-04-01/Accounts/(?P<account>[^/]+)/Calls(?:/(?P<sid>[^/]+))?\.json")
_NUMBERS: Final = re.compile(r"/2010-04-01/Accounts/(?P<account>[^/]+)/IncomingPhoneNumbers(?:/(?P<sid>[^/]+))?\.json")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class RestFault:
    """What becomes of one request."""

    kind: Literal[
        "none", "throttled", "error", "slow", "malformed", "reset", "unanswered", "late", "done", "refused"
    ] = "none"
    """throttled: 429; error: 500; late: done at once, answered after `delay_s`; done: done, and 500 is answered; slow:
    done and answered after `delay_s`, if the client still waits; malformed: done, and the answer is not JSON; reset:
    neither done nor answered; unanswered: done, and no answer comes; refused: 400, a country that is not allowed."""
    delay_s: float = 3.0


@dataclass(frozen=True, slots=True)
class RestRequest:
    """A request as it came."""

    method: str
    path: str
    form: dict[str, list[str]]
    authorization: str

    def first(self, name: str) -> str:
        """The field's first value, or nothing."""
        return self.form.get(name, [""])[0]


class _Refused(Exception):
    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        self.status, self.code = status, code


class RestServer(HttpServer):
    """Use it as an async context: it listens inside. `faults` befall the next requests, one each."""

    def __init__(self, carrier: Carrier, port: int = 0, faults: Iterable[RestFault] = ()) -> None:
        super().__init__(port)
        self.requests: Final[deque[RestRequest]] = deque(maxlen=1000)
        self.faults: Final[deque[RestFault]] = deque(faults)
        self.account_status = "active"
        self.end_time = "Sat, 28 Nov 2026 09:00:00 +0000"
        """Of every call that is over (RFC 2822); none has a price yet."""
        self._carrier: Final = carrier
        self._others: Final[dict[str, Account]] = {}

    def also(self, account: Account) -> None:
        """Another account that the carrier has, without calls or numbers: its keys are right."""
        self._others[account.sid] = account

    @property
    def base_url(self) -> str:
        """For OFFHOOK_TWILIO_BASE_URL."""
        return self.address

    async def serve(self, connection: HttpConnection, request: HttpRequest) -> None:
        """One request to the carrier's API."""
        form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        asked = RestRequest(request.method, request.target, form, request.headers.get("authorization", ""))
        self.requests.append(asked)
        fault = self.faults.popleft() if self.faults else RestFault()
        if fault.kind == "reset":
            connection.abort()
            return
        if fault.kind == "slow":
            await connection.wait(fault.delay_s)
        status, body = self._answer(asked, fault)
        if fault.kind == "late":
            await connection.wait(fault.delay_s)
        if fault.kind == "done":
            status, body = 500, b'{"code": 20500, "message": "An internal server error has occurred", "status": 500}'
        if fault.kind == "unanswered":
            connection.abort()
        else:
            await connection.answer(status, body)

    def _answer(self, request: RestRequest, fault: RestFault) -> tuple[int, bytes]:
        try:
            if fault.kind == "throttled":
                raise _Refused(429, 20429, "Too Many Requests")
            if fault.kind == "refused":
                raise _Refused(400, 21215, "Account not authorized to call that number: +15005550006")
            if fault.kind == "error":
                raise _Refused(500, 20500, "An internal server error has occurred")
            status, content = self._perform(request)
        except _Refused as refused:
            status = refused.status
            more = f"https://www.twilio.com/docs/errors/{refused.code}"
            content = {"code": refused.code, "message": str(refused), "more_info": more, "status": status}
        body = json.dumps(content).encode()
        return status, body[: len(body) // 2] if fault.kind == "malformed" else body

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _perform(self, request: RestRequest) -> tuple[int, dict[str, Any]]:
        account = self._carrier.web.account
        expected = "Basic " + base64.b64encode(f"{account.sid}:{account.token}".encode()).decode()
        path = request.path.partition("?")[0]
        if (found := _ACCOUNT.fullmatch(path)) and (other := self._others.get(found["account"])) is not None:
            theirs = "Basic " + base64.b64encode(f"{other.sid}:{other.token}".encode()).decode()
            if theirs == request.authorization:
                return 200, {"sid": other.sid, "status": "active", "type": "Full"}
        if not hmac.compare_digest(expected.encode(), request.authorization.encode()):
            raise _Refused(401, 20003, "Authenticate")
        if request.method == "GET" and (found := _ACCOUNT.fullmatch(path)) and found["account"] == account.sid:
            return 200, self._account(found["rest"])
        if (found := _NUMBERS.fullmatch(path)) and found["account"] == account.sid:
            return 200, self._numbers(request, found["sid"])
        match = _PATH.fullmatch(path)
        if match is None or match["account"] != account.sid:
            raise _Refused(404, 20404, f"The requested resource {request.path} was not found")
        if match["sid"] is None:
            if request.method == "POST":
                return 201, self._create(request)
            query = parse_qs(request.path.partition("?")[2])
            calls = [self._call(sid) for sid in reversed(self._carrier.calls)]
            for name, key in (("Status", "status"), ("To", "to"), ("From", "from")):
                calls = [call for call in calls if query.get(name, [""])[0] in ("", call[key])]
            return 200, {"calls": calls, "page": 0, "next_page_uri": None}
        call = self._carrier.calls.get(match["sid"])
        if call is None:
            raise _Refused(404, 20404, f"The requested resource {request.path} was not found")
        if request.method == "POST":
            _update(call, request)
        return 200, self._call(match["sid"])

    def _numbers(self, request: RestRequest, sid: str | None) -> dict[str, Any]:
        numbers, account = self._carrier.numbers, self._carrier.web.account.sid
        if sid is None and request.method == "GET":
            return numbers.page(parse_qs(request.path.partition("?")[2]), account)
        owned = numbers.by_sid.get(sid or "")
        if owned is None:
            raise _Refused(404, 20404, f"The requested resource {request.path} was not found")
        if request.method == "POST":
            try:
                owned.change(request.form)
            except NumberRefused as refused:
                raise _Refused(400, refused.code, str(refused)) from refused
        return owned.document(account)

    def _account(self, rest: str) -> dict[str, Any]:
        """The account, its recordings, or one of these: no sound, for a client that asks for the first byte only."""
        if rest == ".json":
            return {"sid": self._carrier.web.account.sid, "status": self.account_status, "type": "Full"}
        return {"recordings": [{"sid": "RE" + "0" * 32, "status": "completed"}]} if rest == "/Recordings.json" else {}

    def _create(self, request: RestRequest) -> dict[str, Any]:
        to_number, from_number = request.first("To"), request.first("From")
        for code, name, number in ((21211, "To", to_number), (21212, "From", from_number)):
            if not _NUMBER.fullmatch(number):
                raise _Refused(400, code, f"Invalid '{name}' Phone Number: {number}")
        source = _source(request)
        if source is None:
            raise _Refused(400, 21205, "Url parameter is required")
        options = replace(
            self._carrier.options,
            status_url=request.first("StatusCallback"),
            status_events=tuple(request.form.get("StatusCallbackEvent", ["completed"])),
            fallback_url=request.first("FallbackUrl"),
            detected_url=_detected_url(request),
        )
        return self._call(self._carrier.place(to_number, from_number, source, options), "queued")

    def _call(self, sid: str, status: str = "") -> dict[str, Any]:
        call = self._carrier.calls[sid]
        parties, account = call.outcome.parties, self._carrier.web.account.sid
        return {
            "sid": sid,
            "account_sid": account,
            "api_version": "2010-04-01",
            "status": status or call.outcome.status,
            "direction": parties.direction,
            "from": parties.from_number,
            "to": parties.to_number,
            "duration": None,
            "date_created": call.created_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "start_time": None,
            "end_time": self.end_time if call.is_over else None,
            "price": None,
            "price_unit": "USD",
            "uri": f"/2010-04-01/Accounts/{account}/Calls/{sid}.json",
        }


def _detected_url(request: RestRequest) -> str:
    """Where it is told who has answered; empty when nobody asks. Raises for what cannot be meant."""
    kind = request.first("MachineDetection")
    if kind not in ("", "Enable", "DetectMessageEnd"):
        raise _Refused(400, 20001, f"MachineDetection is not valid: {kind}")
    return request.first("AsyncAmdStatusCallback") if kind and request.first("AsyncAmd") == "true" else ""


def _update(call: CarrierCall, request: RestRequest) -> None:
    if call.is_over:
        raise _Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
    status, source = request.first("Status"), _source(request)
    if status == "completed":
        call.end("server")
    elif status == "canceled" and call.outcome.status in ("queued", "ringing"):
        call.end("server", "canceled")
    elif source is not None and not status:
        call.change(source)
    else:
        raise _Refused(400, 20001, "Status, Url or Twiml must be given, and be possible now")


def _source(request: RestRequest) -> Source | None:
    url, twiml = request.first("Url"), request.first("Twiml")
    if url:
        return Source(url, request.first("Method") or "POST")
    if not twiml:
        return None
    if len(twiml) > TWIML_LIMIT:
        raise _Refused(400, 32018, "Twiml is longer than 4000 characters")
    try:
        parse(twiml.encode())
    except TwimlError as error:
        raise _Refused(400, error.code, str(error)) from error
    return Source(twiml=twiml)
