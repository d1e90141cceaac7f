"""Who makes a request: a key in `Authorization: Bearer`, or a session's cookie, with the scope that the route needs."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from offhook.api.browsers import SESSION_COOKIE, address_of, require_own_page, session_of
from offhook.api.rates import rates_of
from offhook.platform.callers import Caller
from offhook.platform.platform import Platform
from offhook.platform.problems import Forbidden, Unauthenticated

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_BEARER: Final = HTTPBearer(auto_error=False, description="An API key: `oh_...`")
_COOKIE: Final = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, description="Of who has signed in.")
_KEPT: Final = "offhook.caller"


class NotSignedIn(Forbidden):
    """This is for a person who is signed in, not for a key."""

    code = "auth.person_needed"
    what_to_do = "Sign in, and send the session's cookie."


def platform_of(request: HTTPConnection) -> Platform:
    """The platform that this server runs."""
    platform = request.app.state.platform
    assert isinstance(platform, Platform)
    return platform


def needs(*scopes: str) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, who has all these scopes. Raises `Unauthenticated`, `Forbidden`."""

    async def caller_of(
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)] = None,
        cookie: Annotated[str | None, Depends(_COOKIE)] = None,
    ) -> Caller:
        # The two are read by `authenticate`: here they tell the OpenAPI document which ways there are.
        caller = await authenticate(request)
        if missing := [scope for scope in scopes if scope not in caller.scopes]:
            raise Forbidden(f"this needs the scope {', '.join(missing)}")
        return caller

    return caller_of


async def person(caller: Annotated[Caller, Depends(needs())]) -> Caller:
    """A dependency: the caller, who is a person. Raises `NotSignedIn` beside what `needs` raises."""
    if not caller.user_id:
        raise NotSignedIn
    return caller


async def authenticate(request: HTTPConnection, *, is_write: bool | None = None) -> Caller:
    """Who asks; asked once a request, and counted. A WebSocket's handshake says `is_write=True`: it is a GET that any
    page can send.

    Raises `Unauthenticated`, `ForeignPage`, `TooMany`.
    """
    kept = request.scope.get(_KEPT)
    if isinstance(kept, Caller):
        return kept
    platform = platform_of(request)
    if is_write is None:
        is_write = request.scope.get("method", "GET") not in _SAFE
    caller = await _known(request, platform, is_write)
    rates = rates_of(request)
    if caller is None:
        rates.count_stranger(address_of(request, platform.settings))
        raise Unauthenticated
    request.scope[_KEPT] = caller
    rates.count(caller, request.scope)
    return caller


async def require_known(request: HTTPConnection) -> None:
    """Somebody asks who is known, by a browser's key too: that says not what they may. Raises as `authenticate`."""
    if "authorization" in request.headers:
        caller = await platform_of(request).api_keys.authenticate(credential_of(request))
        if caller is not None and caller.agent_id:
            return
    await authenticate(request)


async def socket_caller(socket: HTTPConnection, scope: str) -> Caller:
    """Who opens a WebSocket, and has this scope. Raises as `authenticate`, and `Forbidden`."""
    caller = await authenticate(socket, is_write=True)
    if scope not in caller.scopes:
        raise Forbidden(f"this needs the scope {scope}")
    return caller


async def caller_now(connection: HTTPConnection) -> Caller | None:
    """Who has the credential by now with which a connection was opened that is open still; that is no use of it.

    Raises `StoreError`.
    """
    platform, credential = platform_of(connection), credential_of(connection)
    if "authorization" in connection.headers:
        return await platform.api_keys.authenticate(credential, is_use=False)
    return await platform.sessions.authenticate(credential, is_use=False)


def credential_of(request: HTTPConnection) -> str:
    """The key or the cookie, as it was sent; empty without either. Never for a log."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else session_of(request)


async def _known(request: HTTPConnection, platform: Platform, is_write: bool) -> Caller | None:
    credential = credential_of(request)
    if "authorization" in request.headers:
        caller = await platform.api_keys.authenticate(credential)
        # A key of a page is for browser calls alone, which have a door of their own.
        return caller if caller is not None and not caller.agent_id else None
    if not credential:
        return None
    if is_write:
        require_own_page(request, platform.settings, is_browser=True)
    return await platform.sessions.authenticate(credential)
