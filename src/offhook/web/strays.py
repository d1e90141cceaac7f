"""Addresses that are nearly right: what can be meant by one alone is answered, everything else is a sentence in the
log that says which address is right. The first hour with Twilio is mostly this.

    a slash too much, capitals        answered as the webhook that it is, and told
    the wrong path or method          404 or 405, and told
    a media socket without Upgrade    426: the proxy in front does not pass WebSockets on
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

from offhook.settings import Settings
from offhook.telephony.carriers.twilio_paths import MEDIA_PATH, STATUS_PATH, VOICE_PATH
from offhook.telephony.carriers.twilio_signature import SIGNATURE_HEADER
from offhook.web.paths import canonical, nearest
from offhook.web.seldom import Seldom, shown

HEALTH_PATH: Final = "/healthz"
METHODS: Final = ("GET", "POST")
_MEANT: Final = {
    VOICE_PATH: 'where "A call comes in"',
    STATUS_PATH: 'where "Call status changes"',
}
"""How Twilio's console calls them."""


@dataclass(frozen=True, slots=True)
class Strays:
    """Answers what no route is for."""

    settings: Settings
    seldom: Seldom
    webhooks: Sequence[str]
    sockets: Sequence[str]
    webhook: Callable[[Request, str], Awaitable[Response]]
    health: Callable[[Request], Awaitable[Response]]

    async def not_found(self, request: Request) -> Response:
        """There is no route of this path."""
        path, method = canonical(request.url.path), request.method
        if path == HEALTH_PATH and method in ("GET", "HEAD"):
            return await self.health(request)
        if path in self.webhooks and method in METHODS:
            told = f"< {method} {shown(request.url.path)}  taken for {path}: give Twilio {self._address(path)}"
            self.seldom.say(f"nearly {path}", told)
            return await self.webhook(request, path)
        if path in self.webhooks:
            return self.wrong_method(request)
        if path in self.sockets:
            return self._no_upgrade(request, path)
        self._say_not_found(request, path)
        return PlainTextResponse("There is nothing here.\n", status_code=404)

    def wrong_method(self, request: Request) -> Response:
        """The path is right."""
        path = canonical(request.url.path)
        allowed = ", ".join(("GET", "HEAD") if path == HEALTH_PATH else METHODS)
        told = f"< {shown(request.method)} {shown(request.url.path)}  405: {path} takes {allowed}"
        self.seldom.say("method", told)
        return PlainTextResponse(f"It takes {allowed}.\n", status_code=405, headers={"Allow": allowed})

    def socket_not_found(self, target: str) -> str:
        """A WebSocket to somewhere else: what its handshake is answered."""
        path = target.partition("?")[0]
        told = f"< {shown(path)}  404: no socket is here: a carrier's media go to {MEDIA_PATH}"
        self.seldom.say("socket path", f"{told} (from the TwiML, which nobody writes by hand)")
        return "There is nothing here.\n"

    def _no_upgrade(self, request: Request, path: str) -> Response:
        if request.method == "POST" and SIGNATURE_HEADER in request.headers:
            told = f"< POST {path}  this address is for media sockets: give Twilio {self._address(VOICE_PATH)}"
        else:
            told = (
                f"< {shown(request.method)} {path}  426: it came as a plain request, not as a WebSocket: the proxy in "
                "front has to pass the headers Upgrade and Connection on, over HTTP/1.1"
            )
        self.seldom.say("no upgrade", told)
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
        return PlainTextResponse("A WebSocket is wanted here.\n", status_code=426, headers=headers)

    def _say_not_found(self, request: Request, path: str) -> None:
        near = nearest(path, self.webhooks)
        asked = f"< {shown(request.method)} {shown(request.url.path)}  404"
        if not near and SIGNATURE_HEADER not in request.headers:
            self.seldom.say("unknown path", f"{asked}: there is nothing here", logging.INFO)
            return
        meant = near or VOICE_PATH
        whose = "Twilio" if SIGNATURE_HEADER in request.headers else "somebody"
        kind = "signed path" if SIGNATURE_HEADER in request.headers else "near path"
        said = f"{asked}: {whose} asks for what is not here: give Twilio {self._address(meant)}"
        self.seldom.say(kind, f"{said}, {_MEANT[meant]}" if meant in _MEANT else said)

    def _address(self, path: str) -> str:
        return (self.settings.public_url or "https://<the address of this server>") + path
