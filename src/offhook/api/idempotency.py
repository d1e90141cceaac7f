"""`Idempotency-Key`: a request that is sent twice is done once. `APIRouter(..., route_class=Once)` is all it takes.

Every POST of such a router takes the header; without it nothing is different.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.routing import APIRoute

from offhook.api.auth import authenticate, credential_of, platform_of
from offhook.api.problems import of_error, of_unfit
from offhook.errors import OffhookError
from offhook.platform.callers import Caller
from offhook.platform.idempotency import Answer
from offhook.platform.idempotency import Request as Kept
from offhook.platform.problems import Flaw, Invalid

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
LONGEST_KEY: Final = 255
_HEADERS: Final = ("content-type", "etag", "location")
_NOT_KEPT: Final = frozenset({401, 429})
"""Beside those of 500 and above: who asks, and how often, is another matter next time."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def _header(
    key: Annotated[
        str | None,
        Header(
            alias=HEADER, min_length=1, max_length=LONGEST_KEY,
            description="Sent again within 24 hours with the same body, the request is not done again: the first "
            "answer comes once more.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """For the OpenAPI document."""


class Once(APIRoute):
    """A route whose POST is done once for each `Idempotency-Key` of a sender."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            options["dependencies"] = [*(options.get("dependencies") or ()), Depends(_header)]
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        """The handler, which does what FastAPI's does at most once."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if request.method != "POST" or key is None:
                return await handle(request)
            return await _once(request, key, handle, await self.sender(request))

        return once

    async def sender(self, request: Request) -> tuple[Caller, str]:
        """Who asks, and what is theirs alone: an answer that is kept is for the same sender. Raises `Unauthenticated`,
        `Forbidden`, `TooMany`."""
        return await authenticate(request), credential_of(request)


async def _once(request: Request, key: str, handle: Handler, sender: tuple[Caller, str]) -> Response:
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid([Flaw(f"/{HEADER}", f"1 to {LONGEST_KEY} printable characters")])
    caller, credential = sender
    kept = platform_of(request).idempotency
    rights = ",".join(sorted(caller.scopes))
    asked = Kept(
        caller.workspace, f"{credential} {rights}", f"POST {request.url.path}?{request.url.query}", key,
        await request.body(),
    )  # fmt: skip
    if (answer := await kept.begin(asked)) is not None:
        return Response(answer.body, answer.status, {**answer.headers, REPLAYED: "true"})
    try:
        response = await _answer(request, handle)
    except Exception:
        # A fault of ours: it is told by others, and the request may be sent again.
        await kept.forget(asked)
        raise
    is_whole = not isinstance(response, StreamingResponse | FileResponse)
    if not is_whole or response.status_code >= 500 or response.status_code in _NOT_KEPT:
        await kept.forget(asked)
    else:
        headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
        await kept.end(asked, Answer(response.status_code, headers, bytes(response.body)))
    return response


async def _answer(request: Request, handle: Handler) -> Response:
    try:
        return await handle(request)
    except OffhookError as error:
        return of_error(error)
    except RequestValidationError as error:
        return of_unfit(error)
