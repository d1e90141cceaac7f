"""`/v1/browser-calls`: calls over a browser's microphone, for the dashboard, programs, and websites."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from offhook import clock
from offhook.api.auth import authenticate, credential_of, platform_of
from offhook.api.browsers import SESSION_COOKIE, address_of, own_base
from offhook.api.idempotency import Once
from offhook.api.texts import Key
from offhook.platform.browser_calls import Place, Wish
from offhook.platform.buckets import Allowance, Buckets
from offhook.platform.callers import Caller
from offhook.platform.keys import read_origin
from offhook.platform.platform import Platform
from offhook.platform.problems import Flaw, Forbidden, Invalid, TooMany, Unauthenticated

PAGES: Final = Allowance(6, 10.0)
"""Calls of one browser key from one address: so many at once, and one more after so many seconds."""
MEDIA_PATH: Final = "/browser/media"
_PAGES: Final = Buckets(PAGES)
_RETURNS: Final = Buckets(Allowance(20, 2.0))
_PAGE_START: Final = "pk_"
VARIABLES: Final = 50

_BEARER: Final = HTTPBearer(auto_error=False, description="An API key `oh_...`, or a browser key `pk_...`")
_COOKIE: Final = APIKeyCookie(name=SESSION_COOKIE, auto_error=False, description="Of who has signed in.")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Value = Annotated[str, StringConstraints(max_length=2_000)] | int | float | bool


class OtherOrigin(Forbidden):
    """The browser key is not for pages of this origin."""

    code = "browser_call.origin"
    what_to_do = "Add the page's origin to the key, or make a key for it."


class NewBrowserCall(BaseModel):
    """A call that a browser is to have."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"agent_id": "agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"}]}
    )

    agent_id: Key = Field(
        default="", description="Who answers. A browser key has its own agent.",
        examples=["agent_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"],
    )  # fmt: skip
    version: Annotated[str, StringConstraints(pattern=r"^(draft|[1-9][0-9]{0,7})?$")] = Field(
        default="", description="A version's number, or `draft`; empty: the published one. Not with a browser key.",
        examples=["draft"],
    )  # fmt: skip
    variables: dict[Name, Value] = Field(
        default_factory=dict, max_length=VARIABLES, description="Values for the agent's variables.",
    )  # fmt: skip


class BrowserCall(BaseModel):
    """Where the call begins: connect to `url` within a minute."""

    id: str = Field(examples=["call_01KB5Z5N6S7V8W9X0Y1Z2A3B4C"])
    token: str = Field(description="For one connection: it is sent in the first message.", examples=["nBL8..."])
    url: str = Field(description="The WebSocket of the media.", examples=["wss://offhook.example.com/browser/media"])


async def visitor(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)] = None,
    cookie: Annotated[str | None, Depends(_COOKIE)] = None,
) -> Caller:
    """A dependency: who may begin browser calls. Raises `Unauthenticated`, `Forbidden`, `TooMany`."""
    del bearer, cookie  # They tell the OpenAPI document which ways there are.
    key = credential_of(request)
    if not key.startswith(_PAGE_START):
        caller = await authenticate(request)
        if "calls:write" not in caller.scopes:
            raise Forbidden("this needs the scope calls:write")
        return caller
    caller_of_page = await platform_of(request).api_keys.authenticate(key)
    if caller_of_page is None or not caller_of_page.agent_id:
        raise Unauthenticated
    if _origin(request) not in caller_of_page.origins:
        raise OtherOrigin
    return caller_of_page


def _origin(request: Request) -> str:
    try:
        return read_origin(request.headers.get("origin", ""))
    except ValueError:
        return ""


class OnceForPages(Once):
    """A browser key is known to everybody who has opened its page: what one visitor was answered is for that visitor's
    address alone, and the page has to be one of the key's."""

    async def sender(self, request: Request) -> tuple[Caller, str]:
        """As a browser key, or as any other."""
        caller, credential = await visitor(request), credential_of(request)
        if not caller.agent_id:
            return caller, credential
        return caller, f"{credential} {_origin(request)} {address_of(request, platform_of(request).settings)}"


def _count(request: Request, caller: Caller, buckets: Buckets) -> None:
    if not caller.agent_id:
        return
    address = address_of(request, platform_of(request).settings)
    if wait_s := buckets.take(f"{caller.actor.id} {address}", clock.machine()):
        raise TooMany("too many calls from this address", retry_after_s=max(1.0, wait_s), code="browser_call.too_many")


Visitor = Annotated[Caller, Depends(visitor)]
ThePlatform = Annotated[Platform, Depends(platform_of)]
router = APIRouter(prefix="/browser-calls", tags=["Browser calls"], route_class=OnceForPages)


@router.post("", operation_id="create_browser_call", status_code=201)
async def create_browser_call(
    body: NewBrowserCall, request: Request, caller: Visitor, platform: ThePlatform
) -> BrowserCall:
    """A place and a token for a call. With an API key or a session; or with a browser key, from its own pages."""
    is_page = bool(caller.agent_id)
    if is_page and (body.version or body.agent_id not in ("", caller.agent_id)):
        raise Forbidden("a browser key begins calls with its own agent, as it is published")
    if not is_page and not body.agent_id:
        raise Invalid([Flaw("/agent_id", "who is to answer?", "missing")])
    _count(request, caller, _PAGES)
    wish = Wish(
        caller.workspace, caller.agent_id or body.agent_id, caller.actor.id, is_page, body.version, body.variables
    )
    return _answer(request, platform, await platform.browser_calls.begin(wish))


@router.post("/{call_id}/return", operation_id="return_to_browser_call")
async def return_to_browser_call(call_id: Key, request: Request, caller: Visitor, platform: ThePlatform) -> BrowserCall:
    """A token to bring the media of a live call back, for whoever began it."""
    _count(request, caller, _RETURNS)
    return _answer(request, platform, platform.browser_calls.come_back(call_id, caller.actor.id))


def _answer(request: Request, platform: Platform, place: Place) -> BrowserCall:
    base = own_base(request.headers, platform.settings)
    scheme, _, host = base.partition("://")
    return BrowserCall(
        id=place.call_id, token=place.token, url=f"{'wss' if scheme == 'https' else 'ws'}://{host}{MEDIA_PATH}"
    )
