"""Pages of websites ask from another origin (CORS): for calls alone, and for origins that a browser key names.

The origin's name in the answer lets the page read it; what it may do is decided by its key.
"""

from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATH: Final = "/browser-calls"
PREFLIGHT_S: Final = 600
_ASKED: Final = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, idempotency-key",
    "Access-Control-Max-Age": str(PREFLIGHT_S),
}


class PagesOfOthers:
    """An ASGI application around another."""

    def __init__(self, app: ASGIApp, is_known: Callable[[str], bool]) -> None:
        self._app, self._is_known = app, is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope["path"].removeprefix(scope.get("root_path", "")) if scope["type"] == "http" else ""
        if path != PATH and not path.startswith(f"{PATH}/"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        allowed = {"Access-Control-Allow-Origin": origin} if origin and self._is_known(origin) else {}
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            told = allowed | (_ASKED if allowed else {}) | {"Vary": "Origin"}
            await Response(status_code=204 if allowed else 403, headers=told)(scope, receive, send)
            return

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered.update(allowed)
                answered.add_vary_header("Origin")
            await send(message)

        await self._app(scope, receive, tell)
