"""Who makes a request: a key in `Authorization: Bearer`, or a session's cookie, with the scope that the route needs."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.problems import Forbidden, Unauthenticated

SESSION_COOKIE: Final = "__Host-offhook"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER: Final = HTTPBearer(auto_error=False, description="An API key: `oh_...`")


def platform_of(request: HTTPConnection) -> Platform:
    """The platform that this server runs."""
    platform = request.app.state.platform
    assert isinstance(platform, Platform)
    return platform


def needs(*scopes: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, who has all these scopes. Raises `Unauthenticated`, `Forbidden`."""

    async def caller_of(
        request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)] = None
    ) -> Caller:
        caller = await _authenticate(request, bearer)
        if missing := [scope for scope in scopes if scope not in caller.scopes]:
            raise Forbidden(f"this needs the scope {', '.join(missing)}")
        return caller

    return caller_of


async def socket_caller(socket: HTTPConnection, scope: str) -> Caller:
    """Who opens a WebSocket, and has this scope. Raises `Unauthenticated`, `Forbidden`."""
    kind, _, key = socket.headers.get("authorization", "").partition(" ")
    caller = await platform_of(socket).api_keys.authenticate(key.strip()) if kind.lower() == "bearer" else None
    if caller is None or caller.agent_id:
        raise Unauthenticated
    if scope not in caller.scopes:
        raise Forbidden(f"this needs the scope {scope}")
    return caller


async def _authenticate(request: Request, bearer: HTTPAuthorizationCredentials | None) -> Caller:
    platform = platform_of(request)
    if bearer is not None:
        caller = await platform.api_keys.authenticate(bearer.credentials)
        if caller is None or caller.agent_id:
            # A key of a page is for browser calls alone, which have a door of their own.
            raise Unauthenticated
        return caller
    raise Unauthenticated
