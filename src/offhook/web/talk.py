"""The page where one's own mouth is the caller: `offhook talk` serves it, `offhook serve` does not.

    GET  /talk, /talk/...     the page, its style and its two scripts; there is nothing secret in them
    GET  /talk/about          who answers here                                      ┐ with the key that stands
    POST /talk/call           a place for a call, and the token of its media        │ in the page's address
    POST /talk/return         a token to bring a live call's media back             ┘
    WS   /browser/media       the media (`telephony.linear_leg`), and beside them what the call tells (`call.story`)

The key stands behind the `#` of the address, so that no request, log or referrer has it. A token is for one call, one
connection and one minute.
"""

import hmac
import logging
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from offhook import clock
from offhook.call.records.watched import WatchedRecords
from offhook.call.story import Ended, Story
from offhook.core.commands import Command
from offhook.core.events import Event
from offhook.errors import AdmissionRefused
from offhook.settings import Secret
from offhook.telephony.browser import browser_facts
from offhook.telephony.leg import Leg, LegStarted
from offhook.telephony.linear_leg import LinearLeg
from offhook.telephony.tokens import TOKEN_S
from offhook.web.origin import is_own_origin
from offhook.web.ports import Calls
from offhook.web.seldom import Seldom

_LOG: Final = logging.getLogger("offhook.web")
TALK_PATH: Final = "/talk"
_FILES: Final = {
    TALK_PATH: ("talk.html", "text/html; charset=utf-8"),
    f"{TALK_PATH}/talk.css": ("talk.css", "text/css; charset=utf-8"),
    f"{TALK_PATH}/talk.js": ("talk.js", "text/javascript; charset=utf-8"),
    f"{TALK_PATH}/feed.js": ("feed.js", "text/javascript; charset=utf-8"),
    f"{TALK_PATH}/leg.js": ("leg.js", "text/javascript; charset=utf-8"),
    f"{TALK_PATH}/sound.js": ("sound.js", "text/javascript; charset=utf-8"),
    f"{TALK_PATH}/wave.js": ("wave.js", "text/javascript; charset=utf-8"),
}
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'{sockets}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HOST_SIGNS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-:[]")


@dataclass(frozen=True, slots=True)
class TalkPage:
    """What the page is for."""

    key: Secret
    agent: str
    """The name of who answers."""
    language: str = "en-US"


@dataclass(slots=True)
class _Seat:
    """One talk: its call is to come, or lives."""

    until: float
    """The token counts until then, on the monotonic clock."""
    story: Story = field(default_factory=Story)
    leg: LinearLeg | None = None
    """The latest; None: nobody has come yet."""
    left_out: int = 0


class Talk:
    """The talks of this process: each is a call like any other, which a page may watch while it lives."""

    def __init__(self, live: Calls, records: WatchedRecords, page: TalkPage) -> None:
        self._live, self._records, self._page = live, records, page
        self._seats: dict[str, _Seat] = {}
        """By the id that the page knows its call by."""

    @property
    def page(self) -> TalkPage:
        """What it is for."""
        return self._page

    def holds(self, authorization: str) -> bool:
        """The request's `Authorization` is the page's key."""
        wanted = f"Bearer {self._page.key.reveal()}"
        return hmac.compare_digest(authorization.encode("utf-8", "replace"), wanted.encode())

    def call(self) -> tuple[str, str]:
        """A place for a new call: its id and its token. Raises `AdmissionRefused`."""
        self._forget_old()
        facts = browser_facts("browser", self._page.agent)
        token = self._live.expect(facts)
        seat = _Seat(clock.now() + TOKEN_S)

        def tell(what: Event | Command, at: float) -> None:
            self._tell(facts.call_sid, seat, what, at)

        if not self._records.watch(facts.call_sid, tell):
            self._live.carrier_ended(facts.call_sid)
            raise AdmissionRefused("full")
        self._seats[facts.call_sid] = seat
        return facts.call_sid, token

    def come_back(self, call_sid: str) -> str | None:
        """A token to bring the media of a talk back; None: it is over, or was never one."""
        return self._live.lost_leg(call_sid) if call_sid in self._seats else None

    def answer(self, leg: Leg, started: LegStarted) -> bool:
        """As `Calls.answer`; from then on this leg is told what happens in its call."""
        if not self._live.answer(leg, started):
            return False
        seat = self._seats.get(started.call_sid)
        if seat is not None and isinstance(leg, LinearLeg):
            seat.leg = leg
        return True

    def _tell(self, call_sid: str, seat: _Seat, what: Event | Command, at: float) -> None:
        for told in seat.story.add(what, at):
            if isinstance(told, Ended):
                told = msgspec.structs.replace(told, record=self._records.name(call_sid))
            # The page of a slow connection misses news, never sound.
            if seat.leg is None or not seat.leg.tell(msgspec.json.encode(told)):
                seat.left_out += 1
            if isinstance(told, Ended):
                if seat.left_out:
                    _LOG.warning("= %s  %d news were left out: its page was slow, or away", call_sid, seat.left_out)
                self._forget(call_sid)

    def _forget_old(self) -> None:
        now = clock.now()
        for call_sid, seat in list(self._seats.items()):
            is_overdue = seat.leg is None and seat.until < now
            if is_overdue or self._live.outcome(call_sid) is not None:
                self._forget(call_sid)

    def _forget(self, call_sid: str) -> None:
        self._seats.pop(call_sid, None)
        self._records.forget(call_sid)


def talk_router(talk: Talk, seldom: Seldom, public_url: str) -> APIRouter:
    """The page's routes."""
    router = APIRouter()
    # Read here, so that nobody's call waits for the disk.
    folder = files("offhook.web").joinpath("pages")
    bodies = {path: (folder.joinpath(name).read_bytes(), kind) for path, (name, kind) in _FILES.items()}

    async def page(request: Request) -> Response:
        body, kind = bodies[request.url.path]
        return Response(body, headers=_headers(request) | {"Content-Type": kind})

    def refusal(request: Request) -> Response | None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not is_own_origin(headers, public_url):
            seldom.say("origin", f"< {request.url.path}  403: asked by a page of another origin")
            return _answer(request, 403, why="origin")
        if not talk.holds(headers.get("authorization", "")):
            seldom.say("talk key", f"< {request.url.path}  401: without the key that stands in the page's address")
            return _answer(request, 401, why="key")
        return None

    async def about(request: Request) -> Response:
        return refusal(request) or _answer(request, agent=talk.page.agent, language=talk.page.language)

    async def call(request: Request) -> Response:
        if (refused := refusal(request)) is not None:
            return refused
        try:
            call_sid, token = talk.call()
        except AdmissionRefused as no:
            return _answer(request, 503, why=str(no))
        return _answer(request, call=call_sid, token=token)

    async def come_back(request: Request) -> Response:
        if (refused := refusal(request)) is not None:
            return refused
        token = talk.come_back(request.query_params.get("call", ""))
        return _answer(request, 410, why="over") if token is None else _answer(request, token=token)

    for path in _FILES:
        router.add_api_route(path, page, methods=["GET"], response_class=Response)
    router.add_api_route(f"{TALK_PATH}/about", about, methods=["GET"], response_class=Response)
    router.add_api_route(f"{TALK_PATH}/call", call, methods=["POST"], response_class=Response)
    router.add_api_route(f"{TALK_PATH}/return", come_back, methods=["POST"], response_class=Response)
    return router


def _answer(request: Request, status: int = 200, /, **content: str) -> Response:
    return JSONResponse(content, status_code=status, headers=_headers(request))


def _headers(request: Request) -> dict[str, str]:
    host = request.headers.get("host", "").lower()
    # Not every browser counts the same host's sockets to 'self' (CSP 3, 6.7.2.8, tells them to).
    sockets = f" ws://{host} wss://{host}" if host and set(host) <= _HOST_SIGNS else ""
    return HEADERS | {"Content-Security-Policy": _POLICY.format(sockets=sockets)}
