"""Each request has an id: in its answer (`X-Request-Id`), in a problem's body, and in the log."""

import secrets
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from offhook import about

HEADER: Final = b"x-request-id"


def new_request_id() -> str:
    """`req_` and twelve hexadecimal digits."""
    return f"req_{secrets.token_hex(6)}"


class Requests:
    """An ASGI application that names each request before another serves it. What a client calls it is not believed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = new_request_id()
        token = about.REQUEST.set(name)

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (HEADER, name.encode())]}
            await send(message)

        try:
            await self._app(scope, receive, tell)
        finally:
            about.REQUEST.reset(token)
